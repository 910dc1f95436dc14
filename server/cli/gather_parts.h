/* What the files of gather share. */
#ifndef CLI_GATHER_PARTS_H
#define CLI_GATHER_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"
#include "scenario/session.h"
#include "wire/exchange.h"

/* One session in the making. */
struct gathering {
    struct arena *arena;
    bool secrets;
    int64_t began; /* monotonic, ns */
    uint64_t era;
    struct exchange **exchanges; /* sorted by id */
    size_t count;
    size_t room;
};

/* NULL stays NULL. */
const char *gather_copy(struct arena *arena, const char *text);
double gather_ms(int64_t ns);
void gather_exchange(struct gathering *gathering, const struct exchange *ex,
                     struct report_exchange *out);
/* gather_codes.c: what was answered, for coverage. */
void gather_codes(const struct gathering *gathering, struct report_run *run);
/* Once its exchanges are there. */
void gather_measures(struct arena *arena, const struct session *session,
                     struct report_run *run);

/* gather_reason.c: what most likely is behind a verdict, as "; exchange 3 was
 * answered 401: ...", unless `said` (NULL: nothing was) has it; "" where
 * nothing tells. */
const char *gather_reason(struct arena *arena, const struct report_run *run,
                          const char *said);
/* "FILE:LINE" of the last step that was applied; NULL: none was. */
const char *gather_step(const struct report_run *run);
/* "last it asked was GET https://..., answered 401" */
const char *gather_last_asked(struct arena *arena,
                              const struct report_run *run);

#endif
