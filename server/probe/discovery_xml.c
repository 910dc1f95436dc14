/* The XML forms of discovery answers, see discovery.h. */
#include "config.h"

#include <string.h>

#include "probe/discovery_parts.h"
#include "util/number.h"
#include "wire/xml.h"

static struct sip_server sip_server(struct arena *arena, const xmlNode *node)
{
    struct sip_server server = {xml_attribute(arena, node, "fqdn"), 0};
    const char *text = xml_attribute(arena, node, "port");
    uint64_t port;

    if (text && number_parse(text, NUMBER_DECIMAL, 65535, &port)) {
        server.port = (int)port;
    }
    return server;
}

static void read_resource(struct arena *arena, const xmlNode *node,
                          struct discovery *discovery)
{
    for (xmlNode *at = xml_first(node); at; at = xml_next(at)) {
        if (xml_is(at, NULL, "Link")) {
            discovery_add(discovery, xml_attribute(arena, at, "token"),
                          xml_attribute(arena, at, "href"));
        } else if (xml_is(at, NULL, "SipClientInternalAccess")) {
            discovery->internal = sip_server(arena, at);
        } else if (xml_is(at, NULL, "SipClientExternalAccess")) {
            discovery->external = sip_server(arena, at);
        }
    }
}

static bool read_version_1(struct arena *arena, const xmlNode *root,
                           struct discovery *discovery,
                           const char **out_problem)
{
    static const struct {
        const char *name;
        enum resource resource;
    } resources[] = {
        {"Root", RESOURCE_ROOT},
        {"Domain", RESOURCE_DOMAIN},
        {"User", RESOURCE_USER},
    };

    discovery->form = "XML";
    discovery->location = xml_attribute(arena, root, "AccessLocation");
    for (size_t i = 0; i < ARRAY_SIZE(resources); i++) {
        const xmlNode *node = xml_child(root, NULL, resources[i].name);

        if (node) {
            discovery->resource = resources[i].resource;
            read_resource(arena, node, discovery);
            return true;
        }
    }
    *out_problem = "AutodiscoverResponse without Root, Domain or User";
    return false;
}

static void read_ucwa(struct arena *arena, const xmlNode *root,
                      struct discovery *discovery)
{
    discovery->form = "UCWA XML";
    for (xmlNode *at = xml_first(root); at; at = xml_next(at)) {
        if (xml_is(at, NULL, "link")) {
            discovery_add(discovery, xml_attribute(arena, at, "rel"),
                          xml_attribute(arena, at, "href"));
        }
    }
    discovery_guess(discovery);
}

bool discovery_xml(struct arena *arena, struct span body,
                   struct discovery *discovery, const char **out_problem)
{
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    const xmlNode *root;

    if (xml_parse(body, &doc, &report) != XML_OK) {
        *out_problem = arena_printf(arena, "no XML: line %d: %s", report.line,
                                    report.text);
        return false;
    }
    root = xml_root(doc);
    if (xml_is(root, NULL, "AutodiscoverResponse")) {
        return read_version_1(arena, root, discovery, out_problem);
    }
    if (xml_is(root, NULL, "resource")) {
        read_ucwa(arena, root, discovery);
        return true;
    }
    *out_problem = arena_printf(arena, "XML, but its root is <%s>", root->name);
    return false;
}
