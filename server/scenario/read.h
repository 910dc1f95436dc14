/* Scenarios as users write them (YAML), read and checked. */
#ifndef SCENARIO_READ_H
#define SCENARIO_READ_H

#include "scenario/diagnostics.h"
#include "scenario/model.h"
#include "scenario/vocabulary.h"

struct scenario_source {
    const char *name; /* a path that exists, else a shipped id */
    bool shipped;     /* a shipped id, whatever files there are */
    /* Not empty: the text; `name` is only its name then. */
    struct span text;
    /* A stranger's text: what it names is shipped, and no file is opened. */
    bool sealed;
    /* A shipped scenario whose steps come behind all others, as of one more
     * parent; NULL: none. */
    const char *behind;
    /* Failures that are none here; lives longer than the scenario. */
    const struct known_failures *known;
    /* What beats the file, as --set does; NULL: nothing does. */
    bool (*override)(const void *ctx, struct world *world, struct err *err);
    const void *override_ctx;
    /* Called for each file that it is made of, also where that cannot be
     * read; the path is borrowed for the call. NULL: nobody wants to know. */
    void (*reads)(void *ctx, const char *path);
    void *reads_ctx;
};

/*
 * The scenario, with all that it extends. false: the diagnostics have errors,
 * and nothing else was made; they may have warnings either way.
 */
MUST_CHECK bool scenario_read(const struct scenario_source *from,
                              const struct vocabulary *words,
                              struct scenario **out_scenario,
                              struct diagnostics *diagnostics);

#endif
