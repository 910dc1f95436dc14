/* What the two readers of discovery answers share; of discovery*.c alone. */
#ifndef PROBE_DISCOVERY_PARTS_H
#define PROBE_DISCOVERY_PARTS_H

#include "probe/discovery.h"

/* Each is false with out_problem set where the body is no such answer. */
bool discovery_xml(struct arena *arena, struct span body,
                   struct discovery *discovery, const char **out_problem);
bool discovery_json(struct arena *arena, struct span body,
                    struct discovery *discovery, const char **out_problem);

/* NULL for either text: no link. More than the limit: left out. */
void discovery_add(struct discovery *discovery, const char *token,
                   const char *href);
/* UCWA does not name the resource: its links tell. */
void discovery_guess(struct discovery *discovery);

#endif
