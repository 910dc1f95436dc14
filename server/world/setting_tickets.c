/*
 * Settings of web tickets, of the answers that carry them, and of OAuth
 * (protocol: webticket 5; discover 3.2, 4). A part of the world's table.
 */
#include "config.h"

#include "world/setting.h"

#define AT(member)                                                             \
    .offset = offsetof(struct world, member),                                  \
    .size = sizeof(((struct world *)0)->member)

static const struct setting rows[] = {
    /* clang-format off */
    {{"diagnostics.grammar", "named|positional",
      "how X-Ms-diagnostics is written: with source= and reason=, as all samples "
      "are, or by place, as the document has it"},
     setting_word, AT(diagnostics_positional)},
    {{"oauth.entities", "yes|no",
      "read &amp; as & in forms for the OAuth token endpoint"},
     setting_flag, AT(oauth_entities)},
    {{"oauth.trusted-issuers", "text",
      "trusted_issuers of the Bearer challenge; omit: none; by default empty, "
      "as where there is no OAuth partner"},
     setting_text, AT(oauth.trusted_issuers)},
    {{"oauth.client-id", "text",
      "client_id of the Bearer challenge; omit: none; by default the id of "
      "every Lync server"},
     setting_text, AT(oauth.client_id)},
    {{"oauth.authorization-uri", "text",
      "authorization_uri of the Bearer challenge; by default none"},
     setting_text, AT(oauth.authorization_uri)},
    {{"oauth.href", "quoted|unquoted|empty|omit",
      "href of the MsRtcOAuth challenge"},
     setting_word, AT(oauth.href)},
    {{"oauth.grants", "good|doubled|reversed|passive|omit",
      "grant_type of the MsRtcOAuth challenge; doubled: the first one twice; "
      "passive: with urn:microsoft.rtc:passive alone"},
     setting_word, AT(oauth.grants)},
    {{"oauth.one-line", "yes|no",
      "Bearer and MsRtcOAuth in one WWW-Authenticate header"},
     setting_flag, AT(oauth.one_line)},
    {{"ticket.format", "saml|cwt", "the ticket where the client does not say"},
     setting_word, AT(ticket.format)},
    {{"ticket.lifetime", "duration",
      "from issue to expiry; 0s or less: it has expired as it is issued"},
     setting_duration, AT(ticket.lifetime)},
    {{"ticket.guest-lifetime", "duration",
      "the same for the tickets of meeting guests"},
     setting_duration, AT(ticket.guest_lifetime)},
    {{"ticket.key", "p256|rsa2048", "the key that signs tickets"},
     setting_word, AT(ticket.key)},
    {{"ticket.sha1", "yes|no", "sign with SHA-1; needs ticket.key rsa2048"},
     setting_flag, AT(ticket.sha1)},
    {{"ticket.audience", "text",
      "whom tickets are for; by default AppliesTo of the request"},
     setting_text, AT(ticket.audience)},
    {{"ticket.clock", "duration",
      "moves issue and expiry of tickets, beside the world's clock"},
     setting_duration, AT(ticket.clock)},
    {{"ticket.said-lifetime", "duration",
      "what Lifetime says of it, from issue; by default the truth"},
     setting_duration, AT(ticket.lies.said_lifetime),
     .given = offsetof(struct world, ticket.lies.said_given)},
    {{"ticket.said-clock", "duration",
      "moves Created and Expires of the answer, and not the ticket's own times"},
     setting_duration, AT(ticket.lies.said_clock)},
    {{"ticket.signature", "good|broken|digest|other-key|omit",
      "broken: one letter of SignatureValue is another; digest: of "
      "DigestValue; other-key: made by a key that nobody knows; of assertions"},
     setting_word, AT(ticket.lies.signature)},
    {{"ticket.assertion", "good|omit|no-token|inherited|reference",
      "omit: RequestedSecurityToken is empty; no-token: it is missing; "
      "inherited: the prefix is declared outside of the assertion; reference: "
      "an AssertionIDReference stands before it"},
     setting_word, AT(ticket.lies.assertion)},
    {{"ticket.confirmation", "asked|bearer|holder-of-key",
      "the subject confirmation, whether there is a proof key or not"},
     setting_word, AT(ticket.lies.confirmation)},
    {{"ticket.secret", "good|omit|other|early|server",
      "BinarySecret of a proof ticket; other: not the one that the key was made "
      "of; early: another one stands before it; server: the key itself, made "
      "without the client's entropy"},
     setting_word, AT(ticket.lies.secret)},
    {{"ticket.lifetime-element",
      "good|omit|no-created|no-expires|prefixed|redeclared",
      "prefixed: wsu:Created, as declared on Lifetime; redeclared: on each of "
      "its children, as ADFS does"},
     setting_word, AT(ticket.lies.lifetime)},
    {{"ticket.times", "utc|fraction|no-zone|offset|http|empty",
      "how Created and Expires are written; fraction: with .000Z; offset: "
      "+00:00; http: as HTTP writes dates"},
     setting_word, AT(ticket.lies.times)},
    {{"ticket.context", "echo|omit|other", "Context of the answer"},
     setting_word, AT(ticket.lies.context)},
    {{"ticket.cwt", "good|truncated|flipped|length|no-label|padded",
      "truncated: its base64 ends early; flipped: one bit of the MAC; length: "
      "a field says another one; no-label: no cwt= before it; padded: the "
      "base64 of MIME"},
     setting_word, AT(ticket.lies.cwt)},
    {{"ticket.prefixed", "yes|no",
      "elements of WS-Trust have a prefix in the answer"},
     setting_flag, AT(ticket.lies.prefixed)},
    {{"ticket.no-collection", "yes|no",
      "an answer without RequestSecurityTokenResponseCollection around it"},
     setting_flag, AT(ticket.lies.no_collection)},
    {{"ticket.other-format", "yes|no",
      "a CWT where SAML was asked for, and the other way round"},
     setting_flag, AT(ticket.lies.other_format)},
    {{"ticket.applies-to", "text",
      "AppliesTo of the answer; omit: none; by default as asked"},
     setting_text, AT(ticket.lies.applies_to)},
    {{"ticket.token-type", "text",
      "TokenType of the answer; omit: none; by default as asked"},
     setting_text, AT(ticket.lies.token_type)},
    {{"ticket.check-audience", "any|pool|service|url",
      "what AppliesTo must share with the URL that gets the ticket"},
     setting_word, AT(check_audience)},
    /* clang-format on */
};

/* setting_word counts the words of a type as the enums count. */
_Static_assert(TICKET_SIGNATURE_OMIT == 4 && TICKET_ASSERTION_REFERENCE == 4 &&
                   TICKET_CONFIRMATION_KEY == 2 && TICKET_SECRET_SERVER == 4 &&
                   TICKET_LIFETIME_REDECLARED == 5 && TICKET_TIMES_EMPTY == 5 &&
                   TICKET_CONTEXT_OTHER == 2 && TICKET_CWT_PADDED == 5,
               "what is wrong with a ticket");
_Static_assert(OAUTH_HREF_OMIT == 3 && OAUTH_GRANTS_OMIT == 4, "oauth");

const struct setting *setting_ticket_row(size_t index)
{
    return index < ARRAY_SIZE(rows) ? &rows[index] : NULL;
}

size_t setting_ticket_rows(void)
{
    return ARRAY_SIZE(rows);
}
