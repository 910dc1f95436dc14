/* The answer with a web ticket, see rstr_read.h. */
#include "config.h"

#include "probe/rstr_read.h"

#include <string.h>

#include "util/base64.h"
#include "util/env.h"
#include "util/stamp.h"
#include "wire/uris.h"
#include "wire/xml.h"

static const char *const ns_soap[] = {URI_SOAP11, URI_SOAP12, NULL};
static const char *const ns_trust[] = {URI_TRUST, URI_TRUST_SLASH,
                                       URI_TRUST_200502, NULL};
static const char *const ns_saml[] = {URI_SAML, NULL};

enum { CLOCK_TOLERANCE_S = 5 * 60, REFRESH_MARGIN_S = 60 };

static void warn(struct ticket *ticket, const char *text)
{
    if (ticket->warning_count < RSTR_WARNINGS_MAX) {
        ticket->warnings[ticket->warning_count++] = text;
    }
}

/* ---- The ticket itself ---- */

/*
 * The assertion byte for byte: it is signed, and clients hand it on as it came
 * (webticket 5.3). The tree tells its prefix, the text where it stands.
 */
static const char *cut_assertion(struct arena *arena, struct span body,
                                 const xmlNode *node)
{
    const char *prefix = (const char *)node->ns->prefix;
    const char *name = arena_printf(arena, "%s%sAssertion",
                                    prefix ? prefix : "", prefix ? ":" : "");
    struct span open = span_text(arena_printf(arena, "<%s", name));
    struct span close = span_text(arena_printf(arena, "</%s>", name));
    size_t from = span_find(body, open, 0);
    size_t to;

    /* "<saml:AssertionIDReference" begins alike. */
    while (from != SIZE_MAX && from + open.size < body.size &&
           !strchr(" \t\r\n>", body.data[from + open.size])) {
        from = span_find(body, open, from + open.size);
    }
    to = from == SIZE_MAX ? SIZE_MAX : span_find(body, close, from);
    return to == SIZE_MAX
               ? NULL
               : arena_text(arena,
                            span_slice(body, from, to + close.size - from));
}

static void judge_assertion(struct ticket *ticket)
{
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;

    if (xml_parse(span_text(ticket->text), &doc, &report) != XML_OK) {
        warn(ticket, "the assertion does not stand alone: a prefix is "
                     "declared outside of it, or it holds another one");
    }
}

bool ticket_fits_header(const char *text)
{
    for (const char *at = text; *at; at++) {
        if (*at <= ' ' || *at > '~') {
            return false;
        }
    }
    return *text != '\0';
}

static bool read_token(struct arena *arena, struct span body,
                       const xmlNode *answer, struct ticket *ticket,
                       const char **out_problem)
{
    const xmlNode *holder =
        xml_child(answer, ns_trust, "RequestedSecurityToken");
    const xmlNode *saml = xml_child(holder, ns_saml, "Assertion");
    const char *text;

    if (!holder) {
        *out_problem = "the answer has no RequestedSecurityToken";
        return false;
    }
    if (saml) {
        ticket->kind = TOKEN_SAML;
        ticket->text = cut_assertion(arena, body, saml);
        *out_problem = "the assertion cannot be cut out of the answer";
        if (ticket->text) {
            judge_assertion(ticket);
        }
        return ticket->text != NULL;
    }
    /* webticket 5.6: UserToken in a namespace that nobody knows. */
    text = xml_text(arena, xml_first(holder));
    ticket->kind = TOKEN_CWT;
    ticket->text =
        text && strncmp(text, "cwt=", 4) == 0 && ticket_fits_header(text)
            ? text
            : NULL;
    *out_problem = "the token is neither a SAML assertion nor a compact web "
                   "ticket";
    return ticket->text != NULL;
}

/* ---- What stands beside it ---- */

static bool read_time(struct arena *arena, const xmlNode *lifetime,
                      const char *name, int64_t *out_time)
{
    const char *text = xml_text(arena, xml_child(lifetime, NULL, name));

    return text && stamp_parse(text, out_time);
}

static void read_lifetime(struct arena *arena, const xmlNode *answer,
                          int64_t now, struct ticket *ticket)
{
    const xmlNode *lifetime = xml_child(answer, ns_trust, "Lifetime");
    int64_t tolerance = CLOCK_TOLERANCE_S * ENV_NS_PER_SEC;
    int64_t margin = REFRESH_MARGIN_S * ENV_NS_PER_SEC;

    ticket->has_created =
        read_time(arena, lifetime, "Created", &ticket->created);
    ticket->has_expires =
        read_time(arena, lifetime, "Expires", &ticket->expires);
    if (!ticket->has_expires) {
        warn(ticket, "no Lifetime with a readable Expires: pidgin-sipe takes "
                     "such a ticket as expired already");
    } else if (ticket->expires <= now) {
        warn(ticket, "the ticket is expired as it comes: the clocks of server "
                     "and client differ");
    } else if (ticket->expires - now < margin) {
        warn(ticket, "the ticket lives less than 60 s: clients renew it at "
                     "once");
    }
    if (ticket->has_created && ticket->created - now > tolerance) {
        warn(ticket, "the ticket is from the future: the clocks of server and "
                     "client differ by more than 5 minutes");
    }
}

static void judge_key(struct ticket *ticket, struct span key)
{
    if (key.size < PROOF_KEY_SIZE) {
        warn(ticket, "the proof key has less than 256 bits");
        return;
    }
    memcpy(ticket->key, key.data, PROOF_KEY_SIZE);
    ticket->has_key = true;
}

/* webticket 5.4: computed from both entropies, or sent as it is. */
static void read_key(struct arena *arena, const xmlNode *answer,
                     struct span entropy, struct ticket *ticket)
{
    const xmlNode *proof = xml_child(answer, ns_trust, "RequestedProofToken");
    const char *whole =
        xml_text(arena, xml_child(proof, ns_trust, "BinarySecret"));
    const char *half =
        xml_text(arena, xml_child(xml_child(answer, ns_trust, "Entropy"),
                                  ns_trust, "BinarySecret"));
    struct span bytes;

    if (xml_child(xml_child(answer, ns_trust, "Authenticator"), ns_trust,
                  "BinarySecret")) {
        warn(ticket, "another BinarySecret stands before that of the key: "
                     "clients that search the text take the wrong one");
    }
    if (whole && base64_decode(arena, span_text(whole), &bytes)) {
        judge_key(ticket, bytes);
        if (entropy.size) {
            warn(ticket, "the server sends the key itself, and the client's "
                         "entropy has no part in it");
        }
    } else if (half && base64_decode(arena, span_text(half), &bytes) &&
               bytes.size && entropy.size) {
        proof_key(entropy, bytes, ticket->key, PROOF_KEY_SIZE);
        ticket->has_key = true;
    } else if (entropy.size) {
        warn(ticket, "entropy was sent, and no proof key came back: services "
                     "that want a signature cannot be used");
    }
}

/*
 * webticket 8.4: clients that search the text take the first of each. What they
 * would find is another thing than what XML says.
 */
static void judge_text(struct span body, const xmlDoc *doc,
                       const xmlNode *answer, struct ticket *ticket)
{
    static const char *const signature[] = {
        "http://www.w3.org/2000/09/xmldsig#", NULL};
    const xmlNode *first = xml_child(xml_root(doc), ns_soap, "Body");
    const xmlNode *holder =
        xml_child(answer, ns_trust, "RequestedSecurityToken");
    const xmlNode *saml = xml_child(holder, ns_saml, "Assertion");

    if (answer->ns && answer->ns->prefix) {
        warn(ticket, "elements of WS-Trust have a prefix: clients that search "
                     "the text for <Lifetime do not find it");
    }
    if (first && xml_first(first) == answer &&
        xml_is(answer, (const char *const[]){URI_TRUST, NULL},
               "RequestSecurityTokenResponse")) {
        warn(ticket, "there is no RequestSecurityTokenResponseCollection "
                     "around the answer (WS-Trust 1.3, 4.1)");
    }
    if (xml_child(answer, ns_saml, "AssertionIDReference")) {
        warn(ticket, "an AssertionIDReference stands before the assertion: "
                     "clients that search the text take that");
    }
    if (saml && !xml_child(saml, signature, "Signature")) {
        warn(ticket, "the assertion is not signed");
    }
    if (saml && span_find(body, span_text("cm:bearer"), 0) != SIZE_MAX &&
        xml_child(answer, ns_trust, "RequestedProofToken")) {
        warn(ticket, "the assertion is a bearer's though there is a proof key: "
                     "services that want a signature refuse it");
    }
}

static const char *applies_to(struct arena *arena, const xmlNode *answer)
{
    const xmlNode *reference = xml_child(xml_child(answer, NULL, "AppliesTo"),
                                         NULL, "EndpointReference");

    return xml_text(arena, xml_child(reference, NULL, "Address"));
}

static void compare(struct ticket *ticket,
                    const struct rstr_expectation *expected)
{
    const char *type =
        expected->kind == TOKEN_SAML ? URI_TOKEN_SAML : URI_TOKEN_CWT;

    if (!ticket->context || strcmp(ticket->context, expected->context) != 0) {
        warn(ticket, "Context is not that of the request (WS-Trust 1.3, 4)");
    }
    if (ticket->kind != expected->kind) {
        warn(ticket, "the ticket is of another kind than the one asked for");
    } else if (ticket->token_type && strcmp(ticket->token_type, type) != 0) {
        warn(ticket, "TokenType is not that of the request");
    }
    if (ticket->applies_to &&
        strcmp(ticket->applies_to, expected->applies_to) != 0) {
        warn(ticket, "AppliesTo is not that of the request");
    }
}

static const xmlNode *answer_in(const xmlDoc *doc)
{
    const xmlNode *body = xml_child(xml_root(doc), ns_soap, "Body");
    const xmlNode *all =
        xml_child(body, ns_trust, "RequestSecurityTokenResponseCollection");

    return xml_child(all ? all : body, ns_trust,
                     "RequestSecurityTokenResponse");
}

bool rstr_read(struct arena *arena, struct span body,
               const struct rstr_expectation *expected,
               struct ticket *out_ticket, const char **out_problem)
{
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    const xmlNode *answer;

    *out_ticket = (struct ticket){0};
    if (xml_parse(body, &doc, &report) != XML_OK) {
        *out_problem = arena_printf(arena, "no XML: line %d: %s", report.line,
                                    report.text);
        return false;
    }
    answer = answer_in(doc);
    if (!answer) {
        *out_problem = "XML without RequestSecurityTokenResponse";
        return false;
    }
    if (!read_token(arena, body, answer, out_ticket, out_problem)) {
        return false;
    }
    out_ticket->context = xml_attribute(arena, answer, "Context");
    out_ticket->token_type =
        xml_text(arena, xml_child(answer, ns_trust, "TokenType"));
    out_ticket->applies_to = applies_to(arena, answer);
    compare(out_ticket, expected);
    read_lifetime(arena, answer, expected->now, out_ticket);
    read_key(arena, answer, expected->entropy, out_ticket);
    judge_text(body, doc, answer, out_ticket);
    return true;
}
