/* SOAP in a request, see soap_seen.h. */
#include "config.h"

#include "checks/soap_seen.h"

#include <string.h>
#include <strings.h>

#include "util/mem.h"
#include "wire/uris.h"

static const char *const security_uris[] = {URI_WSSE, NULL};

/* What an envelope holds. */
static void decode_parts(struct arena *arena, struct soap_seen *seen)
{
    const char *text;

    seen->result = rst_decode(arena, seen->soap.body, &seen->rst, &text);
    seen->flaw = usertoken_decode(arena, &seen->soap, &seen->token, &text);
}

/* Nobody has read it so far, or it is none. */
static void read_envelope(struct check *check, struct soap_seen *seen)
{
    struct xml_report report;
    const char *text;

    seen->xml = xml_parse(check->ex->request.body, &seen->doc, &report);
    if (seen->xml == XML_OK) {
        seen->is_soap =
            soap_decode(check->arena, seen->doc, &seen->soap, &text) == SOAP_OK;
    }
}

static struct soap_seen *decode(struct check *check)
{
    struct soap_seen *seen = NEW(struct soap_seen);

    if (check->ex->soap) {
        seen->is_soap = true;
        seen->soap = check->ex->soap->soap;
    } else {
        read_envelope(check, seen);
    }
    if (seen->is_soap) {
        decode_parts(check->arena, seen);
    }
    return seen;
}

const struct soap_seen *soap_seen(struct check *check)
{
    if (!check->soap) {
        check->soap = decode(check);
    }
    return check->soap;
}

void soap_seen_free(struct soap_seen *seen)
{
    if (seen) {
        xmlFreeDoc(seen->doc);
        mem_free(seen);
    }
}

const struct soap_seen *soap_judged(struct check *check)
{
    const struct soap_seen *seen;

    if (check->ex->sent.status == 401) {
        return NULL;
    }
    seen = soap_seen(check);
    return seen->is_soap ? seen : NULL;
}

const struct rst *rst_judged(struct check *check)
{
    const struct soap_seen *seen = soap_judged(check);

    return seen && seen->result != RST_NOT_AN_RST ? &seen->rst : NULL;
}

size_t soap_security_count(const struct soap_seen *seen)
{
    size_t count = 0;

    for (const xmlNode *n = xml_first(seen->soap.header); n; n = xml_next(n)) {
        count += xml_is(n, security_uris, "Security");
    }
    return count;
}

const xmlNode *soap_security(const struct soap_seen *seen)
{
    return xml_child(seen->soap.header, security_uris, "Security");
}

struct span soap_quote(const struct check *check, const char *text)
{
    struct span body = check->ex->request.body;
    struct span wanted = span_text(text);
    size_t at = wanted.size ? span_find(body, wanted, 0) : SIZE_MAX;

    return at == SIZE_MAX ? wanted : span_slice(body, at, wanted.size);
}

bool soap_at_port(const struct check *check, const char *port)
{
    const char *path = check->ex->request.path;
    size_t length = strlen(path);

    return length >= strlen(port) &&
           strcasecmp(path + length - strlen(port), port) == 0;
}
