/* Names that follow from the domain. Internal to the world. */
#ifndef WORLD_NAMES_H
#define WORLD_NAMES_H

#include "world/world.h"

enum {
    /* Of user 0; the first RIDs of a domain are the system's. */
    RID_FIRST = 1104,
};

/* Derives pools, Access Edge and the list of names from world->domain. */
void names_derive(struct world *world);
/* Are names in the domain that its CA is for, and none of them two things? */
MUST_CHECK bool names_check(const struct world *world, struct err *err);
/* As many pools as were set by name; no gap between them. */
MUST_CHECK bool names_count_pools(struct world *world, struct err *err);
/* Below the domain, or the domain itself. */
bool names_inside(const char *name, const char *domain);

/* What users hold outside the arena. */
void accounts_free(struct world *world);

/* Is it the world's NetBIOS name, DNS name or realm? */
bool world_is_domain(const struct world *world, const char *domain);
/*
 * Splits what stands in for a domain out of the name: CONTOSO\alice, or the
 * user principal name alice@contoso.test. out_domain is "" where there is
 * none.
 */
void account_split(struct arena *arena, const char *name,
                   const char **out_domain, const char **out_name);

#endif
