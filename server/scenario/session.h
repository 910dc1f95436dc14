/*
 * What moves while a scenario runs: counters, the world's clock. One session
 * is one test; this version has one for the whole server.
 */
#ifndef SCENARIO_SESSION_H
#define SCENARIO_SESSION_H

#include "scenario/model.h"
#include "wire/facts.h"

struct session;

/* Takes a reference to the scenario. */
struct session *session_new(struct scenario *scenario);
void session_free(struct session *session);

/* The world's time, ns, as its settings and steps have moved it from the real
 * one. session: NULL: no steps. */
int64_t session_now(const struct session *session, const struct world *world,
                    int64_t now);
void session_move_clock(struct session *session, int64_t by);

/* More than one only where steps say `also`. */
struct steps {
    const struct step *const *items; /* until the next scenario_at */
    size_t count;
};

/*
 * The steps that apply at this point given these facts, in order. A step's
 * counter goes up each time its point is reached and its facts hold, also
 * where an earlier step has applied: so a new step shifts no other's counts.
 */
void scenario_at(struct session *session, enum point point,
                 const struct facts *facts, struct steps *out_steps);

AUTO_DEFINE(session, struct session *, session_free)

#endif
