/* soap-fault: a SOAP fault in place of the answer. */
#include "config.h"

#include "scenario/expand.h"
#include "scenario/fault.h"
#include "wire/uris.h"

struct soap_fault_params {
    unsigned code; /* its place among the words, from 1 */
    const char *reason;
    unsigned status; /* 0: as the form has it */
};

#define AT(member)                                                             \
    .offset = offsetof(struct soap_fault_params, member),                      \
    .size = sizeof(((struct soap_fault_params *)0)->member)

/* A code as a row has it: prefix and name, namespace, the usual reason. */
#define CODES                                                                  \
    "wsse:FailedAuthentication|wsse:InvalidSecurityToken|"                     \
    "wsse:InvalidSecurity|wsu:MessageExpired|wst:RequestFailed|"               \
    "wst:InvalidRequest|wst:BadRequest|wst:InvalidScope|wst:ExpiredData|"      \
    "a:ActionNotSupported|a:InternalServiceFault"

static const struct {
    const char *uri;
    const char *name;
    const char *reason;
} codes[] = {
    {URI_WSSE, "FailedAuthentication",
     "The security token could not be authenticated or authorized"},
    {URI_WSSE, "InvalidSecurityToken",
     "An invalid security token was provided"},
    {URI_WSSE, "InvalidSecurity",
     "An error was discovered processing the Security header"},
    {URI_WSU, "MessageExpired", "The message has expired"},
    {URI_TRUST, "RequestFailed", "The specified request failed"},
    {URI_TRUST, "InvalidRequest", "The request was invalid or malformed"},
    {URI_TRUST, "BadRequest",
     "The specified RequestSecurityToken is not understood"},
    {URI_TRUST, "InvalidScope", "The request scope is invalid"},
    {URI_TRUST, "ExpiredData", "The request data is out-of-date"},
    {URI_DISPATCHER, "ActionNotSupported",
     "The message cannot be processed at the receiver: its Action is not "
     "supported"},
    {URI_DISPATCHER, "InternalServiceFault",
     "The server was unable to process the request due to an internal error"},
};

static const struct setting params[] = {
    {{"soap-fault", CODES, "the fault's code"},
     .type = setting_word,
     AT(code),
     .first = 1},
    {{"soap-fault.code", CODES, "the same, beside the others"},
     .type = setting_word,
     AT(code),
     .first = 1},
    {{"soap-fault.reason", "text", "by default the usual one of this code"},
     .type = setting_text,
     AT(reason)},
    {{"soap-fault.status", "100-599", "by default 500"},
     .type = setting_status,
     AT(status)},
    {.info = {NULL, NULL, NULL}},
};

static bool soap_fault_check(const void *data, enum point at UNUSED,
                             struct err *err)
{
    const struct soap_fault_params *asked = data;

    if (!asked->code) {
        return err_set(err, "soap-fault.code: expected one of %s", CODES);
    }
    return !asked->reason || expand_check(asked->reason, err);
}

static void soap_fault_reply(const void *data, struct subject *subject)
{
    const struct soap_fault_params *asked = data;
    const struct subject_forms *forms = subject->forms;
    size_t i = asked->code - 1;
    const char *reason = codes[i].reason;

    if (asked->reason) {
        reason = forms->expand(subject->forms_ctx, asked->reason);
    }
    forms->soap_fault(subject->forms_ctx, codes[i].uri, codes[i].name, reason);
    if (asked->status) {
        subject->ex->reply.status = asked->status;
    }
}

extern const struct fault fault_soap_fault;
const struct fault fault_soap_fault = {
    .name = "soap-fault",
    .title = "a SOAP fault",
    .doc = "In the SOAP version of the request, 1.1 where there was none. "
           "wsse and wsu are WS-Security's codes, wst those of WS-Trust, a "
           "those of the product's dispatcher. Faults with the product's own "
           "numbers: see diagnostics.",
    .spec = "protocol: webticket 6.3",
    .example = "{code: wst:InvalidScope, reason: 'Not here.'}",
    .subjects = SUBJECT_SOAP,
    .order = FAULT_FORM,
    .params = params,
    .size = sizeof(struct soap_fault_params),
    .check = soap_fault_check,
    .reply = soap_fault_reply,
};
