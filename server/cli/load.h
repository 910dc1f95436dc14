/* Scenarios for the verbs: the words of this program, and what is printed. */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "cli/options.h"
#include "scenario/diagnostics.h"
#include "scenario/model.h"
#include "scenario/vocabulary.h"

/* All that faults, routes and methods know; in the arena. */
const struct vocabulary *load_vocabulary(struct arena *arena);

/* Diagnostics on stderr, one a line; as log messages where the log is JSON. */
void print_diagnostics(const struct diagnostics *diagnostics,
                       enum log_format format);

/* A shipped one, by its id. false: diagnostics were printed. */
MUST_CHECK bool load_shipped(const char *id, const struct vocabulary *words,
                             struct scenario **out_scenario);

/* The point of this name. false: an error says what is near. */
MUST_CHECK bool load_point(const char *name, enum point *out_point);
/* Logs that WHAT is unknown: the nearest, else `otherwise`. */
struct nearest;
void load_unknown(const char *what, const char *name,
                  const struct nearest *nearest, const char *otherwise);

/* "bad-wifi" of "chaos/bad-wifi"; NULL: that is no profile for --chaos. */
const char *load_chaos_word(const char *id);

/* The scenario that the options name, the good world without one; with what
 * --set says. false: told on stderr why. */
MUST_CHECK bool load_scenario(const struct options *options,
                              struct scenario **out_scenario);
/* The same, and `reads` (may be NULL) hears of each file. */
MUST_CHECK bool load_scenario_files(const struct options *options,
                                    void (*reads)(void *ctx, const char *path),
                                    void *ctx, struct scenario **out_scenario);

#endif
