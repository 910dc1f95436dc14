/* What the lines say that tell why something was refused: hypotheses. */
#include "config.h"

#include "auth_fixture.h"

#include "auth/why_forms.h"
#include "auth/why_letters.h"
#include "msnlmp.h"
#include "ntlm_client.h"
#include "ticket/p_sha1.h"
#include "ticket/p_sha1_why.h"
#include "ticket/why.h"
#include "util/base64.h"

static int set_up(void **state)
{
    return auth_set_up(state, "ntlm");
}

static void sign_in(struct fixture *f, struct ntlm_client *client)
{
    step(f, client_negotiate(client));
    step(f, client_authenticate(client, f->outcome.token_out));
}

static void assert_says(const struct fixture *f, const char *words)
{
    assert_non_null(f->outcome.solved);
    if (!strstr(f->outcome.solved, words)) {
        fail_msg("\"%s\" is not in \"%s\"", words, f->outcome.solved);
    }
    assert_null(strstr(f->outcome.solved, PASSWORD));
}

static void names_and_challenges(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", PASSWORD);

    client.hash_name = "contoso.test";
    sign_in(f, &client);
    assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
    assert_string_equal(
        f->outcome.solved,
        "password matches; domain must be \"CONTOSO\" or \"\", the client used "
        "\"contoso.test\" in the NTProofStr ([MS-NLMP] 3.3.2)");
    client = client_of(f->arena, "alice", PASSWORD "\n");
    sign_in(f, &client);
    assert_says(f, "hashed with a newline at its end ([MS-NLMP] 3.3.1)");
    client = client_of(f->arena, "alice", "another");
    sign_in(f, &client);
    assert_says(f, "it is another password");
    client = client_of(f->arena, "alice", PASSWORD);
    client.mic = CLIENT_MIC_WRONG;
    sign_in(f, &client);
    assert_says(f, "the MIC is over other bytes");
    client.mic = CLIENT_MIC_RIGHT;
    sign_in(f, &client);
    assert_int_equal(f->outcome.verdict, AUTH_ACCEPTED);
    assert_null(f->outcome.solved);
}

/* [MS-NLMP] 4.2.4: the document's own user, domain, password and challenge. */
static void vectors(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client;
    struct err err;

    assert_true(world_set(f->world, "user.User.password", "Password", &err));
    f->world->ntlm.server_challenge = "0123456789abcdef";
    assert_true(world_finish(f->world, &err));
    client = client_of(f->arena, MSNLMP_USER, "Password");
    client.hash_name = MSNLMP_DOMAIN;
    client.mic = CLIENT_MIC_NONE;
    sign_in(f, &client);
    assert_refused(f, AUTH_REASON_WRONG_PASSWORD);
    assert_says(f, "it is another password");
    client.domain = MSNLMP_DOMAIN;
    sign_in(f, &client);
    assert_refused(f, AUTH_REASON_UNKNOWN_USER);
    assert_says(f, "password matches; domain must be \"CONTOSO\", "
                   "\"contoso.test\" or \"\", the client sent \"Domain\"");
}

/* Many tries, and none of them long. */
static void cost(void **state)
{
    struct fixture *f = *state;
    struct ntlm_client client = client_of(f->arena, "alice", "another");
    int64_t began = env_monotonic(&f->env);

    for (int i = 0; i < 20; i++) {
        sign_in(f, &client);
    }
    print_message("  %.2f ms for one that fits nothing\n",
                  (double)(env_monotonic(&f->env) - began) / 20e6);
}

static const char *form_named(struct arena *arena, const char *password,
                              const char *how)
{
    struct why_form forms[WHY_FORMS_MAX];
    size_t count = why_forms(arena, password, true, forms);

    assert_true(count <= WHY_FORMS_MAX);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_false(span_equal(forms[i].wide, forms[j].wide));
        }
        if (strcmp(forms[i].how, how) == 0) {
            return forms[i].text ? forms[i].text
                                 : hex_text(arena, forms[i].wide);
        }
    }
    return "";
}

static void forms(void **state)
{
    static const char joerg[] = "j\xc3\xb6";
    static const struct {
        const char *password;
        const char *how;
        const char *form;
    } rows[] = {
        {"a&b", "escaped for XML", "a&amp;b"},
        {"a&b", "escaped for XML twice", "a&amp;amp;b"},
        {"a b!", "percent-encoded", "a%20b%21"},
        {"a+b", "with each + a blank, as forms are decoded", "a b"},
        {"aB", "with upper and lower case swapped, as Caps Lock does", "Ab"},
        {"abcdefghijklmno", "cut after 14 characters", "abcdefghijklmn"},
        {joerg, "as UTF-8, not as UTF-16LE", "6ac3b6"},
        {joerg, "as Windows-1252, not as UTF-16LE", "6af6"},
        {joerg, "in code page 850, not as UTF-16LE", "6a94"},
        {joerg, "in decomposed form (NFD), where the account has NFC",
         "jo\xcc\x88"},
        {"jo\xcc\x88", "in composed form (NFC), where the account has NFD",
         joerg},
        {"abc", "as UTF-16BE, not as UTF-16LE", "006100620063"},
        {"", "in upper case", ""},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_string_equal(form_named(f->arena, rows[i].password, rows[i].how),
                            rows[i].form);
    }
}

/* ---- P_SHA1, with the entropies of protocol: webticket 5.4 ---- */

static bool is_key(void *ctx, struct span key)
{
    return span_equal(*(const struct span *)ctx, key);
}

static void proof_keys(void **state)
{
    struct fixture *f = *state;
    uint8_t client[32];
    uint8_t server[32];
    uint8_t key[32];
    struct p_sha1_parts parts = {span_of(client, 32), span_of(server, 32), 32};
    struct span made = span_of(key, sizeof(key));
    struct span base64 = SPAN_NONE;

    for (uint8_t i = 0; i < 32; i++) {
        client[i] = i;
        server[i] = (uint8_t)(32 + i);
    }
    base64 = span_text(base64_text(f->arena, parts.client));
    p_sha1(parts.client, parts.server, key, sizeof(key));
    assert_string_equal(p_sha1_why(f->arena, &parts, is_key, &made), "");
    made.size = 16;
    assert_non_null(
        strstr(p_sha1_why(f->arena, &parts, is_key, &made), "cut to 16 bytes"));
    made.size = 32;
    p_sha1(parts.server, parts.client, key, sizeof(key));
    assert_non_null(strstr(p_sha1_why(f->arena, &parts, is_key, &made),
                           "secret and seed are swapped"));
    p_sha1(base64, parts.server, key, sizeof(key));
    assert_non_null(strstr(p_sha1_why(f->arena, &parts, is_key, &made),
                           "base64 of the client's entropy"));
    assert_non_null(strstr(p_sha1_why(f->arena, &parts, is_key, &parts.server),
                           "the server's entropy alone"));
    assert_non_null(strstr(p_sha1_why(f->arena, &parts, is_key, &parts.client),
                           "the client's entropy alone"));
    key[0] ^= 1;
    assert_null(p_sha1_why(f->arena, &parts, is_key, &made));
}

/* ---- Tickets: what no end-to-end row has ---- */

static void tickets(void **state)
{
    static const char issued[] = "<a:T xmlns:a=\"u\" I=\"id-1\"><a:X/></a:T>";
    const struct ticket_copy copy = {"id-1", span_text(issued)};
    struct fixture *f = *state;
    struct ticket_change change;

    ticket_why(f->arena, base64_text(f->arena, copy.text), &copy, 1, &change);
    assert_ptr_equal(change.copy, &copy);
    assert_null(change.what);
    ticket_why(f->arena, "", &copy, 1, &change);
    assert_null(change.copy);
    ticket_why(f->arena, "opaque=", &copy, 1, &change);
    assert_null(change.copy);
    ticket_why(f->arena, "opaque=AAEB", &copy, 1, &change);
    assert_null(change.copy);
    ticket_why(
        f->arena,
        base64_text(f->arena, span_text("<b:T xmlns:b=\"u\" I=\"id-1\"><b:X/>"
                                        "</b:T>")),
        &copy, 1, &change);
    assert_non_null(strstr(change.what, "other namespace prefixes"));
    ticket_why(f->arena, base64_text(f->arena, copy.text), NULL, 0, &change);
    assert_null(change.copy);
}

/* Without the blanks at the value's end, which are none of it (RFC 9110 5.5).
 */
static void blanks_for_plus(void **state)
{
    static const struct {
        const char *issued;
        const char *sent;
        bool same;
    } rows[] = {
        /* PGFzLz5iPj4+b24+, PGFzLz5iPj4+bj4=, PGFzLz5iPj4+aW9uPg== */
        {"<as/>b>>>on>", "PGFzLz5iPj4 b24", true},
        {"<as/>b>>>n>", "PGFzLz5iPj4 bj4=", true},
        {"<as/>b>>>n>", "PGFzLz5iPj4 bj4", true},
        {"<as/>b>>>ion>", "PGFzLz5iPj4 aW9uPg==", true},
        /* PGFzL24+: one at the end alone */
        {"<as/n>", "PGFzL24", true},
        /* PGE+++++Pg==, PGE+++++: in runs, that something made one blank of */
        {"<a>\xfb\xef\xbe>", "PGE     Pg==", true},
        {"<a>\xfb\xef\xbe>", "PGE Pg==", true},
        {"<a>\xfb\xef\xbe", "PGE", true},
        {"<as/>b>>>on>", "PGFzLz5iPj4+b24", false},
        {"<as/>b>>>on>", "PGFzLz5iPj4b24", false},
        {"<as/>b>>>on>", "PGFzLz5 iPj4 b24", false},
        {"<as/>b>>>on>", "PGFzLz5iPj4 b2", false},
        {"<as/>b>>>on>", "PGFzLz5iPj4 b24 AAEC", false},
        {"<as/>b>>>on>", "", false},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct ticket_copy copy = {"none", span_text(rows[i].issued)};
        struct ticket_change change;

        ticket_why(f->arena, arena_printf(f->arena, "opaque=%s", rows[i].sent),
                   &copy, 1, &change);
        if ((change.what && strstr(change.what, "a blank for each \"+\"")) !=
            rows[i].same) {
            fail_msg("row %zu: %s", i, change.what ? change.what : "nothing");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_and_challenges, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(vectors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cost, set_up, tear_down),
        cmocka_unit_test_setup_teardown(forms, set_up, tear_down),
        cmocka_unit_test_setup_teardown(proof_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tickets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(blanks_for_plus, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
