/* Meetings within a world. Internal to the world. */
#ifndef WORLD_MEETINGS_H
#define WORLD_MEETINGS_H

#include "world/world.h"

/* Letters and digits of ASCII, at least one. */
bool meeting_id_valid(const char *id);

/* Their URIs, once the users have their addresses. */
MUST_CHECK bool meetings_derive(struct world *world, struct err *err);

#endif
