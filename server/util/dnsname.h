/* DNS host names (RFC 1123 2.1): labels of letters, digits and hyphens. */
#ifndef UTIL_DNSNAME_H
#define UTIL_DNSNAME_H

#include <stdbool.h>

/* One label is enough; a dot at the end is none of it. */
bool dnsname_valid(const char *name);

#endif
