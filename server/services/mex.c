/*
 * Metadata exchange of the web ticket service: by GET, by WS-Transfer Get and
 * by WS-MetadataExchange GetMetadata, all with the same document. protocol:
 * webticket 3.2.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "services/issue.h"
#include "services/mex_wsdl.h"
#include "services/reach.h"
#include "services/service.h"
#include "services/soap_reply.h"
#include "wire/uris.h"

#define URI_TARGET "http://tempuri.org/"

static const char *const wsx_uris[] = {URI_WSX, NULL};

/* Which of the ways to ask a client takes is not known of all of them. */
static void remark_form(struct call *call, const char *form)
{
    exchange_remark(call->ex, "mex.form", "%s", form);
}

/*
 * IIS shows a help page at the bare address, whose use is its link to ?wsdl;
 * here that document comes at once.
 */
static enum call_result get_document(struct call *call)
{
    bool imported = strcasecmp(call->ex->request.query, MEX_WSDL_IMPORTED) == 0;
    AUTO_BUF document = {0};

    call_reach(call, POINT_MEX_GET);
    if (imported) {
        call_reach(call, POINT_MEX_IMPORT);
    }
    buf_add_text(&document, "<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    mex_wsdl_add(&document, call, imported);
    exchange_reply(call->ex, 200);
    product_error_headers(call);
    exchange_body(call->ex, "text/xml; charset=utf-8",
                  arena_copy(call->arena, buf_span(&document)));
    remark_form(call, imported ? "GET of the import" : "GET");
    call_reach(call, POINT_MEX_RESPONSE);
    return CALL_DONE;
}

/* Absent, or this value: WS-MetadataExchange 1.0, section 4.1. */
static bool wants(struct call *call, const xmlNode *request, const char *name,
                  const char *value)
{
    const char *text =
        xml_text(call->arena, xml_child(request, wsx_uris, name));

    return !text || strcmp(text, value) == 0;
}

static void reply_metadata(struct call *call, const struct soap *request,
                           const char *action, bool with_document)
{
    AUTO_BUF message = {0};

    if (!with_document) {
        call_reach(call, POINT_MEX_UNKNOWN);
    }
    soap_open(&message, request, action);
    buf_add_text(&message,
                 "<Metadata xmlns=\"" URI_WSX "\" xmlns:wsx=\"" URI_WSX "\">");
    if (with_document) {
        buf_add_text(&message, "<wsx:MetadataSection Dialect=\"" URI_WSDL
                               "\" Identifier=\"" URI_TARGET "\" xmlns=\"\">");
        mex_wsdl_add(&message, call, false);
        buf_add_text(&message, "</wsx:MetadataSection>");
    }
    buf_add_text(&message, "</Metadata>");
    soap_close(&message);
    soap_reply(call, request, &message);
    call_reach(call, POINT_MEX_RESPONSE);
}

static enum call_result post_request(struct call *call)
{
    static const char *const transfer[] = {ACTION_TRANSFER_GET, NULL};
    static const char *const metadata[] = {ACTION_GET_METADATA, NULL};
    struct soap request;

    if (!soap_read(call, &request)) {
        return CALL_DONE;
    }
    call_reach(call, POINT_MEX_REQUEST);
    call_reach(call, POINT_MEX_GET);
    if (soap_action_is(call, transfer)) {
        remark_form(call, "WS-Transfer Get");
        reply_metadata(call, &request, ACTION_TRANSFER_GET_RESPONSE, true);
    } else if (soap_action_is(call, metadata)) {
        remark_form(call, "WS-MetadataExchange GetMetadata");
        reply_metadata(call, &request, ACTION_GET_METADATA_RESPONSE,
                       wants(call, request.body, "Dialect", URI_WSDL) &&
                           wants(call, request.body, "Identifier", URI_TARGET));
    } else {
        soap_reply_no_action(call, &request);
    }
    return CALL_DONE;
}

static const struct route routes[] = {
    {
        .path = WEBTICKET_PATH "/mex",
        .methods = METHOD_GET | METHOD_HEAD,
        .operation = "mex.get",
        .point = POINT_MEX_GET,
        .handle = get_document,
    },
    {
        .path = WEBTICKET_PATH "/mex",
        .methods = METHOD_POST,
        .operation = "mex.get",
        .point = POINT_MEX_GET,
        .handle = post_request,
    },
    {
        .path = WEBTICKET_PATH,
        .methods = METHOD_GET | METHOD_HEAD,
        .operation = "mex.get",
        .point = POINT_MEX_GET,
        .handle = get_document,
    },
    {.path = NULL},
};

extern const struct service service_mex;
const struct service service_mex = {
    .name = "mex",
    .spec = "[MS-OCAUTHWS] 1.3.1.1; WS-MetadataExchange; WSDL 1.1",
    .doc = "Metadata: how to ask for a web ticket",
    .routes = routes,
};
