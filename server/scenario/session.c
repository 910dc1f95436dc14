/* Counters and clock of a running scenario, see session.h. */
#include "config.h"

#include "scenario/session.h"

#include <assert.h>

#include "scenario/match.h"
#include "util/mem.h"
#include "util/refs.h"

struct kept {
    void *data;
    void (*release)(void *data);
};

struct session {
    unsigned references;
    struct kept kept[SESSION_SLOT_COUNT];
    bool seeded;
    struct env env; /* draws from the session's seed, where it has one */
    char *name;
    struct scenario *scenario;
    uint64_t *counts;          /* one for each step */
    int64_t moved;             /* of the clock, by steps */
    const struct step **found; /* the last answer; room for all steps */
};

static void begin(struct session *session, struct scenario *scenario)
{
    session->scenario = scenario_ref(scenario);
    session->counts = mem_array(scenario->step_count + 1, sizeof(uint64_t));
    session->found =
        mem_array(scenario->step_count + 1, sizeof(*session->found));
    session->moved = 0;
}

static void end(struct session *session)
{
    scenario_unref(session->scenario);
    mem_free(session->counts);
    mem_free(session->found);
}

struct session *session_new(const char *name, struct scenario *scenario)
{
    struct session *session = NEW(struct session);

    session->references = 1;
    session->name = mem_strdup(name);
    begin(session, scenario);
    return session;
}

struct session *session_ref(struct session *session)
{
    refs_take(&session->references);
    return session;
}

static void release_kept(struct kept *kept)
{
    if (kept->release) {
        kept->release(kept->data);
    }
    *kept = (struct kept){0};
}

void session_unref(struct session *session)
{
    if (session && refs_drop(&session->references)) {
        for (size_t i = 0; i < SESSION_SLOT_COUNT; i++) {
            release_kept(&session->kept[i]);
        }
        end(session);
        mem_free(session->name);
        mem_free(session);
    }
}

void session_play(struct session *session, struct scenario *scenario)
{
    struct session old = *session;

    begin(session, scenario);
    end(&old);
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

void session_seed(struct session *session, const struct env *env, uint64_t seed)
{
    session->env = *env;
    session->env.seed = seed;
    session->env.drawn = 0;
    session->seeded = true;
}

struct env *session_env(struct session *session, struct env *run)
{
    return session->seeded ? &session->env : run;
}

void session_keep(struct session *session, enum session_slot slot, void *data,
                  void (*release)(void *data))
{
    release_kept(&session->kept[slot]);
    session->kept[slot] = (struct kept){data, release};
}

void *session_kept(const struct session *session, enum session_slot slot)
{
    return session->kept[slot].data;
}

int64_t session_now(const struct session *session, int64_t now)
{
    return world_now(session_world(session), now) + session->moved;
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
