/*
 * The metadata of the web ticket service, read: its ports, and what the policy
 * of each asks for. protocol: webticket 3.4, 3.5 and 3.6.
 */
#ifndef PROBE_WSDL_H
#define PROBE_WSDL_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/clients.h"
#include "util/arena.h"
#include "util/span.h"

enum { WSDL_PORTS_MAX = 40 };

/* Assertions of a policy, one bit each. */
enum wsdl_policy {
    POLICY_TLS = 1 << 0, /* TransportBinding */
    POLICY_NEGOTIATE = 1 << 1,
    POLICY_NTLM = 1 << 2,
    POLICY_BASIC = 1 << 3,
    POLICY_DIGEST = 1 << 4,
    POLICY_USERNAME = 1 << 5,
    POLICY_X509 = 1 << 6,
    POLICY_ISSUED = 1 << 7,
    POLICY_OAUTH = 1 << 8,
};

struct wsdl_port {
    const char *name;
    const char *address;
    bool has_policy;
    unsigned policy; /* of enum wsdl_policy */
};

struct wsdl {
    struct wsdl_port ports[WSDL_PORTS_MAX];
    size_t port_count;
    bool wrapped; /* in a SOAP envelope or in Metadata, though by GET */
};

/* false: it is no WSDL with a service, and out_problem says why. */
bool wsdl_parse(struct arena *arena, struct span body, struct wsdl *out_wsdl,
                const char **out_problem);
/*
 * The port for a client: by name in the client's order, else by what its
 * policy asks for. NULL: none will do.
 */
const struct wsdl_port *wsdl_choose(const struct wsdl *wsdl,
                                    const struct client *client);
/* Does the policy ask for what the client has? */
bool wsdl_fits(const struct wsdl_port *port, const struct client *client);
/* "Negotiate, TLS"; "no policy". */
char *wsdl_policy_text(struct arena *arena, const struct wsdl_port *port);

#endif
