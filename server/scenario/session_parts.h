/*
 * What the files of a session share; everybody else takes session.h. All of it
 * but name and slots belongs to what is played, and begins afresh with it.
 */
#ifndef SCENARIO_SESSION_PARTS_H
#define SCENARIO_SESSION_PARTS_H

#include "scenario/session.h"
#include "scenario/session_measures.h"
#include "scenario/tallies.h"

struct kept {
    void *data;
    void (*release)(void *data);
};

/* A named state that is set. */
struct state {
    char *name;
    char *value;
};

/* One time that an expectation was met. */
struct moment {
    int64_t time;   /* monotonic */
    uint64_t order; /* among all of the session: decides between equal times */
    uint64_t exchange;
};

/*
 * Moments, the first half of the room and the last: those in between are
 * counted. What a client repeats for ever grows no further.
 */
enum { MOMENTS_MAX = 4096 };

struct moments {
    struct moment *items; /* not in the order of time where it is a ring */
    uint64_t count;       /* also those that are not kept */
    size_t capacity;
};

/* What came nearest to an expectation that was not met. */
struct near {
    unsigned held; /* facts that were right */
    uint64_t exchange;
    char *text; /* lines of "fact: ..."; NULL: nothing came near */
};

/* What an expectation has seen so far. */
struct seen {
    uint64_t times; /* that count: facts, answer and time are right */
    uint64_t first; /* the exchange of the first of them; 0: of none */
    uint64_t late;
    uint64_t other;        /* that were answered otherwise */
    unsigned other_status; /* of the last of them; 0: no byte was sent */
    uint64_t other_exchange;
    struct moments moments; /* where it is dated */
    struct near near;
};

enum { FURTHEST_TEXT = 160 };

/* How far the client has come: the last point that is about a sign-in. */
struct furthest {
    enum point point; /* POINT_COUNT: none so far */
    uint64_t exchange;
    unsigned status; /* that was sent there; 0: none so far */
    char request[FURTHEST_TEXT];
};

/* What the client took; see session_measures.h. */
struct measures {
    uint64_t taken[MEASURE_COUNT];
    int64_t first; /* monotonic: of the first request's first byte */
    int64_t last;  /* monotonic: of the last one's end */
    uint64_t last_connection;
    uint64_t *connections; /* ids, see session_measures.c; NULL: none yet */
};

enum { MEASURED_CONNECTIONS = 1024 };

struct playing {
    struct scenario *scenario;
    int64_t began;         /* real time, ns: the world's clock starts there */
    int64_t moved;         /* ns; of the clock, by steps and from outside */
    struct tally *counts;  /* one for each step */
    uint64_t *draws;       /* of each step, for the values of its faults */
    struct tallies *keyed; /* of steps that count `per` something */
    struct tallies *connections; /* by id; `count` is the number */
    uint64_t connection_count;
    struct state *states; /* those that are set */
    size_t state_count;
    struct seen *seen;         /* one for each expectation */
    size_t *awaited;           /* the last answer; room for all expectations */
    unsigned noted;            /* enum session_note, bits */
    struct arena *found_arena; /* owns what was found; NULL: nothing was */
    struct found_item *findings; /* rules broken; the first breach first */
    struct found_item *last_finding;
    bool reached;              /* some point was */
    int64_t first;             /* monotonic: when that was */
    const struct step **found; /* the last answer; room for all steps */
    struct measures measures;
    uint64_t reached_at[POINT_COUNT]; /* how often each point was */
    uint64_t moments;                 /* of all expectations so far */
    struct moment answered;           /* the last answer that was awaited */
    struct furthest furthest;
    char *refused;    /* the last credentials, why; NULL: they were not */
    uint64_t asked;   /* the last exchange that was answered 401; 0: none */
    bool let_in;      /* once, or a step had a say in it */
    char *unexpected; /* the first request of nobody's; NULL: none */
    bool *known_met;  /* of each known failure: its rule had a say */
};

struct session {
    unsigned references;
    char *name;
    uint64_t era; /* scenarios played so far */
    bool ended;   /* nobody finds it any more */
    struct kept kept[SESSION_SLOT_COUNT];
    bool seeded;
    struct env env;  /* draws from the session's seed, where it has one */
    struct env *run; /* NULL: not started; the run's seed and clocks */
    struct session_watch *watches;
    struct playing play;
};

/* session_counts.c: the step's counter goes up; whether this time is one that
 * applies. The facts hold. */
bool session_counts(struct session *session, const struct step *step,
                    const struct facts *facts);
/* The connection's number within the session; 0: nobody asks for it. */
uint64_t session_connection(struct session *session, const struct facts *facts);

/* session_state.c */
bool session_is(const struct session *session,
                const struct named_conditions *asked);
void session_forget_states(struct session *session);

/* session_findings.c */
void session_forget_found(struct session *session);

/* session_measures.c */
void session_forget_measures(struct session *session);

/* session_seen.c: a point was reached. */
void session_saw(struct session *session, enum point point,
                 const struct facts *facts, struct steps *steps);
void session_forget_seen(struct session *session);

/* session_watch.c: nobody finds it any more. */
void session_tell_end(struct session *session);

/* session_near.c: it was nearly met. */
void session_saw_near(struct session *session, size_t index,
                      const struct facts *facts);
void session_came_to(struct session *session, enum point point,
                     const struct facts *facts);
/* Lines for people: what came nearest to this expectation, which did not hold;
 * NULL: there is nothing to say. */
const char *session_nearest(const struct session *session, size_t index,
                            struct arena *arena);

#endif
