/* SOAP for endpoints, see soap_reply.h. */
#include "config.h"

#include "services/soap_reply.h"

#include <assert.h>
#include <string.h>

#include "services/diagnostics.h"
#include "wire/uris.h"

/* protocol: webticket 1.3 and 6.3; WCF puts its own codes there. */
#define URI_DISPATCHER "http://schemas.microsoft.com/ws/2005/05/addressing/none"

bool soap_read(struct call *call, xmlDoc **out_doc, struct soap *out_soap)
{
    struct exchange *ex = call->ex;
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    const char *text;

    if (xml_parse(ex->request.body, &doc, &report) != XML_OK) {
        product_error_page(call, 400);
        exchange_remark(ex, "soap.xml", "line %d, column %d: %s", report.line,
                        report.column, report.text);
        return false;
    }
    if (soap_decode(call->arena, doc, out_soap, &text) != SOAP_OK) {
        product_error_page(call, 400);
        exchange_remark(ex, "soap.envelope", "%s", text);
        return false;
    }
    ex->facts.action = soap_action(call->arena, out_soap, &ex->request.headers);
    *out_doc = take(&doc);
    return true;
}

bool soap_action_is(const struct call *call, const char *const *actions)
{
    const char *action = call->ex->facts.action;

    for (; action && *actions; actions++) {
        if (strcmp(*actions, action) == 0) {
            return true;
        }
    }
    return false;
}

static void send(struct call *call, const struct soap *request,
                 const struct buf *message)
{
    product_error_headers(call);
    exchange_body(call->ex, soap_content_type(request->version),
                  arena_copy(call->arena, buf_span(message)));
}

void soap_reply_at(struct call *call, const struct soap *request,
                   const struct buf *message, const char *file, int line)
{
    exchange_reply_at(call->ex, 200, file, line);
    send(call, request, message);
}

void soap_reply_fault_at(struct call *call, const struct soap *request,
                         const struct soap_fault *fault, const char *file,
                         int line)
{
    AUTO_BUF message = {0};

    soap_fault(&message, request, fault);
    exchange_reply_at(call->ex, 500, file, line);
    send(call, request, &message);
    exchange_remark(call->ex, "soap.fault", "%s: %s", fault->code,
                    fault->reason);
}

void soap_reply_diagnostic_at(struct call *call, const struct soap *request,
                              unsigned id, const char *file, int line)
{
    const struct diagnostic *row = diagnostic(id);
    struct soap_fault fault;

    assert(row && row->fault_code);
    fault = (struct soap_fault){
        .code_uri = row->fault_uri,
        .code = row->fault_code,
        .reason = row->reason,
        .detail = diagnostic_detail(call->arena, row),
    };
    soap_reply_fault_at(call, request, &fault, file, line);
    product_diagnostics(call, id);
}

void soap_reply_no_action_at(struct call *call, const struct soap *request,
                             const char *file, int line)
{
    const char *action = call->ex->facts.action;
    const struct soap_fault fault = {
        .code_uri = URI_DISPATCHER,
        .code = "ActionNotSupported",
        .reason = arena_printf(call->arena,
                               "This endpoint does not know the Action '%s'.",
                               action ? action : ""),
    };

    soap_reply_fault_at(call, request, &fault, file, line);
}
