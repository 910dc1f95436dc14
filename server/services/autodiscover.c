/* The bodies of lyncdiscover, see autodiscover.h. */
#include "config.h"

#include "services/autodiscover.h"

#include <assert.h>
#include <string.h>

#include "util/json.h"
#include "wire/xml.h"

#define XML_DECLARATION "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"

/* ---- What an answer says ---- */

void autodiscover_access(struct autodiscover *doc, const char *name,
                         const char *fqdn, int port)
{
    assert(doc->access_count < AUTODISCOVER_ACCESSES);
    doc->accesses[doc->access_count++] =
        (struct autodiscover_access){name, fqdn, port};
}

void autodiscover_link(struct autodiscover *doc, const char *token,
                       const char *href)
{
    assert(doc->link_count < AUTODISCOVER_LINKS);
    doc->links[doc->link_count++] = (struct autodiscover_link){token, href};
}

void autodiscover_rel(struct autodiscover *doc, const char *rel,
                      const char *href)
{
    assert(doc->rel_count < AUTODISCOVER_RELS);
    doc->rels[doc->rel_count++] = (struct autodiscover_link){rel, href};
}

static const char *location_name(enum location site)
{
    return site == LOCATION_INTERNAL ? "Internal" : "External";
}

/* ---- XML, forms A and D ---- */

/* Samples have either order; this one is token, href (discover 9). */
static void xml_pair(struct buf *out, const char *element,
                     const char *const names[2], const char *first,
                     const char *second)
{
    buf_printf(out, "<%s %s=\"", element, names[0]);
    xml_clean(out, first, true);
    buf_printf(out, "\" %s=\"", names[1]);
    xml_clean(out, second, true);
    buf_add_text(out, "\"/>");
}

static void write_xml(const struct autodiscover *doc, struct buf *out)
{
    static const char *const token_href[] = {"token", "href"};

    buf_printf(out,
               XML_DECLARATION
               "<AutodiscoverResponse"
               " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
               " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""
               " AccessLocation=\"%s\"><%s>",
               location_name(doc->site), doc->element);
    for (size_t i = 0; i < doc->access_count; i++) {
        buf_printf(out, "<%s fqdn=\"%s\" port=\"%d\"/>", doc->accesses[i].name,
                   doc->accesses[i].fqdn, doc->accesses[i].port);
    }
    for (size_t i = 0; i < doc->link_count; i++) {
        xml_pair(out, "Link", token_href, doc->links[i].token,
                 doc->links[i].href);
    }
    buf_printf(out, "</%s></AutodiscoverResponse>", doc->element);
}

static void write_ucwa_xml(const struct autodiscover *doc, struct buf *out)
{
    static const char *const rel_href[] = {"rel", "href"};

    buf_printf(out, XML_DECLARATION "<resource rel=\"%s\" href=\"", doc->rel);
    xml_clean(out, doc->self, true);
    buf_add_text(out,
                 "\" xmlns=\"http://schemas.microsoft.com/rtc/2012/03/ucwa\">");
    for (size_t i = 0; i < doc->rel_count; i++) {
        xml_pair(out, "link", rel_href, doc->rels[i].token, doc->rels[i].href);
    }
    buf_add_text(out, "</resource>");
}

/* ---- JSON, forms B and C ---- */

static void json_link(struct json *json, const char *name,
                      const struct autodiscover_link *link)
{
    json_open_named(json, name, '{');
    json_text(json, "href", link->href);
    json_text(json, "token", link->token);
    json_close(json, '}');
}

/* discover 2.7: a lone Redirect is an object where others are an array. */
static bool is_redirect(const struct autodiscover *doc)
{
    return doc->link_count == 1 && strcmp(doc->links[0].token, "Redirect") == 0;
}

static void json_links(struct json *json, const struct autodiscover *doc)
{
    if (is_redirect(doc)) {
        json_link(json, "Links", &doc->links[0]);
        return;
    }
    json_open_named(json, "Links", '[');
    for (size_t i = 0; i < doc->link_count; i++) {
        json_link(json, NULL, &doc->links[i]);
    }
    json_close(json, ']');
}

static void write_json(const struct autodiscover *doc, struct buf *out)
{
    struct json json;

    json_init(&json, out);
    json.escape_slash = true;
    json_open(&json, '{');
    json_text(&json, "AccessLocation", location_name(doc->site));
    json_open_named(&json, doc->element, '{');
    for (size_t i = 0; i < doc->access_count; i++) {
        json_open_named(&json, doc->accesses[i].name, '{');
        json_text(&json, "fqdn", doc->accesses[i].fqdn);
        json_number(&json, "port", doc->accesses[i].port);
        json_close(&json, '}');
    }
    json_links(&json, doc);
    json_close(&json, '}');
    json_close(&json, '}');
}

static void json_rel(struct json *json, const char *rel, const char *href)
{
    json_open_named(json, rel, '{');
    json_text(json, "href", href);
    json_close(json, '}');
}

static void write_ucwa_json(const struct autodiscover *doc, struct buf *out)
{
    struct json json;

    json_init(&json, out);
    json_open(&json, '{');
    json_open_named(&json, "_links", '{');
    json_rel(&json, "self", doc->self);
    for (size_t i = 0; i < doc->rel_count; i++) {
        json_rel(&json, doc->rels[i].token, doc->rels[i].href);
    }
    json_close(&json, '}');
    json_close(&json, '}');
}

void autodiscover_write(const struct autodiscover *doc, enum body_form form,
                        struct buf *out)
{
    switch (form) {
    case BODY_XML:
        write_xml(doc, out);
        break;
    case BODY_JSON:
        write_json(doc, out);
        break;
    case BODY_UCWA_JSON:
        write_ucwa_json(doc, out);
        break;
    case BODY_UCWA_XML:
        write_ucwa_xml(doc, out);
        break;
    }
}
