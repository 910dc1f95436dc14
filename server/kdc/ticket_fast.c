/* Signs the answers of FAST again, see ticket_fast.h. */
#include "config.h"

#include "kdc/ticket_fast.h"

#include "kdc/ticket.h"
#include "util/buf.h"
#include "util/mem.h"
#include "wire/der.h"

enum {
    PA_FX_FAST = 136,
    CONTEXT_0 = DER_CONTEXT_0,
    CONTEXT_1 = DER_CONTEXT_0 + 1,
    CONTEXT_2 = DER_CONTEXT_0 + 2,
    CONTEXT_4 = DER_CONTEXT_0 + 4,
};

/* ---- Elements within elements, by their tags; 0 ends a path ---- */

/* KDC-REP: its padata, a list. */
static const uint8_t path_padata[] = {DER_APPLICATION_0 + KRB_TGS_REP,
                                      DER_SEQUENCE, CONTEXT_2, DER_SEQUENCE, 0};
/* PA-FX-FAST-REPLY: etype and cipher of its enc-fast-rep. */
static const uint8_t path_etype[] = {
    CONTEXT_0, DER_SEQUENCE, CONTEXT_0, DER_SEQUENCE,
    CONTEXT_0, DER_INTEGER,  0};
static const uint8_t path_cipher[] = {
    CONTEXT_0, DER_SEQUENCE,     CONTEXT_0, DER_SEQUENCE,
    CONTEXT_2, DER_OCTET_STRING, 0};
/* KrbFastResponse: ticket-checksum of its finished. */
static const uint8_t path_checksum[] = {DER_SEQUENCE, CONTEXT_2, DER_SEQUENCE,
                                        CONTEXT_4, 0};
/* PA-DATA */
static const uint8_t path_type[] = {CONTEXT_1, DER_INTEGER, 0};
static const uint8_t path_value[] = {CONTEXT_2, DER_OCTET_STRING, 0};

/* The content at the end of the path. */
static bool find(struct span in, const uint8_t *path, struct span *out)
{
    for (; *path; path++) {
        struct reader rd = rd_init(in);
        struct der element = {0};

        while (element.tag != *path) {
            if (der_next(&rd, &element) != DER_OK) {
                return false;
            }
        }
        in = element.content;
    }
    *out = in;
    return true;
}

/* All of `in`, with another content at the end of the path. */
static void put(struct buf *out, struct span in, const uint8_t *path,
                struct span content)
{
    struct reader rd = rd_init(in);
    struct der element;
    size_t start;

    if (!*path) {
        buf_add(out, content);
        return;
    }
    while (der_next(&rd, &element) == DER_OK) {
        if (element.tag != *path) {
            buf_add(out, element.whole);
            continue;
        }
        start = out->size;
        put(out, element.content, path + 1, content);
        der_wrap(out, start, element.tag);
    }
}

static struct span with(struct arena *arena, struct span in,
                        const uint8_t *path, struct span content)
{
    AUTO_BUF out = {0};

    put(&out, in, path, content);
    return arena_copy(arena, buf_span(&out));
}

static bool number_at(struct span in, const uint8_t *path, int64_t *out)
{
    struct span content;

    return find(in, path, &content) && der_integer(content, out);
}

/* ---- The armor key ---- */

static struct kcrypt_key key_of(const struct krb_block *block)
{
    return (struct kcrypt_key){block->type, block->bytes};
}

/* RFC 6113 section 5.4.1.1: from the subkey of the authenticator and the
 * session key of the TGT, where the request names no other armor. */
static bool armor_key(const struct fast_context *fast, struct arena *arena,
                      struct kcrypt_key *out_key, const char **out_why)
{
    struct krb_authenticator authenticator;
    struct krb_ticket_part part;
    struct krb_ap_req ap_req;
    struct krb_flaw flaw;
    AUTO_BUF plain = {0};
    AUTO_BUF key = {0};
    struct kcrypt_key session;
    struct kcrypt_key subkey;

    *out_why = "FAST: the request holds no TGT that can be opened";
    if (!krb_decode_ap_req(fast->tgs_req, &ap_req, &flaw) ||
        !kdc_ticket_open(fast->crypt, fast->krbtgt, &ap_req.ticket, arena,
                         &part, out_why)) {
        return false;
    }
    *out_why = "FAST: the authenticator of the request has no subkey";
    session = key_of(&part.key);
    if (kcrypt_decrypt(fast->crypt, &session, KCRYPT_TGS_REQ_AUTHENTICATOR,
                       ap_req.authenticator.cipher, &plain) != KCRYPT_OK ||
        !krb_decode_authenticator(buf_span(&plain), &authenticator, &flaw) ||
        !authenticator.has_subkey) {
        return false;
    }
    subkey = key_of(&authenticator.subkey);
    *out_why = "FAST: the keys of the request do not combine";
    if (kcrypt_combine(fast->crypt, &subkey, "subkeyarmor", &session,
                       "ticketarmor", &key) != KCRYPT_OK) {
        return false;
    }
    *out_key =
        (struct kcrypt_key){subkey.etype, arena_copy(arena, buf_span(&key))};
    return true;
}

/* ---- The answer ---- */

/* Checksum ::= SEQUENCE { cksumtype [0] Int32, checksum [1] OCTET STRING } */
static bool checksum_of(const struct fast_context *fast,
                        const struct kcrypt_key *armor, struct span ticket,
                        struct buf *out)
{
    AUTO_BUF sum = {0};
    int32_t type;
    size_t start = out->size;

    if (kcrypt_checksum(fast->crypt, armor, KCRYPT_FAST_FINISHED, ticket, &type,
                        &sum) != KCRYPT_OK) {
        return false;
    }
    der_add_integer(out, type);
    der_wrap(out, start, CONTEXT_0);
    start = out->size;
    der_add(out, DER_OCTET_STRING, buf_span(&sum));
    der_wrap(out, start, CONTEXT_1);
    der_wrap(out, 0, DER_SEQUENCE);
    return true;
}

/* PA-FX-FAST-REPLY for another ticket. */
static bool sign(const struct fast_context *fast, struct arena *arena,
                 struct span ticket, struct span *value, const char **out_why)
{
    struct kcrypt_key armor;
    struct span cipher;
    struct span old;
    int64_t etype;
    AUTO_BUF plain = {0};
    AUTO_BUF checksum = {0};
    AUTO_BUF closed = {0};

    if (!armor_key(fast, arena, &armor, out_why)) {
        return false;
    }
    *out_why = "FAST: the answer is not of the request's key";
    if (!find(*value, path_cipher, &cipher) ||
        !number_at(*value, path_etype, &etype) || etype != armor.etype ||
        kcrypt_decrypt(fast->crypt, &armor, KCRYPT_FAST_REP, cipher, &plain) !=
            KCRYPT_OK ||
        !find(buf_span(&plain), path_checksum, &old)) {
        return false;
    }
    if (!checksum_of(fast, &armor, ticket, &checksum) ||
        kcrypt_encrypt(
            fast->crypt, &armor, KCRYPT_FAST_REP,
            with(arena, buf_span(&plain), path_checksum, buf_span(&checksum)),
            &closed) != KCRYPT_OK) {
        return false;
    }
    *value = with(arena, *value, path_cipher, buf_span(&closed));
    return true;
}

bool kdc_fast_sign(const struct fast_context *fast, struct arena *arena,
                   struct span reply, struct span *out_reply,
                   const char **out_why)
{
    struct krb_kdc_rep rep;
    struct krb_flaw flaw;
    struct span list = SPAN_NONE;
    struct reader rd;
    struct der item;
    AUTO_BUF items = {0};

    *out_reply = reply;
    *out_why = "FAST: the reply cannot be read";
    if (!krb_decode_kdc_rep(reply, &rep, &flaw)) {
        return false;
    }
    if (rep.type != KRB_TGS_REP || !find(reply, path_padata, &list)) {
        return true;
    }
    rd = rd_init(list);
    while (der_next(&rd, &item) == DER_OK) {
        int64_t type = 0;
        struct span value = SPAN_NONE;

        if (!number_at(item.content, path_type, &type) || type != PA_FX_FAST) {
            buf_add(&items, item.whole);
            continue;
        }
        if (!find(item.content, path_value, &value) ||
            !sign(fast, arena, rep.ticket.whole, &value, out_why)) {
            return false;
        }
        der_add(&items, item.tag, with(arena, item.content, path_value, value));
    }
    *out_reply = with(arena, reply, path_padata, buf_span(&items));
    return true;
}
