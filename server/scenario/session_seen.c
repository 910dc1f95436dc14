/*
 * What has happened of what is expected. Where an expectation names the
 * answer, what counts is the status that was really sent, so it counts once the
 * exchange has ended.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "scenario/match.h"
#include "scenario/session_parts.h"
#include "util/guard.h"
#include "util/mem.h"
#include "wire/exchange.h"

enum { MOMENTS_FIRST = 16, MOMENTS_HALF = MOMENTS_MAX / 2 };

static int64_t now_of(const struct session *session)
{
    return session->run ? env_monotonic(session->run) : 0;
}

void session_note(struct session *session, enum session_note note)
{
    session->play.noted |= note;
}

/* The last is told in the verdict, unless it was taken. */
void session_credentials(struct session *session, const struct exchange *ex,
                         const char *why)
{
    struct playing *play = &session->play;

    if (ex->era != session->era) {
        return; /* another scenario has been put in place since */
    }
    play->let_in = play->let_in || !why;
    mem_free(play->refused);
    play->refused =
        why ? mem_printf("exchange %" PRIu64 ": %s", ex->id, why) : NULL;
}

void session_asked(struct session *session, const struct exchange *ex)
{
    if (ex->era == session->era) {
        session->play.asked = ex->id;
    }
}

void session_excused(struct session *session, const struct exchange *ex)
{
    if (ex->era == session->era) {
        session->play.let_in = true;
    }
}

/* The first is told in the verdict; the journal has all. */
void session_unexpected(struct session *session, const struct exchange *ex,
                        const char *nearest)
{
    struct playing *play = &session->play;

    session_note(session, SESSION_UNEXPECTED);
    if (!play->unexpected && play->scenario->judged) {
        play->unexpected = mem_printf("exchange %" PRIu64 ": %s %s\n%s", ex->id,
                                      ex->request.method, ex->request.path,
                                      nearest ? nearest : "");
    }
}

/* ---- Moments ---- */

static struct moment *place_of(struct moments *moments)
{
    uint64_t n = moments->count++;

    if (n == moments->capacity && n < MOMENTS_MAX) {
        moments->capacity = n ? (size_t)n * 2 : MOMENTS_FIRST;
        moments->items = mem_resize(moments->items,
                                    moments->capacity * sizeof(struct moment));
    }
    return &moments->items[n < MOMENTS_MAX ? n
                                           : MOMENTS_HALF + (n - MOMENTS_HALF) %
                                                                MOMENTS_HALF];
}

static void add_moment(struct playing *play, size_t index,
                       const struct moment *moment)
{
    *place_of(&play->seen[index].moments) = *moment;
}

static void count(struct seen *seen, uint64_t exchange)
{
    if (seen->times++ == 0) {
        seen->first = exchange;
    }
}

/* ---- A point ---- */

/* Of an item that stands behind another that is judged in the end. */
static bool in_time(const struct playing *play,
                    const struct expectation *expected, int64_t now)
{
    return !expected->within || expected->dated ||
           now - play->first <= expected->within;
}

static void see(struct session *session, size_t index, const struct moment *now,
                struct steps *steps)
{
    struct playing *play = &session->play;
    const struct expectation *expected = &play->scenario->expectations[index];

    if (!in_time(play, expected, now->time)) {
        play->seen[index].late++;
    } else if (expected->answered.count) {
        play->awaited[steps->awaited_count++] = index;
    } else {
        count(&play->seen[index], now->exchange);
        if (expected->dated) {
            add_moment(play, index, now);
        }
    }
}

static bool holds(struct session *session, const struct expectation *expected,
                  const struct facts *facts)
{
    return condition_holds(&expected->when, facts) &&
           session_is(session, &expected->when.is);
}

static void see_all(struct session *session, enum point point,
                    const struct facts *facts, const struct moment *now,
                    struct steps *steps)
{
    const struct scenario *scenario = session->play.scenario;

    for (size_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expected = &scenario->expectations[i];

        if (expected->at != point) {
            continue;
        }
        if (holds(session, expected, facts)) {
            see(session, i, now, steps);
        } else {
            session_saw_near(session, i, facts);
        }
    }
}

void session_saw(struct session *session, enum point point,
                 const struct facts *facts, struct steps *steps)
{
    struct playing *play = &session->play;
    struct moment now;

    session_count(session, point);
    if (!play->scenario->judged) {
        return;
    }
    now = (struct moment){now_of(session), ++play->moments, facts->exchange};
    if (!play->reached) {
        play->reached = true;
        play->first = now.time;
    }
    session_came_to(session, point, facts);
    steps->awaited = play->awaited;
    see_all(session, point, facts, &now, steps);
}

/* ---- An answer ---- */

static bool is_answered(const struct expectation *expected, unsigned status)
{
    char text[sizeof("4294967295")];

    snprintf(text, sizeof(text), "%u", status);
    return status && patterns_fit(&expected->answered, text);
}

/*
 * When the answer was there for the client. Where several threads serve, what
 * it asks then may be seen before this is: so that is no later than the turn of
 * the loop in which the last byte went.
 */
static int64_t answered_at(const struct session *session,
                           const struct exchange *ex)
{
    if (guard_needed()) {
        return ex->sent.turn;
    }
    return now_of(session);
}

/* All that waited for this answer got it at one and the same moment. */
static const struct moment *answer_moment(struct session *session,
                                          const struct exchange *ex)
{
    struct playing *play = &session->play;

    if (play->answered.exchange != ex->id) {
        play->answered =
            (struct moment){answered_at(session, ex), ++play->moments, ex->id};
    }
    return &play->answered;
}

void session_answered(struct session *session, const struct scenario *scenario,
                      size_t index, const struct exchange *ex)
{
    struct playing *play = &session->play;
    const struct expectation *expected;
    struct seen *seen;

    if (scenario != play->scenario || ex->era != session->era) {
        return; /* another one has been put in place since */
    }
    expected = &scenario->expectations[index];
    seen = &play->seen[index];
    if (!is_answered(expected, ex->sent.status)) {
        seen->other++;
        seen->other_status = ex->sent.status;
        seen->other_exchange = ex->id;
        return;
    }
    count(seen, ex->id);
    if (expected->dated) {
        add_moment(play, index, answer_moment(session, ex));
    }
}

void session_forget_seen(struct session *session)
{
    struct playing *play = &session->play;

    for (size_t i = 0; i < play->scenario->expectation_count; i++) {
        mem_free(play->seen[i].moments.items);
        mem_free(play->seen[i].near.text);
    }
    mem_free(play->seen);
    mem_free(play->unexpected);
    mem_free(play->refused);
}
