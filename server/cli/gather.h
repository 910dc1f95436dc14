/* From a session and its journal to the model that reports are written of. */
#ifndef CLI_GATHER_H
#define CLI_GATHER_H

#include <stdbool.h>

#include "journal/journal.h"
#include "report/report.h"
#include "scenario/session.h"

struct gather {
    const struct journal *journal;
    const char *scenario; /* as it was given; NULL: none was */
    bool secrets;         /* nothing is masked */
    /* Monotonic, ns: where times count from; 0: the first exchange. */
    int64_t began;
};

/*
 * All that is known of what the session plays. The exit code and the line are
 * those of its expectations alone; who has run a client fills in `client` and
 * calls gather_conclude. All texts are copied into the arena.
 */
void gather_session(const struct gather *gather, struct session *session,
                    struct arena *arena, struct report_run *out_run);

/* Exit code and line, given expectations, findings and the client. */
void gather_conclude(struct report_run *run, struct arena *arena);

#endif
