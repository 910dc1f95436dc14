/*
 * Another scenario in place of one that runs: by SIGHUP, --watch, or the admin
 * port. It is whole or not at all: where the new one is wrong, or wants what a
 * running server cannot change, the old one stays.
 */
#ifndef CLI_RELOAD_H
#define CLI_RELOAD_H

#include "cli/server.h"

/*
 * Lets the default session play the scenario, which is taken over, whatever the
 * answer: certificates, TLS, KDC and Kerberos follow. Requests under way keep
 * the one that they began with. false: the old one stays; the error names the
 * setting.
 */
MUST_CHECK bool reload_play(struct server *server, struct scenario *scenario,
                            struct err *err);

/* What SIGHUP does: reads the scenario of the command line again. `why` begins
 * the line on the log: "SIGHUP". `reads` hears of each file; may be NULL. */
void reload_again(struct server *server, const char *why,
                  void (*reads)(void *ctx, const char *path), void *ctx);

/* Is there a file to read again? Else the error says why not. */
MUST_CHECK bool reload_possible(const struct options *options, struct err *err);
/* Is there a file that --watch can look at? */
MUST_CHECK bool reload_watchable(const struct options *options,
                                 struct err *err);

#endif
