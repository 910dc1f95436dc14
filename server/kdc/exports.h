/*
 * The files that clients need: krb5.conf(5) for the KDC's port, another for the
 * KDC proxy, and the variables that name them. Keytabs and credential caches
 * are the keeper's.
 */
#ifndef KDC_EXPORTS_H
#define KDC_EXPORTS_H

#include <stdbool.h>

#include "util/attr.h"
#include "util/err.h"
#include "world/world.h"

struct exports {
    const struct world *world;
    const char *run_dir;
    const char *const *addresses; /* that the KDC listens on */
    int kdc_port;
    int https_port;
    const char *ca_file;
};

/* Each is there whole or not at all. */
MUST_CHECK bool exports_write(const struct exports *exports, struct err *err);
/*
 * The cache that krb5.conf and krb5.env name begins as a copy of this one: a
 * kinit of somebody else that goes there leaves the first alone.
 */
MUST_CHECK bool exports_own_cache(const char *run_dir, const char *ccache,
                                  struct err *err);

#endif
