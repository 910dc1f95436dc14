/* What a run took, beside what its scenario says is the least. */
#include "config.h"

#include "cli/gather_parts.h"

#include "report/efficiency.h"
#include "scenario/optimum.h"
#include "util/env.h"

enum { OWN_MEASURES = 5 };

static void add(struct report_run *run, const struct report_measure *measure)
{
    run->measures[run->measure_count++] = *measure;
}

static double least_of(const struct session *session, enum measure measure)
{
    const char *text = session_scenario(session)->about.optimum;
    uint64_t least;

    return text && optimum_of(text, measure, &least) ? (double)least : -1;
}

/* What explains a surplus; NULL where nothing does. */
static const char *why_of(const struct efficiency *efficiency,
                          enum measure measure)
{
    switch (measure) {
    case MEASURE_REQUESTS:
        return efficiency->requests;
    case MEASURE_CONNECTIONS:
        return efficiency->connections;
    case MEASURE_HANDSHAKES:
        return efficiency->handshakes;
    case MEASURE_UNAUTHORIZED:
        return efficiency->unauthorized;
    case MEASURE_RESUMPTIONS:
    case MEASURE_BYTES_IN:
    case MEASURE_BYTES_OUT:
    case MEASURE_TIME:
    case MEASURE_COUNT:
        break;
    }
    return NULL;
}

static double taken_of(const struct session *session, enum measure measure)
{
    uint64_t taken = session_measure(session, measure);

    return measure == MEASURE_TIME ? gather_ms((int64_t)taken) : (double)taken;
}

static void add_own(struct report_run *run, const struct efficiency *efficiency)
{
    const struct report_measure own[OWN_MEASURES] = {
        {"time-server", efficiency->ours, -1, NULL},
        {"time-client", efficiency->theirs, -1, NULL},
        {"repeated", efficiency->repeated, 0, NULL},
        {"redundant-401", efficiency->redundant, 0, NULL},
        {"restarted", efficiency->restarted, 0, NULL},
    };

    for (size_t i = 0; i < OWN_MEASURES; i++) {
        add(run, &own[i]);
    }
}

void gather_measures(struct arena *arena, const struct session *session,
                     struct report_run *run)
{
    struct efficiency efficiency = {0};

    efficiency_of(arena, run, &efficiency);
    run->measures = arena_alloc(arena, (MEASURE_COUNT + OWN_MEASURES) *
                                           sizeof(*run->measures));
    for (int i = 0; i < MEASURE_COUNT; i++) {
        enum measure measure = (enum measure)i;

        add(run, &(struct report_measure){
                     .name = measure_info(measure)->name,
                     .taken = taken_of(session, measure),
                     .optimum = least_of(session, measure),
                     .why = why_of(&efficiency, measure),
                 });
    }
    add_own(run, &efficiency);
}
