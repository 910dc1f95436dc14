/* Reports on a server's sessions, as serve tells them when it stops. */
#ifndef CLI_REPORTS_H
#define CLI_REPORTS_H

#include "cli/server.h"
#include "cli/verb.h"
#include "report/report.h"

/* A run for each session that there is, the default one first. `began`: see
 * struct gather. */
void reports_gather(const struct server *server, int64_t began,
                    struct report *report);

/*
 * Writes what options ask for, given what came of it all. Returns the same
 * code, or EXIT_INTERNAL where that could not be written; that is on the log.
 */
enum exit_code reports_tell(const struct server *server, enum exit_code code);

#endif
