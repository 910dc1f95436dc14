/*
 * The sessions of a running server. A request belongs to one by the name of
 * its host alone, so that unmodified clients can be tested side by side.
 */
#ifndef SCENARIO_SESSIONS_H
#define SCENARIO_SESSIONS_H

#include "scenario/session.h"

struct sessions;

/* With the default session alone, which plays this scenario. */
struct sessions *sessions_new(struct scenario *scenario);
void sessions_free(struct sessions *sessions);

/* The one of all names that no other has. Borrowed. */
struct session *sessions_default(const struct sessions *sessions);
/* The one of this host; NULL, an address, a name of nobody's: the default.
 * Borrowed until the end of the current callback. */
struct session *sessions_of(struct sessions *sessions, const char *host);

AUTO_DEFINE(sessions, struct sessions *, sessions_free)

#endif
