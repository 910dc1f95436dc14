/* Whether a request for a web ticket is one that can be granted. */
#ifndef SERVICES_ISSUE_CHECK_H
#define SERVICES_ISSUE_CHECK_H

#include "services/service.h"
#include "wire/rst.h"
#include "wire/soap.h"

/*
 * Reads the RST and judges it (protocol: webticket 4.1, 6.4) for this user;
 * NULL: a guest. false: the fault is planned.
 */
MUST_CHECK bool issue_check(struct call *call, const struct soap *request,
                            const struct user *user, struct rst *out_rst);

#endif
