/*
 * The service principal names of the world's web servers. One account has them
 * all, as the pool's machine account has in a domain where setup has registered
 * them (protocol: webticket 6.5).
 */
#ifndef KDC_SPN_H
#define KDC_SPN_H

#include "util/arena.h"
#include "world/world.h"

/* "HTTP/lyncweb.contoso.test" ..., but those that the world has not
 * registered. In the arena; ends with NULL. */
const char *const *spn_list(struct arena *arena, const struct world *world);

#endif
