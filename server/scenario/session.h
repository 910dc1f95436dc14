/*
 * What moves while a scenario runs: counters, the world's clock. One session
 * is one test; sessions.h tells which one serves a name.
 */
#ifndef SCENARIO_SESSION_H
#define SCENARIO_SESSION_H

#include "scenario/model.h"
#include "util/env.h"
#include "wire/facts.h"

struct session;

/* One reference; takes one to the scenario. `name` is copied. */
struct session *session_new(const char *name, struct scenario *scenario);
struct session *session_ref(struct session *session);
void session_unref(struct session *session);

/*
 * Plays another scenario from here on, to which it takes a reference: counters
 * and clock begin afresh. What was found before stays for whoever keeps the old
 * scenario.
 */
void session_play(struct session *session, struct scenario *scenario);

const char *session_name(const struct session *session);
/* What it plays at this moment. Whoever keeps it, or its world, longer than
 * the current callback takes a reference: a reload puts another in its place.
 */
struct scenario *session_scenario(const struct session *session);
struct world *session_world(const struct session *session);

/* Draws what shows on the wire from this seed from here on, so that what other
 * sessions do shifts nothing of it. The clocks are those of `env`. */
void session_seed(struct session *session, const struct env *env,
                  uint64_t seed);
/* Where it draws from; one that was given no seed: from the run's own. */
struct env *session_env(struct session *session, struct env *run);

/* What other folders keep with a session. */
enum session_slot {
    SESSION_LEAVES,  /* http/: its certificates */
    SESSION_TICKETS, /* services/: the keys of its web tickets */
    SESSION_SLOT_COUNT,
};

/* Released with the session, or as another takes its place. */
void session_keep(struct session *session, enum session_slot slot, void *data,
                  void (*release)(void *data));
void *session_kept(const struct session *session, enum session_slot slot);

/* The world's time, ns, as its settings and steps have moved it from the real
 * one, `now`. */
int64_t session_now(const struct session *session, int64_t now);
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

AUTO_DEFINE(session, struct session *, session_unref)

#endif
