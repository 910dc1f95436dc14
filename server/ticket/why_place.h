/* Places within a ticket, for why.c: which part of it a byte belongs to. */
#ifndef TICKET_WHY_PLACE_H
#define TICKET_WHY_PLACE_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/span.h"

/* "attribute NotOnOrAfter of saml:Conditions", "the MAC". */
const char *ticket_place(struct arena *arena, struct span ticket, size_t at);

/* Whether two documents are the same once no name has a prefix. */
bool ticket_same_but_prefixes(struct arena *arena, struct span a,
                              struct span b);

#endif
