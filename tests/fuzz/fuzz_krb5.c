/*
 * The Kerberos acceptor. The first byte says what the rest is: a token as it
 * comes, or what is within one - the ticket's part behind its length (two
 * bytes, little-endian), then the authenticator - which is closed here with
 * the right keys: what a client with a good ticket may send, and what only a
 * KDC could.
 */
#include "config.h"

#include "auth/handle.h"
#include "auth_tokens.h"
#include "util/kcrypt.h"
#include "wire/der.h"
#include "wire/krb.h"
#include "wire/spnego.h"

enum mode {
    MODE_INSIDE = 1 << 0, /* else: a token */
    MODE_RC4 = 1 << 1,    /* closes the ticket; else AES-256 */
    MODE_BARE = 1 << 2,   /* no frame around the AP-REQ */
    MODE_MUTUAL = 1 << 3,
    MODE_BOUND = 1 << 4, /* channel bindings are required */
    MODE_OTHER = 1 << 5, /* the service has another key */
};

enum { SESSION_FILL = 7 }; /* of session keys in the corpus */

/* Whose binding is in the corpus. */
static const uint8_t certificate[32] = "the hash of some certificate";

static struct world *world;
static struct krb5_acceptor *acceptor;
static struct kcrypt *kcrypt;
static struct krb_keys keys;
static struct env env;

static void set_up(void)
{
    struct err err;

    if (world) {
        return;
    }
    world = fuzz_world();
    acceptor = fuzz_acceptor();
    fuzz_keys(&keys);
    if (!kcrypt_new(&kcrypt, &err)) {
        abort();
    }
    env_system(&env, 1);
    env.now = fixed_time;
}

static struct span closed(struct arena *arena, int32_t etype,
                          struct span key_bytes, enum kcrypt_usage usage,
                          struct span plain)
{
    const struct kcrypt_key key = {etype, key_bytes};
    AUTO_BUF out = {0};

    if (kcrypt_encrypt(kcrypt, &key, usage, plain, &out) != KCRYPT_OK) {
        abort();
    }
    return arena_copy(arena, buf_span(&out));
}

static struct span close_ticket(struct arena *arena, unsigned mode,
                                struct span part)
{
    int32_t etype = mode & MODE_RC4 ? KRB_ETYPE_RC4 : KRB_ETYPE_AES256;
    const struct krb_key *key = krb_keys_find(&keys, etype);
    struct krb_ticket ticket = {
        .service = {.type = KRB_NT_SRV_INST,
                    .components = {span_text("HTTP"),
                                   span_text("lyncweb.contoso.test")},
                    .count = 2,
                    .realm = span_text(world->realm)},
        .enc_part = {.etype = etype, .has_kvno = true, .kvno = 2},
    };
    AUTO_BUF out = {0};

    ticket.enc_part.cipher = closed(
        arena, etype, span_of(key->bytes, key->size), KCRYPT_TICKET, part);
    krb_encode_ticket(&out, &ticket);
    return arena_copy(arena, buf_span(&out));
}

static void add_integer(struct buf *out, unsigned tag, int64_t number)
{
    size_t start = out->size;

    der_add_integer(out, number);
    der_wrap(out, start, (uint8_t)(DER_CONTEXT_0 + tag));
}

/* RFC 4120 section 5.5.1 */
static struct span ap_req(struct arena *arena, unsigned mode,
                          struct span ticket, struct span authenticator)
{
    const uint8_t options[] = {0, mode & MODE_MUTUAL ? 0x20 : 0, 0, 0, 0};
    uint8_t session[32];
    int32_t etype = mode & MODE_RC4 ? KRB_ETYPE_RC4 : KRB_ETYPE_AES256;
    AUTO_BUF out = {0};
    size_t start;
    size_t inner;

    memset(session, SESSION_FILL, sizeof(session));
    add_integer(&out, 0, 5);
    add_integer(&out, 1, KRB_AP_REQ);
    start = out.size;
    der_add(&out, DER_BIT_STRING, span_of(options, sizeof(options)));
    der_wrap(&out, start, DER_CONTEXT_0 + 2);
    der_add(&out, DER_CONTEXT_0 + 3, ticket);
    start = out.size;
    add_integer(&out, 0, etype);
    inner = out.size;
    der_add(&out, DER_OCTET_STRING,
            closed(arena, etype, span_of(session, krb_key_size(etype)),
                   KCRYPT_AP_REQ_AUTHENTICATOR, authenticator));
    der_wrap(&out, inner, DER_CONTEXT_0 + 2);
    der_wrap(&out, start, DER_SEQUENCE);
    der_wrap(&out, start, DER_CONTEXT_0 + 4);
    der_wrap(&out, 0, DER_SEQUENCE);
    der_wrap(&out, 0, DER_APPLICATION_0 + KRB_AP_REQ);
    if (!(mode & MODE_BARE)) {
        AUTO_BUF framed = {0};

        krb_encode_gss_token(&framed, SPNEGO_OID_KRB5, KRB_TOKEN_AP_REQ,
                             buf_span(&out));
        return arena_copy(arena, buf_span(&framed));
    }
    return arena_copy(arena, buf_span(&out));
}

static struct span token_of(struct arena *arena, unsigned mode,
                            struct reader *rd)
{
    size_t length;
    size_t left;
    struct span part;

    if (!(mode & MODE_INSIDE)) {
        return rd_bytes(rd, rd_left(rd));
    }
    length = rd_u16le(rd);
    left = rd_left(rd);
    part = rd_bytes(rd, length < left ? length : left);
    return ap_req(arena, mode, close_ticket(arena, mode, part),
                  rd_bytes(rd, rd_left(rd)));
}

/* A server that accepts can sign; whatever came is no signature. */
static void sign(struct auth_handle *handle, struct arena *arena,
                 struct span token)
{
    const struct auth_integrity *integrity = handle->integrity;
    struct span mic;

    assert(integrity->ready(handle));
    mic = integrity->get_mic(handle, arena, token);
    assert(mic.size > 0);
    assert(!integrity->verify_mic(handle, token, mic));
    assert(!integrity->verify_mic(handle, token, token));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct auth_method *method = auth_method("krb5");
    struct auth_handle *handle = method->begin();
    struct reader rd = rd_init(span_of(data, size));
    unsigned mode = rd_u8(&rd);
    AUTO(arena) arena = arena_new();
    struct auth_outcome out = {0};
    struct auth_context ctx = {
        .env = &env,
        .arena = arena,
        .host = "lyncweb.contoso.test",
        .certificate_hash = span_of(certificate, sizeof(certificate)),
    };
    struct span token;

    set_up();
    ctx.world = world;
    ctx.krb5 = acceptor;
    world->krb5.channel_binding =
        mode & MODE_BOUND ? CHANNEL_BINDING_REQUIRE : CHANNEL_BINDING_ALLOW;
    world->krb5.wrong_key = mode & MODE_OTHER;
    token = token_of(arena, mode, &rd);
    method->step(handle, &ctx, token, &out);
    check_outcome(&out);
    assert(out.verdict != AUTH_REFUSED || out.token_out.size > 0);
    describe(arena, out.token_out);
    if (out.verdict == AUTH_ACCEPTED) {
        sign(handle, arena, token);
    }
    method->end(handle);
    return 0;
}
