/* Sessions without a scenario's file: the world alone, and no steps. */
#ifndef UNIT_SESSIONS_FIXTURE_H
#define UNIT_SESSIONS_FIXTURE_H

#include "scenario/sessions.h"

/* The caller keeps its reference to the world, and frees the sessions. */
static inline struct sessions *sessions_playing(struct world *world)
{
    AUTO(scenario) scenario = scenario_new(world_ref(world));

    return sessions_new(scenario);
}

static inline struct session *session_playing(struct world *world)
{
    AUTO(scenario) scenario = scenario_new(world_ref(world));

    return session_new("default", scenario);
}

#endif
