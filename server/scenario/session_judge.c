/*
 * What is expected of the client, and what came. Where an expectation names
 * the answer, what counts is the status that was really sent, so it counts once
 * the exchange has ended.
 */
#include "config.h"

#include <inttypes.h>

#include "scenario/match.h"
#include "scenario/session_parts.h"
#include "util/duration.h"

/* ---- What happens ---- */

void session_note(struct session *session, enum session_note note)
{
    session->play.noted |= note;
}

static bool in_time(const struct playing *play,
                    const struct expectation *expected, int64_t now)
{
    return !expected->within || now - play->first <= expected->within;
}

static void see(struct session *session, size_t index, int64_t now,
                struct steps *steps)
{
    struct playing *play = &session->play;
    const struct expectation *expected = &play->scenario->expectations[index];

    if (!in_time(play, expected, now)) {
        play->seen[index].late++;
    } else if (expected->answered) {
        play->awaited[steps->awaited_count++] = index;
    } else {
        play->seen[index].times++;
    }
}

void session_saw(struct session *session, enum point point,
                 const struct facts *facts, struct steps *steps)
{
    struct playing *play = &session->play;
    const struct scenario *scenario = play->scenario;
    int64_t now = 0;

    if (scenario->expectation_count == 0 && scenario->fail_on == 0) {
        return;
    }
    now = session->run ? env_monotonic(session->run) : 0;
    if (!play->reached) {
        play->reached = true;
        play->first = now;
    }
    steps->awaited = play->awaited;
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expected = &scenario->expectations[i];

        if (expected->at == point && condition_holds(&expected->when, facts) &&
            session_is(session, &expected->when.is)) {
            see(session, i, now, steps);
        }
    }
}

void session_answered(struct session *session, const struct scenario *scenario,
                      size_t index, unsigned status)
{
    struct playing *play = &session->play;
    struct seen *seen;

    if (scenario != play->scenario) {
        return; /* another one has been put in place since */
    }
    seen = &play->seen[index];
    if (scenario->expectations[index].answered == status) {
        seen->times++;
    } else {
        seen->other++;
        seen->other_status = status;
    }
}

/* ---- The verdict ---- */

struct writing {
    const struct session *session;
    struct arena *arena;
    struct verdict_line *lines;
    size_t count;
};

static void add(struct writing *writing, const struct verdict_line *line)
{
    writing->lines[writing->count++] = *line;
}

static const char *times_text(struct arena *arena, int n)
{
    return n == 1 ? "once" : arena_printf(arena, "%d times", n);
}

static const char *amount_text(struct arena *arena,
                               const struct expectation *expected)
{
    if (expected->times == 0 || expected->at_most == 0) {
        return "never";
    }
    if (expected->times > 0) {
        return times_text(arena, expected->times);
    }
    if (expected->at_most < 0) {
        return arena_printf(
            arena, "at least %s",
            times_text(arena, expected->at_least < 0 ? 1 : expected->at_least));
    }
    if (expected->at_least < 0) {
        return arena_printf(arena, "at most %s",
                            times_text(arena, expected->at_most));
    }
    return arena_printf(arena, "%d to %d times", expected->at_least,
                        expected->at_most);
}

static const char *what_text(struct arena *arena,
                             const struct expectation *expected)
{
    const char *answer =
        expected->answered
            ? arena_printf(arena, " answered %u", expected->answered)
            : "";
    const char *within =
        expected->within ? arena_printf(arena, " within %s",
                                        duration_text(arena, expected->within))
                         : "";

    return arena_printf(arena, "%s%s %s%s", point_info(expected->at)->name,
                        answer, amount_text(arena, expected), within);
}

static bool is_held(const struct expectation *expected, uint64_t times)
{
    uint64_t least = expected->at_least >= 0  ? (uint64_t)expected->at_least
                     : expected->at_most >= 0 ? 0
                                              : 1;

    if (expected->times >= 0) {
        return times == (uint64_t)expected->times;
    }
    return times >= least &&
           (expected->at_most < 0 || times <= (uint64_t)expected->at_most);
}

static const char *saw_text(struct arena *arena, const struct seen *seen)
{
    const char *text = arena_printf(arena, "saw %" PRIu64, seen->times);

    if (seen->other) {
        text = seen->other_status
                   ? arena_printf(arena,
                                  "%s, and %" PRIu64
                                  " answered otherwise, the last one %u",
                                  text, seen->other, seen->other_status)
                   : arena_printf(arena,
                                  "%s, and %" PRIu64
                                  " answered otherwise, the last one not at "
                                  "all",
                                  text, seen->other);
    }
    return seen->late ? arena_printf(arena, "%s, and %" PRIu64 " too late",
                                     text, seen->late)
                      : text;
}

static void judge_point(struct writing *writing,
                        const struct expectation *expected,
                        const struct seen *seen)
{
    bool held = is_held(expected, seen->times);

    add(writing, &(struct verdict_line){
                     .where = expected->where,
                     .what = what_text(writing->arena, expected),
                     .held = held,
                     .why = held ? NULL : saw_text(writing->arena, seen),
                 });
}

static void judge_never(struct writing *writing,
                        const struct expectation *expected)
{
    bool held = !(writing->session->play.noted & SESSION_CLEARTEXT_PASSWORD);

    add(writing, &(struct verdict_line){
                     .where = expected->where,
                     .what = "never a password in clear",
                     .held = held,
                     .why = held ? NULL
                                 : "a password went over a connection without "
                                   "TLS",
                 });
}

static void judge_level(struct writing *writing, enum finding_level level,
                        const char *what)
{
    const struct found *found;
    const char *why = NULL;

    for (size_t i = 0; (found = session_found_at(writing->session, i)); i++) {
        if (found->finding.level == level && !why) {
            why = arena_printf(writing->arena, "%s at exchange %" PRIu64 ": %s",
                               found->finding.rule, found->exchange,
                               found->finding.text);
        }
    }
    add(writing, &(struct verdict_line){
                     .what = what,
                     .held = !why,
                     .why = why,
                 });
}

static void judge_unexpected(struct writing *writing)
{
    bool held = !(writing->session->play.noted & SESSION_UNEXPECTED);

    add(writing, &(struct verdict_line){
                     .what = "no request that no endpoint serves",
                     .held = held,
                     .why = held ? NULL
                                 : "there was one; the journal has it as "
                                   "\"unexpected\"",
                 });
}

static void judge_notes(struct writing *writing, unsigned fail_on)
{
    if (fail_on & FAIL_ON_MUST) {
        judge_level(writing, FINDING_MUST, "no breach of a rule of level MUST");
    }
    if (fail_on & FAIL_ON_SHOULD) {
        judge_level(writing, FINDING_SHOULD,
                    "no breach of a rule of level SHOULD");
    }
    if (fail_on & FAIL_ON_UNEXPECTED) {
        judge_unexpected(writing);
    }
}

/* Nobody can get in: who does not is no client that was left out. */
static bool shut(const struct world *world)
{
    const enum port_state *ports = world->tcp.ports;
    const enum port_state *families = world->tcp.families;

    return (ports[0] != PORT_OPEN && ports[1] != PORT_OPEN) ||
           (families[0] != PORT_OPEN && families[1] != PORT_OPEN);
}

void session_verdict(const struct session *session, struct arena *arena,
                     struct session_verdict *out_verdict)
{
    const struct playing *play = &session->play;
    const struct scenario *scenario = play->scenario;
    size_t most = scenario->expectation_count + FAIL_ON_WORDS + 1;
    struct writing writing = {
        .session = session,
        .arena = arena,
        .lines = arena_alloc(arena, most * sizeof(*writing.lines)),
    };
    bool judged = scenario->expectation_count || scenario->fail_on;
    bool held = true;

    if (judged && !play->reached && !shut(scenario->world)) {
        add(&writing, &(struct verdict_line){
                          .what = "a client",
                          .why = "none reached the server",
                      });
    }
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expected = &scenario->expectations[i];

        if (expected->at == POINT_COUNT) {
            judge_never(&writing, expected);
        } else {
            judge_point(&writing, expected, &play->seen[i]);
        }
    }
    judge_notes(&writing, scenario->fail_on);
    for (size_t i = 0; i < writing.count; i++) {
        held = held && writing.lines[i].held;
    }
    *out_verdict =
        (struct session_verdict){judged, held, writing.lines, writing.count};
}
