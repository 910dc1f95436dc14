/* Counters and clock of a running scenario, see session.h. */
#include "config.h"

#include "scenario/session.h"

#include <assert.h>

#include "scenario/match.h"
#include "util/buf.h"
#include "util/mem.h"

struct session {
    unsigned references;
    char *name;
    struct scenario *scenario;
    uint64_t *counts;          /* one for each step */
    int64_t moved;             /* of the clock, by steps */
    const struct step **found; /* the last answer; room for all steps */
    struct buf challenge;      /* of NTLM, the last that went out */
};

struct session *session_new(const char *name, struct scenario *scenario)
{
    struct session *session = NEW(struct session);

    session->references = 1;
    session->name = mem_strdup(name);
    session->scenario = scenario_ref(scenario);
    session->counts = mem_array(scenario->step_count + 1, sizeof(uint64_t));
    session->found =
        mem_array(scenario->step_count + 1, sizeof(*session->found));
    return session;
}

struct session *session_ref(struct session *session)
{
    session->references++;
    return session;
}

void session_unref(struct session *session)
{
    if (session && --session->references == 0) {
        scenario_unref(session->scenario);
        mem_free(session->name);
        mem_free(session->counts);
        mem_free(session->found);
        buf_clear(&session->challenge);
        mem_free(session);
    }
}

const char *session_name(const struct session *session)
{
    return session->name;
}

struct scenario *session_scenario(const struct session *session)
{
    return session->scenario;
}

struct world *session_world(const struct session *session)
{
    return session->scenario->world;
}

int64_t session_now(const struct session *session, int64_t now)
{
    return world_now(session_world(session), now) + session->moved;
}

void session_move_clock(struct session *session, int64_t by)
{
    session->moved += by;
}

void session_keep_challenge(struct session *session, struct span message)
{
    buf_reset(&session->challenge);
    buf_add(&session->challenge, message);
}

struct span session_kept_challenge(const struct session *session)
{
    return buf_span(&session->challenge);
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
