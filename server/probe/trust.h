/* Which hosts may be followed (protocol: discover 1.6). */
#ifndef PROBE_TRUST_H
#define PROBE_TRUST_H

#include <stdbool.h>

/* Is the host the domain itself or a name below it? Case does not matter. */
bool trust_within(const char *host, const char *domain);
/*
 * Within the SIP domain, within `extra` (may be NULL), or within a domain that
 * every client trusts.
 */
bool trust_host(const char *host, const char *sip_domain, const char *extra);

#endif
