/* Reports on a server's sessions, as serve tells them when it stops. */
#ifndef CLI_REPORTS_H
#define CLI_REPORTS_H

#include "cli/server.h"
#include "cli/verb.h"

/*
 * Writes what options ask for, given what came of it all. Returns the same
 * code, or EXIT_INTERNAL where that could not be written; that is on the log.
 */
enum exit_code reports_tell(const struct server *server, enum exit_code code);

#endif
