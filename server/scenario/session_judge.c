/*
 * The verdict of a session: its expectations, the words of fail-on, what the
 * scenario says of rules, and known failures that occur no more.
 */
#include "config.h"

#include "scenario/session_judge.h"

#include <inttypes.h>
#include <string.h>

#include "scenario/known.h"
#include "scenario/treatment.h"

struct writing {
    const struct session *session;
    struct arena *arena;
    struct judging judging;
    struct verdict_line *lines;
    size_t count;
};

/* "NT-003 at exchange 7: ..." */
static const char *breach_text(struct arena *arena, const struct found *found)
{
    return found->exchange
               ? arena_printf(arena, "%s at exchange %" PRIu64 ": %s",
                              found->finding.rule, found->exchange,
                              found->finding.text)
               : arena_printf(arena, "%s: %s", found->finding.rule,
                              found->finding.text);
}

static void add(struct writing *writing, const struct verdict_line *line)
{
    writing->lines[writing->count++] = *line;
}

/* ---- Expectations ---- */

static enum report_severity severity_of(const struct expectation *expected)
{
    return expected->warns ? SEVERITY_WARN : SEVERITY_FAIL;
}

/* Too few came: what came nearest. Too many: there is nothing nearer. */
static bool lacks(const struct expectation *expected, uint64_t times)
{
    if (expected->times >= 0) {
        return times < (uint64_t)expected->times;
    }
    return expected->at_most < 0 || times <= (uint64_t)expected->at_most;
}

static void judge_point(struct writing *writing, size_t index)
{
    const struct playing *play = &writing->session->play;
    const struct expectation *expected = &play->scenario->expectations[index];
    const struct tallied *tallied = judge_times(&writing->judging, index);
    bool held = judge_is_held(expected, tallied->times);
    struct verdict_line line = {
        .where = expected->where,
        .what = judge_what(writing->arena, play->scenario, index),
        .held = held,
        .severity = severity_of(expected),
    };

    if (!held) {
        bool few = lacks(expected, tallied->times);

        line.why = judge_saw(writing->arena, play->scenario, index,
                             &play->seen[index], tallied, !few);
        line.nearest =
            few ? session_nearest(writing->session, index, writing->arena)
                : NULL;
    }
    add(writing, &line);
}

static void judge_flags(struct writing *writing, size_t index)
{
    const struct playing *play = &writing->session->play;
    const struct expectation *expected = &play->scenario->expectations[index];
    bool held = !(play->noted & expected->never & SESSION_CLEARTEXT_PASSWORD);

    add(writing, &(struct verdict_line){
                     .where = expected->where,
                     .what = judge_what(writing->arena, play->scenario, index),
                     .held = held,
                     .severity = severity_of(expected),
                     .why = held ? NULL
                                 : "a password went over a connection without "
                                   "TLS",
                 });
}

/* "9 requests, 4 connections": those that break their limit. */
static const char *broken_text(struct writing *writing,
                               const struct expectation *expected)
{
    const char *text = NULL;

    for (int i = 0; i < MEASURE_COUNT; i++) {
        const struct limit *limit = &expected->limits[i];
        uint64_t taken = session_measure(writing->session, (enum measure)i);

        if (limit->text && (taken < limit->least || taken > limit->most)) {
            text = arena_printf(
                writing->arena, "%s%s%s: %s", text ? text : "took ",
                text ? ", " : "", measure_info((enum measure)i)->name,
                judge_measure(writing->arena, (enum measure)i, taken));
        }
    }
    return text;
}

static void judge_limits(struct writing *writing, size_t index)
{
    const struct scenario *scenario = writing->session->play.scenario;
    const struct expectation *expected = &scenario->expectations[index];
    const char *why = broken_text(writing, expected);

    add(writing, &(struct verdict_line){
                     .where = expected->where,
                     .what = judge_what(writing->arena, scenario, index),
                     .held = !why,
                     .severity = severity_of(expected),
                     .why = why,
                 });
}

/* Which stage did not come, and whether it did too early. */
static const char *order_why(struct writing *writing, size_t index, size_t came,
                             const struct moment *moments)
{
    const struct playing *play = &writing->session->play;
    const struct expectation *stage =
        &play->scenario->expectations[index + 1 + came];
    const struct moments *seen = &play->seen[index + 1 + came].moments;
    const char *name =
        arena_printf(writing->arena, "%s%s", point_info(stage->at)->name,
                     judge_when(writing->arena, &stage->when));
    const char *behind = "";

    if (came) {
        behind = arena_printf(writing->arena, " behind %s at exchange %" PRIu64,
                              point_info(stage[-1].at)->name,
                              moments[came - 1].exchange);
    }
    if (!seen->count) {
        return arena_printf(writing->arena, "saw no %s%s", name, behind);
    }
    return arena_printf(
        writing->arena, "saw no %s%s%s; the first was at exchange %" PRIu64,
        name, behind, stage->within ? " in time" : "", seen->items[0].exchange);
}

static void judge_stages(struct writing *writing, size_t index)
{
    const struct scenario *scenario = writing->session->play.scenario;
    const struct expectation *order = &scenario->expectations[index];
    struct moment *moments =
        arena_alloc(writing->arena, (order->stages + 1) * sizeof(*moments));
    size_t came = judge_order(&writing->judging, index, moments);
    bool held = came == order->stages;

    add(writing,
        &(struct verdict_line){
            .where = order->where,
            .what = judge_what(writing->arena, scenario, index),
            .held = held,
            .severity = severity_of(order),
            .why = held ? NULL : order_why(writing, index, came, moments),
            .nearest = held ? NULL
                            : session_nearest(writing->session,
                                              index + 1 + came, writing->arena),
        });
}

static void judge_expectation(struct writing *writing, size_t index)
{
    struct verdict_line *line = &writing->lines[writing->count];
    const struct scenario *scenario = writing->session->play.scenario;

    switch (scenario->expectations[index].kind) {
    case EXPECT_POINT:
        judge_point(writing, index);
        break;
    case EXPECT_FLAGS:
        judge_flags(writing, index);
        break;
    case EXPECT_LIMITS:
        judge_limits(writing, index);
        break;
    case EXPECT_ORDER:
        judge_stages(writing, index);
        break;
    case EXPECT_STAGE:
        return;
    }
    judge_known(writing->session, &scenario->expectations[index],
                writing->arena, line);
}

/* ---- The others ---- */

/* What a line says of breaches, of all those that would fail the run. */
struct breaches {
    const struct found *fails; /* the first; NULL: none does */
    size_t more;               /* rules besides */
    const struct found *known; /* the first that is a known failure */
};

static bool would_fail(const struct writing *writing, const struct found *found)
{
    enum report_severity severity;

    return treatment_severity(writing->session->play.scenario,
                              found->finding.rule, found->finding.level,
                              &severity) &&
           severity == SEVERITY_FAIL;
}

static struct breaches find_breaches(struct writing *writing,
                                     bool (*is_meant)(const struct found *found,
                                                      const void *ctx),
                                     const void *ctx)
{
    struct breaches breaches = {0};
    const struct found *found;

    for (size_t i = 0; (found = session_found_at(writing->session, i)); i++) {
        if (!is_meant(found, ctx)) {
            continue;
        }
        if (found->severity == SEVERITY_FAIL) {
            breaches.more += breaches.fails != NULL;
            breaches.fails = breaches.fails ? breaches.fails : found;
        } else if (found->known && !breaches.known &&
                   would_fail(writing, found)) {
            breaches.known = found;
        }
    }
    return breaches;
}

struct level_asked {
    const struct scenario *scenario;
    enum finding_level level;
};

static bool has_level(const struct found *found, const void *ctx)
{
    const struct level_asked *asked = ctx;
    const struct rule_treatment *row =
        treatment_of(asked->scenario, found->finding.rule);

    return !(row && row->treatment == TREATMENT_FAIL) &&
           treated_level(row, found->finding.level) == asked->level;
}

static bool has_row(const struct found *found, const void *ctx)
{
    const struct rule_treatment *row = ctx;

    return treatment_fits(row, found->finding.rule);
}

/* One that is known neither holds nor fails. */
static void add_breaches(struct writing *writing, const char *where,
                         const char *what, struct breaches breaches)
{
    struct arena *arena = writing->arena;
    struct verdict_line line = {
        .where = where, .what = what, .severity = SEVERITY_FAIL};

    if (breaches.fails) {
        line.why = breach_text(arena, breaches.fails);
        line.why = breaches.more ? arena_printf(arena, "%s (and %zu more)",
                                                line.why, breaches.more)
                                 : line.why;
    } else if (breaches.known) {
        line.severity = SEVERITY_KNOWN;
        line.known = breaches.known->known;
        line.why = arena_printf(arena, "%s; known: %s",
                                breach_text(arena, breaches.known), line.known);
    }
    line.held = !line.why;
    add(writing, &line);
}

static void judge_levels(struct writing *writing)
{
    static const struct {
        enum fail_on word;
        enum finding_level level;
        const char *what;
    } levels[] = {
        {FAIL_ON_MUST, FINDING_MUST, "no breach of a rule of level MUST"},
        {FAIL_ON_SHOULD, FINDING_SHOULD, "no breach of a rule of level SHOULD"},
        {FAIL_ON_PRACTICE, FINDING_PRACTICE,
         "no breach of a rule of level practice"},
        {FAIL_ON_ROBUSTNESS, FINDING_ROBUSTNESS,
         "no breach of a rule of level robustness"},
    };
    const struct scenario *scenario = writing->session->play.scenario;

    for (size_t i = 0; i < ARRAY_SIZE(levels); i++) {
        struct level_asked asked = {scenario, levels[i].level};

        if (scenario->fail_on & levels[i].word) {
            add_breaches(writing, NULL, levels[i].what,
                         find_breaches(writing, has_level, &asked));
        }
    }
}

static void judge_treatments(struct writing *writing)
{
    const struct scenario *scenario = writing->session->play.scenario;

    for (size_t i = 0; i < scenario->treatment_count; i++) {
        const struct rule_treatment *row = &scenario->treatments[i];

        if (row->treatment == TREATMENT_FAIL) {
            add_breaches(
                writing, row->where,
                arena_printf(writing->arena, "no breach of %s", row->rule),
                find_breaches(writing, has_row, row));
        }
    }
}

static void judge_credentials(struct writing *writing)
{
    const struct playing *play = &writing->session->play;
    const char *why = play->refused;

    if (!(play->scenario->fail_on & FAIL_ON_REFUSED) || !play->reached) {
        return;
    }
    if (!why && play->asked && !play->let_in) {
        why = arena_printf(writing->arena,
                           "exchange %" PRIu64
                           " was answered 401, and no credentials came",
                           play->asked);
    }
    add(writing, &(struct verdict_line){
                     .what = "the client to be let in",
                     .held = !why,
                     .severity = SEVERITY_FAIL,
                     .why = why,
                 });
}

static void judge_unexpected(struct writing *writing)
{
    const struct playing *play = &writing->session->play;
    const struct scenario *scenario = play->scenario;
    bool held = !(play->noted & SESSION_UNEXPECTED);
    bool warns = scenario->unexpected == UNEXPECTED_WARN;

    if (scenario->unexpected == UNEXPECTED_PASS ||
        (scenario->unexpected == UNEXPECTED_UNSAID &&
         !(scenario->fail_on & FAIL_ON_UNEXPECTED))) {
        return;
    }
    add(writing, &(struct verdict_line){
                     .what = "no request that no endpoint serves",
                     .held = held,
                     .severity = warns ? SEVERITY_WARN : SEVERITY_FAIL,
                     .why = held ? NULL
                                 : "there was one; the journal has it as "
                                   "\"unexpected\"",
                     .nearest = held ? NULL : play->unexpected,
                 });
}

/* Nobody can get in: who does not is no client that was left out. */
static bool shut(const struct world *world)
{
    const enum port_state *ports = world->tcp.ports;
    const enum port_state *families = world->tcp.families;

    return (ports[0] != PORT_OPEN && ports[1] != PORT_OPEN) ||
           (families[0] != PORT_OPEN && families[1] != PORT_OPEN);
}

/* Before all others: what is over is why they fail. */
static void judge_all_expired(struct writing *writing)
{
    const struct known_failures *known = writing->session->play.scenario->known;
    struct verdict_line line;

    for (size_t i = 0; i < known_count(known); i++) {
        if (judge_expired(writing->session, i, writing->arena, &line)) {
            add(writing, &line);
        }
    }
}

static void judge_all_outdated(struct writing *writing,
                               const struct verdict_line *expectations)
{
    const struct known_failures *known = writing->session->play.scenario->known;
    struct verdict_line line;

    for (size_t i = 0; i < known_count(known); i++) {
        if (judge_outdated(writing->session, i, expectations, writing->arena,
                           &line)) {
            add(writing, &line);
        }
    }
}

static bool all_held(const struct writing *writing)
{
    for (size_t i = 0; i < writing->count; i++) {
        if (!writing->lines[i].held &&
            writing->lines[i].severity == SEVERITY_FAIL) {
            return false;
        }
    }
    return true;
}

static void begin(struct writing *writing, const struct session *session,
                  struct arena *arena)
{
    const struct scenario *scenario = session->play.scenario;
    size_t count = scenario->expectation_count;
    size_t most = count + FAIL_ON_WORDS + scenario->treatment_count +
                  known_count(scenario->known) + 1;

    *writing = (struct writing){
        .session = session,
        .arena = arena,
        .lines = arena_alloc(arena, most * sizeof(*writing->lines)),
        .judging =
            {
                .session = session,
                .arena = arena,
                .tallied =
                    arena_alloc(arena, (count + 1) * sizeof(struct tallied)),
                .known = arena_alloc(arena, (count + 1) * sizeof(bool)),
            },
    };
}

void session_verdict(const struct session *session, struct arena *arena,
                     struct session_verdict *out_verdict)
{
    const struct playing *play = &session->play;
    const struct scenario *scenario = play->scenario;
    const struct verdict_line *expectations;
    struct writing writing;

    begin(&writing, session, arena);
    if (scenario->judged && !play->reached && !shut(scenario->world)) {
        add(&writing, &(struct verdict_line){
                          .what = "a client",
                          .severity = SEVERITY_FAIL,
                          .why = "none reached the server",
                      });
    }
    judge_all_expired(&writing);
    expectations = &writing.lines[writing.count];
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        judge_expectation(&writing, i);
    }
    judge_levels(&writing);
    judge_treatments(&writing);
    judge_credentials(&writing);
    judge_unexpected(&writing);
    judge_all_outdated(&writing, expectations);
    *out_verdict = (struct session_verdict){
        .judged = scenario->judged || writing.count,
        .held = all_held(&writing),
        .lines = writing.lines,
        .count = writing.count,
    };
}
