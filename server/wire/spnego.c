/* Decodes SPNEGO tokens (RFC 4178 section 4, [MS-SPNG]), see spnego.h. */
#include "config.h"

#include "wire/spnego.h"

#include "wire/der.h"
#include "wire/ntlmssp.h"

#define OID(...)                                                               \
    {                                                                          \
        (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}) \
    }

const struct span SPNEGO_OID_NTLM =
    OID(0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x0a);
const struct span SPNEGO_OID_KRB5 =
    OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2);
/* Windows 2000 lost a bit of the number, and all kept it ([MS-SPNG] 3.1.5). */
const struct span SPNEGO_OID_MS_KRB5 =
    OID(0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2);

static const struct span oid_spnego = OID(0x2b, 6, 1, 5, 5, 2);

static const struct spnego_mech mechs[] = {
    {OID(0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x0a), "NTLMSSP"},
    {OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2), "Kerberos"},
    {OID(0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2), "MS-Kerberos"},
    {OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2, 3), "Kerberos-U2U"},
    {OID(0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 0x1e), "NegoEx"},
    {OID(0x2b, 6, 1, 5, 2, 5), "IAKERB"},
    {OID(0x2b, 6, 1, 5, 5, 2), "SPNEGO"},
};

/* Walks a token; the first flaw stays, and all later reads do nothing. */
struct walk {
    const uint8_t *start;
    enum spnego_result result;
    struct spnego_flaw flaw;
};

static void fail(struct walk *w, enum spnego_result result,
                 const struct reader *rd, const char *field, const char *why)
{
    if (w->result == SPNEGO_OK) {
        w->result = result;
        w->flaw.offset = rd->bytes.size
                             ? (size_t)(rd->bytes.data - w->start) + rd->offset
                             : 0;
        w->flaw.field = field;
        w->flaw.why = why;
    }
}

/* The content of the next element, which must have this tag. */
static struct span enter(struct walk *w, struct reader *rd, uint8_t tag,
                         const char *field)
{
    struct der element = {0};
    enum der_result result;

    if (w->result != SPNEGO_OK) {
        return SPAN_NONE;
    }
    result = der_expect(rd, tag, &element);
    if (result != DER_OK) {
        fail(w, SPNEGO_MALFORMED, rd, field, der_result_text(result));
    }
    return element.content;
}

/* The content of the one element within an explicit tag. */
static struct span inside(struct walk *w, struct span wrapped, uint8_t tag,
                          const char *field)
{
    struct reader rd = rd_init(wrapped);

    return enter(w, &rd, tag, field);
}

const struct spnego_mech *spnego_mech_of(struct span oid)
{
    for (size_t i = 0; i < ARRAY_SIZE(mechs); i++) {
        if (span_equal(mechs[i].oid, oid)) {
            return &mechs[i];
        }
    }
    return NULL;
}

const char *spnego_state_name(unsigned state)
{
    static const char *const names[] = {
        "accept-completed",
        "accept-incomplete",
        "reject",
        "request-mic",
    };

    return state < ARRAY_SIZE(names) ? names[state] : NULL;
}

/* RFC 2743 section 3.1: [APPLICATION 0] { thisMech OID, token }. */
static bool unframe(struct span token, struct span *out_mech,
                    struct span *out_inner)
{
    struct reader outer = rd_init(token);
    struct der frame;
    struct der mech;
    struct reader rd;

    if (der_expect(&outer, DER_APPLICATION_0, &frame) != DER_OK) {
        return false;
    }
    rd = rd_init(frame.content);
    if (der_expect(&rd, DER_OID, &mech) != DER_OK) {
        return false;
    }
    *out_mech = mech.content;
    *out_inner = rd_bytes(&rd, rd_left(&rd));
    return true;
}

enum spnego_kind spnego_kind_of(struct span token)
{
    struct span mech = SPAN_NONE;
    struct span inner = token;

    if (span_starts(token, "NTLMSSP")) {
        return SPNEGO_RAW_NTLM;
    }
    if (unframe(token, &mech, &inner) && !span_equal(mech, oid_spnego)) {
        return span_equal(mech, SPNEGO_OID_KRB5) ||
                       span_equal(mech, SPNEGO_OID_MS_KRB5)
                   ? SPNEGO_RAW_KERBEROS
                   : SPNEGO_UNKNOWN;
    }
    /* Some clients leave the frame away; what is inside tells. */
    if (inner.size > 0 && inner.data[0] == DER_CONTEXT_0) {
        return SPNEGO_INIT;
    }
    return inner.size > 0 && inner.data[0] == DER_CONTEXT_0 + 1
               ? SPNEGO_RESP
               : SPNEGO_UNKNOWN;
}

static void read_mechs(struct walk *w, struct span wrapped,
                       struct spnego_init *out)
{
    struct reader outer = rd_init(wrapped);
    struct span list = enter(w, &outer, DER_SEQUENCE, "mechTypes");
    struct reader rd = rd_init(list);

    out->mech_types = span_slice(wrapped, 0, outer.offset);
    out->mech_count = 0; /* a second list replaces the first */
    while (w->result == SPNEGO_OK && rd_left(&rd) > 0) {
        struct span oid = enter(w, &rd, DER_OID, "mechTypes");

        if (out->mech_count == SPNEGO_MECHS_MAX) {
            fail(w, SPNEGO_TOO_MANY, &rd, "mechTypes", "has too many items");
            return;
        }
        if (w->result == SPNEGO_OK) {
            out->mechs[out->mech_count++] = oid;
        }
    }
}

/* [3] is mechListMIC in RFC 4178, and negHints in NegTokenInit2. */
static void read_third(struct walk *w, struct span wrapped,
                       struct spnego_init *out)
{
    if (wrapped.size > 0 && wrapped.data[0] == DER_SEQUENCE) {
        out->neg_hints = inside(w, wrapped, DER_SEQUENCE, "negHints");
        out->has_hints = true;
    } else {
        out->mech_list_mic =
            inside(w, wrapped, DER_OCTET_STRING, "mechListMIC");
        out->has_mic = true;
    }
}

static void read_init_member(struct walk *w, const struct der *member,
                             struct spnego_init *out)
{
    switch (member->tag) {
    case DER_CONTEXT_0:
        read_mechs(w, member->content, out);
        break;
    case DER_CONTEXT_0 + 1:
        out->req_flags = inside(w, member->content, DER_BIT_STRING, "reqFlags");
        out->has_flags = true;
        break;
    case DER_CONTEXT_0 + 2:
        out->mech_token =
            inside(w, member->content, DER_OCTET_STRING, "mechToken");
        out->has_token = true;
        break;
    case DER_CONTEXT_0 + 3:
        read_third(w, member->content, out);
        break;
    case DER_CONTEXT_0 + 4:
        out->mech_list_mic =
            inside(w, member->content, DER_OCTET_STRING, "mechListMIC");
        out->has_mic = true;
        break;
    default: /* members of later versions; ASN.1 here is extensible */
        break;
    }
}

static void read_resp_member(struct walk *w, const struct der *member,
                             struct spnego_resp *out)
{
    struct span value;

    switch (member->tag) {
    case DER_CONTEXT_0:
        value = inside(w, member->content, DER_ENUMERATED, "negState");
        out->has_state = true;
        out->state = value.size == 1 ? value.data[0] : UINT8_MAX;
        break;
    case DER_CONTEXT_0 + 1:
        out->supported_mech =
            inside(w, member->content, DER_OID, "supportedMech");
        out->has_mech = true;
        break;
    case DER_CONTEXT_0 + 2:
        out->response_token =
            inside(w, member->content, DER_OCTET_STRING, "responseToken");
        out->has_token = true;
        break;
    case DER_CONTEXT_0 + 3:
        out->mech_list_mic =
            inside(w, member->content, DER_OCTET_STRING, "mechListMIC");
        out->has_mic = true;
        break;
    default:
        break;
    }
}

/* The members of NegTokenInit (choice 0) or NegTokenResp (choice 1). */
static struct reader open_choice(struct walk *w, struct span token,
                                 uint8_t choice, const char *name)
{
    struct span mech;
    struct span inner = token;
    struct reader rd;

    if (unframe(token, &mech, &inner) && !span_equal(mech, oid_spnego)) {
        inner = SPAN_NONE;
    }
    rd = rd_init(inner);
    if (inner.size == 0 || inner.data[0] != choice) {
        fail(w, SPNEGO_NOT_SPNEGO, &rd, name, "is another token");
        return rd;
    }
    return rd_init(inside(w, enter(w, &rd, choice, name), DER_SEQUENCE, name));
}

enum spnego_result spnego_decode_init(struct span token,
                                      struct spnego_init *out,
                                      struct spnego_flaw *out_flaw)
{
    struct walk w = {.start = token.data};
    struct spnego_init init = {.framed = token.size > 0 &&
                                         token.data[0] == DER_APPLICATION_0};
    struct reader rd = open_choice(&w, token, DER_CONTEXT_0, "NegTokenInit");

    while (w.result == SPNEGO_OK && rd_left(&rd) > 0) {
        struct der member;
        enum der_result result = der_next(&rd, &member);

        if (result != DER_OK) {
            fail(&w, SPNEGO_MALFORMED, &rd, "NegTokenInit",
                 der_result_text(result));
        } else {
            read_init_member(&w, &member, &init);
        }
    }
    if (w.result != SPNEGO_OK) {
        *out_flaw = w.flaw;
        return w.result;
    }
    *out = init;
    return SPNEGO_OK;
}

enum spnego_result spnego_decode_resp(struct span token,
                                      struct spnego_resp *out,
                                      struct spnego_flaw *out_flaw)
{
    struct walk w = {.start = token.data};
    struct spnego_resp resp = {0};
    struct reader rd =
        open_choice(&w, token, DER_CONTEXT_0 + 1, "NegTokenResp");

    while (w.result == SPNEGO_OK && rd_left(&rd) > 0) {
        struct der member;
        enum der_result result = der_next(&rd, &member);

        if (result != DER_OK) {
            fail(&w, SPNEGO_MALFORMED, &rd, "NegTokenResp",
                 der_result_text(result));
        } else {
            read_resp_member(&w, &member, &resp);
        }
    }
    if (w.result != SPNEGO_OK) {
        *out_flaw = w.flaw;
        return w.result;
    }
    *out = resp;
    return SPNEGO_OK;
}
