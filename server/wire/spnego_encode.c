/* Encodes SPNEGO tokens (RFC 4178 section 4), see spnego.h. */
#include "config.h"

#include "wire/spnego.h"

#include "wire/der.h"

/* [number] EXPLICIT of one primitive element. */
static void add_member(struct buf *out, unsigned number, uint8_t tag,
                       struct span content)
{
    size_t start = out->size;

    der_add(out, tag, content);
    der_wrap(out, start, (uint8_t)(DER_CONTEXT_0 + number));
}

void spnego_encode_mech_types(struct buf *out, const struct spnego_init *init)
{
    size_t start = out->size;

    for (size_t i = 0; i < init->mech_count; i++) {
        der_add(out, DER_OID, init->mechs[i]);
    }
    der_wrap(out, start, DER_SEQUENCE);
}

static void add_init_members(struct buf *out, const struct spnego_init *init)
{
    size_t start = out->size;

    spnego_encode_mech_types(out, init);
    der_wrap(out, start, DER_CONTEXT_0);
    if (init->has_flags) {
        add_member(out, 1, DER_BIT_STRING, init->req_flags);
    }
    if (init->has_token) {
        add_member(out, 2, DER_OCTET_STRING, init->mech_token);
    }
    if (init->has_hints) {
        add_member(out, 3, DER_SEQUENCE, init->neg_hints);
    }
    if (init->has_mic) {
        add_member(out, init->has_hints ? 4 : 3, DER_OCTET_STRING,
                   init->mech_list_mic);
    }
}

void spnego_encode_init(struct buf *out, const struct spnego_init *init)
{
    static const uint8_t spnego_oid[] = {0x2b, 6, 1, 5, 5, 2};
    size_t start = out->size;
    size_t choice;

    if (init->framed) {
        der_add(out, DER_OID, span_of(spnego_oid, sizeof(spnego_oid)));
    }
    choice = out->size;
    add_init_members(out, init);
    der_wrap(out, choice, DER_SEQUENCE);
    der_wrap(out, choice, DER_CONTEXT_0);
    if (init->framed) {
        der_wrap(out, start, DER_APPLICATION_0);
    }
}

void spnego_encode_resp(struct buf *out, const struct spnego_resp *resp)
{
    uint8_t state = (uint8_t)resp->state;
    size_t start = out->size;

    if (resp->has_state) {
        add_member(out, 0, DER_ENUMERATED, span_of(&state, 1));
    }
    if (resp->has_mech) {
        add_member(out, 1, DER_OID, resp->supported_mech);
    }
    if (resp->has_token) {
        add_member(out, 2, DER_OCTET_STRING, resp->response_token);
    }
    if (resp->has_mic) {
        add_member(out, 3, DER_OCTET_STRING, resp->mech_list_mic);
    }
    der_wrap(out, start, DER_SEQUENCE);
    der_wrap(out, start, DER_CONTEXT_0 + 1);
}
