/*
 * A scenario as data: a world and the steps where it deviates. Made by the
 * reader (read.h), immutable while it runs.
 */
#ifndef SCENARIO_MODEL_H
#define SCENARIO_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/fault.h"
#include "scenario/point.h"
#include "scenario/session_measures.h"
#include "util/arena.h"
#include "util/attr.h"
#include "world/world.h"

/* Patterns of which one must fit. "*" and "?" as in a shell,
 * letter case does not matter. */
struct patterns {
    const char **items;
    size_t count;
};

/* header: {NAME: PATTERN}; no pattern: the header must be absent. The same of
 * parameters of the query. */
struct named_condition {
    const char *name;
    struct patterns value;
    bool absent;
};

struct named_conditions {
    struct named_condition *items;
    size_t count;
};

/* Whom a step counts for. */
enum per {
    PER_SESSION, /* all together */
    PER_USER,
    PER_CONNECTION,
    PER_ADDRESS, /* the client's, without its port */
};

/* Of so many: 10 % is a tenth of it. */
enum { CHANCE_ALL = 100000000 };

/*
 * `when`. Facts and states must all hold. Then the step's own counter goes up,
 * and the counting words are asked, in this order; last of all chance.
 */
struct condition {
    unsigned facts; /* those that are asked, enum fact; others are ignored */
    struct patterns host;
    struct patterns method;
    struct patterns path;
    struct patterns client;
    struct patterns auth;
    struct patterns user;
    struct patterns action;
    struct patterns ticket;
    struct patterns grant;
    struct patterns verdict;
    struct patterns reason;
    struct patterns status;
    struct patterns service;
    struct patterns transport;
    struct patterns account;
    struct patterns domain;
    struct patterns site;
    struct patterns form;
    struct patterns ticket_format;
    struct patterns ticket_user;
    struct patterns ticket_pool;
    struct named_conditions headers;
    struct named_conditions query; /* parameters */
    const char *xpath;             /* holds on the body */
    const unsigned *connection;    /* one of these; ends with 0 */
    int64_t ticket_age;            /* ns: so old or older */
    int64_t ticket_left;           /* ns: so long to live, or less */
    struct named_conditions is;    /* states; absent: not set */
    unsigned leg;                  /* 0: any */
    enum per per;
    unsigned after;           /* skips so many */
    unsigned first;           /* of those behind `after`; 0: all */
    unsigned every;           /* of those behind `after`, each n-th; 0: each */
    const unsigned *requests; /* by number, from 1; ends with 0; NULL: any */
    bool has_chance;
    unsigned chance;       /* of CHANCE_ALL */
    unsigned eventually;   /* applies so often, then never; 0: no bound */
    unsigned max_in_a_row; /* applies so often, then once not; 0: no bound */
};

/*
 * One pattern of a condition, and the text that it must fit. Gates of a point
 * lie close together: steps that do not apply, as most do not, cost no look at
 * their conditions.
 */
struct step_gate {
    const char *pattern; /* NULL: it is open */
    size_t text;         /* offset of the text in struct facts */
};

struct known_failures;

struct action {
    const struct fault *fault;
    void *params; /* fault->size bytes */
};

/* set: {NAME: VALUE} */
struct state_setting {
    const char *name;
    const char *value; /* NULL: no longer set */
};

struct step {
    const char *where; /* "FILE:LINE", for journal and messages */
    /* What its chance is drawn for: its `id`, or what it says; no other step
     * has the same. */
    const char *identity;
    const char *content; /* the same for all that say the same, whatever `id` */
    enum point at;
    struct condition when;
    bool also;              /* the next steps are tried, too */
    struct action *actions; /* in fault_order */
    size_t action_count;
    struct state_setting *sets;
    size_t set_count;
    size_t index; /* its place among all steps: its counter's */
};

/* A bound of what the client takes: `expect: {requests: '<= 9'}`. */
struct limit {
    const char *text; /* "<= 9"; NULL: none */
    uint64_t least;
    uint64_t most;
};

enum expectation_kind {
    EXPECT_POINT, /* at a point, so often */
    EXPECT_FLAGS, /* never: {cleartext-password: yes} */
    EXPECT_LIMITS,
    EXPECT_ORDER, /* the `stages` items behind it come in this order */
    EXPECT_STAGE, /* one of them */
};

/* What is expected of the client. */
struct expectation {
    const char *where; /* "FILE:LINE" */
    enum expectation_kind kind;
    const char *id; /* NULL: none */
    bool warns;     /* no failure of the run where it does not hold */
    enum point at;  /* POINT_COUNT where it is of no point */
    bool forbidden; /* said as `never: {at: ...}` */
    struct condition when;
    int times; /* -1: not said, as in the next two */
    int at_least;
    int at_most;
    int64_t within;           /* ns; 0: not said */
    struct patterns answered; /* of statuses; none: not said */
    const char *answered_text;
    /* Only what comes behind or before the first time of another item: that
     * one's index + 1; 0: not said. */
    size_t after;
    size_t before;
    bool dated; /* its times must be known one by one, for an order */
    size_t stages;
    struct limit limits[MEASURE_COUNT];
    unsigned never; /* bits by the order of keys_never, of its flags */
};

enum fail_on {
    FAIL_ON_MUST = 1u << 0,
    FAIL_ON_SHOULD = 1u << 1,
    FAIL_ON_PRACTICE = 1u << 2,
    FAIL_ON_ROBUSTNESS = 1u << 3,
    FAIL_ON_UNEXPECTED = 1u << 4,
    FAIL_ON_REFUSED = 1u << 5, /* the last credentials were */
};

enum { FAIL_ON_WORDS = 6 };

/* What becomes of a breach of a rule; by the order of `treatment_words`. */
enum treatment {
    TREATMENT_OFF, /* it is none */
    TREATMENT_NOTE,
    TREATMENT_WARN,
    TREATMENT_FAIL,
    TREATMENT_MUST, /* as if the rule were of this level */
    TREATMENT_SHOULD,
    TREATMENT_PRACTICE,
    TREATMENT_ROBUSTNESS,
    TREATMENT_COUNT, /* nothing is said */
};

/* rules: {NT-003: off, 'LD-*': warn} */
struct rule_treatment {
    const char *where; /* "FILE:LINE" */
    const char *rule;  /* an id or a pattern */
    enum treatment treatment;
};

/* `unexpected`: what a request does that no endpoint serves. */
enum unexpected {
    UNEXPECTED_UNSAID, /* as fail-on says */
    UNEXPECTED_PASS,
    UNEXPECTED_WARN,
    UNEXPECTED_FAIL,
};

/* `about`: the bug report, one line each; NULL: not said. */
struct about {
    const char *symptom;
    const char *layer; /* a name of layers.h */
    const char *client;
    const char *source;
    const char *optimum; /* see optimum.h */
};

struct scenario {
    struct arena *arena; /* owns all here but the world */
    unsigned references;
    const char *name;  /* "good/ios-ntlm", or as the file says */
    const char *title; /* "" where there is none */
    struct about about;
    struct world *world;
    size_t setting_count; /* written in it, and in what it extends */
    struct step *steps;   /* the child's before its parent's */
    size_t step_count;
    struct expectation *expectations;
    size_t expectation_count;
    unsigned fail_on;  /* enum fail_on */
    bool fail_on_said; /* by a file, also where it says nothing fails */
    enum unexpected unexpected;
    struct rule_treatment *treatments; /* the child's before its parent's */
    size_t treatment_count;
    const struct known_failures *known; /* borrowed; NULL: none */
    bool judged;                        /* something of all that is asked for */
    unsigned asked; /* enum fact: that a step or an expectation asks for */
    /* The steps of each point, in order; ends with NULL. NULL: none. */
    const struct step **at[POINT_COUNT];
    /* What must hold of each of them first; NULL: as there. */
    struct step_gate *gates[POINT_COUNT];
};

/* A scenario without steps; takes over the reference to the world. */
struct scenario *scenario_new(struct world *world);
struct scenario *scenario_ref(struct scenario *scenario);
void scenario_unref(struct scenario *scenario);
/* What `fail-on` is where no file says it. */
void scenario_judge_by(struct scenario *scenario, unsigned fail_on);
/* After the last change to steps and expectations: fills `at`, `asked` and the
 * steps' `index`. */
void scenario_index(struct scenario *scenario);
/* Why there is no point in serving it without Kerberos, for a sentence: the
 * world demands it, or steps or expectations stand where it alone leads. NULL:
 * it does without. The caller frees. */
char *scenario_needs_kerberos(const struct scenario *scenario);

/* Whether a client that does all well must sign in: nothing is expected, or
 * among all else that the User resource, or what comes behind it (UCWA, OAuth),
 * answers 200. */
bool scenario_lets_in(const struct scenario *scenario);

/* How many items `expect` has, without those that are within an order. */
size_t scenario_expectations(const struct scenario *scenario);

/* How many steps one has, and the other has not; a step that was changed
 * counts once. */
size_t scenario_steps_differ(const struct scenario *one,
                             const struct scenario *other);

/* Adds an action where fault_order wants it, behind those of the same order;
 * the step has room. */
void step_insert(struct step *step, const struct action *action);
/* The fault of the step that this one cannot stand beside, and why: "both take
 * the place of the reply". NULL: they go together. */
const struct fault *step_clash(const struct step *step,
                               const struct fault *fault, const char **out_why);

AUTO_DEFINE(scenario, struct scenario *, scenario_unref)

#endif
