/* The life, the clock and the points of a running scenario, see session.h. */
#include "config.h"

#include "scenario/session.h"

#include <assert.h>

#include "scenario/known.h"
#include "scenario/match.h"
#include "scenario/session_parts.h"
#include "util/guard.h"
#include "util/mem.h"
#include "util/refs.h"
#include "wire/exchange.h"

/* ---- Life ---- */

static void begin(struct session *session, struct scenario *scenario)
{
    struct playing *play = &session->play;
    size_t steps = scenario->step_count + 1;

    session->era++;
    *play = (struct playing){
        .scenario = scenario_ref(scenario),
        .began = session->run ? env_now(session->run) : 0,
        .counts = mem_array(steps, sizeof(struct tally)),
        .draws = mem_array(steps, sizeof(uint64_t)),
        .seen = mem_array(scenario->expectation_count + 1, sizeof(struct seen)),
        .awaited = mem_array(scenario->expectation_count + 1, sizeof(size_t)),
        .found = mem_array(steps, sizeof(*play->found)),
        .furthest = {.point = POINT_COUNT},
        .known_met = mem_array(known_count(scenario->known) + 1, sizeof(bool)),
    };
}

static void end(struct session *session)
{
    struct playing *play = &session->play;

    session_forget_states(session);
    session_forget_found(session);
    session_forget_measures(session);
    session_forget_seen(session);
    mem_free(play->known_met);
    tallies_free(play->keyed);
    tallies_free(play->connections);
    mem_free(play->counts);
    mem_free(play->draws);
    mem_free(play->awaited);
    mem_free(play->found);
    scenario_unref(play->scenario);
}

struct session *session_new(const char *name, struct scenario *scenario)
{
    struct session *session = NEW(struct session);

    session->references = 1;
    session->name = mem_strdup(name);
    begin(session, scenario);
    return session;
}

void session_start(struct session *session, struct env *run)
{
    if (!session->run) {
        session->run = run;
        session->play.began = env_now(run);
    }
}

void session_play(struct session *session, struct scenario *scenario)
{
    struct scenario *held = scenario_ref(scenario);

    end(session);
    begin(session, held);
    scenario_unref(held);
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

static void release_session(void *session)
{
    session_unref(session);
}

void session_own(struct session *session, struct exchange *ex)
{
    exchange_keep(ex, release_session, session_ref(session));
    ex->owner = session;
    ex->session = session->name;
    ex->era = session->era;
    ex->session_ended = &session->ended;
    ex->seed = session_seed_of(session);
}

void session_retire(struct session *session)
{
    session->ended = true;
    session_tell_end(session);
}

uint64_t session_era(const struct session *session)
{
    return session->era;
}

const char *session_name(const struct session *session)
{
    return session->name;
}

struct scenario *session_scenario(const struct session *session)
{
    return session->play.scenario;
}

struct world *session_world(const struct session *session)
{
    return session->play.scenario->world;
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

uint64_t session_seed_of(const struct session *session)
{
    if (session->seeded) {
        return session->env.seed;
    }
    return session->run ? session->run->seed : 0;
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

/* ---- The clock ---- */

int64_t session_now(const struct session *session, int64_t now)
{
    const struct playing *play = &session->play;
    int64_t began = session->run ? play->began : now;

    return world_clock_add(
        world_clock_at(&play->scenario->world->clock, began, now), play->moved);
}

void session_advance(struct session *session, int64_t by)
{
    int64_t *moved = &session->play.moved;

    if (__builtin_add_overflow(*moved, by, moved)) {
        *moved = by < 0 ? INT64_MIN : INT64_MAX;
    }
}

/* ---- Steps ---- */

static bool applies(struct session *session, const struct step *step,
                    const struct facts *facts)
{
    return condition_holds(&step->when, facts) &&
           session_is(session, &step->when.is) &&
           session_counts(session, step, facts);
}

void scenario_at(struct session *session, enum point point,
                 const struct facts *facts, struct steps *out_steps)
{
    struct playing *play = &session->play;
    const struct step **list = play->scenario->at[point];
    const struct step_gate *gate = play->scenario->gates[point];
    struct facts known;
    bool open = true;

    assert(point < POINT_COUNT && guard_held());
    *out_steps = (struct steps){.items = play->found};
    if (play->scenario->asked & FACT_CONNECTION) {
        known = *facts;
        known.connection = session_connection(session, facts);
        facts = &known;
    }
    session_saw(session, point, facts, out_steps);
    for (; list && *list; list++, gate++) {
        if (gate_opens(gate, facts) && applies(session, *list, facts) && open) {
            play->found[out_steps->count++] = *list;
            open = (*list)->also;
        }
    }
}

bool session_concerned(const struct session *session, enum point point)
{
    const struct scenario *scenario = session->play.scenario;

    return scenario->at[point] || scenario->judged ||
           (scenario->asked & FACT_CONNECTION);
}
