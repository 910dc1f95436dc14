/* The checksum that FAST has of a ticket, see ticket_fast.h. */
#include "config.h"

#include "kdc/ticket_fast.h"

#include "kdc/ticket_open.h"
#include "util/buf.h"
#include "wire/der.h"

enum {
    DEPTH_MAX = 16, /* of elements around what is replaced */
};

/* ---- Elements within elements ---- */

/* Goes down by the tags, to the content of the last. */
static bool dig(struct span *at, const uint8_t *tags, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct reader rd = rd_init(*at);
        struct der element;

        do {
            if (der_next(&rd, &element) != DER_OK) {
                return false;
            }
        } while (element.tag != tags[i]);
        *at = element.content;
    }
    return true;
}

/* What is empty is nowhere: it may have no address either. */
static bool holds(struct span whole, struct span part)
{
    return part.size > 0 && part.size <= whole.size &&
           part.data >= whole.data &&
           part.data + part.size <= whole.data + whole.size;
}

/* Copies elements; within them `target`, which is content of one of them,
 * becomes `other`, and all lengths around it are made anew. */
static void copy_with(struct buf *out, struct span elements, struct span target,
                      struct span other, unsigned depth)
{
    struct reader rd = rd_init(elements);
    struct der element;

    if (elements.data == target.data && elements.size == target.size) {
        buf_add(out, other);
        return;
    }
    while (depth && rd_left(&rd) && der_next(&rd, &element) == DER_OK) {
        size_t start = out->size;

        if (holds(element.content, target)) {
            copy_with(out, element.content, target, other, depth - 1);
            der_wrap(out, start, element.tag);
        } else {
            buf_add(out, element.whole);
        }
    }
}

static struct span replaced(struct arena *arena, struct span elements,
                            struct span target, struct span other)
{
    AUTO_BUF out = {0};

    copy_with(&out, elements, target, other, DEPTH_MAX);
    return arena_copy(arena, buf_span(&out));
}

static bool find_padata(const struct krb_padata_list *list, int32_t type,
                        struct span *out)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].type == type) {
            *out = list->items[i].value;
            return true;
        }
    }
    return false;
}

/* ---- The armor's key ---- */

/* What the armor stands on, and what its authenticator is encrypted for. */
struct armor {
    struct span ap_req;
    enum kcrypt_usage usage;
};

/* RFC 6113 section 5.4.1: a ticket of its own; in a TGS-REQ none is needed. */
static bool find_armor(const struct fast_context *fast, struct armor *out)
{
    /* armored-data, KrbFastArmoredReq, armor, KrbFastArmor, armor-value */
    static const uint8_t value[] = {0xa0, 0x30, 0xa0, 0x30, 0xa1, 0x04};
    const struct krb_padata_list *padata = &fast->request->padata;
    struct span at;

    if (find_padata(padata, KRB_PA_FX_FAST, &at) &&
        dig(&at, value, sizeof(value))) {
        *out = (struct armor){at, KCRYPT_AP_REQ_AUTHENTICATOR};
        return true;
    }
    out->usage = KCRYPT_TGS_REQ_AUTHENTICATOR;
    return find_padata(padata, KRB_PA_TGS_REQ, &out->ap_req);
}

static bool open_authenticator(const struct fast_context *fast,
                               const struct krb_ap_req *ap_req,
                               const struct kcrypt_key *session,
                               enum kcrypt_usage usage,
                               struct krb_authenticator *out)
{
    AUTO_BUF plain = {0};
    struct krb_flaw flaw;

    return kcrypt_decrypt(fast->crypt, session, usage,
                          ap_req->authenticator.cipher, &plain) == KCRYPT_OK &&
           krb_decode_authenticator(arena_copy(fast->arena, buf_span(&plain)),
                                    out, &flaw) &&
           out->has_subkey;
}

/* RFC 6113 section 5.4.1.1: of the session's key and the authenticator's. */
static bool armor_key(const struct fast_context *fast, struct kcrypt_key *out)
{
    struct armor armor;
    struct krb_ap_req ap_req;
    struct krb_ticket_part part;
    struct krb_authenticator authenticator;
    struct kcrypt_key session;
    struct kcrypt_key subkey;
    struct krb_flaw flaw;
    AUTO_BUF key = {0};
    const char *why;

    if (!find_armor(fast, &armor) ||
        !krb_decode_ap_req(armor.ap_req, &ap_req, &flaw) ||
        !kdc_ticket_open(fast->crypt, fast->krbtgt, &ap_req.ticket, fast->arena,
                         &part, &why)) {
        return false;
    }
    session = (struct kcrypt_key){part.key.type, part.key.bytes};
    if (!open_authenticator(fast, &ap_req, &session, armor.usage,
                            &authenticator)) {
        return false;
    }
    subkey = (struct kcrypt_key){authenticator.subkey.type,
                                 authenticator.subkey.bytes};
    if (kcrypt_combine(fast->crypt, &subkey, "subkeyarmor", &session,
                       "ticketarmor", &key) != KCRYPT_OK) {
        return false;
    }
    *out = (struct kcrypt_key){subkey.etype,
                               arena_copy(fast->arena, buf_span(&key))};
    return true;
}

/* ---- The reply ---- */

/* KrbFastResponse with another ticket-checksum; empty: it is none. */
static struct span with_checksum(const struct fast_context *fast,
                                 const struct kcrypt_key *key,
                                 struct span response, struct span ticket)
{
    /* KrbFastResponse, finished, KrbFastFinished, ticket-checksum, Checksum,
     * checksum */
    static const uint8_t path[] = {0x30, 0xa2, 0x30, 0xa4, 0x30, 0xa1, 0x04};
    struct span checksum = response;
    AUTO_BUF fresh = {0};
    int32_t type;

    if (!dig(&checksum, path, sizeof(path)) ||
        kcrypt_checksum(fast->crypt, key, KCRYPT_FAST_FINISHED, ticket, &type,
                        &fresh) != KCRYPT_OK) {
        return SPAN_NONE;
    }
    return replaced(fast->arena, response, checksum, buf_span(&fresh));
}

static bool mend_cipher(const struct fast_context *fast,
                        const struct kcrypt_key *key, struct span cipher,
                        struct span ticket, struct span *out_cipher)
{
    AUTO_BUF plain = {0};
    AUTO_BUF fresh = {0};
    struct span response;

    if (kcrypt_decrypt(fast->crypt, key, KCRYPT_FAST_REP, cipher, &plain) !=
        KCRYPT_OK) {
        return false;
    }
    response = with_checksum(fast, key, buf_span(&plain), ticket);
    if (!response.size || kcrypt_encrypt(fast->crypt, key, KCRYPT_FAST_REP,
                                         response, &fresh) != KCRYPT_OK) {
        return false;
    }
    *out_cipher = arena_copy(fast->arena, buf_span(&fresh));
    return true;
}

bool kdc_fast_mend(const struct fast_context *fast, struct span reply,
                   struct span ticket, struct span *out_reply,
                   const char **out_why)
{
    /* armored-data, KrbFastArmoredRep, enc-fast-rep, EncryptedData, cipher */
    static const uint8_t path[] = {0xa0, 0x30, 0xa0, 0x30, 0xa2, 0x04};
    struct krb_kdc_rep rep;
    struct krb_flaw flaw;
    struct kcrypt_key key;
    struct span cipher;
    struct span fresh;

    *out_reply = reply;
    if (!krb_decode_kdc_rep(reply, &rep, &flaw) ||
        !find_padata(&rep.padata, KRB_PA_FX_FAST, &cipher)) {
        return true;
    }
    if (!dig(&cipher, path, sizeof(path)) || !armor_key(fast, &key) ||
        !mend_cipher(fast, &key, cipher, ticket, &fresh)) {
        *out_why = "the reply's FAST cannot be opened";
        return false;
    }
    *out_reply = replaced(fast->arena, reply, cipher, fresh);
    return true;
}
