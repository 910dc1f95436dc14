/*
 * A Kerberos client and its KDC for tests: the ticket is minted here with the
 * service's key, the AP-REQ is made by MIT's library, as any client of it does
 * (RFC 4120 section 3.2, RFC 4121 section 4.1.1).
 */
#ifndef UNIT_KRB5_CLIENT_H
#define UNIT_KRB5_CLIENT_H

#include <krb5/krb5.h>
#include <profile.h>
#include <string.h>

#include "auth/binding.h"
#include "auth/krb5.h"
#include "auth/krb5_mic.h"
#include "auth_fixture.h"
#include "util/kcrypt.h"
#include "wire/krb.h"
#include "wire/spnego.h"

#define REALM "CONTOSO.TEST"
#define SPN   "HTTP/lyncweb.contoso.test"

enum {
    KVNO = 2,
    CHECKSUM_KG_CB = 0x8003,
    GSS_MUTUAL = 2,
    GSS_DELEG = 1,
};

enum client_checksum {
    CHECKSUM_GSS,   /* as RFC 4121 wants it */
    CHECKSUM_NONE,  /* as impacket for LDAP */
    CHECKSUM_PLAIN, /* of another type, over nothing */
    CHECKSUM_SHORT, /* of GSS-API's type, cut short */
};

enum client_bound {
    BOUND_NOT,
    BOUND_RIGHT,
    BOUND_WRONG,
};

/* What is in the ticket, and how the AP-REQ is made. Zero: as good as can be.
 * Times: s from NOW. */
struct krb5_client {
    const char *name;          /* of the client; NULL: "alice" */
    int32_t name_type;         /* 0: NT-PRINCIPAL */
    const char *second;        /* another component; NULL: none */
    const char *realm;         /* of the client; NULL: REALM */
    const char *spn;           /* in the ticket; NULL: SPN */
    const char *spn_realm;     /* NULL: REALM */
    const struct krb_key *key; /* closes the ticket; NULL: the service's */
    int32_t etype;             /* of the service's key; 0: AES-256 */
    int32_t session_etype;     /* 0: as etype */
    int32_t kvno;              /* 0: KVNO; -1: none in the ticket */
    int64_t clock;             /* of the client */
    int64_t starts;
    int64_t ends;   /* 0: in ten hours */
    uint32_t flags; /* TicketFlags to be added */
    size_t padding; /* bytes of authorization data */
    bool no_mutual;
    bool no_subkey;
    bool deleg;
    enum client_checksum checksum;
    enum client_bound bound;
    const char *other_name; /* in the authenticator; NULL: as in the ticket */
    bool other_session;     /* authenticator made with another session key */
    bool bad_subkey;        /* three bytes that say they are AES-256 */
    bool bare;              /* no frame around it */
    bool ms_oid;            /* Windows' OID in the frame */
    /* What it came to. */
    krb5_auth_context auth;
};

struct krb5_rig {
    struct krb_keys keys;
    struct krb5_acceptor *acceptor;
    krb5_context context; /* the client's */
    struct kcrypt *kcrypt;
};

static inline void rig_set_up(struct krb5_rig *rig)
{
    profile_t profile = NULL;
    struct err err;

    krb_keys_make(&rig->keys, KRB_ALL_BITS, KVNO, env_secret);
    assert_true(krb5_acceptor_new(&rig->keys, &rig->acceptor, &err));
    assert_true(kcrypt_new(&rig->kcrypt, &err));
    assert_int_equal(profile_init(NULL, &profile), 0);
    assert_int_equal(krb5_init_context_profile(profile, 0, &rig->context), 0);
    profile_release(profile);
}

static inline void rig_tear_down(struct krb5_rig *rig)
{
    krb5_acceptor_free(rig->acceptor);
    kcrypt_free(rig->kcrypt);
    krb5_free_context(rig->context);
}

static inline const char * or (const char *text, const char *other)
{
    return text ? text : other;
}

static inline struct krb_name name_of(struct arena *arena, const char *text,
                                      int32_t type, const char *realm)
{
    struct krb_name name = {.type = type, .realm = span_text(realm)};
    const char *rest = arena_strdup(arena, text);

    while (rest) {
        const char *slash = strchr(rest, '/');
        size_t size = slash ? (size_t)(slash - rest) : strlen(rest);

        name.components[name.count++] = span_of(rest, size);
        rest = slash ? slash + 1 : NULL;
    }
    return name;
}

/* Of the service; its bytes are secret, but the same in all tests. */
static inline struct krb_block session_of(struct arena *arena, int32_t etype,
                                          uint8_t fill)
{
    size_t size = krb_key_size(etype);
    uint8_t *bytes = arena_alloc(arena, size);

    memset(bytes, fill, size);
    return (struct krb_block){.type = etype, .bytes = span_of(bytes, size)};
}

static inline struct span padding_of(struct arena *arena, size_t size)
{
    struct krb_authdata list = {.count = 1};
    AUTO_BUF out = {0};

    if (size == 0) {
        return SPAN_NONE;
    }
    list.items[0].type = 1234;
    list.items[0].bytes = span_of(arena_alloc(arena, size), size);
    krb_encode_authdata(&out, &list);
    return arena_copy(arena, buf_span(&out));
}

static inline struct krb_name client_name(struct arena *arena,
                                          const struct krb5_client *c)
{
    struct krb_name name = name_of(
        arena, or (c->name, "alice"),
        c->name_type ? c->name_type : KRB_NT_PRINCIPAL, or (c->realm, REALM));

    if (c->second) {
        name.components[name.count++] = span_text(c->second);
    }
    return name;
}

/* The ticket (RFC 4120 section 5.3), closed. */
static inline struct span mint(const struct krb5_rig *rig, struct arena *arena,
                               const struct krb5_client *c,
                               struct krb_block session)
{
    static const uint8_t transited[] = {0x30, 0x0b, 0xa0, 0x03, 0x02,
                                        0x01, 0x01, 0xa1, 0x04, 0x04,
                                        0x02, 0x00, 0x00};
    int32_t etype = c->etype ? c->etype : KRB_ETYPE_AES256;
    const struct krb_key *key =
        c->key ? c->key : krb_keys_find(&rig->keys, etype);
    const int64_t now = NOW / ENV_NS_PER_SEC;
    struct krb_ticket_part part = {
        .flags = 0x00a00000 | c->flags, /* pre-authent, transited-checked... */
        .key = session,
        .client = client_name(arena, c),
        .auth_time = now - 60,
        .has_start_time = true,
        .start_time = now + (c->starts ? c->starts : -60),
        .end_time = now + (c->ends ? c->ends : 36000),
        .transited = span_of(transited, sizeof(transited)),
        .authorization_data = padding_of(arena, c->padding),
    };
    struct krb_ticket ticket = {
        .service = name_of(arena, or (c->spn, SPN), KRB_NT_SRV_INST,
                           or (c->spn_realm, REALM)),
        .enc_part = {.etype = etype,
                     .has_kvno = c->kvno >= 0,
                     .kvno = c->kvno ? (uint32_t)c->kvno : KVNO},
    };
    AUTO_BUF plain = {0};
    AUTO_BUF cipher = {0};
    AUTO_BUF out = {0};

    krb_encode_ticket_part(&plain, &part);
    assert_int_equal(
        kcrypt_encrypt(
            rig->kcrypt,
            &(struct kcrypt_key){key->etype, span_of(key->bytes, key->size)},
            KCRYPT_TICKET, buf_span(&plain), &cipher),
        KCRYPT_OK);
    ticket.enc_part.cipher = buf_span(&cipher);
    krb_encode_ticket(&out, &ticket);
    return arena_copy(arena, buf_span(&out));
}

static inline krb5_data data_of(struct span bytes)
{
    return (krb5_data){.length = (unsigned)bytes.size,
                       .data = (char *)(uintptr_t)bytes.data};
}

/* RFC 4121 section 4.1.1: Lgth, Bnd, Flags. */
static inline struct span gss_checksum(struct arena *arena,
                                       const struct krb5_client *c)
{
    uint8_t *sum = arena_alloc(arena, 24);

    sum[0] = AUTH_BINDING_SIZE;
    if (c->bound != BOUND_NOT) {
        auth_channel_bindings(span_of(certificate, sizeof(certificate)),
                              sum + 4);
        sum[4] ^= c->bound == BOUND_WRONG;
    }
    sum[20] = (uint8_t)((c->no_mutual ? 0 : GSS_MUTUAL) | 0x3c);
    return span_of(sum, c->checksum == CHECKSUM_SHORT ? 10 : 24);
}

static inline krb5_principal principal_of(const struct krb5_rig *rig,
                                          struct arena *arena,
                                          const struct krb_name *name)
{
    krb5_principal principal = NULL;
    char *realm = arena_text(arena, name->realm);

    assert_int_equal(
        krb5_build_principal(
            rig->context, &principal, (unsigned)name->realm.size, realm,
            arena_text(arena, name->components[0]),
            name->count > 1 ? arena_text(arena, name->components[1]) : NULL,
            (char *)NULL),
        0);
    principal->type = name->type;
    return principal;
}

static inline void set_subkey(const struct krb5_rig *rig,
                              const struct krb5_client *c)
{
    krb5_octet bytes[] = {1, 2, 3};
    krb5_keyblock block = {.enctype = KRB_ETYPE_AES256,
                           .length = sizeof(bytes),
                           .contents = bytes};

    if (c->bad_subkey) {
        krb5_auth_con_setsendsubkey(rig->context, c->auth, &block);
    }
}

static inline void set_checksum(const struct krb5_rig *rig,
                                const struct krb5_client *c)
{
    if (c->checksum == CHECKSUM_GSS || c->checksum == CHECKSUM_SHORT) {
        krb5_auth_con_set_req_cksumtype(rig->context, c->auth, CHECKSUM_KG_CB);
    }
}

/* The AP-REQ, in GSS-API's frame unless it is `bare`. */
static inline struct span client_token(const struct krb5_rig *rig,
                                       struct arena *arena,
                                       struct krb5_client *c)
{
    int32_t etype = c->etype ? c->etype : KRB_ETYPE_AES256;
    int32_t session_etype = c->session_etype ? c->session_etype : etype;
    struct krb_block session = session_of(arena, session_etype, 7);
    struct krb_block used =
        session_of(arena, session_etype, c->other_session ? 8 : 7);
    struct krb_name client = client_name(arena, c);
    struct krb_name service = name_of(arena, or (c->spn, SPN), KRB_NT_SRV_INST,
                                      or (c->spn_realm, REALM));
    krb5_data sum =
        data_of(c->checksum == CHECKSUM_PLAIN ? span_text("anything")
                                              : gss_checksum(arena, c));
    krb5_creds creds = {0};
    krb5_data out = {0};
    krb5_flags options = c->no_mutual ? 0 : AP_OPTS_MUTUAL_REQUIRED;
    AUTO_BUF framed = {0};
    struct span token;

    if (c->other_name) {
        client.components[0] = span_text(c->other_name);
    }
    creds.client = principal_of(rig, arena, &client);
    creds.server = principal_of(rig, arena, &service);
    creds.keyblock = (krb5_keyblock){
        .enctype = used.type,
        .length = (unsigned)used.bytes.size,
        .contents = (krb5_octet *)(uintptr_t)used.bytes.data,
    };
    creds.ticket = data_of(mint(rig, arena, c, session));
    creds.times.endtime = INT32_MAX;
    krb5_set_real_time(rig->context,
                       (krb5_timestamp)(NOW / ENV_NS_PER_SEC + c->clock), 0);
    assert_int_equal(krb5_auth_con_init(rig->context, &c->auth), 0);
    krb5_auth_con_setflags(rig->context, c->auth,
                           KRB5_AUTH_CONTEXT_DO_SEQUENCE);
    set_checksum(rig, c);
    set_subkey(rig, c);
    options |= c->no_subkey ? 0 : AP_OPTS_USE_SUBKEY;
    assert_int_equal(
        krb5_mk_req_extended(rig->context, &c->auth, options,
                             c->checksum == CHECKSUM_NONE ? NULL : &sum, &creds,
                             &out),
        0);
    token = arena_copy(arena, span_of(out.data, out.length));
    krb5_free_data_contents(rig->context, &out);
    krb5_free_principal(rig->context, creds.client);
    krb5_free_principal(rig->context, creds.server);
    if (c->bare) {
        return token;
    }
    krb_encode_gss_token(&framed,
                         c->ms_oid ? SPNEGO_OID_MS_KRB5 : SPNEGO_OID_KRB5,
                         KRB_TOKEN_AP_REQ, token);
    return arena_copy(arena, buf_span(&framed));
}

static inline void client_done(const struct krb5_rig *rig,
                               struct krb5_client *c)
{
    krb5_auth_con_free(rig->context, c->auth);
    c->auth = NULL;
}

/* The message in the server's token, which must have this kind. */
static inline struct span client_opens(const struct krb5_client *c,
                                       struct span token, enum krb_token_id id)
{
    struct krb_gss_token frame;
    struct krb_flaw flaw;

    if (c->bare) {
        return token;
    }
    assert_true(krb_decode_gss_token(token, &frame, &flaw));
    assert_true(span_equal(frame.oid,
                           c->ms_oid ? SPNEGO_OID_MS_KRB5 : SPNEGO_OID_KRB5));
    assert_int_equal(frame.id, id);
    return frame.message;
}

/* Whether the client takes the server's AP-REP: 0, or the library's error. */
static inline krb5_error_code client_mutual(const struct krb5_rig *rig,
                                            struct krb5_client *c,
                                            struct span token)
{
    krb5_data reply = data_of(client_opens(c, token, KRB_TOKEN_AP_REP));
    krb5_ap_rep_enc_part *part = NULL;
    krb5_error_code code = krb5_rd_rep(rig->context, c->auth, &reply, &part);

    if (code == 0) {
        krb5_free_ap_rep_enc_part(rig->context, part);
    }
    return code;
}

static inline void copy_key(struct krb_key *out, krb5_keyblock *block)
{
    *out = (struct krb_key){0};
    if (block) {
        out->etype = block->enctype;
        out->size = block->length;
        memcpy(out->bytes, block->contents, block->length);
    }
}

/* The keys of per-message tokens as the client has them, after its AP-REQ, and
 * after the AP-REP. */
static inline struct krb5_session client_session(const struct krb5_rig *rig,
                                                 const struct krb5_client *c)
{
    struct krb5_session session = {0};
    krb5_keyblock *key = NULL;
    krb5_keyblock *theirs = NULL;
    krb5_int32 number = 0;

    krb5_auth_con_getsendsubkey(rig->context, c->auth, &key);
    krb5_auth_con_getrecvsubkey(rig->context, c->auth, &theirs);
    if (!c->no_mutual && c->etype != KRB_ETYPE_RC4) {
        copy_key(&session.acceptor, theirs);
    }
    krb5_free_keyblock(rig->context, theirs);
    if (!key) {
        krb5_auth_con_getkey(rig->context, c->auth, &key);
    }
    copy_key(&session.initiator, key);
    krb5_free_keyblock(rig->context, key);
    krb5_auth_con_getlocalseqnumber(rig->context, c->auth, &number);
    session.sequence = (uint32_t)number;
    return session;
}

/* The KRB-ERROR in the server's token. */
static inline struct krb_error client_error(const struct krb5_client *c,
                                            struct span token)
{
    struct krb_error error = {0};
    struct krb_flaw flaw;

    assert_true(krb_decode_error(client_opens(c, token, KRB_TOKEN_ERROR),
                                 &error, &flaw));
    return error;
}

#endif
