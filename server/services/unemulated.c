/*
 * What answers of the product advertise and this server does not emulate. It
 * says so, with 503 and a remark in the journal: a client that gets this far
 * has signed in. Below each path is more of it: metadata, ports, resources.
 */
#include "config.h"

#include "services/issue.h"
#include "services/proof.h"
#include "services/reach.h"

static enum call_result not_emulated(struct call *call)
{
    exchange_why(call->ex, "not-emulated",
                 "advertised as the product does, but not emulated");
    call_reach(call, POINT_HTTP_UNEMULATED);
    product_error_page(call, 503);
    return CALL_DONE;
}

/*
 * The first that takes a ticket with a key (protocol: webticket 9.3): whether a
 * client has the right one shows here, whatever comes of the request.
 */
static enum call_result certprov(struct call *call)
{
    enum call_result result = not_emulated(call);

    proof_judge(call);
    return result;
}

#define JUDGED(where, what, handler)                                           \
    {                                                                          \
        .path = (where), .below = true,                                        \
        .methods = METHOD_GET | METHOD_HEAD | METHOD_POST,                     \
        .operation = (what), .point = POINT_HTTP_UNEMULATED,                   \
        .handle = (handler),                                                   \
    }
#define UNEMULATED(where, what) JUDGED(where, what, not_emulated)

static const struct route routes[] = {
    JUDGED("/CertProv/CertProvisioningService.svc", "certprov", certprov),
    UNEMULATED("/Mcx/McxService.svc", "mcx"),
    UNEMULATED("/PassiveAuth/PassiveAuth.aspx", "passiveauth"),
    UNEMULATED("/Reach/sip.svc", "authbroker"),
    UNEMULATED("/Scheduler", "webscheduler"),
    UNEMULATED(WEBTICKET_PATH "/Cert", "webticket.cert"),
    UNEMULATED(WEBTICKET_PATH "/Pin", "webticket.pin"),
    UNEMULATED(WEBTICKET_PATH "/WsFed_bearer", "webticket.fed"),
    UNEMULATED("/ucwa/oauth/v1/applications", "ucwa"),
    UNEMULATED("/ucwa/v1/applications", "ucwa"),
    {.path = NULL},
};

extern const struct service service_unemulated;
const struct service service_unemulated = {
    .name = "unemulated",
    .spec = "protocol: discover 2.1",
    .doc = "Answers 503 where a link leads to what is not emulated",
    .routes = routes,
};
