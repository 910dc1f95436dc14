/* What is different in another world, for people. */
#ifndef WORLD_CHANGES_H
#define WORLD_CHANGES_H

#include "world/world.h"

/* "domain, ntlm.v1, user.alice": settings, by name, users, pools and meetings
 * as a whole, and how many more; "" where all is the same. In the arena. */
const char *world_changes(struct arena *arena, const struct world *from,
                          const struct world *to);

/* Of this setting; NULL: it is not set. In the arena. */
const char *world_value(struct arena *arena, const struct world *world,
                        const char *name);

#endif
