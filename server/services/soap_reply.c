/* SOAP for endpoints, see soap_reply.h. */
#include "config.h"

#include "services/soap_reply.h"

#include <assert.h>
#include <string.h>

#include "checks/checks.h"
#include "services/reach.h"
#include "wire/diagnostics.h"
#include "wire/uris.h"

/* What is no envelope gets IIS's page, as WCF refuses it before any service
 * sees it; the journal says why. Always false. */
static bool refuse_body(struct call *call, const char *rule, const char *key,
                        const char *why)
{
    struct exchange *ex = call->ex;

    call_reach(call, POINT_SOAP_MALFORMED);
    product_error_page(call, 400);
    exchange_remark(ex, key, "%s", why);
    check_report(ex, rule, NULL, ex->request.body,
                 "the body is no SOAP envelope: %s", why);
    return false;
}

/* Whether a password may stand in the body, in UTF-8 or UTF-16. */
static bool has_password(struct span body)
{
    static const char wide[] = "P\0a\0s\0s\0w\0o\0r\0d";

    return span_find(body, span_text("Password"), 0) != SIZE_MAX ||
           span_find(body, span_of(wide, sizeof(wide) - 1), 0) != SIZE_MAX;
}

/* libxml2 quotes the names that it stumbles on: a password that was not escaped
 * is such a name. */
static const char *xml_trouble(struct arena *arena, struct span body,
                               const struct xml_report *report)
{
    return report->line
               ? arena_printf(arena, "line %d, column %d: %s", report->line,
                              report->column,
                              has_password(body)
                                  ? "not well-formed (not quoted, as there is "
                                    "a password)"
                                  : report->text)
               : arena_strdup(arena, report->text);
}

static const char *xml_rule(enum xml_result result)
{
    return result == XML_HAS_DTD  ? "WT-002"
           : result == XML_HAS_PI ? "WT-003"
                                  : "WT-001";
}

/* For replies that are planned when the document is gone. */
static void keep_envelope(struct call *call, const struct soap *soap)
{
    struct soap *kept = ARENA_NEW(call->arena, struct soap);

    *kept = *soap;
    kept->header = NULL;
    kept->body = NULL;
    call->soap = kept;
}

bool soap_read(struct call *call, struct soap *out_soap)
{
    struct exchange *ex = call->ex;
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    enum xml_result result;
    const char *text;

    result = xml_parse(ex->request.body, &doc, &report);
    if (result != XML_OK) {
        return refuse_body(call, xml_rule(result), "soap.xml",
                           xml_trouble(call->arena, ex->request.body, &report));
    }
    if (soap_decode(call->arena, doc, out_soap, &text) != SOAP_OK) {
        return refuse_body(call, "WT-001", "soap.envelope", text);
    }
    ex->facts.action = soap_action(call->arena, out_soap, &ex->request.headers);
    keep_envelope(call, out_soap);
    soap_keep(ex, take(&doc), out_soap);
    call_reach(call, POINT_SOAP_REQUEST);
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
    call_reach(call, POINT_SOAP_RESPONSE);
    exchange_reply_at(call->ex, 200, file, line);
    send(call, request, message);
}

void soap_reply_fault_at(struct call *call, const struct soap *request,
                         const struct soap_fault *fault, const char *file,
                         int line)
{
    AUTO_BUF message = {0};

    call_reach(call, POINT_SOAP_FAULT);
    soap_fault(&message, request, fault);
    exchange_reply_at(call->ex, 500, file, line);
    send(call, request, &message);
    exchange_why(call->ex, "soap.fault", "%s: %s", fault->code, fault->reason);
}

void soap_reply_diagnostic_saying_at(struct call *call,
                                     const struct soap *request, unsigned id,
                                     const char *reason, const char *file,
                                     int line)
{
    const struct diagnostic *row = diagnostic(id);
    struct soap_fault fault;

    assert(row && row->fault_code);
    fault = (struct soap_fault){
        .code_uri = row->fault_uri,
        .code = row->fault_code,
        .reason = reason,
        .detail = diagnostic_detail(call->arena, row->id, reason),
    };
    soap_reply_fault_at(call, request, &fault, file, line);
    product_diagnostics_saying(call, id, reason);
}

void soap_reply_diagnostic_at(struct call *call, const struct soap *request,
                              unsigned id, const char *file, int line)
{
    const struct diagnostic *row = diagnostic(id);

    assert(row);
    soap_reply_diagnostic_saying_at(call, request, id, row->reason, file, line);
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

    call_reach(call, POINT_SOAP_ACTION);
    soap_reply_fault_at(call, request, &fault, file, line);
}
