/* Counters and clock of a running scenario, see session.h. */
#include "config.h"

#include "scenario/session.h"

#include <assert.h>

#include "scenario/match.h"
#include "util/mem.h"

struct session {
    struct scenario *scenario;
    uint64_t *counts;          /* one for each step */
    int64_t moved;             /* of the clock, by steps */
    const struct step **found; /* the last answer; room for all steps */
};

struct session *session_new(struct scenario *scenario)
{
    struct session *session = NEW(struct session);

    session->scenario = scenario_ref(scenario);
    session->counts = mem_array(scenario->step_count + 1, sizeof(uint64_t));
    session->found =
        mem_array(scenario->step_count + 1, sizeof(*session->found));
    return session;
}

void session_free(struct session *session)
{
    if (session) {
        scenario_unref(session->scenario);
        mem_free(session->counts);
        mem_free(session->found);
        mem_free(session);
    }
}

int64_t session_now(const struct session *session, const struct world *world,
                    int64_t now)
{
    return world_now(world, now) + (session ? session->moved : 0);
}

void session_move_clock(struct session *session, int64_t by)
{
    session->moved += by;
}

static bool applies(struct session *session, const struct step *step,
                    const struct facts *facts)
{
    return condition_holds(&step->when, facts) &&
           condition_counts(&step->when, ++session->counts[step->index]);
}

void scenario_at(struct session *session, enum point point,
                 const struct facts *facts, struct steps *out_steps)
{
    const struct step **list;
    bool open = true;

    assert(point < POINT_COUNT);
    *out_steps = (struct steps){.items = session->found};
    list = session->scenario->at[point];
    for (; list && *list; list++) {
        if (applies(session, *list, facts) && open) {
            session->found[out_steps->count++] = *list;
            open = (*list)->also;
        }
    }
}
