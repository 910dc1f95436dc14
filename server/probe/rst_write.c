/* The request for a web ticket, see rst_write.h. */
#include "config.h"

#include "probe/rst_write.h"

#include "util/base64.h"
#include "util/env.h"
#include "util/stamp.h"
#include "wire/uris.h"
#include "wire/xml.h"

static const char envelope[] =
    "<s:Envelope xmlns:s=\"" URI_SOAP11 "\">{header}<s:Body>"
    "<RequestSecurityToken Context=\"{context}\" xmlns=\"" URI_TRUST "\">"
    "<TokenType>{token}</TokenType>"
    /* This spelling of another version is what clients send (4.1). */
    "<RequestType>" URI_TRUST_200502 "/Issue</RequestType>"
    "<AppliesTo xmlns=\"" URI_WSP "\">"
    "<EndpointReference xmlns=\"" URI_WSA "\"><Address>{applies_to}</Address>"
    "</EndpointReference></AppliesTo>{wishes}"
    "<KeyType>" URI_TRUST "/SymmetricKey</KeyType>"
    "</RequestSecurityToken></s:Body></s:Envelope>";

/* Of Windows clients: who the ticket shall be for. */
static const char claims[] =
    "<Claims Dialect=\"" URI_AF ":authclaims\">"
    "<auth:ClaimType Uri=\"" URI_SIP_CLAIM "\" Optional=\"false\""
    " xmlns:auth=\"" URI_AUTH "\">"
    "<auth:Value>{sip_uri}</auth:Value></auth:ClaimType></Claims>";
static const char entropy[] =
    "<Entropy><BinarySecret>{entropy}</BinarySecret></Entropy>";

/* Of clients that send a password: how long it is wanted, a wish only. */
static const char lifetime[] =
    "<Lifetime><Created xmlns=\"" URI_WSU "\">{created}</Created>"
    "<Expires xmlns=\"" URI_WSU "\">{expires}</Expires></Lifetime>";

/* Both texts are base64 of UTF-8, whatever the Type says (4.3). */
static const char security[] =
    "<s:Header><Security s:mustUnderstand=\"1\" xmlns=\"" URI_WSSE "\">"
    "<UsernameToken><Username>{user}</Username>"
    "<Password Type=\"" URI_PASSWORD_TEXT "\">{password}</Password>"
    "</UsernameToken></Security></s:Header>";

enum { WISHED_LIFE_S = 15 * 60 };

static const char *filled(struct arena *arena, const char *template,
                          const struct xml_hole *holes)
{
    AUTO_BUF out = {0};

    xml_fill(&out, template, holes);
    return arena_text(arena, buf_span(&out));
}

static const char *windows_wishes(struct arena *arena,
                                  const struct rst_wish *wish)
{
    const struct xml_hole holes[] = {
        {"sip_uri", wish->sip_uri, false},
        {"entropy", base64_text(arena, wish->entropy), false},
        {NULL, NULL, false},
    };
    const char *claim = filled(arena, claims, holes);

    return wish->entropy.size ? arena_printf(arena, "%s%s", claim,
                                             filled(arena, entropy, holes))
                              : claim;
}

static const char *password_wishes(struct arena *arena,
                                   const struct rst_wish *wish)
{
    int64_t until = wish->now + WISHED_LIFE_S * ENV_NS_PER_SEC;
    const struct xml_hole holes[] = {
        {"created", stamp_iso(arena, wish->now), false},
        {"expires", stamp_iso(arena, until), false},
        {NULL, NULL, false},
    };

    return filled(arena, lifetime, holes);
}

static const char *security_header(struct arena *arena,
                                   const struct rst_wish *wish)
{
    const struct xml_hole holes[] = {
        {"user", base64_text(arena, span_text(wish->user)), false},
        {"password", base64_text(arena, span_text(wish->password)), false},
        {NULL, NULL, false},
    };

    return filled(arena, security, holes);
}

char *rst_write(struct arena *arena, const struct rst_wish *wish)
{
    bool windows = client_is_windows(wish->client);
    AUTO_BUF out = {0};
    const struct xml_hole holes[] = {
        {"header", windows ? "" : security_header(arena, wish), true},
        {"context", wish->context, false},
        {"token",
         wish->client->token == TOKEN_SAML ? URI_TOKEN_SAML : URI_TOKEN_CWT,
         false},
        {"applies_to", wish->applies_to, false},
        {"wishes",
         windows ? windows_wishes(arena, wish) : password_wishes(arena, wish),
         true},
        {NULL, NULL, false},
    };

    xml_fill(&out, envelope, holes);
    return arena_text(arena, buf_span(&out));
}
