/* SOAP envelopes, see soap.h. */
#include "config.h"

#include "wire/soap.h"

#include <string.h>
#include <strings.h>

#include "util/attr.h"
#include "wire/uris.h"

static const char *const envelope_uris[] = {URI_SOAP11, URI_SOAP12, NULL};
static const char *const addressing_uris[] = {URI_WSA, URI_WSA_200408, NULL};

/* ---- Reading ---- */

static enum soap_result wrong(enum soap_result result, const char *text,
                              const char **out_text)
{
    *out_text = text;
    return result;
}

static const char *uri_of(const xmlNode *node)
{
    return node->ns ? (const char *)node->ns->href : "";
}

/* Text of an addressing header; the first one tells which namespace. */
static const char *addressing_text(struct arena *arena, struct soap *soap,
                                   const char *name)
{
    const xmlNode *node = xml_child(soap->header, addressing_uris, name);

    if (node && !soap->addressing) {
        soap->addressing =
            strcmp(uri_of(node), URI_WSA) == 0 ? URI_WSA : URI_WSA_200408;
    }
    return xml_text(arena, node);
}

static void read_addressing(struct arena *arena, struct soap *soap)
{
    const xmlNode *reply_to =
        xml_child(soap->header, addressing_uris, "ReplyTo");

    soap->action = addressing_text(arena, soap, "Action");
    soap->message_id = addressing_text(arena, soap, "MessageID");
    soap->to = addressing_text(arena, soap, "To");
    soap->reply_to =
        xml_text(arena, xml_child(reply_to, addressing_uris, "Address"));
}

/* Header and Body, each at most once and nothing else. */
static enum soap_result split(const xmlNode *envelope,
                              const xmlNode **out_header,
                              const xmlNode **out_body, const char **out_text)
{
    const char *const same[] = {uri_of(envelope), NULL};

    for (const xmlNode *n = xml_first(envelope); n; n = xml_next(n)) {
        bool is_header = xml_is(n, same, "Header");
        const xmlNode **place = is_header ? out_header : out_body;

        if (!is_header && !xml_is(n, same, "Body")) {
            return wrong(SOAP_STRAY_ELEMENT,
                         "An element in the envelope is neither Header nor "
                         "Body.",
                         out_text);
        }
        if (*place) {
            return wrong(SOAP_TWICE,
                         "The envelope has two Header or two Body elements.",
                         out_text);
        }
        *place = n;
    }
    return *out_body
               ? SOAP_OK
               : wrong(SOAP_NO_BODY, "The envelope has no Body.", out_text);
}

enum soap_result soap_decode(struct arena *arena, const xmlDoc *doc,
                             struct soap *out_soap, const char **out_text)
{
    const xmlNode *envelope = xml_root(doc);
    const xmlNode *header = NULL;
    const xmlNode *body = NULL;
    enum soap_result result;

    *out_text = NULL;
    if (!xml_is(envelope, envelope_uris, "Envelope")) {
        return wrong(SOAP_NO_ENVELOPE,
                     "The root element is no SOAP 1.1 or 1.2 Envelope.",
                     out_text);
    }
    result = split(envelope, &header, &body, out_text);
    if (result != SOAP_OK) {
        return result;
    }
    *out_soap = (struct soap){
        .version =
            strcmp(uri_of(envelope), URI_SOAP12) == 0 ? SOAP_1_2 : SOAP_1_1,
        .header = header,
        .body = xml_first(body),
    };
    read_addressing(arena, out_soap);
    return SOAP_OK;
}

void soap_keep(struct exchange *ex, xmlDoc *doc, const struct soap *soap)
{
    soap_forget(ex);
    ex->soap = ARENA_NEW(ex->arena, struct soap_message);
    *ex->soap = (struct soap_message){doc, *soap};
}

void soap_forget(struct exchange *ex)
{
    if (ex->soap) {
        xmlFreeDoc(ex->soap->doc);
        ex->soap = NULL;
    }
}

static struct span trimmed(struct span text)
{
    while (text.size && strchr(" \t", text.data[0])) {
        text = span_slice(text, 1, text.size);
    }
    while (text.size && strchr(" \t", text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

/* The value of a header or parameter, its quotes taken off; NULL: empty. */
static const char *unquoted(struct arena *arena, struct span value)
{
    value = trimmed(value);
    if (value.size >= 2 && value.data[0] == '"' &&
        value.data[value.size - 1] == '"') {
        value = trimmed(span_slice(value, 1, value.size - 2));
    }
    return value.size ? arena_text(arena, value) : NULL;
}

/* Up to the next semicolon that is not within quotes. */
static size_t parameter_length(struct span text)
{
    bool quoted = false;
    size_t i;

    for (i = 0; i < text.size && (quoted || text.data[i] != ';'); i++) {
        quoted ^= text.data[i] == '"';
    }
    return i;
}

/* RFC 3902: SOAP 1.2 has its action in the media type. */
static const char *content_type_action(struct arena *arena, const char *value)
{
    static const char name[] = "action=";
    size_t name_size = strlen(name);
    struct span left = span_text(value);

    while (left.size) {
        size_t size = parameter_length(left);
        struct span part = trimmed(span_slice(left, 0, size));

        if (part.size > name_size &&
            strncasecmp((const char *)part.data, name, name_size) == 0) {
            return unquoted(arena, span_slice(part, name_size, part.size));
        }
        left = span_slice(left, size + 1, left.size);
    }
    return NULL;
}

static const char *not_empty(const char *text)
{
    return text && *text ? text : NULL;
}

const char *soap_action(struct arena *arena, const struct soap *soap,
                        const struct headers *headers)
{
    const char *header = headers_get(headers, "SOAPAction");
    const char *type = headers_get(headers, "Content-Type");
    const char *action = NULL;

    if (soap->version == SOAP_1_2) {
        action = content_type_action(arena, type);
    } else if (header) {
        action = unquoted(arena, span_text(header));
    }
    return action ? action : not_empty(soap->action);
}

/* ---- Building ---- */

const char *soap_content_type(enum soap_version version)
{
    switch (version) {
    case SOAP_1_1:
        return "text/xml; charset=utf-8";
    case SOAP_1_2:
        return "application/soap+xml; charset=utf-8";
    }
    return NULL;
}

static void add_addressing(struct buf *out, const struct soap *request,
                           const char *action)
{
    const struct xml_hole holes[] = {
        {"wsa", request->addressing, false},
        {"action", action, false},
        {"id", request->message_id ? request->message_id : "", false},
        {NULL, NULL, false},
    };

    xml_fill(out,
             "<s:Header><a:Action s:mustUnderstand=\"1\" xmlns:a=\"{wsa}\">"
             "{action}</a:Action>",
             holes);
    if (request->message_id) {
        xml_fill(out, "<a:RelatesTo xmlns:a=\"{wsa}\">{id}</a:RelatesTo>",
                 holes);
    }
    buf_add_text(out, "</s:Header>");
}

void soap_open(struct buf *out, const struct soap *request, const char *action)
{
    buf_add_text(out, request->version == SOAP_1_2
                          ? "<s:Envelope xmlns:s=\"" URI_SOAP12 "\">"
                          : "<s:Envelope xmlns:s=\"" URI_SOAP11 "\">");
    if (request->addressing) {
        add_addressing(out, request, action);
    }
    buf_add_text(out, "<s:Body>");
}

void soap_close(struct buf *out)
{
    buf_add_text(out, "</s:Body></s:Envelope>");
}

/* SOAP 1.1, 4.4: these children are in no namespace. */
static const char fault_11[] =
    "<s:Fault><faultcode xmlns:a=\"{uri}\">a:{code}</faultcode>"
    "<faultstring xml:lang=\"en-US\">{reason}</faultstring>";

static const char fault_12[] =
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
    "<s:Value xmlns:a=\"{uri}\">a:{code}</s:Value></s:Subcode></s:Code>"
    "<s:Reason><s:Text xml:lang=\"en-US\">{reason}</s:Text></s:Reason>";

/* WS-Addressing 1.0 SOAP Binding, 6; the draft has "/fault" alone. */
static const char *fault_action(const struct soap *request)
{
    return request->addressing && strcmp(request->addressing, URI_WSA) == 0
               ? URI_WSA "/soap/fault"
               : URI_WSA_200408 "/fault";
}

void soap_fault(struct buf *out, const struct soap *request,
                const struct soap_fault *fault)
{
    bool newer = request->version == SOAP_1_2;
    const struct xml_hole holes[] = {
        {"uri", fault->code_uri, false},
        {"code", fault->code, false},
        {"reason", fault->reason, false},
        {"detail", fault->detail ? fault->detail : "", true},
        {NULL, NULL, false},
    };

    soap_open(out, request, fault_action(request));
    xml_fill(out, newer ? fault_12 : fault_11, holes);
    if (fault->detail) {
        xml_fill(out,
                 newer ? "<s:Detail>{detail}</s:Detail>"
                       : "<detail>{detail}</detail>",
                 holes);
    }
    buf_add_text(out, "</s:Fault>");
    soap_close(out);
}
