/* UsernameToken, see usertoken.h. */
#include "config.h"

#include "wire/usertoken.h"

#include <string.h>

#include "wire/uris.h"

static const char *const security_uris[] = {URI_WSSE, NULL};
static const char *const utility_uris[] = {URI_WSU, NULL};

/* What is being read. The first thing that is wrong counts. */
struct reading {
    struct arena *arena;
    enum usertoken_flaw flaw;
    const char *text;
};

static void wrong(struct reading *reading, enum usertoken_flaw flaw,
                  const char *text)
{
    if (reading->flaw == USERTOKEN_GOOD) {
        reading->flaw = flaw;
        reading->text = text;
    }
}

/* The one child of this name; none is `absent`, two are wrong as well. */
static const xmlNode *only(struct reading *reading, const xmlNode *parent,
                           const char *name, enum usertoken_flaw absent)
{
    const xmlNode *found = NULL;

    for (const xmlNode *n = xml_first(parent); n; n = xml_next(n)) {
        if (!xml_is(n, security_uris, name)) {
            continue;
        }
        if (found) {
            wrong(reading,
                  absent == USERTOKEN_NO_SECURITY ? USERTOKEN_TWO_HEADERS
                                                  : USERTOKEN_TWICE,
                  arena_printf(reading->arena, "There are two %s elements.",
                               name));
        }
        found = found ? found : n;
    }
    if (!found) {
        wrong(reading, absent,
              arena_printf(reading->arena, "There is no %s.", name));
    }
    return found;
}

static bool is_true(const char *text)
{
    return text && (strcmp(text, "1") == 0 || strcmp(text, "true") == 0);
}

static void read_password(struct reading *reading, const xmlNode *node,
                          struct usertoken *token)
{
    token->password = xml_content(reading->arena, node);
    token->type = xml_attribute(reading->arena, node, "Type");
    if (token->type && strcmp(token->type, URI_PASSWORD_DIGEST) == 0) {
        wrong(reading, USERTOKEN_DIGEST, "Password is a digest.");
    }
}

enum usertoken_flaw usertoken_decode(struct arena *arena,
                                     const struct soap *soap,
                                     struct usertoken *out_token,
                                     const char **out_text)
{
    struct reading reading = {.arena = arena};
    const char *envelope = soap->version == SOAP_1_2 ? URI_SOAP12 : URI_SOAP11;
    const xmlNode *security =
        only(&reading, soap->header, "Security", USERTOKEN_NO_SECURITY);
    const xmlNode *token =
        only(&reading, security, "UsernameToken", USERTOKEN_NO_TOKEN);

    *out_token = (struct usertoken){
        .must_understand =
            security && is_true(xml_attribute_of(arena, security, envelope,
                                                 "mustUnderstand")),
        .name = xml_content(
            arena, only(&reading, token, "Username", USERTOKEN_NO_NAME)),
        .nonce = xml_child(token, security_uris, "Nonce") != NULL,
        .created = xml_child(token, utility_uris, "Created") != NULL,
    };
    out_token->nonce_text =
        xml_text(arena, xml_child(token, security_uris, "Nonce"));
    out_token->created_text =
        xml_text(arena, xml_child(token, utility_uris, "Created"));
    read_password(&reading,
                  only(&reading, token, "Password", USERTOKEN_NO_PASSWORD),
                  out_token);
    *out_text = reading.text;
    return reading.flaw;
}
