/* WS-Trust RequestSecurityTokenResponse, see rstr.h. */
#include "config.h"

#include "wire/rstr.h"

#include <string.h>

#include "util/base64.h"
#include "util/stamp.h"
#include "wire/uris.h"

/* One part of the answer: its template, with one hole and the namespace's. */
static void add(struct buf *out, const char *template, const char *text)
{
    const struct xml_hole holes[] = {
        {"", text, false},
        {NULL, NULL, false},
    };

    xml_fill(out, template, holes);
}

static bool is_200502(const char *trust)
{
    return strcmp(trust, URI_TRUST_200502) == 0;
}

const char *rstr_action(const char *trust)
{
    return is_200502(trust) ? ACTION_ISSUE_FINAL_200502 : ACTION_ISSUE_FINAL;
}

static void add_token(struct buf *out, const struct rstr *rstr)
{
    buf_add_text(out, "<RequestedSecurityToken>");
    if (rstr->assertion) {
        buf_add_text(out, rstr->assertion);
    }
    if (rstr->user_token) {
        add(out, "<UserToken xmlns=\"" URI_AF "\">{}</UserToken>",
            rstr->user_token);
    }
    buf_add_text(out, "</RequestedSecurityToken>");
}

#define REFERENCE                                                              \
    "<SecurityTokenReference xmlns=\"" URI_WSSE "\"><KeyIdentifier ValueType=" \
    "\"" URI_ASSERTION_ID "\">{}</KeyIdentifier></SecurityTokenReference>"

static void add_references(struct buf *out, const char *assertion_id)
{
    add(out,
        "<RequestedAttachedReference>" REFERENCE "</RequestedAttachedReference>"
        "<RequestedUnattachedReference>" REFERENCE
        "</RequestedUnattachedReference>",
        assertion_id);
}

static void add_applies_to(struct buf *out, const char *applies_to)
{
    add(out,
        "<AppliesTo xmlns=\"" URI_WSP "\"><EndpointReference xmlns=\"" URI_WSA
        "\"><Address>{}</Address></EndpointReference></AppliesTo>",
        applies_to);
}

/* `base`: the URIs of values begin with it; it ends without a slash. */
static void add_secret(struct buf *out, struct arena *arena, const char *base,
                       const char *kind, struct span secret)
{
    const struct xml_hole holes[] = {
        {"base", base, false},
        {"kind", kind, false},
        {"secret", base64_text(arena, secret), false},
        {NULL, NULL, false},
    };

    xml_fill(out,
             "<BinarySecret Type=\"{base}/{kind}\">{secret}</BinarySecret>",
             holes);
}

/*
 * WS-Trust 1.3, 4.4.4. Of the two only one is there, so that the first
 * BinarySecret of the document is the one a client looks for.
 */
static void add_key(struct buf *out, struct arena *arena, const char *base,
                    const struct rstr *rstr)
{
    if (rstr->server_entropy.size) {
        add(out,
            "<RequestedProofToken><ComputedKey>{}/CK/PSHA1</ComputedKey>"
            "</RequestedProofToken>",
            base);
        buf_add_text(out, "<Entropy>");
        add_secret(out, arena, base, "Nonce", rstr->server_entropy);
        buf_add_text(out, "</Entropy>");
    } else if (rstr->proof_key.size) {
        buf_add_text(out, "<RequestedProofToken>");
        add_secret(out, arena, base, "SymmetricKey", rstr->proof_key);
        buf_add_text(out, "</RequestedProofToken>");
    }
}

/*
 * protocol: webticket 5.5: each child declares its namespace as the default
 * one, because sipe hashes these bytes as if they were canonical.
 */
static void add_lifetime(struct buf *out, struct arena *arena,
                         const struct rstr *rstr)
{
    buf_add_text(out, "<Lifetime>");
    add(out, "<Created xmlns=\"" URI_WSU "\">{}</Created>",
        stamp_iso(arena, rstr->created));
    add(out, "<Expires xmlns=\"" URI_WSU "\">{}</Expires>",
        stamp_iso(arena, rstr->expires));
    buf_add_text(out, "</Lifetime>");
}

static void add_response(struct buf *out, struct arena *arena,
                         const struct rstr *rstr)
{
    const char *base = is_200502(rstr->trust) ? URI_TRUST_200502 : URI_TRUST;

    if (rstr->token_type) {
        add(out, "<TokenType>{}</TokenType>", rstr->token_type);
    }
    add_token(out, rstr);
    if (rstr->assertion_id) {
        add_references(out, rstr->assertion_id);
    }
    if (rstr->applies_to) {
        add_applies_to(out, rstr->applies_to);
    }
    add_key(out, arena, base, rstr);
    add_lifetime(out, arena, rstr);
}

void rstr_encode(struct buf *out, struct arena *arena,
                 const struct soap *request, const struct rstr *rstr)
{
    /* The draft of 2005/02 has no collection; 1.3 has it for the last reply. */
    bool collection = !is_200502(rstr->trust);
    const char *const response = "<RequestSecurityTokenResponse";

    soap_open(out, request, rstr_action(rstr->trust));
    buf_add_text(out, response);
    add(out, collection ? "Collection xmlns=\"{}\">" : " xmlns=\"{}\"",
        rstr->trust);
    if (collection) {
        buf_add_text(out, response);
    }
    if (rstr->context) {
        add(out, " Context=\"{}\"", rstr->context);
    }
    buf_add_text(out, ">");
    add_response(out, arena, rstr);
    buf_add_text(out, "</RequestSecurityTokenResponse>");
    if (collection) {
        buf_add_text(out, "</RequestSecurityTokenResponseCollection>");
    }
    soap_close(out);
}
