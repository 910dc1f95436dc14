/* What Kerberos demands of a world. Internal to the world. */
#ifndef WORLD_KERBEROS_H
#define WORLD_KERBEROS_H

#include "world/world.h"

/* Can the realm be one, and are there the hosts that settings name? */
MUST_CHECK bool kerberos_check(const struct world *world, struct err *err);

#endif
