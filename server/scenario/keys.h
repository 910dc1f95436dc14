/*
 * The words of the language that are no settings, points or faults: what a
 * scenario, a step, `when` and `expect` may say. One table for the reader, the
 * JSON Schema and `lyncmock explain`.
 */
#ifndef SCENARIO_KEYS_H
#define SCENARIO_KEYS_H

#include <stddef.h>

/* How the value of a word is written. */
enum key_shape {
    SHAPE_TEXT,
    SHAPE_VERSION,  /* 1 */
    SHAPE_POINT,    /* a point's name */
    SHAPE_FLAG,     /* yes|no */
    SHAPE_PATTERNS, /* a text or a list of them, with * and ? */
    SHAPE_HEADERS,  /* {NAME: patterns or nothing} */
    SHAPE_QUERY,    /* the same of parameters */
    SHAPE_XPATH,    /* an expression of XPath 1.0 */
    SHAPE_WHICH,    /* a whole number from 1, or a list of them that rises */
    SHAPE_STATES,   /* {NAME: patterns or nothing} */
    SHAPE_SET,      /* {NAME: text or nothing} */
    SHAPE_PER,      /* user, connection, address */
    SHAPE_CHANCE,   /* "10%" */
    SHAPE_COUNT,    /* a whole number, from 1 */
    SHAPE_TIMES,    /* a whole number, 0 as well */
    SHAPE_NUMBERS,  /* a list of them that rises */
    SHAPE_DURATION,
    SHAPE_STATUSES,   /* "200", "2xx" or a list of them */
    SHAPE_LIMIT,      /* "<= 9" */
    SHAPE_SEVERITY,   /* fail, warn */
    SHAPE_ORDER,      /* expectations, in order */
    SHAPE_UNEXPECTED, /* fail, warn, pass */
    SHAPE_RULES,      /* {RULE: treatment} */
    SHAPE_TREATMENT,  /* off, note, warn, fail, or a level */
    SHAPE_WORDS,      /* a list of fail-on's words */
    SHAPE_WORLD,      /* settings */
    SHAPE_FAULTS,     /* faults and their parameters */
    SHAPE_WHEN,
    SHAPE_NEVER,
    SHAPE_STEPS,
    SHAPE_EXPECT,
    SHAPE_ABOUT,
    SHAPE_LAYER,   /* of layers.h */
    SHAPE_OPTIMUM, /* "6 requests, 2 connections" */
};

struct key {
    const char *name;
    enum key_shape shape;
    const char *doc;
    const char *example; /* the value in YAML, in flow style */
    unsigned fact;       /* of `when`: enum fact, 0 for counting words */
    size_t offset;       /* of the field in what it is read into */
};

/* Each ends with name NULL. */
extern const struct key keys_scenario[];
extern const struct key keys_about[]; /* into a struct about */
extern const struct key keys_step[];
extern const struct key keys_when[];        /* into a struct condition */
extern const struct key keys_expectation[]; /* into a struct expectation */
/* What is of no point first; the others into a struct expectation. */
extern const struct key keys_never[];

/* The words of `per`, from PER_USER on; ends with NULL. */
extern const char *const per_words[];

/* What `rules` may say of a rule, in the order of enum treatment; ends with
 * NULL. */
extern const char *const treatment_words[];

/* The words of fail-on, in the order of enum fail_on. */
extern const struct key keys_fail_on[];

const struct key *key_named(const struct key *keys, const char *name);
/* "a duration such as 3s": for messages and manuals. */
const char *key_shape_text(enum key_shape shape);

#endif
