/*
 * What counts of the times that an expectation was met, where it stands behind
 * or before another, and what of an order came: from the moments that were
 * kept, so that it does not matter which end of an exchange was seen first.
 */
#include "config.h"

#include <stdlib.h>

#include "scenario/session_judge.h"

static bool comes_before(const struct moment *a, const struct moment *b)
{
    return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static size_t kept(const struct moments *moments)
{
    return moments->count < MOMENTS_MAX ? (size_t)moments->count : MOMENTS_MAX;
}

/* ---- Behind and before ---- */

/* What a moment must be behind, and before; NULL: nothing is asked. */
struct window {
    const struct tallied *after;
    const struct tallied *before;
    int64_t since; /* what `within` counts from */
    int64_t within;
};

static struct window window_of(struct judging *judging, size_t index)
{
    const struct playing *play = &judging->session->play;
    const struct expectation *expected = &play->scenario->expectations[index];
    struct window window = {
        .since = play->first,
        .within = expected->within,
    };

    if (expected->after) {
        window.after = judge_times(judging, expected->after - 1);
        window.since = window.after->first.time;
    }
    if (expected->before) {
        window.before = judge_times(judging, expected->before - 1);
    }
    return window;
}

enum place { INSIDE, OUTSIDE, LATE };

static enum place place_in(const struct window *window,
                           const struct moment *moment)
{
    if (window->after && (!window->after->came ||
                          !comes_before(&window->after->first, moment))) {
        return OUTSIDE;
    }
    if (window->before && window->before->came &&
        !comes_before(moment, &window->before->first)) {
        return OUTSIDE;
    }
    return window->within && moment->time - window->since > window->within
               ? LATE
               : INSIDE;
}

static void add(struct tallied *tallied, const struct moment *moment,
                enum place place, uint64_t times)
{
    switch (place) {
    case INSIDE:
        tallied->times += times;
        if (!tallied->came || comes_before(moment, &tallied->first)) {
            tallied->first = *moment;
        }
        tallied->came = true;
        break;
    case OUTSIDE:
        tallied->outside += times;
        break;
    case LATE:
        tallied->late += times;
        break;
    }
}

static struct tallied tally(struct judging *judging, size_t index)
{
    const struct playing *play = &judging->session->play;
    const struct seen *seen = &play->seen[index];
    const struct moments *moments = &seen->moments;
    struct window window;
    struct tallied tallied = {.times = seen->times, .late = seen->late};

    if (!play->scenario->expectations[index].dated) {
        return tallied;
    }
    window = window_of(judging, index);
    tallied.times = 0;
    for (size_t i = 0; i < kept(moments); i++) {
        const struct moment *moment = &moments->items[i];
        /* Those that were dropped came right behind the last of the first. */
        uint64_t more =
            i == MOMENTS_MAX / 2 - 1 ? moments->count - kept(moments) : 0;

        add(&tallied, moment, place_in(&window, moment), 1 + more);
    }
    return tallied;
}

const struct tallied *judge_times(struct judging *judging, size_t index)
{
    if (!judging->known[index]) {
        judging->tallied[index] = tally(judging, index);
        judging->known[index] = true;
    }
    return &judging->tallied[index];
}

/* ---- In order ---- */

struct event {
    struct moment moment;
    size_t stage;
};

/* Of one event that is two stages the later stage is asked first: it shall not
 * be both. */
static int by_time(const void *a, const void *b)
{
    const struct event *left = a;
    const struct event *right = b;

    if (comes_before(&left->moment, &right->moment)) {
        return -1;
    }
    if (comes_before(&right->moment, &left->moment)) {
        return 1;
    }
    return left->stage < right->stage ? 1 : left->stage > right->stage ? -1 : 0;
}

static struct event *events_of(const struct judging *judging, size_t first,
                               size_t stages, size_t *out_count)
{
    const struct seen *seen = &judging->session->play.seen[first];
    struct event *events;
    size_t count = 0;

    for (size_t i = 0; i < stages; i++) {
        count += kept(&seen[i].moments);
    }
    events = arena_alloc(judging->arena, (count + 1) * sizeof(*events));
    *out_count = 0;
    for (size_t i = 0; i < stages; i++) {
        for (size_t k = 0; k < kept(&seen[i].moments); k++) {
            events[(*out_count)++] =
                (struct event){seen[i].moments.items[k], i};
        }
    }
    qsort(events, count, sizeof(*events), by_time);
    return events;
}

/*
 * Of each stage the latest moment at which it and all before it had come: the
 * later, the more time is left for the next.
 */
size_t judge_order(const struct judging *judging, size_t index,
                   struct moment *out_moments)
{
    const struct playing *play = &judging->session->play;
    const struct expectation *order = &play->scenario->expectations[index];
    const struct expectation *stages = order + 1;
    size_t came = 0;
    size_t count;
    const struct event *events =
        events_of(judging, index + 1, order->stages, &count);

    for (size_t i = 0; i < count; i++) {
        size_t stage = events[i].stage;
        int64_t since = stage ? out_moments[stage - 1].time : play->first;
        int64_t within = stages[stage].within;

        if (stage > came ||
            (within && events[i].moment.time - since > within)) {
            continue;
        }
        /* Two stages of the same event have the same order but for one. */
        if (stage &&
            !comes_before(&out_moments[stage - 1], &events[i].moment)) {
            continue;
        }
        out_moments[stage] = events[i].moment;
        came = stage == came ? came + 1 : came;
    }
    return came;
}
