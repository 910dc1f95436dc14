/* SOAP for endpoints: the request's envelope in, a message or a fault out. */
#ifndef SERVICES_SOAP_REPLY_H
#define SERVICES_SOAP_REPLY_H

#include "services/service.h"
#include "util/buf.h"
#include "wire/soap.h"

/*
 * Reads the envelope of the request; its nodes live until the exchange ends.
 * false: it is none, and 400 is planned with the reason as a remark. The action
 * becomes a fact of the exchange.
 */
bool soap_read(struct call *call, struct soap *out_soap);

/* Is the action of the request among these? The list ends with NULL. */
bool soap_action_is(const struct call *call, const char *const *actions);

/* 200 with this message, in the version of the request. The text is copied. */
void soap_reply_at(struct call *call, const struct soap *request,
                   const struct buf *message, const char *file, int line);
#define soap_reply(call, request, message)                                     \
    soap_reply_at((call), (request), (message), __FILE__, __LINE__)

/* 500 with a fault. */
void soap_reply_fault_at(struct call *call, const struct soap *request,
                         const struct soap_fault *fault, const char *file,
                         int line);
#define soap_reply_fault(call, request, fault)                                 \
    soap_reply_fault_at((call), (request), (fault), __FILE__, __LINE__)

/*
 * An error of the table in diagnostics.c, which has a fault code: fault with
 * its detail, and the header X-Ms-diagnostics (protocol: webticket 6.1).
 */
void soap_reply_diagnostic_at(struct call *call, const struct soap *request,
                              unsigned id, const char *file, int line);
#define soap_reply_diagnostic(call, request, id)                               \
    soap_reply_diagnostic_at((call), (request), (id), __FILE__, __LINE__)

/* The same with another reason than the table's. */
void soap_reply_diagnostic_saying_at(struct call *call,
                                     const struct soap *request, unsigned id,
                                     const char *reason, const char *file,
                                     int line);
#define soap_reply_diagnostic_saying(call, request, id, reason)                \
    soap_reply_diagnostic_saying_at((call), (request), (id), (reason),         \
                                    __FILE__, __LINE__)

/* The dispatcher's fault for an action that the endpoint does not have. */
void soap_reply_no_action_at(struct call *call, const struct soap *request,
                             const char *file, int line);
#define soap_reply_no_action(call, request)                                    \
    soap_reply_no_action_at((call), (request), __FILE__, __LINE__)

#endif
