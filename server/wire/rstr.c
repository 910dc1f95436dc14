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

#define SAML_PREFIX " xmlns:saml=\"" URI_SAML "\""

/* Its prefix is declared further out: cut out of here it is no XML. */
static void add_inherited(struct buf *out, const char *assertion)
{
    struct span text = span_text(assertion);
    struct span prefix = span_text(SAML_PREFIX);
    size_t at = span_find(text, prefix, 0);

    if (at == SIZE_MAX) {
        buf_add(out, text);
        return;
    }
    buf_add(out, span_slice(text, 0, at));
    buf_add(out, span_slice(text, at + prefix.size, text.size));
}

static void add_token(struct buf *out, const struct rstr *rstr)
{
    enum ticket_assertion how = rstr->lies.assertion;
    bool inherited = how == TICKET_ASSERTION_INHERITED && rstr->assertion;

    if (how == TICKET_ASSERTION_NO_TOKEN) {
        return;
    }
    if (how == TICKET_ASSERTION_REFERENCE && rstr->assertion_id) {
        add(out,
            "<saml:AssertionIDReference" SAML_PREFIX
            ">{}</saml:AssertionIDReference>",
            rstr->assertion_id);
    }
    buf_add_text(out, "<RequestedSecurityToken");
    buf_add_text(out, inherited ? SAML_PREFIX ">" : ">");
    if (how == TICKET_ASSERTION_OMIT) {
        buf_add_text(out, "</RequestedSecurityToken>");
        return;
    }
    if (inherited) {
        add_inherited(out, rstr->assertion);
    } else if (rstr->assertion) {
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
    static const uint8_t other[32];

    if (rstr->lies.secret == TICKET_SECRET_EARLY) {
        buf_add_text(out, "<Authenticator>");
        add_secret(out, arena, base, "Nonce", span_of(other, sizeof(other)));
        buf_add_text(out, "</Authenticator>");
    }
    if (rstr->lies.secret == TICKET_SECRET_OMIT) {
        return;
    }
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
static void add_good_lifetime(struct buf *out, const char *created,
                              const char *expires)
{
    buf_add_text(out, "<Lifetime>");
    if (created) {
        add(out, "<Created xmlns=\"" URI_WSU "\">{}</Created>", created);
    }
    if (expires) {
        add(out, "<Expires xmlns=\"" URI_WSU "\">{}</Expires>", expires);
    }
    buf_add_text(out, "</Lifetime>");
}

/* The form of ADFS repeats the declaration: canonical XML would not have it. */
static void add_prefixed_lifetime(struct buf *out, const char *created,
                                  const char *expires, bool redeclared)
{
    static const char declaration[] = " xmlns:wsu=\"" URI_WSU "\"";

    buf_printf(out, "<Lifetime%s>", declaration);
    buf_printf(out, "<wsu:Created%s>", redeclared ? declaration : "");
    xml_clean(out, created, true);
    buf_printf(out, "</wsu:Created><wsu:Expires%s>",
               redeclared ? declaration : "");
    xml_clean(out, expires, true);
    buf_add_text(out, "</wsu:Expires></Lifetime>");
}

static const char *time_text(struct arena *arena, int64_t time,
                             enum ticket_times how)
{
    char *iso = stamp_iso(arena, time);
    size_t digits = strlen(iso) - 1; /* without its Z */

    switch (how) {
    case TICKET_TIMES_UTC:
        break;
    case TICKET_TIMES_FRACTION:
        return stamp_iso_ms(arena, time);
    case TICKET_TIMES_NO_ZONE:
        return arena_printf(arena, "%.*s", (int)digits, iso);
    case TICKET_TIMES_OFFSET:
        return arena_printf(arena, "%.*s+00:00", (int)digits, iso);
    case TICKET_TIMES_DATE:
        return stamp_http(arena, time);
    case TICKET_TIMES_EMPTY:
        return "";
    }
    return iso;
}

static void add_lifetime(struct buf *out, struct arena *arena,
                         const struct rstr *rstr)
{
    enum ticket_times times = rstr->lies.times;
    const char *created = time_text(arena, rstr->created, times);
    const char *expires = time_text(arena, rstr->expires, times);

    switch (rstr->lies.lifetime) {
    case TICKET_LIFETIME_OMIT:
        return;
    case TICKET_LIFETIME_PREFIXED:
        add_prefixed_lifetime(out, created, expires, false);
        return;
    case TICKET_LIFETIME_REDECLARED:
        add_prefixed_lifetime(out, created, expires, true);
        return;
    case TICKET_LIFETIME_NO_CREATED:
        created = NULL;
        break;
    case TICKET_LIFETIME_NO_EXPIRES:
        expires = NULL;
        break;
    case TICKET_LIFETIME_GOOD:
        break;
    }
    add_good_lifetime(out, created, expires);
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

/* The elements of WS-Trust, whose prefix may be another. */
static bool is_trust_element(struct span name)
{
    static const char *const names[] = {
        "RequestSecurityTokenResponseCollection",
        "RequestSecurityTokenResponse",
        "TokenType",
        "RequestedSecurityToken",
        "RequestedAttachedReference",
        "RequestedUnattachedReference",
        "RequestedProofToken",
        "ComputedKey",
        "Authenticator",
        "Entropy",
        "BinarySecret",
        "Lifetime",
    };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (span_equal(name, span_text(names[i]))) {
            return true;
        }
    }
    return false;
}

/* "t:" before each of them, and where their namespace is declared. The ticket
 * has none of them, and is not touched. */
static void add_prefixed(struct buf *out, struct span text)
{
    size_t at = 0;
    bool declared = false;

    while (at < text.size) {
        size_t name;
        size_t end;

        buf_add_u8(out, text.data[at]);
        if (text.data[at++] != '<') {
            continue;
        }
        name = at + (at < text.size && text.data[at] == '/');
        for (end = name; end < text.size && !strchr(" />", text.data[end]);) {
            end++;
        }
        if (!is_trust_element(span_slice(text, name, end - name))) {
            continue;
        }
        buf_add(out, span_slice(text, at, name - at));
        buf_add_text(out, "t:");
        buf_add(out, span_slice(text, name, end - name));
        at = end;
        if (!declared) {
            declared = true;
            buf_add_text(out, " xmlns:t");
            at += strlen(" xmlns");
        }
    }
}

static void add_body(struct buf *out, struct arena *arena,
                     const struct rstr *rstr)
{
    /* The draft of 2005/02 has no collection; 1.3 has it for the last reply. */
    bool collection = !is_200502(rstr->trust) && !rstr->lies.no_collection;
    const char *const response = "<RequestSecurityTokenResponse";

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
}

void rstr_encode(struct buf *out, struct arena *arena,
                 const struct soap *request, const struct rstr *rstr)
{
    AUTO_BUF body = {0};

    soap_open(out, request, rstr_action(rstr->trust));
    add_body(&body, arena, rstr);
    if (rstr->lies.prefixed) {
        add_prefixed(out, buf_span(&body));
    } else {
        buf_add(out, buf_span(&body));
    }
    soap_close(out);
}
