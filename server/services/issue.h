/*
 * From a RequestSecurityToken and a user who is known to the web ticket in the
 * answer: what all ports of the web ticket service share once they have
 * authenticated. protocol: webticket 4, 5, 11.2.
 */
#ifndef SERVICES_ISSUE_H
#define SERVICES_ISSUE_H

#include "services/service.h"
#include "wire/soap.h"

/* The bare address of the service; its ports are below it. */
#define WEBTICKET_PATH "/WebTicket/WebTicketService.svc"

/*
 * Plans the reply to an IssueToken of call->user: checks the action, whether
 * the user is enabled, the request; then issues. An RSA signature is made off
 * the loop: CALL_PENDING, and the same call with the same request goes on.
 */
enum call_result issue_token(struct call *call, const struct soap *request);

#endif
