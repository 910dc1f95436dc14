/* Known failures in a verdict, see known.h. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "scenario/known.h"
#include "scenario/session_judge.h"
#include "util/nearest.h"

static const char *name_of(const struct session *session)
{
    return session->play.scenario->name;
}

/* By its id, or by the point that it is about. */
static bool is_about(const struct known_failure *failure,
                     const struct expectation *expected)
{
    if (!failure->expect) {
        return false;
    }
    if (expected->id && strcasecmp(expected->id, failure->expect) == 0) {
        return true;
    }
    return expected->at != POINT_COUNT &&
           strcasecmp(point_info(expected->at)->name, failure->expect) == 0;
}

void judge_known(const struct session *session,
                 const struct expectation *expected, struct arena *arena,
                 struct verdict_line *line)
{
    const struct known_failures *known = session->play.scenario->known;

    for (size_t i = 0; !line->held && i < known_count(known); i++) {
        const struct known_failure *failure = known_at(known, i);

        if (!failure->expired && known_plays(failure, name_of(session)) &&
            is_about(failure, expected)) {
            line->severity = SEVERITY_KNOWN;
            line->known = failure->reason;
            line->why = arena_printf(arena, "%s; known until %s: %s", line->why,
                                     failure->until, failure->reason);
            return;
        }
    }
}

static bool is_broken(const struct session *session,
                      const struct known_failure *failure)
{
    const struct found *found;

    for (size_t i = 0; (found = session_found_at(session, i)) != NULL; i++) {
        if (known_covers(failure, name_of(session), found->finding.rule)) {
            return true;
        }
    }
    return false;
}

/* What it is about was there, and went well. */
static bool went_well(const struct session *session, size_t index,
                      const struct verdict_line *lines)
{
    const struct scenario *scenario = session->play.scenario;
    const struct known_failure *failure = known_at(scenario->known, index);
    bool met = false;

    if (failure->rule) {
        return session->play.known_met[index] && !is_broken(session, failure);
    }
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        if (scenario->expectations[i].kind == EXPECT_STAGE) {
            continue;
        }
        if (is_about(failure, &scenario->expectations[i])) {
            if (!lines->held) {
                return false;
            }
            met = true;
        }
        lines++;
    }
    return met;
}

/* Whether it is of this run at all, which somebody took part in. */
static bool has_say(const struct session *session,
                    const struct known_failure *failure)
{
    return known_plays(failure, name_of(session)) && session->play.reached;
}

static void fill_line(const struct known_failure *failure, struct arena *arena,
                      const char *why, struct verdict_line *out_line)
{
    *out_line = (struct verdict_line){
        .where = failure->where,
        .what = arena_printf(arena, "the known failure %s",
                             failure->rule ? failure->rule : failure->expect),
        .severity = SEVERITY_FAIL,
        .why = why,
    };
}

bool judge_expired(const struct session *session, size_t known,
                   struct arena *arena, struct verdict_line *out_line)
{
    const struct known_failure *failure =
        known_at(session->play.scenario->known, known);

    if (!failure->expired || !has_say(session, failure)) {
        return false;
    }
    fill_line(failure, arena,
              arena_printf(arena, "until: %s is over", failure->until),
              out_line);
    return true;
}

/* A pattern of scenarios speaks of those that have such an expectation; who
 * names a point and no scenario does, too. */
static bool must_be_there(const struct known_failure *failure)
{
    return failure->expect &&
           (failure->everywhere ? !failure->is_point
                                : !strpbrk(failure->scenario, "*?"));
}

/* NULL: there is such an expectation. */
static const char *absent(const struct session *session,
                          const struct known_failure *failure,
                          struct arena *arena)
{
    const struct scenario *scenario = session->play.scenario;
    struct nearest nearest;

    nearest_init(&nearest, failure->expect);
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expected = &scenario->expectations[i];

        if (is_about(failure, expected)) {
            return NULL;
        }
        if (expected->id) {
            nearest_try(&nearest, span_text(expected->id));
        }
        if (expected->at != POINT_COUNT) {
            nearest_try(&nearest, span_text(point_info(expected->at)->name));
        }
    }
    return nearest.best.size
               ? arena_printf(arena,
                              "%s expects no such thing; the nearest is \"%s\"",
                              name_of(session), arena_text(arena, nearest.best))
               : arena_printf(arena, "%s expects no such thing",
                              name_of(session));
}

bool judge_outdated(const struct session *session, size_t known,
                    const struct verdict_line *lines, struct arena *arena,
                    struct verdict_line *out_line)
{
    const struct known_failure *failure =
        known_at(session->play.scenario->known, known);
    const char *why = NULL;

    if (failure->expired || !has_say(session, failure)) {
        return false;
    }
    if (went_well(session, known, lines)) {
        why = "it occurs no more; take it out of the file";
    } else if (must_be_there(failure)) {
        why = absent(session, failure, arena);
    }
    if (why) {
        fill_line(failure, arena, why, out_line);
    }
    return why != NULL;
}

void session_known_met(struct session *session, size_t index)
{
    session->play.known_met[index] = true;
}
