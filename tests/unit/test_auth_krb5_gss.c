/*
 * The Kerberos acceptor beside MIT's GSS-API, by the clock of the machine:
 * tokens that gss_accept_sec_context judges as well, and a client of MIT's that
 * takes our AP-REP and signatures, and makes its own.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

#include "auth/handle.h"
#include "auth_fixture.h"
#include "krb5_forge.h"
#include "krb5_judge.h"

#define KEYTAB "MEMORY:gss"
#define CCACHE "MEMORY:gss"

static struct krb5_rig rig;
static struct mit_judge judge;
static gss_cred_id_t acceptor;

static void acquire(const char *key, const char *value, int usage,
                    gss_cred_id_t *out)
{
    gss_key_value_element_desc items[] = {{key, value}, {"rcache", "none:"}};
    gss_key_value_set_desc store = {ARRAY_SIZE(items), items};
    OM_uint32 minor;

    assert_int_equal(
        gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE,
                              (gss_OID_set)(uintptr_t)gss_mech_set_krb5, usage,
                              &store, out, NULL, NULL),
        GSS_S_COMPLETE);
}

static int set_up(void **state)
{
    struct fixture *f;

    auth_set_up(state, "krb5");
    f = *state;
    env_system(&f->env, 1);
    rig_set_up(&rig);
    mit_judge_set_up(&judge, &rig.keys, KEYTAB);
    acquire("keytab", KEYTAB, GSS_C_ACCEPT, &acceptor);
    f->world->krb5.etypes = KRB_ALL_BITS;
    f->world->krb5.replay_cache = false;
    f->world->krb5.channel_binding = CHANNEL_BINDING_ALLOW;
    f->ctx.krb5 = rig.acceptor;
    return 0;
}

static int put_down(void **state)
{
    OM_uint32 minor;

    gss_release_cred(&minor, &acceptor);
    mit_judge_tear_down(&judge);
    tear_down(state);
    rig_tear_down(&rig);
    return 0;
}

static gss_buffer_desc buffer_of(struct span bytes)
{
    return (gss_buffer_desc){bytes.size, (void *)(uintptr_t)bytes.data};
}

/* ---- What both judge ---- */

enum { NO_TOKEN = -1 };

enum framing {
    FRAMED,
    FRAMED_MS_OID,
    FRAMED_OTHER_OID,
    FRAMED_OTHER_ID,
    FRAMED_TRAILING,
    NOT_FRAMED,
};

enum binding {
    NOT_BOUND,
    BOUND_TO_THIS,
    BOUND_TO_OTHER,
};

/* AD-IF-RELEVANT, and in that AD-AUTH-DATA-AP-OPTIONS: KERB_AP_OPTIONS_CBT
 * ([MS-KILE] 3.2.5.8) */
#define BINDS_ITSELF                                                           \
    "301d301ba003020101a1140412"                                               \
    "3010300ea0040202008fa106040400400000"

static const struct row {
    const char *name;
    struct forge_edit edits[FORGE_EDITS];
    enum framing framing;
    bool empty_checksum; /* over nothing, of the session key's type */
    enum binding bound;
    const char *kept; /* NULL: we say what MIT says */
    int32_t ours;
} rows[] = {
    {.name = "good"},
    {.name = "Windows' OID",
     .framing = FRAMED_MS_OID,
     .kept = "MIT takes it within SPNEGO alone"},
    {.name = "another OID", .framing = FRAMED_OTHER_OID},
    {.name = "another token's number",
     .framing = FRAMED_OTHER_ID,
     .kept = "MIT means the same, and sends no token",
     .ours = 40},
    {.name = "more behind the frame", .framing = FRAMED_TRAILING},
    {.name = "no frame",
     .framing = NOT_FRAMED,
     .kept = "Windows takes it within SPNEGO"},
    {.name = "no frame, DCE style",
     .framing = NOT_FRAMED,
     .edits = {HEX(IN_AUTHENTICATOR, 3,
                   "3023a0050203008003a11a041810000000"
                   "0000000000000000000000000000000000100000")}},
    {.name = "no checksum", .edits = {GONE(IN_AUTHENTICATOR, 3)}},
    {.name = "checksum over nothing", .empty_checksum = true},
    {.name = "checksum over something",
     .edits = {HEX(IN_AUTHENTICATOR, 3,
                   "3015a003020110a10e040c000102030405060708090a0b")},
     .kept = "nothing hangs on it, and Windows takes it"},
    {.name = "GSS-API's checksum, one byte short",
     .edits = {HEX(IN_AUTHENTICATOR, 3,
                   "3022a0050203008003a119041710000000"
                   "00000000000000000000000000000000000000")}},
    {.name = "its binding of another length",
     .edits = {HEX(IN_AUTHENTICATOR, 3,
                   "3023a0050203008003a11a041811000000"
                   "0000000000000000000000000000000000000000")}},
    {.name = "all flags but delegation and DCE style",
     .edits = {HEX(IN_AUTHENTICATOR, 3,
                   "3023a0050203008003a11a041810000000"
                   "00000000000000000000000000000000feefffff")}},
    {.name = "an extension",
     .edits = {HEX(IN_AUTHENTICATOR, 3,
                   "302da0050203008003a124042210000000"
                   "0000000000000000000000000000000002000000"
                   "00001234000000020102")}},
    {.name = "an extension that is cut",
     .edits = {HEX(IN_AUTHENTICATOR, 3,
                   "302ca0050203008003a123042110000000"
                   "0000000000000000000000000000000002000000"
                   "000012340000000201")},
     .kept = "extensions are not read"},
    {.name = "delegation without credentials",
     .edits = {HEX(IN_AUTHENTICATOR, 3,
                   "3023a0050203008003a11a041810000000"
                   "0000000000000000000000000000000001000000")}},
    {.name = "credentials that are cut",
     .edits = {HEX(IN_AUTHENTICATOR, 3,
                   "3028a0050203008003a11f041d10000000"
                   "0000000000000000000000000000000001000000"
                   "01000200ff")},
     .kept = "credentials are counted, not used"},
    {.name = "bound", .bound = BOUND_TO_THIS},
    {.name = "bound to another channel", .bound = BOUND_TO_OTHER},
    {.name = "binds itself, and is bound",
     .bound = BOUND_TO_THIS,
     .edits = {HEX(IN_AUTHENTICATOR, 8, BINDS_ITSELF)}},
    {.name = "binds itself, and is not bound",
     .edits = {HEX(IN_AUTHENTICATOR, 8, BINDS_ITSELF)}},
    {.name = "binds itself, and has no checksum",
     .edits = {HEX(IN_AUTHENTICATOR, 8, BINDS_ITSELF),
               GONE(IN_AUTHENTICATOR, 3)}},
    {.name = "another option",
     .edits = {HEX(IN_AUTHENTICATOR, 8,
                   "301d301ba003020101a1140412"
                   "3010300ea0040202008fa106040400800000")}},
};

static struct span sum_of_nothing(const struct forge *f)
{
    struct krb_block key =
        session_of(f->arena, forge_session_etype(f), FORGE_SESSION_FILL);
    AUTO_BUF sum = {0};
    int32_t type = 0;

    assert_int_equal(
        kcrypt_checksum(rig.kcrypt, &(struct kcrypt_key){key.type, key.bytes},
                        KCRYPT_AP_REQ_CHECKSUM, SPAN_NONE, &type, &sum),
        KCRYPT_OK);
    return forge_block(f, type, buf_span(&sum));
}

static struct span bound_sum(const struct forge *f, enum binding bound)
{
    uint8_t sum[24] = {AUTH_BINDING_SIZE};

    auth_channel_bindings(span_of(certificate, sizeof(certificate)), sum + 4);
    sum[4] ^= bound == BOUND_TO_OTHER;
    return forge_block(f, CHECKSUM_KG_CB, span_of(sum, sizeof(sum)));
}

static struct span framed(struct arena *arena, enum framing framing,
                          struct span message)
{
    AUTO_BUF out = {0};

    if (framing == NOT_FRAMED) {
        return message;
    }
    krb_encode_gss_token(
        &out,
        framing == FRAMED_MS_OID      ? SPNEGO_OID_MS_KRB5
        : framing == FRAMED_OTHER_OID ? span_text("\x2a\x03\x04")
                                      : SPNEGO_OID_KRB5,
        framing == FRAMED_OTHER_ID ? KRB_TOKEN_AP_REP : KRB_TOKEN_AP_REQ,
        message);
    if (framing == FRAMED_TRAILING) {
        buf_add_u8(&out, 0);
    }
    return arena_copy(arena, buf_span(&out));
}

static struct span make(struct fixture *f, const struct row *row)
{
    struct forge forge = forge_at(env_now(&f->env) / ENV_NS_PER_SEC, f->arena,
                                  &rig, KRB_ETYPE_AES256, 0);

    if (row->empty_checksum) {
        forge.members[IN_AUTHENTICATOR][3] = sum_of_nothing(&forge);
    }
    if (row->bound != NOT_BOUND) {
        forge.members[IN_AUTHENTICATOR][3] = bound_sum(&forge, row->bound);
    }
    return framed(f->arena, row->framing, forge_make(&forge, row->edits));
}

/* The number of the KRB-ERROR in a token; NO_TOKEN: it is none. */
static int32_t error_of(struct span token)
{
    struct krb_gss_token frame;
    struct krb_error error;
    struct krb_flaw flaw;
    bool is_framed = krb_decode_gss_token(token, &frame, &flaw);

    return krb_decode_error(is_framed ? frame.message : token, &error, &flaw)
               ? error.code
               : NO_TOKEN;
}

/* 0: accepted; else the number of the KRB-ERROR, or NO_TOKEN. */
static int32_t mit_accepts(struct span token)
{
    struct gss_channel_bindings_struct bindings = {0};
    uint8_t data[sizeof("tls-server-end-point:") - 1 + sizeof(certificate)] =
        "tls-server-end-point:";
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_buffer_desc in = buffer_of(token);
    gss_buffer_desc reply = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;
    OM_uint32 major;
    bool answered;
    int32_t number;

    memcpy(data + sizeof(data) - sizeof(certificate), certificate,
           sizeof(certificate));
    bindings.application_data = buffer_of(span_of(data, sizeof(data)));
    major = gss_accept_sec_context(&minor, &context, acceptor, &in, &bindings,
                                   NULL, NULL, &reply, NULL, NULL, NULL);
    answered = reply.length > 0;
    number = error_of(span_of(reply.value, reply.length));
    gss_release_buffer(&minor, &reply);
    gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
    /* Of DCE style a third leg is to come. */
    return major == GSS_S_COMPLETE || (major == GSS_S_CONTINUE_NEEDED &&
                                       answered && number == NO_TOKEN)
               ? 0
               : number;
}

static int32_t we_accept(struct fixture *f, struct span token)
{
    step(f, token);
    return f->outcome.verdict == AUTH_ACCEPTED ? 0
                                               : error_of(f->outcome.token_out);
}

static void judges_alike(void **state)
{
    struct fixture *f = *state;
    int wrong = 0;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct row *row = &rows[i];
        struct span token = make(f, row);
        int32_t mit = mit_accepts(token);
        int32_t ours = we_accept(f, token);

        if (ours != (row->kept ? row->ours : mit) ||
            (row->kept && mit == row->ours)) {
            print_message("%s: ours %d, MIT %d: %s\n", row->name, (int)ours,
                          (int)mit, or (f->outcome.why, note(f, "krb5.error")));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* ---- A client of MIT's ---- */

/* Its credential cache has the ticket, as from a KDC. The judge's library would
 * write its clock into it. */
static void keep_ticket(struct fixture *f, const struct forge *forge)
{
    struct krb_block key =
        session_of(f->arena, forge_session_etype(forge), FORGE_SESSION_FILL);
    krb5_creds creds = {
        .keyblock = {.enctype = key.type,
                     .length = (unsigned)key.bytes.size,
                     .contents = (krb5_octet *)(uintptr_t)key.bytes.data},
        .times = {.authtime = (krb5_timestamp)forge->now - 60,
                  .starttime = (krb5_timestamp)forge->now - 60,
                  .endtime = (krb5_timestamp)forge->now + 36000},
        .server = judge.service,
        .ticket = data_of(forge_ticket(forge)),
    };
    krb5_ccache cache;

    assert_int_equal(
        krb5_parse_name(rig.context, "alice@" REALM, &creds.client), 0);
    assert_int_equal(krb5_cc_resolve(rig.context, CCACHE, &cache), 0);
    assert_int_equal(krb5_cc_initialize(rig.context, cache, creds.client), 0);
    assert_int_equal(krb5_cc_store_cred(rig.context, cache, &creds), 0);
    krb5_cc_close(rig.context, cache);
    krb5_free_principal(rig.context, creds.client);
}

struct gss_client {
    gss_cred_id_t cred;
    gss_name_t service;
    gss_ctx_id_t context;
    OM_uint32 flags;
};

static void client_begin(struct gss_client *c, OM_uint32 flags)
{
    gss_buffer_desc name = buffer_of(span_text(SPN "@" REALM));
    OM_uint32 minor;

    *c = (struct gss_client){.flags = flags};
    acquire("ccache", CCACHE, GSS_C_INITIATE, &c->cred);
    assert_int_equal(
        gss_import_name(&minor, &name,
                        (gss_OID)(uintptr_t)GSS_KRB5_NT_PRINCIPAL_NAME,
                        &c->service),
        GSS_S_COMPLETE);
}

static void client_end(struct gss_client *c)
{
    OM_uint32 minor;

    gss_delete_sec_context(&minor, &c->context, GSS_C_NO_BUFFER);
    gss_release_name(&minor, &c->service);
    gss_release_cred(&minor, &c->cred);
}

/* The client's next token in the arena; it must have come to this. */
static struct span client_step(struct fixture *f, struct gss_client *c,
                               struct span token, OM_uint32 expected)
{
    gss_buffer_desc in = buffer_of(token);
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;
    OM_uint32 ignored;
    OM_uint32 major;
    struct span copy;

    major = gss_init_sec_context(&minor, c->cred, &c->context, c->service,
                                 (gss_OID)(uintptr_t)gss_mech_krb5, c->flags, 0,
                                 GSS_C_NO_CHANNEL_BINDINGS, &in, NULL, &out,
                                 NULL, NULL);
    if (major != expected) {
        print_message("gss_init_sec_context: %x, %d\n", major, (int)minor);
    }
    assert_int_equal(major, expected);
    copy = arena_copy(f->arena, span_of(out.value, out.length));
    gss_release_buffer(&ignored, &out);
    return copy;
}

/* Our signature for the client, and the client's for us. */
static void sign_both_ways(struct fixture *f, struct gss_client *c)
{
    const struct span text = span_text("what was agreed on");
    const struct auth_integrity *integrity = f->handle->integrity;
    gss_buffer_desc message = buffer_of(text);
    gss_buffer_desc mic;
    OM_uint32 minor;

    for (int i = 0; i < 3; i++) {
        mic = buffer_of(integrity->get_mic(f->handle, f->arena, text));
        assert_int_equal(
            gss_verify_mic(&minor, c->context, &message, &mic, NULL),
            GSS_S_COMPLETE);
        assert_int_equal(
            gss_get_mic(&minor, c->context, GSS_C_QOP_DEFAULT, &message, &mic),
            GSS_S_COMPLETE);
        assert_true(integrity->verify_mic(f->handle, text,
                                          span_of(mic.value, mic.length)));
        assert_false(integrity->verify_mic(f->handle, span_text("another"),
                                           span_of(mic.value, mic.length)));
        gss_release_buffer(&minor, &mic);
    }
}

static void client_takes(struct fixture *f, int32_t etype,
                         int32_t session_etype, OM_uint32 flags)
{
    struct forge forge = forge_at(env_now(&f->env) / ENV_NS_PER_SEC, f->arena,
                                  &rig, etype, session_etype);
    bool mutual = flags & GSS_C_MUTUAL_FLAG;
    struct gss_client c;
    struct span token;

    forge_write(&forge);
    keep_ticket(f, &forge);
    client_begin(&c, flags | GSS_C_INTEG_FLAG | GSS_C_SEQUENCE_FLAG |
                         GSS_C_REPLAY_FLAG);
    token = client_step(f, &c, SPAN_NONE,
                        mutual ? GSS_S_CONTINUE_NEEDED : GSS_S_COMPLETE);
    step(f, token);
    assert_string_equal(or (f->outcome.why, ""), "");
    assert_int_equal(f->outcome.verdict, AUTH_ACCEPTED);
    assert_int_equal(f->outcome.token_out.size > 0, mutual);
    if (mutual) {
        client_step(f, &c, f->outcome.token_out, GSS_S_COMPLETE);
    }
    sign_both_ways(f, &c);
    client_end(&c);
}

static void serves_mit(void **state)
{
    static const int32_t etypes[] = {KRB_ETYPE_AES256, KRB_ETYPE_AES128,
                                     KRB_ETYPE_RC4};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(etypes); i++) {
        for (size_t k = 0; k < ARRAY_SIZE(etypes); k++) {
            print_message("ticket %d, session key %d\n", (int)etypes[i],
                          (int)etypes[k]);
            client_takes(f, etypes[i], etypes[k], GSS_C_MUTUAL_FLAG);
            client_takes(f, etypes[i], etypes[k], 0);
        }
    }
}

/* What we answer to a client that is refused: MIT reads the number. */
static void tells_mit(void **state)
{
    static const struct {
        int64_t clock;
        OM_uint32 minor;
    } cases[] = {
        {301, (OM_uint32)KRB5KRB_AP_ERR_SKEW},
        {-301, (OM_uint32)KRB5KRB_AP_ERR_SKEW},
        {40000, (OM_uint32)KRB5KRB_AP_ERR_TKT_EXPIRED},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct forge forge = forge_at(env_now(&f->env) / ENV_NS_PER_SEC,
                                      f->arena, &rig, KRB_ETYPE_AES256, 0);
        gss_buffer_desc in;
        gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
        struct gss_client c;
        OM_uint32 minor;
        OM_uint32 major;

        forge_write(&forge);
        keep_ticket(f, &forge);
        client_begin(&c, GSS_C_MUTUAL_FLAG);
        f->world->krb5.clock = cases[i].clock * ENV_NS_PER_SEC;
        step(f, client_step(f, &c, SPAN_NONE, GSS_S_CONTINUE_NEEDED));
        f->world->krb5.clock = 0;
        assert_int_equal(f->outcome.verdict, AUTH_REFUSED);
        in = buffer_of(f->outcome.token_out);
        major = gss_init_sec_context(&minor, c.cred, &c.context, c.service,
                                     (gss_OID)(uintptr_t)gss_mech_krb5, c.flags,
                                     0, GSS_C_NO_CHANNEL_BINDINGS, &in, NULL,
                                     &out, NULL, NULL);
        assert_int_equal(major, GSS_S_FAILURE);
        assert_int_equal(minor, cases[i].minor);
        client_end(&c);
    }
}

int main(void)
{
    static const char profile[] = "[libdefaults]\n"
                                  "default_realm = " REALM "\n"
                                  "dns_canonicalize_hostname = false\n"
                                  "dns_lookup_kdc = false\n";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(judges_alike, set_up, put_down),
        cmocka_unit_test_setup_teardown(serves_mit, set_up, put_down),
        cmocka_unit_test_setup_teardown(tells_mit, set_up, put_down),
    };
    char path[] = "/tmp/lyncmock-krb5-XXXXXX";
    int fd = mkstemp(path);
    int failed;

    if (fd < 0 ||
        write(fd, profile, sizeof(profile) - 1) != sizeof(profile) - 1) {
        return 1;
    }
    close(fd);
    setenv("KRB5_CONFIG", path, 1);
    unsetenv("KRB5_TRACE");
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
