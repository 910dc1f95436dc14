/* Metadata of the web ticket service, see wsdl.h. */
#include "config.h"

#include "probe/wsdl.h"

#include <string.h>
#include <strings.h>

#include "util/buf.h"
#include "wire/uris.h"
#include "wire/xml.h"

static const char *const ns_wsdl[] = {URI_WSDL, NULL};
static const char *const ns_policy[] = {URI_WSP, URI_WSP_15, NULL};

static const struct {
    const char *element;
    unsigned bit;
    const char *word;
} assertions[] = {
    {"NegotiateAuthentication", POLICY_NEGOTIATE, "Negotiate"},
    {"NtlmAuthentication", POLICY_NTLM, "NTLM"},
    {"BasicAuthentication", POLICY_BASIC, "Basic"},
    {"DigestAuthentication", POLICY_DIGEST, "Digest"},
    {"UsernameToken", POLICY_USERNAME, "UsernameToken"},
    {"X509Token", POLICY_X509, "X509Token"},
    {"IssuedToken", POLICY_ISSUED, "IssuedToken"},
    {"OAuth", POLICY_OAUTH, "OAuth"},
    {"TransportBinding", POLICY_TLS, "TLS"},
};

/* ---- Policies ---- */

/* The reader of XML bounds the depth (XML_DEPTH_MAX). */
// NOLINTNEXTLINE(misc-no-recursion)
static unsigned assertions_in(const xmlNode *node)
{
    unsigned found = 0;

    for (xmlNode *at = xml_first(node); at; at = xml_next(at)) {
        for (size_t i = 0; i < ARRAY_SIZE(assertions); i++) {
            if (xml_is(at, NULL, assertions[i].element)) {
                found |= assertions[i].bit;
            }
        }
        found |= assertions_in(at);
    }
    return found;
}

static const xmlNode *policy_with_id(struct arena *arena, const xmlNode *root,
                                     const char *id)
{
    for (xmlNode *at = xml_first(root); at; at = xml_next(at)) {
        const char *own = xml_is(at, ns_policy, "Policy")
                              ? xml_attribute_ns(arena, at, URI_WSU, "Id")
                              : NULL;

        if (own && strcasecmp(own, id) == 0) {
            return at;
        }
    }
    return NULL;
}

static const char *local_part(const char *name)
{
    const char *colon = name ? strchr(name, ':') : NULL;

    return colon ? colon + 1 : name;
}

/* What the binding of a port refers to: "#WebTicketServiceAuth_policy". */
static const char *reference_of(struct arena *arena, const xmlNode *root,
                                const char *binding)
{
    for (xmlNode *at = xml_first(root); at; at = xml_next(at)) {
        const char *name = xml_is(at, ns_wsdl, "binding")
                               ? xml_attribute(arena, at, "name")
                               : NULL;

        if (name && binding && strcmp(name, binding) == 0) {
            const char *uri = xml_attribute(
                arena, xml_child(at, ns_policy, "PolicyReference"), "URI");

            return uri && *uri == '#' ? uri + 1 : NULL;
        }
    }
    return NULL;
}

/* By the binding's reference, else by the custom that names it after the
 * port (webticket 3.4). */
static const xmlNode *policy_of(struct arena *arena, const xmlNode *root,
                                const xmlNode *port, const char *name)
{
    const char *binding = local_part(xml_attribute(arena, port, "binding"));
    const char *id = reference_of(arena, root, binding);

    return policy_with_id(arena, root,
                          id ? id : arena_printf(arena, "%s_policy", name));
}

/* ---- Ports ---- */

static void read_port(struct arena *arena, const xmlNode *root,
                      const xmlNode *node, struct wsdl *wsdl)
{
    const char *name = xml_attribute(arena, node, "name");
    const char *address =
        xml_attribute(arena, xml_child(node, NULL, "address"), "location");
    const xmlNode *policy;

    if (!name || !address || wsdl->port_count == WSDL_PORTS_MAX) {
        return;
    }
    policy = policy_of(arena, root, node, name);
    wsdl->ports[wsdl->port_count++] = (struct wsdl_port){
        .name = name,
        .address = address,
        .has_policy = policy != NULL,
        .policy = assertions_in(policy),
    };
}

static void read_services(struct arena *arena, const xmlNode *root,
                          struct wsdl *wsdl)
{
    for (xmlNode *at = xml_first(root); at; at = xml_next(at)) {
        if (!xml_is(at, ns_wsdl, "service")) {
            continue;
        }
        for (xmlNode *port = xml_first(at); port; port = xml_next(port)) {
            if (xml_is(port, ns_wsdl, "port")) {
                read_port(arena, root, port, wsdl);
            }
        }
    }
}

// NOLINTNEXTLINE(misc-no-recursion)
static const xmlNode *definitions_in(const xmlNode *node)
{
    const xmlNode *found = NULL;

    if (xml_is(node, ns_wsdl, "definitions")) {
        return node;
    }
    for (xmlNode *at = xml_first(node); at && !found; at = xml_next(at)) {
        found = definitions_in(at);
    }
    return found;
}

bool wsdl_parse(struct arena *arena, struct span body, struct wsdl *out_wsdl,
                const char **out_problem)
{
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    const xmlNode *root;

    *out_wsdl = (struct wsdl){0};
    if (xml_parse(body, &doc, &report) != XML_OK) {
        *out_problem = arena_printf(arena, "no XML: line %d: %s", report.line,
                                    report.text);
        return false;
    }
    root = definitions_in(xml_root(doc));
    if (!root) {
        *out_problem = "XML without wsdl:definitions";
        return false;
    }
    out_wsdl->wrapped = root != xml_root(doc);
    read_services(arena, root, out_wsdl);
    if (!out_wsdl->port_count) {
        *out_problem = "WSDL without a port that has a name and an address";
        return false;
    }
    return true;
}

/* ---- Choosing ---- */

bool wsdl_fits(const struct wsdl_port *port, const struct client *client)
{
    unsigned windows = POLICY_NEGOTIATE | POLICY_NTLM;
    unsigned others = POLICY_BASIC | POLICY_DIGEST | POLICY_X509 |
                      POLICY_ISSUED | POLICY_OAUTH;

    if (!port->has_policy || (port->policy & others)) {
        return false;
    }
    switch (client->credentials) {
    case CREDENTIALS_NTLM:
        return (port->policy & windows) && !(port->policy & POLICY_USERNAME);
    case CREDENTIALS_KERBEROS:
        return (port->policy & POLICY_NEGOTIATE) &&
               !(port->policy & POLICY_USERNAME);
    case CREDENTIALS_USERNAME:
        return (port->policy & POLICY_USERNAME) && !(port->policy & windows);
    case CREDENTIALS_MEETING:
        return port->policy == POLICY_TLS;
    case CREDENTIALS_OAUTH:
        return false;
    }
    return false;
}

const struct wsdl_port *wsdl_choose(const struct wsdl *wsdl,
                                    const struct client *client)
{
    for (const char *const *name = client->ports; *name; name++) {
        for (size_t i = 0; i < wsdl->port_count; i++) {
            if (strcasecmp(wsdl->ports[i].name, *name) == 0) {
                return &wsdl->ports[i];
            }
        }
    }
    for (size_t i = 0; i < wsdl->port_count; i++) {
        if (wsdl_fits(&wsdl->ports[i], client)) {
            return &wsdl->ports[i];
        }
    }
    return NULL;
}

char *wsdl_policy_text(struct arena *arena, const struct wsdl_port *port)
{
    AUTO_BUF out = {0};

    if (!port->has_policy) {
        return arena_strdup(arena, "no policy");
    }
    for (size_t i = 0; i < ARRAY_SIZE(assertions); i++) {
        if (port->policy & assertions[i].bit) {
            buf_printf(&out, "%s%s", out.size ? ", " : "", assertions[i].word);
        }
    }
    return arena_text(arena, buf_span(&out));
}
