/* What a server says in Negotiate, see negotiate.h. */
#include "config.h"

#include "probe/negotiate.h"

#include <string.h>
#include <strings.h>

#include "util/base64.h"
#include "wire/spnego.h"

static const char *token_of(const struct http_answer *answer)
{
    static const char scheme[] = "Negotiate ";
    size_t length = strlen(scheme);

    for (size_t i = 0; i < answer->field_count; i++) {
        const struct http_field *field = &answer->fields[i];

        if (strcasecmp(field->name, "WWW-Authenticate") == 0 &&
            strncasecmp(field->value, scheme, length) == 0) {
            return field->value + length + strspn(field->value + length, " ");
        }
    }
    return NULL;
}

/* The Kerberos message, framed by GSS-API (RFC 4121 section 4.1) or bare. */
static bool read_kerberos(struct span token, struct negotiate_told *told)
{
    struct krb_gss_token gss;
    struct krb_flaw flaw;
    struct span message = token;

    if (krb_decode_gss_token(token, &gss, &flaw)) {
        message = gss.message;
    }
    switch (krb_kind_of(message)) {
    case KRB_AP_REP:
        told->has_reply = krb_decode_ap_rep(message, &told->reply, &flaw);
        return told->has_reply;
    case KRB_ERROR:
        told->has_error = krb_decode_error(message, &told->error, &flaw);
        return told->has_error;
    case KRB_NONE:
    case KRB_AS_REQ:
    case KRB_AS_REP:
    case KRB_TGS_REQ:
    case KRB_TGS_REP:
    case KRB_AP_REQ:
        break;
    }
    return false;
}

static void read_mech(struct arena *arena, struct span oid,
                      struct negotiate_told *told)
{
    const struct spnego_mech *mech = spnego_mech_of(oid);

    told->mech =
        mech ? mech->name
             : arena_printf(arena, "mechanism %s", hex_text(arena, oid));
    told->kerberos =
        span_equal(oid, SPNEGO_OID_KRB5) || span_equal(oid, SPNEGO_OID_MS_KRB5);
}

static bool read_spnego(struct arena *arena, struct span token,
                        struct negotiate_told *told)
{
    struct spnego_resp resp;
    struct spnego_flaw flaw;

    if (spnego_decode_resp(token, &resp, &flaw) != SPNEGO_OK) {
        return false;
    }
    told->has_state = resp.has_state;
    told->state = resp.state;
    if (resp.has_mech) {
        read_mech(arena, resp.supported_mech, told);
    }
    return !resp.has_token || !told->kerberos ||
           read_kerberos(resp.response_token, told);
}

void negotiate_read(struct arena *arena, const struct http_answer *answer,
                    struct negotiate_told *out_told)
{
    const char *text = token_of(answer);
    struct span token;

    *out_told =
        (struct negotiate_told){.token = text && *text, .kerberos = true};
    if (!out_told->token || !base64_decode(arena, span_text(text), &token)) {
        return;
    }
    out_told->readable = spnego_kind_of(token) == SPNEGO_RESP
                             ? read_spnego(arena, token, out_told)
                             : read_kerberos(token, out_told);
}
