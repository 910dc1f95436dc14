/*
 * The web ticket service's port for Windows authentication. Who may come in is
 * the gate's business; the order of what follows is protocol: webticket 11.2.
 */
#include "config.h"

#include "services/issue.h"
#include "services/reach.h"
#include "services/service.h"
#include "services/soap_reply.h"

static enum call_result issue_windows(struct call *call)
{
    const struct identity who = {.user = call->user};
    struct soap request;

    if (call->pending) {
        return issue_resume(call);
    }
    if (!soap_read(call, &request)) {
        return CALL_DONE;
    }
    call_reach(call, POINT_WEBTICKET_WINDOWS);
    return issue_token(call, &request, &who);
}

static const struct route routes[] = {
    {
        .path = WEBTICKET_PATH,
        .methods = METHOD_POST,
        .operation = "webticket.issue",
        .point = POINT_WEBTICKET_REQUEST,
        .gate = GATE_WINDOWS,
        .handle = issue_windows,
    },
    {.path = NULL},
};

extern const struct service service_webticket;
const struct service service_webticket = {
    .name = "webticket",
    .spec = "[MS-OCAUTHWS] 3.2",
    .doc =
        "IssueToken: web tickets for users who log on with NTLM or Negotiate",
    .routes = routes,
};
