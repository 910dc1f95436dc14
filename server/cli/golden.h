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
 * Compares the trace of the server's sessions with the file: what came of that
 * is one more expectation of the report's first run, as is a file that can no
 * longer be read. Of no effect without --golden, or with --approve.
 */
void golden_judge(const struct server *server, struct report *report);
/*
 * With --approve, once all is judged: writes the trace if that was good, and
 * says in the first run's line whether it did. A file that cannot be written
 * fails that run.
 */
void golden_approve(const struct server *server, bool good,
                    struct report *report);

/* golden_read.c: whether a text is a trace; the error has path and line. */
MUST_CHECK bool golden_is_trace(const char *path, struct span text,
                                struct err *err);

/* golden_trace.c: what the client of this session asked. */
void golden_trace(const struct journal *journal, const struct session *session,
                  struct buf *out);

#endif
