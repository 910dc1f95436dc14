/* What the product says when it refuses, lent to faults; see reach.h. */
#include "config.h"

#include "services/diagnostics.h"
#include "services/reach.h"
#include "services/soap_reply.h"
#include "wire/uris.h"

/* Whatever was planned is not said: nor is it true. */
static void page(void *ctx, unsigned status)
{
    struct call *call = ctx;

    exchange_forget(call->ex);
    product_error_page(call, status);
}

/* The envelope of the request, or, where there was none, SOAP 1.1. */
static const struct soap *envelope(const struct call *call)
{
    static const struct soap plain = {.version = SOAP_1_1};

    return call->soap ? call->soap : &plain;
}

static void say_fault(void *ctx, const char *code_uri, const char *code,
                      const char *reason)
{
    struct call *call = ctx;
    const struct soap_fault fault = {
        .code_uri = code_uri, .code = code, .reason = reason};

    exchange_forget(call->ex);
    soap_reply_fault(call, envelope(call), &fault);
}

static void diagnostics(void *ctx, unsigned id, unsigned status)
{
    struct call *call = ctx;
    const struct diagnostic *row = diagnostic(id);

    exchange_forget(call->ex);
    if (call->soap && row->fault_code) {
        soap_reply_diagnostic(call, call->soap, id);
        call->ex->reply.status = status ? status : call->ex->reply.status;
    } else {
        product_error_page(call, status ? status : row->status);
        product_diagnostics(call, id);
    }
}

const struct subject_forms call_forms = {
    .page = page,
    .soap_fault = say_fault,
    .diagnostics = diagnostics,
};
