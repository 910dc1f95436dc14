/* What the files that judge a session share. */
#ifndef SCENARIO_SESSION_JUDGE_H
#define SCENARIO_SESSION_JUDGE_H

#include "scenario/session_parts.h"

/* What counts of an expectation, once all is known. */
struct tallied {
    uint64_t times;
    uint64_t late;
    uint64_t outside; /* not behind or before the item that it names */
    bool came;
    struct moment first; /* where it came, and is dated */
};

struct judging {
    const struct session *session;
    struct arena *arena;
    struct tallied *tallied; /* of each expectation; made as it is asked for */
    bool *known;             /* which are */
};

/* judge_times.c */
const struct tallied *judge_times(struct judging *judging, size_t index);
/* How many of the items of an order came, one behind the other; those that did
 * have their moments in `out_moments`. */
size_t judge_order(const struct judging *judging, size_t index,
                   struct moment *out_moments);

/* judge_known.c: a failure that is known is none of the run's. */
void judge_known(const struct session *session,
                 const struct expectation *expected, struct arena *arena,
                 struct verdict_line *line);
/* Whether the day of this known failure is over: then it is a line that fails.
 */
bool judge_expired(const struct session *session, size_t known,
                   struct arena *arena, struct verdict_line *out_line);
/* Whether it is outdated otherwise, or about nothing. The lines of the
 * expectations are there. */
bool judge_outdated(const struct session *session, size_t known,
                    const struct verdict_line *lines, struct arena *arena,
                    struct verdict_line *out_line);

/* judge_when.c: " (reason: wrong-password)"; "" where nothing is asked. */
const char *judge_when(struct arena *arena, const struct condition *when);

/* judge_text.c */
bool judge_is_held(const struct expectation *expected, uint64_t times);
const char *judge_what(struct arena *arena, const struct scenario *scenario,
                       size_t index);
const char *judge_saw(struct arena *arena, const struct scenario *scenario,
                      size_t index, const struct seen *seen,
                      const struct tallied *tallied, bool too_many);
/* "9", "3200ms" */
const char *judge_measure(struct arena *arena, enum measure measure,
                          uint64_t taken);

#endif
