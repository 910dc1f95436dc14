/* Which hosts may be followed, see trust.h. */
#include "config.h"

#include "probe/trust.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "util/attr.h"

bool trust_within(const char *host, const char *domain)
{
    size_t length = strlen(host);
    size_t tail = strlen(domain);

    return length >= tail && strcasecmp(host + length - tail, domain) == 0 &&
           (length == tail || host[length - tail - 1] == '.');
}

bool trust_host(const char *host, const char *sip_domain, const char *extra)
{
    static const char *const always[] = {
        "lync.com",
        "lync.glbdns.microsoft.com",
        "microsoftonline.com",
        "outlook.com",
    };

    for (size_t i = 0; i < ARRAY_SIZE(always); i++) {
        if (trust_within(host, always[i])) {
            return true;
        }
    }
    return trust_within(host, sip_domain) ||
           (extra && trust_within(host, extra));
}
