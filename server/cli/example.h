/*
 * Examples for explanations and for `lyncmock new`: whole scenarios, or steps
 * of them, that check accepts. What is returned has been read.
 */
#ifndef CLI_EXAMPLE_H
#define CLI_EXAMPLE_H

#include "scenario/keys.h"
#include "scenario/model.h"
#include "scenario/vocabulary.h"

struct examples {
    struct arena *arena;
    const struct vocabulary *words;
};

/* The text of a scenario that has this below "lyncmock: 1"; NULL: check would
 * refuse it. */
const char *example_text(const struct examples *examples, const char *format,
                         ...) PRINTF(2, 3);

/* A step at this point; `when` and `what` in flow style, without their braces.
 * NULL: something that suits the point. */
const char *example_step(const struct examples *examples, enum point at,
                         const char *when, const char *what);
/* A step at the first point that takes this `when`, this `what`. */
const char *example_when(const struct examples *examples, const char *when);
const char *example_do(const struct examples *examples, const char *what);
/* The point that shows best what a fault does. POINT_COUNT: there is none. */
enum point example_point(const struct examples *examples,
                         const struct fault *fault);

/* A parameter of a fault. */
const char *example_parameter(const struct examples *examples,
                              const struct fault *fault,
                              const struct setting *row);

/* A key of one of the tables of keys.h. */
const char *example_key(const struct examples *examples, const struct key *keys,
                        const struct key *key);
/* example_setting.c: a setting, by its name in full, with this value; value
 * NULL: one that suits it. */
const char *example_setting(const struct examples *examples,
                            const struct setting *row, const char *name,
                            const char *value);

#endif
