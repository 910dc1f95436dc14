/*
 * Sessions of a running server: made by the admin port or by a template at
 * first contact, and what they play.
 */
#ifndef CLI_PLAY_H
#define CLI_PLAY_H

#include "cli/server.h"
#include "scenario/diagnostics.h"
#include "scenario/read.h"

/* --template: those that are given, read once to see that they are good. false:
 * told on stderr why. */
MUST_CHECK bool play_check_templates(const struct options *options,
                                     const struct scenario *base);

/* The registry makes sessions by the templates from here on, and forgets those
 * whose time is up. */
void play_start(struct server *server);
void play_stop(struct server *server);

struct play_wish {
    const char *domain; /* the session's name */
    /* `override` is none of it; no name and no text: the good world. */
    struct scenario_source source;
    bool seed_given; /* else it follows from the run's seed and the domain */
    uint64_t seed;
};

/*
 * A session that plays the scenario in its domain; one reference, not in the
 * registry yet. false: the diagnostics say why, also what has no place in the
 * text, such as a domain that the CA cannot vouch for.
 */
MUST_CHECK bool play_make(struct server *server, const struct play_wish *wish,
                          struct session **out_session,
                          struct diagnostics *diagnostics);

/* Another scenario for a session that is there; false: the old one stays. */
MUST_CHECK bool play_again(struct server *server, struct session *session,
                           const struct scenario_source *source,
                           struct diagnostics *diagnostics);

/* What it plays, from the beginning: counters, clock, accounts, draws; what
 * memory has of its journal goes. */
void play_reset(struct server *server, struct session *session);

#endif
