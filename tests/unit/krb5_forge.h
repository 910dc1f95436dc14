/*
 * AP-REQs of any form (RFC 4120 sections 5.3 and 5.5.1), member by member, for
 * tests: the four SEQUENCEs of a good one, whose members may be replaced, left
 * out or followed by something else, before all is encrypted.
 */
#ifndef UNIT_KRB5_FORGE_H
#define UNIT_KRB5_FORGE_H

#include "krb5_client.h"
#include "util/base64.h"
#include "wire/der.h"
#include "wire/krb_time.h"

enum forge_place {
    IN_AP_REQ,
    IN_TICKET,
    IN_PART,          /* EncTicketPart */
    IN_AUTHENTICATOR, /* Authenticator */
    FORGE_PLACES,
};

enum {
    FORGE_MEMBERS = 11,
    FORGE_EDITS = 3,
    FORGE_SESSION_FILL = 7,
    FORGE_SUBKEY_FILL = 9,
    FORGE_NO_KVNO = -1000, /* kvno: the member is left out, or says 0 */
    FORGE_KVNO_0 = -1001,
};

enum forge_kind {
    EDIT_NONE,
    EDIT_GONE,   /* the member is left out */
    EDIT_HEX,    /* it holds these bytes */
    EDIT_TIME,   /* it holds the time of so many seconds from now */
    EDIT_WITHIN, /* these bytes stand behind the last member */
    EDIT_BEHIND, /* these bytes stand behind the whole */
};

struct forge_edit {
    enum forge_kind kind;
    enum forge_place place;
    int member;
    const char *hex;
    int64_t time;
};

#define GONE(place, member)                                                    \
    {                                                                          \
        EDIT_GONE, place, member, NULL, 0                                      \
    }
#define HEX(place, member, hex)                                                \
    {                                                                          \
        EDIT_HEX, place, member, hex, 0                                        \
    }
#define TIME(place, member, time)                                              \
    {                                                                          \
        EDIT_TIME, place, member, NULL, time                                   \
    }
#define WITHIN(place, hex)                                                     \
    {                                                                          \
        EDIT_WITHIN, place, 0, hex, 0                                          \
    }
#define BEHIND(place, hex)                                                     \
    {                                                                          \
        EDIT_BEHIND, place, 0, hex, 0                                          \
    }

struct forge {
    struct arena *arena;
    const struct krb5_rig *rig;
    int64_t now;           /* s */
    int32_t etype;         /* of the ticket; 0: AES-256 */
    int32_t session_etype; /* 0: the same */
    int64_t kvno;          /* of the ticket; 0: KVNO */
    struct span members[FORGE_PLACES][FORGE_MEMBERS];
    struct span within[FORGE_PLACES];
    struct span behind[FORGE_PLACES];
    struct span part;          /* EncTicketPart before it is closed */
    struct span authenticator; /* and the Authenticator */
};

static inline struct span forge_hex(const struct forge *f, const char *text)
{
    struct span bytes = SPAN_NONE;

    assert_true(hex_decode(f->arena, text, &bytes));
    return bytes;
}

static inline struct span forge_keep(const struct forge *f, struct buf *buf)
{
    return arena_copy(f->arena, buf_span(buf));
}

static inline struct span forge_element(const struct forge *f, uint8_t tag,
                                        struct span content)
{
    AUTO_BUF out = {0};

    der_add(&out, tag, content);
    return forge_keep(f, &out);
}

static inline struct span forge_time(const struct forge *f, int64_t time)
{
    AUTO_BUF out = {0};

    krb_time_add(&out, f->now + time);
    der_wrap(&out, 0, DER_GENERALIZED_TIME);
    return forge_keep(f, &out);
}

static inline void forge_member(struct buf *out, int number,
                                struct span element)
{
    if (element.size) {
        der_add(out, (uint8_t)(DER_CONTEXT_0 + number), element);
    }
}

static inline void forge_integer(struct buf *out, int number, int64_t value)
{
    size_t start = out->size;

    der_add_integer(out, value);
    der_wrap(out, start, (uint8_t)(DER_CONTEXT_0 + number));
}

/* EncryptionKey, Checksum */
static inline struct span forge_block(const struct forge *f, int32_t type,
                                      struct span bytes)
{
    AUTO_BUF out = {0};

    forge_integer(&out, 0, type);
    forge_member(&out, 1, forge_element(f, DER_OCTET_STRING, bytes));
    der_wrap(&out, 0, DER_SEQUENCE);
    return forge_keep(f, &out);
}

static inline struct span forge_key(const struct forge *f, int32_t etype,
                                    uint8_t fill)
{
    return forge_block(f, etype, session_of(f->arena, etype, fill).bytes);
}

/* PrincipalName of one or two components. */
static inline struct span forge_name(const struct forge *f, int32_t type,
                                     const char *first, const char *second)
{
    AUTO_BUF list = {0};
    AUTO_BUF out = {0};

    der_add(&list, DER_GENERAL_STRING, span_text(first));
    if (second) {
        der_add(&list, DER_GENERAL_STRING, span_text(second));
    }
    der_wrap(&list, 0, DER_SEQUENCE);
    forge_integer(&out, 0, type);
    forge_member(&out, 1, buf_span(&list));
    der_wrap(&out, 0, DER_SEQUENCE);
    return forge_keep(f, &out);
}

static inline struct span forge_realm(const struct forge *f)
{
    return forge_element(f, DER_GENERAL_STRING, span_text(REALM));
}

static inline int32_t forge_session_etype(const struct forge *f)
{
    return f->session_etype ? f->session_etype : f->etype;
}

static inline void forge_good_ticket(struct forge *f)
{
    struct span *ticket = f->members[IN_TICKET];
    struct span *part = f->members[IN_PART];

    ticket[0] = forge_hex(f, "020105");
    ticket[1] = forge_realm(f);
    ticket[2] = forge_name(f, KRB_NT_SRV_INST, "HTTP", "lyncweb.contoso.test");
    part[0] = forge_hex(f, "03050000a80000");
    part[1] = forge_key(f, forge_session_etype(f), FORGE_SESSION_FILL);
    part[2] = forge_realm(f);
    part[3] = forge_name(f, KRB_NT_PRINCIPAL, "alice", NULL);
    part[4] = forge_block(f, 1, SPAN_NONE);
    part[5] = forge_time(f, -60);
    part[6] = forge_time(f, -60);
    part[7] = forge_time(f, 36000);
}

static inline void forge_good_request(struct forge *f)
{
    struct span *ap = f->members[IN_AP_REQ];
    struct span *auth = f->members[IN_AUTHENTICATOR];

    ap[0] = forge_hex(f, "020105");
    ap[1] = forge_hex(f, "02010e");
    ap[2] = forge_hex(f, "03050020000000");
    auth[0] = forge_hex(f, "020105");
    auth[1] = forge_realm(f);
    auth[2] = forge_name(f, KRB_NT_PRINCIPAL, "alice", NULL);
    auth[3] = forge_block(f, CHECKSUM_KG_CB,
                          forge_hex(f, "10000000"
                                       "00000000000000000000000000000000"
                                       "3e000000"));
    auth[4] = forge_hex(f, "02020123");
    auth[5] = forge_time(f, 0);
    auth[6] = forge_key(f, forge_session_etype(f), FORGE_SUBKEY_FILL);
    auth[7] = forge_hex(f, "020412345678");
}

/* A good one of these types, before anything is changed. */
static inline struct forge forge_at(int64_t now, struct arena *arena,
                                    const struct krb5_rig *rig, int32_t etype,
                                    int32_t session_etype)
{
    struct forge f = {
        .arena = arena,
        .rig = rig,
        .now = now,
        .etype = etype ? etype : KRB_ETYPE_AES256,
        .session_etype = session_etype,
    };

    forge_good_ticket(&f);
    forge_good_request(&f);
    return f;
}

static inline struct forge forge_new(struct arena *arena,
                                     const struct krb5_rig *rig, int32_t etype,
                                     int32_t session_etype)
{
    return forge_at(NOW / ENV_NS_PER_SEC, arena, rig, etype, session_etype);
}

static inline void forge_edit(struct forge *f, const struct forge_edit *edit)
{
    struct span *member = &f->members[edit->place][edit->member];

    switch (edit->kind) {
    case EDIT_NONE:
        break;
    case EDIT_GONE:
        *member = SPAN_NONE;
        break;
    case EDIT_HEX:
        *member = forge_hex(f, edit->hex);
        break;
    case EDIT_TIME:
        *member = forge_time(f, edit->time);
        break;
    case EDIT_WITHIN:
        f->within[edit->place] = forge_hex(f, edit->hex);
        break;
    case EDIT_BEHIND:
        f->behind[edit->place] = forge_hex(f, edit->hex);
        break;
    }
}

static inline struct span forge_sequence(const struct forge *f,
                                         enum forge_place place)
{
    static const uint8_t tags[FORGE_PLACES] = {14, 1, 3, 2};
    AUTO_BUF out = {0};

    for (int i = 0; i < FORGE_MEMBERS; i++) {
        forge_member(&out, i, f->members[place][i]);
    }
    buf_add(&out, f->within[place]);
    der_wrap(&out, 0, DER_SEQUENCE);
    der_wrap(&out, 0, (uint8_t)(DER_APPLICATION_0 + tags[place]));
    buf_add(&out, f->behind[place]);
    return forge_keep(f, &out);
}

/* EncryptedData; kvno NULL: none. */
static inline struct span forge_closed(const struct forge *f,
                                       const struct kcrypt_key *key,
                                       enum kcrypt_usage usage,
                                       struct span plain, const int64_t *kvno)
{
    AUTO_BUF cipher = {0};
    AUTO_BUF out = {0};

    assert_int_equal(kcrypt_encrypt(f->rig->kcrypt, key, usage, plain, &cipher),
                     KCRYPT_OK);
    forge_integer(&out, 0, key->etype);
    if (kvno) {
        forge_integer(&out, 1, *kvno);
    }
    forge_member(&out, 2,
                 forge_element(f, DER_OCTET_STRING, buf_span(&cipher)));
    der_wrap(&out, 0, DER_SEQUENCE);
    return forge_keep(f, &out);
}

/* What will be encrypted. */
static inline void forge_write(struct forge *f)
{
    f->part = forge_sequence(f, IN_PART);
    f->authenticator = forge_sequence(f, IN_AUTHENTICATOR);
}

static inline struct span forge_closed_ticket(const struct forge *f)
{
    const struct krb_key *key = krb_keys_find(&f->rig->keys, f->etype);
    int64_t kvno = f->kvno == FORGE_KVNO_0 ? 0 : f->kvno ? f->kvno : KVNO;

    return forge_closed(
        f, &(struct kcrypt_key){key->etype, span_of(key->bytes, key->size)},
        KCRYPT_TICKET, f->part, f->kvno == FORGE_NO_KVNO ? NULL : &kvno);
}

static inline struct span forge_closed_authenticator(const struct forge *f)
{
    struct krb_block key =
        session_of(f->arena, forge_session_etype(f), FORGE_SESSION_FILL);

    return forge_closed(f, &(struct kcrypt_key){key.type, key.bytes},
                        KCRYPT_AP_REQ_AUTHENTICATOR, f->authenticator, NULL);
}

/* The Ticket, whole. */
static inline struct span forge_ticket(const struct forge *f)
{
    struct forge whole = *f;

    if (!f->members[IN_TICKET][3].size) {
        whole.members[IN_TICKET][3] = forge_closed_ticket(f);
    }
    return forge_sequence(&whole, IN_TICKET);
}

/* The AP-REQ around that, but what edits have put there. */
static inline struct span forge_close(const struct forge *f)
{
    struct forge whole = *f;

    whole.members[IN_AP_REQ][3] = forge_ticket(f);
    if (!f->members[IN_AP_REQ][4].size) {
        whole.members[IN_AP_REQ][4] = forge_closed_authenticator(f);
    }
    return forge_sequence(&whole, IN_AP_REQ);
}

/* What will be encrypted, too. */
static inline struct span forge_make(struct forge *f,
                                     const struct forge_edit *edits)
{
    for (size_t i = 0; i < FORGE_EDITS; i++) {
        forge_edit(f, &edits[i]);
    }
    forge_write(f);
    return forge_close(f);
}

#endif
