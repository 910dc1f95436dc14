/* The NTLM acceptor: whole handshakes, good and bad. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "auth_fixture.h"
#include "msnlmp.h"
#include "ntlm_client.h"

static int set_up(void **state)
{
    return auth_set_up(state, "ntlm");
}

/* Both legs. */
static void sign_in(struct fixture *f, struct ntlm_client *client)
{
    step(f, client_negotiate(client));
    assert_int_equal(f->outcome.verdict, AUTH_CONTINUE);
    step(f, client_authenticate(client, f->outcome.token_out));
}

static void assert_accepted(const struct fixture *f, const char *user)
{
    assert_string_equal(auth_reason_text(f->outcome.reason), "none");
    assert_int_equal(f->outcome.verdict, AUTH_ACCEPTED);
    assert_non_null(f->outcome.user);
    assert_string_equal(f->outcome.user->name, user);
    assert_string_equal(f->outcome.mechanism, "ntlm");
}

/* ---- Who ---- */

static void accounts(void **state)
{
    static const struct {
        const char *domain;
        const char *user;
        const char *password;
        enum auth_reason reason;
        bool counts;
    } rows[] = {
        {"CONTOSO", "alice", PASSWORD, AUTH_REASON_NONE, true},
        {"contoso", "ALICE", PASSWORD, AUTH_REASON_NONE, true},
        {"contoso.test", "alice", PASSWORD, AUTH_REASON_NONE, true},
        {"", "alice", PASSWORD, AUTH_REASON_NONE, true},
        {"", "alice@contoso.test", PASSWORD, AUTH_REASON_NONE, true},
        {"CONTOSO", "nosip", PASSWORD, AUTH_REASON_NONE, true},
        {"CONTOSO", "away", PASSWORD, AUTH_REASON_NONE, true},
        {"CONTOSO", "alice", "passw0rd!", AUTH_REASON_WRONG_PASSWORD, true},
        {"CONTOSO", "alice", "", AUTH_REASON_WRONG_PASSWORD, true},
        {"CONTOSO", "nobody", PASSWORD, AUTH_REASON_UNKNOWN_USER, false},
        {"CONTOSO", "nobody", "no such user", AUTH_REASON_UNKNOWN_USER, false},
        {"FABRIKAM", "alice", PASSWORD, AUTH_REASON_UNKNOWN_USER, false},
        {"CONTOSO", "", PASSWORD, AUTH_REASON_UNKNOWN_USER, false},
        {"CONTOSO", "disabled", PASSWORD, AUTH_REASON_DISABLED, false},
        {"CONTOSO", "expired", PASSWORD, AUTH_REASON_EXPIRED, false},
        {"CONTOSO", "mustchange", PASSWORD, AUTH_REASON_MUST_CHANGE, false},
        {"CONTOSO", "locked", PASSWORD, AUTH_REASON_LOCKED, false},
        /* Told to anybody: locked. Told to who knows the password: the rest. */
        {"CONTOSO", "locked", "wrong", AUTH_REASON_LOCKED, false},
        {"CONTOSO", "disabled", "wrong", AUTH_REASON_WRONG_PASSWORD, true},
        {"CONTOSO", "expired", "wrong", AUTH_REASON_WRONG_PASSWORD, true},
        {"CONTOSO", "mustchange", "wrong", AUTH_REASON_WRONG_PASSWORD, true},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ntlm_client client =
            client_of(f->arena, rows[i].user, rows[i].password);

        print_message("  %s\\%s %s\n", rows[i].domain, rows[i].user,
                      rows[i].password);
        client.domain = rows[i].domain;
        sign_in(f, &client);
        if (rows[i].reason) {
            assert_refused(f, rows[i].reason);
        } else {
            assert_int_equal(f->outcome.verdict, AUTH_ACCEPTED);
        }
        assert_int_equal(f->outcome.counts, rows[i].counts);
        assert_int_equal(f->outcome.user != NULL,
                         rows[i].reason != AUTH_REASON_UNKNOWN_USER);
    }
}

static void hash_forms(void **state)
{
    static const char joerg[] = "j\xc3\xb6rg";
    static const char secret[] = "P\xc3\xa4ssw\xc3\xb6rd1";
    static const struct {
        const char *user;
        const char *password;
        const char *hash_name;
        bool bytes;
        bool oem;
        const char *form;
    } rows[] = {
        {"alice", PASSWORD, NULL, false, false, "as sent"},
        {"alice", PASSWORD, "", false, false, "empty domain"},
        {"alice", PASSWORD, "CONTOSO", false, false, "upper-case domain"},
        {joerg, secret, NULL, false, false, "as sent"},
        {"J\xc3\x96RG", secret, NULL, false, false, "as sent"},
        {joerg, secret, NULL, false, true, "as sent"},
        /* As curl: OEM strings and Unicode ones made of bytes. */
        {joerg, secret, NULL, true, true, "bytes as characters"},
        {joerg, secret, NULL, true, false, "bytes as characters"},
        {joerg, secret, "", true, true, "bytes as characters, empty domain"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ntlm_client client =
            client_of(f->arena, rows[i].user, rows[i].password);

        client.domain = "Contoso";
        client.hash_name = rows[i].hash_name;
        client.bytes = rows[i].bytes;
        if (rows[i].oem) {
            client.flags &= ~(uint32_t)NTLMSSP_UNICODE;
        }
        sign_in(f, &client);
        assert_int_equal(f->outcome.verdict, AUTH_ACCEPTED);
        assert_string_equal(note(f, "ntlm.hash-form"), rows[i].form);
        assert_string_equal(note(f, "ntlm.mic"), "verified");
    }
}

static void lockout(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client right = client_of(f->arena, "alice", PASSWORD);
    struct ntlm_client wrong = client_of(f->arena, "alice", "wrong");
    const struct user *alice = world_user(f->world, "alice");

    f->world->lockout_threshold = 3;
    for (int i = 0; i < 2; i++) {
        sign_in(f, &wrong);
        assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
        auth_account_commit(f->world, &f->outcome, NOW);
    }
    /* A right password clears the count. */
    sign_in(f, &right);
    assert_accepted(f, "alice");
    auth_account_commit(f->world, &f->outcome, NOW);
    assert_int_equal(alice->live->refused, 0);
    for (int i = 0; i < 3; i++) {
        sign_in(f, &wrong);
        assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
        auth_account_commit(f->world, &f->outcome, NOW + i);
    }
    /* One more that was judged before the account was locked. */
    auth_account_commit(f->world, &f->outcome, NOW + 3);
    assert_true(alice->live->locked_at == NOW + 2);
    sign_in(f, &right);
    assert_refused(f, AUTH_REASON_LOCKED);
    auth_account_commit(f->world, &f->outcome, NOW);
    assert_int_equal(alice->live->refused, 3);
    assert_int_equal(auth_account_check(&f->ctx, world_user(f->world, "bob")),
                     AUTH_REASON_NONE);
}

/* By the world's clock: the same right password, before and after. */
static void lockout_ends(void **state)
{
    const int64_t minute = 60 * ENV_NS_PER_SEC;
    struct fixture *f = *state;
    struct ntlm_client right = client_of(f->arena, "alice", PASSWORD);
    struct ntlm_client wrong = client_of(f->arena, "alice", "wrong");
    const struct account_state *live = world_user(f->world, "alice")->live;

    f->world->lockout_threshold = 2;
    f->world->lockout_duration = minute;
    for (int i = 0; i < 2; i++) {
        sign_in(f, &wrong);
        assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
        auth_account_commit(f->world, &f->outcome, NOW);
    }
    f->ctx.now = NOW + minute - 1;
    sign_in(f, &right);
    assert_refused(f, AUTH_REASON_LOCKED);
    auth_account_commit(f->world, &f->outcome, f->ctx.now);
    f->ctx.now = NOW + minute;
    /* Counted afresh: the first wrong one locks nobody out. */
    sign_in(f, &wrong);
    assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
    auth_account_commit(f->world, &f->outcome, f->ctx.now);
    assert_int_equal(live->refused, 1);
    assert_true(live->locked_at == 0);
    sign_in(f, &right);
    assert_accepted(f, "alice");
    auth_account_commit(f->world, &f->outcome, f->ctx.now);
    assert_int_equal(live->refused, 0);
    /* A clock that goes back opens nothing. */
    for (int i = 0; i < 2; i++) {
        sign_in(f, &wrong);
        auth_account_commit(f->world, &f->outcome, f->ctx.now);
    }
    f->ctx.now = NOW - minute;
    sign_in(f, &right);
    assert_refused(f, AUTH_REASON_LOCKED);
}

/* What was never sent does not count; without a threshold nobody is locked. */
static void no_lockout(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client wrong = client_of(f->arena, "alice", "wrong");
    const struct user *alice = world_user(f->world, "alice");

    sign_in(f, &wrong);
    assert_int_equal(alice->live->refused, 0);
    for (int i = 0; i < 100; i++) {
        auth_account_commit(f->world, &f->outcome, NOW);
    }
    assert_int_equal(alice->live->refused, 100);
    assert_int_equal(auth_account_check(&f->ctx, alice), AUTH_REASON_NONE);
}

/* ---- Which response ---- */

static void versions(void **state)
{
    static const struct {
        const char *name;
        enum client_response response;
        bool v1;
        bool v1_ess;
        enum auth_reason reason;
        const char *told;
        const char *why;
    } rows[] = {
        {"v2", CLIENT_V2, false, false, AUTH_REASON_NONE, "NTLMv2", NULL},
        {"v1", CLIENT_V1, false, true, AUTH_REASON_VERSION, "NTLMv1",
         "NTLMv1 response; --set ntlm.v1=yes allows it"},
        {"v1 on", CLIENT_V1, true, false, AUTH_REASON_NONE, "NTLMv1", NULL},
        {"ess", CLIENT_V1_ESS, true, false, AUTH_REASON_VERSION,
         "NTLMv1 with extended session security",
         "NTLMv1 response with extended session security; --set "
         "ntlm.v1-ess=yes allows it"},
        {"ess on", CLIENT_V1_ESS, false, true, AUTH_REASON_NONE,
         "NTLMv1 with extended session security", NULL},
        {"lm", CLIENT_LM, true, true, AUTH_REASON_VERSION, "LM",
         "LM response alone; no setting allows it"},
        {"none", CLIENT_ANONYMOUS, true, true, AUTH_REASON_ANONYMOUS, "none",
         NULL},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

        print_message("  %s\n", rows[i].name);
        f->world->ntlm.v1 = rows[i].v1;
        f->world->ntlm.v1_ess = rows[i].v1_ess;
        client.response = rows[i].response;
        client.mic = CLIENT_MIC_NONE;
        sign_in(f, &client);
        assert_string_equal(note(f, "ntlm.response"), rows[i].told);
        assert_int_equal(!f->outcome.why, !rows[i].why);
        if (rows[i].why) {
            assert_string_equal(f->outcome.why, rows[i].why);
        }
        if (rows[i].reason) {
            assert_refused(f, rows[i].reason);
            continue;
        }
        assert_accepted(f, "alice");
        client.password = "wrong";
        sign_in(f, &client);
        assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
        assert_null(f->outcome.why);
    }
}

/* A MIC is part of NTLMv2; who requires one refuses NTLMv1. */
static void v1_has_no_mic(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

    f->world->ntlm.v1 = true;
    f->world->ntlm.require_mic = true;
    client.response = CLIENT_V1;
    client.mic = CLIENT_MIC_NONE;
    sign_in(f, &client);
    assert_refused(f, AUTH_REASON_MIC);
}

static struct span hex(struct fixture *f, const char *text)
{
    struct span bytes = SPAN_NONE;

    assert_true(hex_decode(f->arena, text, &bytes));
    return bytes;
}

/* The message of the document, with its user in our world. */
static void document_messages(void **state)
{
    static const struct {
        const char *message;
        const char *password;
        enum auth_reason reason;
    } rows[] = {
        {MSNLMP_4_2_4_3_AUTHENTICATE, MSNLMP_PASSWORD, AUTH_REASON_NONE},
        {MSNLMP_4_2_2_3_AUTHENTICATE, MSNLMP_PASSWORD, AUTH_REASON_NONE},
        {MSNLMP_4_2_4_3_AUTHENTICATE, "password", AUTH_REASON_WRONG_PASSWORD},
        {MSNLMP_4_2_2_3_AUTHENTICATE, "password", AUTH_REASON_WRONG_PASSWORD},
    };
    struct fixture *f = *state;
    struct user *user = world_add_user(f->world, MSNLMP_USER);
    struct err err;
    struct ntlm_client client = client_of(f->arena, "", "");

    assert_true(world_set(f->world, "netbios", MSNLMP_DOMAIN, &err));
    assert_true(world_finish(f->world, &err));
    f->world->ntlm.server_challenge = MSNLMP_SERVER_CHALLENGE;
    f->world->ntlm.v1 = true;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        user->password = rows[i].password;
        step(f, client_negotiate(&client));
        step(f, hex(f, rows[i].message));
        if (rows[i].reason) {
            assert_refused(f, rows[i].reason);
        } else {
            assert_accepted(f, MSNLMP_USER);
            assert_string_equal(note(f, "ntlm.workstation"), "COMPUTER");
            assert_string_equal(note(f, "ntlm.version"),
                                "5.1.2600 revision 15");
        }
    }
}

/* ---- What the answer is bound to ---- */

static void mics(void **state)
{
    static const struct {
        enum client_mic mic;
        bool required;
        enum auth_reason reason;
        const char *told;
    } rows[] = {
        {CLIENT_MIC_RIGHT, false, AUTH_REASON_NONE, "verified"},
        {CLIENT_MIC_RIGHT, true, AUTH_REASON_NONE, "verified"},
        {CLIENT_MIC_NONE, false, AUTH_REASON_NONE, "absent"},
        {CLIENT_MIC_NONE, true, AUTH_REASON_MIC, "absent"},
        {CLIENT_MIC_WRONG, false, AUTH_REASON_MIC, "wrong"},
        {CLIENT_MIC_PROMISED, false, AUTH_REASON_MIC, "announced but absent"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
        const size_t k = i / 2;
        struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

        client.key_exchange = i % 2;
        client.mic = rows[k].mic;
        f->world->ntlm.require_mic = rows[k].required;
        sign_in(f, &client);
        assert_string_equal(note(f, "ntlm.mic"), rows[k].told);
        if (rows[k].reason) {
            assert_refused(f, rows[k].reason);
            assert_false(f->outcome.counts);
        } else {
            assert_accepted(f, "alice");
        }
    }
}

/* The MIC covers the first two messages. */
static void mic_of_other_messages(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

    step(f, client_negotiate(&client));
    client.negotiate = span_slice(client.negotiate, 0, 24);
    step(f, client_authenticate(&client, f->outcome.token_out));
    assert_refused(f, AUTH_REASON_MIC);
}

static void channel_bindings(void **state)
{
    static const struct {
        enum channel_binding mode;
        enum client_binding sent;
        bool tls;
        bool accepted;
        const char *told;
    } rows[] = {
        {CHANNEL_BINDING_NONE, CLIENT_BINDING_NONE, true, true, "absent"},
        {CHANNEL_BINDING_NONE, CLIENT_BINDING_RIGHT, true, true, "right"},
        {CHANNEL_BINDING_NONE, CLIENT_BINDING_WRONG, true, true, "wrong"},
        {CHANNEL_BINDING_ALLOW, CLIENT_BINDING_NONE, true, true, "absent"},
        {CHANNEL_BINDING_ALLOW, CLIENT_BINDING_ZERO, true, true, "absent"},
        {CHANNEL_BINDING_ALLOW, CLIENT_BINDING_RIGHT, true, true, "right"},
        {CHANNEL_BINDING_ALLOW, CLIENT_BINDING_WRONG, true, false, "wrong"},
        {CHANNEL_BINDING_ALLOW, CLIENT_BINDING_RIGHT, false, true,
         "present without TLS"},
        {CHANNEL_BINDING_REQUIRE, CLIENT_BINDING_NONE, true, false, "absent"},
        {CHANNEL_BINDING_REQUIRE, CLIENT_BINDING_ZERO, true, false, "absent"},
        {CHANNEL_BINDING_REQUIRE, CLIENT_BINDING_RIGHT, true, true, "right"},
        {CHANNEL_BINDING_REQUIRE, CLIENT_BINDING_WRONG, true, false, "wrong"},
        {CHANNEL_BINDING_REQUIRE, CLIENT_BINDING_NONE, false, false, "absent"},
        {CHANNEL_BINDING_REQUIRE, CLIENT_BINDING_RIGHT, false, false,
         "present without TLS"},
    };
    struct fixture *f = *state;
    struct span hash = f->ctx.certificate_hash;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

        f->world->ntlm.channel_binding = rows[i].mode;
        f->ctx.certificate_hash = rows[i].tls ? hash : SPAN_NONE;
        client.binding = rows[i].sent;
        client.certificate_hash = hash;
        sign_in(f, &client);
        assert_string_equal(note(f, "ntlm.channel-binding"), rows[i].told);
        if (rows[i].accepted) {
            assert_accepted(f, "alice");
        } else {
            assert_refused(f, AUTH_REASON_CHANNEL_BINDING);
            assert_false(f->outcome.counts);
        }
    }
}

static void spns(void **state)
{
    static const struct {
        const char *spn;
        bool accepted;
    } rows[] = {
        {"HTTP/lyncweb.contoso.test", true},
        {"http/LYNCWEB.contoso.TEST", true},
        {"HTTP/lyncweb.contoso.test:443", true},
        {"HTTP/lyncweb.contoso.test.evil.example", false},
        {"HTTP/lyncweb", false},
        {"cifs/lyncweb.contoso.test", false},
        {"HTTP/", false},
        {"", false},
        {NULL, false},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

        client.spn = rows[i].spn;
        f->world->ntlm.check_spn = false;
        sign_in(f, &client);
        assert_accepted(f, "alice");
        assert_string_equal(note(f, "ntlm.spn"),
                            rows[i].spn ? rows[i].spn : "absent");
        f->world->ntlm.check_spn = true;
        sign_in(f, &client);
        if (rows[i].accepted) {
            assert_accepted(f, "alice");
        } else {
            assert_refused(f, AUTH_REASON_SPN);
        }
    }
}

static void echoes(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

    sign_in(f, &client);
    assert_accepted(f, "alice");
    assert_string_equal(note(f, "ntlm.target-info"), "echoed");
    assert_string_equal(note(f, "ntlm.timestamp"), "the server's");
    client.no_echo = true;
    sign_in(f, &client);
    assert_accepted(f, "alice");
    assert_string_equal(note(f, "ntlm.target-info"),
                        "not echoed: MsvAvNbDomainName");
    client.no_echo = false;
    client.alters = true;
    sign_in(f, &client);
    assert_accepted(f, "alice");
    assert_string_equal(note(f, "ntlm.target-info"),
                        "not echoed: MsvAvNbDomainName");
    client.alters = false;
    f->world->ntlm.timestamp = false;
    sign_in(f, &client);
    assert_accepted(f, "alice");
    assert_string_equal(note(f, "ntlm.timestamp"), "none was sent");
}

/* ---- Order ---- */

static void out_of_turn(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
    struct span last;

    step(f, client_negotiate(&client));
    last = client_authenticate(&client, f->outcome.token_out);
    step(f, last);
    assert_accepted(f, "alice");
    step(f, last); /* a second time */
    assert_refused(f, AUTH_REASON_OUT_OF_TURN);
    f->method->end(f->handle);
    f->handle = f->method->begin(); /* another connection */
    step(f, last);
    assert_refused(f, AUTH_REASON_OUT_OF_TURN);
    sign_in(f, &client); /* a new NEGOTIATE starts afresh */
    assert_accepted(f, "alice");
}

static void one_answer_to_a_challenge(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client right = client_of(f->arena, "alice", PASSWORD);
    struct ntlm_client wrong = client_of(f->arena, "alice", "wrong");
    struct span challenge;

    step(f, client_negotiate(&right));
    wrong.negotiate = right.negotiate;
    challenge = f->outcome.token_out;
    step(f, client_authenticate(&wrong, challenge));
    assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
    step(f, client_authenticate(&right, challenge));
    assert_refused(f, AUTH_REASON_OUT_OF_TURN);
}

static void restarted(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
    struct span old;

    step(f, client_negotiate(&client));
    old = client_authenticate(&client, f->outcome.token_out);
    step(f, client_negotiate(&client));
    step(f, old); /* the answer to a challenge that is gone */
    assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
}

/* Two handshakes at once, answers swapped. */
static void crossed(void **state)
{
    struct fixture *f = *state;
    struct auth_handle *first = f->handle;
    struct auth_handle *second = f->method->begin();
    struct ntlm_client alice = client_of(f->arena, "alice", PASSWORD);
    struct ntlm_client bob = client_of(f->arena, "bob", PASSWORD);
    struct span for_first;
    struct span for_second;

    step(f, client_negotiate(&alice));
    for_first = client_authenticate(&alice, f->outcome.token_out);
    f->handle = second;
    step(f, client_negotiate(&bob));
    for_second = client_authenticate(&bob, f->outcome.token_out);
    step(f, for_first);
    assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
    f->handle = first;
    step(f, for_second);
    assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
    f->method->end(second);
}

static void garbage(void **state)
{
    static const struct {
        const char *token;
        const char *told;
    } rows[] = {
        {"", "not an NTLM message"},
        {"00", "not an NTLM message"},
        {"4e544c4d5353500004000000", "not an NTLM message"},
        {MSNLMP_4_2_4_3_CHALLENGE, "a client sends no CHALLENGE"},
        {"4e544c4d5353500001000000",
         "message ends within its fixed part, at offset 12"},
    };
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct span last;

        step(f, client_negotiate(&client));
        last = client_authenticate(&client, f->outcome.token_out);
        step(f, hex(f, rows[i].token));
        assert_int_equal(f->outcome.verdict, AUTH_INVALID);
        assert_int_equal(f->outcome.reason, AUTH_REASON_BAD_TOKEN);
        assert_string_equal(note(f, "ntlm.error"), rows[i].told);
        step(f, last); /* the handshake is over */
        assert_refused(f, AUTH_REASON_OUT_OF_TURN);
    }
}

static void huge(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
    struct span negotiate = client_negotiate(&client);
    uint8_t *token = arena_alloc(f->arena, 65537);

    memcpy(token, negotiate.data, negotiate.size);
    step(f, span_of(token, 65536));
    assert_int_equal(f->outcome.verdict, AUTH_CONTINUE);
    step(f, span_of(token, 65537));
    assert_int_equal(f->outcome.verdict, AUTH_INVALID);
}

/* Every shorter piece of an AUTHENTICATE, and every byte changed. */
static void tampered(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);
    size_t size;

    step(f, client_negotiate(&client));
    size = client_authenticate(&client, f->outcome.token_out).size;
    assert_true(size > 200);
    for (size_t i = 0; i < size; i++) {
        struct span whole;
        uint8_t *copy;

        step(f, client_negotiate(&client));
        whole = client_authenticate(&client, f->outcome.token_out);
        step(f, span_slice(whole, 0, i));
        assert_int_not_equal(f->outcome.verdict, AUTH_ACCEPTED);
        step(f, client_negotiate(&client));
        whole = client_authenticate(&client, f->outcome.token_out);
        copy = arena_alloc(f->arena, whole.size);
        memcpy(copy, whole.data, whole.size);
        copy[i] ^= 0x10;
        step(f, span_of(copy, whole.size));
        assert_int_not_equal(f->outcome.verdict, AUTH_ACCEPTED);
    }
}

static void broken_answers(void **state)
{
    static const struct {
        const char *name;
        size_t nt_size; /* of a response of 0xaa bytes */
        const char *told;
    } rows[] = {
        {"short", 23, "NtChallengeResponse has the size of no version"},
        {"between", 43, "NTLMv2_RESPONSE ends within its fixed part"},
        {"pairs", 46, "AvPairs a pair reaches beyond the end of the list"},
    };
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct ntlmssp_authenticate m = {.has_session_key = true,
                                         .has_flags = true};
        uint8_t *response = arena_alloc(f->arena, rows[i].nt_size);
        size_t at = 64;
        AUTO_BUF token = {0};

        print_message("  %s\n", rows[i].name);
        memset(response, 0xaa, rows[i].nt_size);
        ntlmssp_field_set(&m.nt_response, span_of(response, rows[i].nt_size),
                          &at);
        ntlmssp_encode_authenticate(&token, &m);
        step(f, client_negotiate(&client));
        step(f, buf_span(&token));
        assert_int_equal(f->outcome.verdict, AUTH_INVALID);
        assert_memory_equal(note(f, "ntlm.error"), rows[i].told,
                            strlen(rows[i].told));
    }
}

/* ---- The journal ---- */

static void notes(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

    step(f, client_negotiate(&client));
    assert_string_equal(note(f, "ntlm.message"), "NEGOTIATE");
    assert_string_equal(note(f, "ntlm.flags"),
                        "UNICODE OEM REQUEST_TARGET SIGN NTLM ALWAYS_SIGN "
                        "EXTENDED_SESSIONSECURITY VERSION 128 56");
    assert_string_equal(note(f, "ntlm.challenge-flags"),
                        "UNICODE REQUEST_TARGET SIGN NTLM ALWAYS_SIGN "
                        "TARGET_TYPE_DOMAIN EXTENDED_SESSIONSECURITY "
                        "TARGET_INFO VERSION 128 56");
    step(f, client_authenticate(&client, f->outcome.token_out));
    assert_string_equal(note(f, "ntlm.message"), "AUTHENTICATE");
    assert_string_equal(note(f, "ntlm.domain"), "CONTOSO");
    assert_string_equal(note(f, "ntlm.user"), "alice");
    assert_string_equal(note(f, "ntlm.workstation"), "TESTER");
    assert_string_equal(note(f, "ntlm.flags-not-offered"), "");
    for (const struct auth_note *n = f->outcome.notes; n; n = n->next) {
        assert_null(strstr(n->text, PASSWORD));
    }
}

static void table(void **state)
{
    (void)state;
    assert_null(auth_method("nonsense"));
    assert_null(auth_method_of_scheme("Digest"));
    assert_ptr_equal(auth_method_of_scheme("nTlM"), auth_method("ntlm"));
    assert_ptr_equal(auth_method_of_scheme("NEGOTIATE"),
                     auth_method("negotiate"));
    for (size_t i = 0; auth_method_at(i); i++) {
        const struct auth_method *method = auth_method_at(i);

        assert_ptr_equal(auth_method(method->name), method);
        assert_true(method->spec[0] && method->doc[0]);
        method->end(method->begin());
        method->end(NULL);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(accounts),
        TEST(hash_forms),
        TEST(lockout),
        TEST(lockout_ends),
        TEST(no_lockout),
        TEST(versions),
        TEST(v1_has_no_mic),
        TEST(document_messages),
        TEST(mics),
        TEST(mic_of_other_messages),
        TEST(channel_bindings),
        TEST(spns),
        TEST(echoes),
        TEST(out_of_turn),
        TEST(one_answer_to_a_challenge),
        TEST(restarted),
        TEST(crossed),
        TEST(garbage),
        TEST(huge),
        TEST(tampered),
        TEST(broken_answers),
        TEST(notes),
        TEST(table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
