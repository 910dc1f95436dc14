/*
 * What moves while a scenario runs: counters, states, the world's clock, what
 * was seen of what is expected. One session is one test; sessions.h tells which
 * one serves a name.
 */
#ifndef SCENARIO_SESSION_H
#define SCENARIO_SESSION_H

#include "report/report.h"
#include "scenario/model.h"
#include "util/env.h"
#include "wire/facts.h"

struct exchange;
struct session;

/* One reference; takes one to the scenario. `name` is copied. */
struct session *session_new(const char *name, struct scenario *scenario);
struct session *session_ref(struct session *session);
void session_unref(struct session *session);
/* The exchange is this session's, and keeps it. */
void session_own(struct session *session, struct exchange *ex);
/* Nobody finds it any more; who holds it goes on. */
void session_retire(struct session *session);

/*
 * Once, before it is served: the world's clock starts, and chance has the seed
 * of the run where the session has none of its own. Of no effect where it has
 * been started.
 */
void session_start(struct session *session, struct env *run);

/*
 * Puts another scenario in its place, and begins afresh: counters, chance,
 * states, what is expected, and the clock as the new world says. Exchanges in
 * flight keep what they have a reference to; what they would still set is of no
 * effect.
 */
void session_play(struct session *session, struct scenario *scenario);

const char *session_name(const struct session *session);
/* How many scenarios it has begun: exchanges carry the number. */
uint64_t session_era(const struct session *session);
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
/* The seed of its chance. */
uint64_t session_seed_of(const struct session *session);

/* What other folders keep with a session. */
enum session_slot {
    SESSION_LEAVES,    /* http/: its certificates */
    SESSION_TICKETS,   /* services/: the keys of its web tickets */
    SESSION_CHALLENGE, /* services/: the last NTLM challenges that went out */
    SESSION_ISSUED,    /* services/: web tickets that it issued lately */
    SESSION_CHECKS,    /* checks/: what rules remember of it */
    SESSION_SLOT_COUNT,
};

/* Released with the session, or as another takes its place. */
void session_keep(struct session *session, enum session_slot slot, void *data,
                  void (*release)(void *data));
void *session_kept(const struct session *session, enum session_slot slot);

/* ---- The clock (session.c) ---- */

/* The world's time, ns, as its settings and steps have moved it from the real
 * one, `now`. It stays between the years 1800 and 2150. */
int64_t session_now(const struct session *session, int64_t now);
/* Forward or back, from here on: what a step did, or somebody outside. */
void session_advance(struct session *session, int64_t by);

/* ---- Steps ---- */

/* More than one only where steps say `also`. */
struct steps {
    const struct step *const *items; /* until the next scenario_at */
    size_t count;
    /* Expectations that hold here if the answer is the one they name, until
     * the next scenario_at, too: for session_answered. */
    const size_t *awaited;
    size_t awaited_count;
};

/*
 * The steps that apply at this point given these facts, in order. A step's
 * counter goes up each time its point is reached and its facts hold, also
 * where an earlier step has applied: so a new step shifts no other's counts.
 */
void scenario_at(struct session *session, enum point point,
                 const struct facts *facts, struct steps *out_steps);

/* Whether scenario_at there can be of any effect: a step, something that is
 * expected, a count of connections. */
bool session_concerned(const struct session *session, enum point point);

/*
 * Chance for the values of a step's faults, such as the length of a delay: the
 * next number of its own stream. `scenario` is the one that the step is of.
 */
uint64_t session_draw(struct session *session, const struct scenario *scenario,
                      const struct step *step);
/* The same for a fault's subject, which takes it as struct step_chance. */
struct step_chance {
    struct session *session;
    const struct scenario *scenario;
    const struct step *step;
};
uint64_t step_chance_draw(void *step_chance);

/* ---- Named states (session_state.c) ---- */

/* NULL: it is not set. */
const char *session_state(const struct session *session, const char *name);
/* Name and value of those that are set; NULL past the end. */
const char *session_state_at(const struct session *session, size_t index,
                             const char **out_value);
/* What the step's `set` says, once what it did is sure to be sent; `scenario`
 * is the one that the step is of. */
void session_set(struct session *session, const struct scenario *scenario,
                 const struct step *step);

/* ---- What is expected (session_judge.c) ---- */

/* What is wrong whatever point it happens at. */
enum session_note {
    SESSION_CLEARTEXT_PASSWORD = 1u << 0,
    SESSION_UNEXPECTED = 1u << 1, /* no endpoint serves it */
};

void session_note(struct session *session, enum session_note note);
/* No endpoint serves this request; `nearest`: lines that say what is near it.
 */
/* Was the client let in? Credentials were judged by the world; why: they were
 * refused; NULL: they were accepted. */
void session_credentials(struct session *session, const struct exchange *ex,
                         const char *why);
/* 401 was sent, and no credentials were there to be judged. */
void session_asked(struct session *session, const struct exchange *ex);
/* A step had a say in it: that nobody was let in proves nothing. */
void session_excused(struct session *session, const struct exchange *ex);
void session_unexpected(struct session *session, const struct exchange *ex,
                        const char *nearest);
/* An exchange has ended, as `sent` says. `index` is one of steps.awaited,
 * `scenario` the one that was played then. */
void session_answered(struct session *session, const struct scenario *scenario,
                      size_t index, const struct exchange *ex);

/* A rule that was broken: where first, and how often. */
struct found {
    struct finding finding; /* the first; its texts are the session's own */
    struct span shown;      /* its evidence as the journal shows it */
    enum report_severity severity; /* as the scenario says */
    const char *known; /* why it is a known failure; NULL: it is none */
    uint64_t exchange; /* the first's id; 0: that of no exchange */
    uint64_t times;
};

/* ex: NULL: the whole session. The finding is copied; one of a rule that is off
 * is none. */
void session_found(struct session *session, const struct finding *finding,
                   const struct exchange *ex);
/* In the order of the first breaches; NULL past the last rule. It stays until
 * the next call. */
const struct found *session_found_at(const struct session *session,
                                     size_t index);
/* Rules of the whole session are about to run, perhaps again: what they found
 * before counts no more. */
void session_judge_again(struct session *session);
/* This known failure (by its index) is about a rule that had a say. */
void session_known_met(struct session *session, size_t index);

/* One expectation, one word of fail-on, or a known failure that is outdated. */
struct verdict_line {
    const char *where; /* "FILE:LINE"; NULL: of no place */
    const char *what;  /* "webticket.issue 2 times" */
    bool held;
    enum report_severity severity; /* where it did not hold */
    const char *why;               /* "saw 1"; NULL where it held */
    const char *nearest; /* lines of "user: expected alice, was bob" */
    const char *known;   /* why it is a known failure; NULL: it is none */
};

struct session_verdict {
    bool judged; /* something was expected */
    bool held;   /* ... and all of it came that fails a run */
    const struct verdict_line *lines;
    size_t count;
};

/* As things stand; texts live in the arena or the scenario. Before it, the
 * rules of the whole session run: checks_session (checks/checks.h). */
void session_verdict(const struct session *session, struct arena *arena,
                     struct session_verdict *out_verdict);

/* ---- Who waits for a point (session_watch.c) ---- */

/* How often the point was reached in what is played now. */
uint64_t session_reached(const struct session *session, enum point point);
/* It was, without anybody who asked for steps; scenario_at counts by itself. */
void session_count(struct session *session, enum point point);

/* Embedded in whoever waits. Callbacks come under the lock of util/guard.h, on
 * whatever thread; they may unwatch. */
struct session_watch {
    enum point point;
    uint64_t times;
    void (*reached)(struct session_watch *watch); /* each time from then on */
    void (*ended)(struct session_watch *watch);   /* the session; unwatched */
    struct session_watch *next;
};
void session_watch(struct session *session, struct session_watch *watch);
void session_unwatch(struct session *session, struct session_watch *watch);

AUTO_DEFINE(session, struct session *, session_unref)

#endif
