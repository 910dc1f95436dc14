/*
 * The golden trace: what a client asked in a run that was approved, as a text
 * that later runs are compared with.
 */
#ifndef CLI_GOLDEN_H
#define CLI_GOLDEN_H

#include "cli/server.h"
#include "report/report.h"

/* Whether --golden and --approve fit together, and the file is there or can be
 * written: a usage error, before anything is started. */
MUST_CHECK bool golden_check(const struct options *options, struct err *err);

/*
 * With --approve: writes the trace of the server's sessions. Else compares it
 * with the file: what came of that is one more expectation of the report's
 * first run, as is a file that can no longer be read or written. Of no
 * effect without --golden.
 */
void golden_judge(const struct server *server, struct report *report);

/* golden_trace.c: what the client of this session asked. */
void golden_trace(const struct journal *journal, const struct session *session,
                  struct buf *out);

#endif
