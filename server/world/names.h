/* Names that follow from the domain. Internal to the world. */
#ifndef WORLD_NAMES_H
#define WORLD_NAMES_H

#include "world/world.h"

/* Derives pools, Access Edge and the list of names from world->domain. */
void names_derive(struct world *world);

#endif
