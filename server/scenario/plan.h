/*
 * Conformance plans: which scenarios a kind of client is put to, in groups,
 * the good path first. YAML like scenarios, a mapping of its own.
 */
#ifndef SCENARIO_PLAN_H
#define SCENARIO_PLAN_H

#include "scenario/diagnostics.h"
#include "scenario/keys.h"
#include "scenario/source.h"

struct plan_group {
    const char *title;
    const char *why;        /* NULL: it does not say */
    const char **scenarios; /* ids and paths, as run takes them */
    size_t count;
};

struct plan {
    const char *name; /* "mobile" where it is shipped, else as given */
    const char *title;
    const char *client; /* whom it is for; NULL: it does not say */
    struct plan_group *groups;
    size_t group_count;
};

/* Each ends with name NULL. */
extern const struct key keys_plan[];
extern const struct key keys_plan_group[];

/* A path that exists, else a shipped plan: "mobile", "conformance/mobile". */
MUST_CHECK bool plan_open(struct arena *arena, const char *name,
                          struct source *out_source, struct err *err);
/* All in the arena. false: the diagnostics say why. */
MUST_CHECK bool plan_read(struct arena *arena, const struct source *source,
                          struct plan *out_plan,
                          struct diagnostics *diagnostics);
/* The name of a shipped plan; NULL past the end. */
const char *plan_shipped(struct arena *arena, size_t index);
/* The JSON Schema (draft 2020-12) of plans. */
struct buf;
void plan_schema(struct buf *out);

#endif
