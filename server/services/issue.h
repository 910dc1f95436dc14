/*
 * From a RequestSecurityToken and an identity to the web ticket in the answer:
 * what all ports of the web ticket service share once they have authenticated.
 * protocol: webticket 4, 5, 11.2.
 */
#ifndef SERVICES_ISSUE_H
#define SERVICES_ISSUE_H

#include "services/identity.h"
#include "services/service.h"
#include "wire/soap.h"

/* The bare address of the service; its ports are below it. */
#define WEBTICKET_PATH "/WebTicket/WebTicketService.svc"

/*
 * Plans the reply to an IssueToken: checks the action, whether the user is
 * enabled, the request; then issues. An RSA signature is made off the loop:
 * CALL_PENDING, and when the handler is called again (call->pending is set) it
 * goes on with issue_resume.
 */
enum call_result issue_token(struct call *call, const struct soap *request,
                             const struct identity *who);
enum call_result issue_resume(struct call *call);

#endif
