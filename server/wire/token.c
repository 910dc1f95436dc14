/* SPNEGO tokens as JSON, see token.h. */
#include "config.h"

#include "wire/token.h"

#include <stdio.h>

#include "wire/der.h"
#include "wire/krb.h"
#include "wire/spnego.h"

struct describe {
    struct arena *arena;
    const struct token_view *view;
    struct json *json;
};

static const char *mech_text(const struct describe *d, struct span oid)
{
    const struct spnego_mech *mech = spnego_mech_of(oid);

    return mech ? mech->name : der_oid_text(d->arena, oid);
}

void token_tell_flaw(const struct token_view *view, struct json *json,
                     const char *text, size_t offset)
{
    struct token_flaw *flaw = view->flaw;

    json_text(json, "error", text);
    json_number(json, "offset", (int64_t)offset);
    if (flaw && !flaw->found) {
        flaw->found = true;
        flaw->offset = offset;
        snprintf(flaw->text, sizeof(flaw->text), "%s", text);
    }
}

static void add_flaw(const struct describe *d, const struct spnego_flaw *flaw)
{
    token_tell_flaw(d->view, d->json,
                    arena_printf(d->arena, "%s %s", flaw->field, flaw->why),
                    flaw->offset);
}

/* Bare messages of Kerberos have no frame that says so. */
static bool is_kerberos(struct span token)
{
    return spnego_kind_of(token) == SPNEGO_RAW_KERBEROS ||
           krb_kind_of(token) != KRB_NONE;
}

/* What a member of SPNEGO carries: NTLM, Kerberos, or bytes that are not looked
 * into. */
static void add_inner(const struct describe *d, const char *name,
                      struct span token)
{
    json_open_named(d->json, name, '{');
    if (spnego_kind_of(token) == SPNEGO_RAW_NTLM) {
        token_describe_ntlm(d->arena, token, d->view, d->json);
    } else if (is_kerberos(token)) {
        token_describe_krb(d->arena, token, d->view, d->json);
    } else {
        json_text(d->json, "kind", "unknown");
        json_number(d->json, "size", (int64_t)token.size);
    }
    json_close(d->json, '}');
}

static void add_init(const struct describe *d, struct span token)
{
    struct spnego_init init;
    struct spnego_flaw flaw;

    json_text(d->json, "kind", "spnego");
    json_text(d->json, "type", "NegTokenInit");
    if (spnego_decode_init(token, &init, &flaw) != SPNEGO_OK) {
        add_flaw(d, &flaw);
        return;
    }
    json_open_named(d->json, "mechTypes", '[');
    for (size_t i = 0; i < init.mech_count; i++) {
        json_text(d->json, NULL, mech_text(d, init.mechs[i]));
    }
    json_close(d->json, ']');
    if (init.has_flags) {
        json_hex(d->json, "reqFlags", init.req_flags);
    }
    if (init.has_token) {
        add_inner(d, "mechToken", init.mech_token);
    }
    if (init.has_mic) {
        json_hex(d->json, "mechListMIC", init.mech_list_mic);
    }
}

static void add_resp(const struct describe *d, struct span token)
{
    struct spnego_resp resp;
    struct spnego_flaw flaw;

    json_text(d->json, "kind", "spnego");
    json_text(d->json, "type", "NegTokenResp");
    if (spnego_decode_resp(token, &resp, &flaw) != SPNEGO_OK) {
        add_flaw(d, &flaw);
        return;
    }
    if (resp.has_state) {
        const char *name = spnego_state_name(resp.state);

        json_text(d->json, "negState",
                  name ? name : arena_printf(d->arena, "%u", resp.state));
    }
    if (resp.has_mech) {
        json_text(d->json, "supportedMech", mech_text(d, resp.supported_mech));
    }
    if (resp.has_token) {
        add_inner(d, "responseToken", resp.response_token);
    }
    if (resp.has_mic) {
        json_hex(d->json, "mechListMIC", resp.mech_list_mic);
    }
}

/* The KDC proxy's message is known by all of it alone. */
static void add_unframed(const struct describe *d, struct span token)
{
    struct krb_proxy_message proxied;
    struct krb_flaw flaw;

    if (is_kerberos(token) ||
        krb_decode_proxy_message(token, &proxied, &flaw)) {
        token_describe_krb(d->arena, token, d->view, d->json);
        return;
    }
    json_text(d->json, "kind", "unknown");
    json_number(d->json, "size", (int64_t)token.size);
    token_tell_flaw(d->view, d->json, "neither SPNEGO, NTLM nor Kerberos", 0);
}

void token_describe(struct arena *arena, const char *name, struct span token,
                    const struct token_view *view, struct json *json)
{
    struct describe d = {arena, view, json};

    json_open_named(json, name, '{');
    switch (spnego_kind_of(token)) {
    case SPNEGO_INIT:
        add_init(&d, token);
        break;
    case SPNEGO_RESP:
        add_resp(&d, token);
        break;
    case SPNEGO_RAW_NTLM:
        token_describe_ntlm(arena, token, view, json);
        break;
    case SPNEGO_RAW_KERBEROS:
    case SPNEGO_UNKNOWN:
        add_unframed(&d, token);
        break;
    }
    json_close(json, '}');
}
