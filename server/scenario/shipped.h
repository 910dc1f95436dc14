/* Scenarios that are compiled in, and the files that they name. */
#ifndef SCENARIO_SHIPPED_H
#define SCENARIO_SHIPPED_H

#include "util/arena.h"
#include "util/span.h"

struct shipped_file {
    const char *path; /* below scenarios/: "good/ios-ntlm.yaml" */
    struct span text;
};

/* Sorted by path; false past the end. */
bool shipped_at(size_t index, struct shipped_file *out_file);
bool shipped_find(const char *path, struct shipped_file *out_file);

/* The id of what people call so: an id, or its last part where that is the
 * last part of no other; in any letter case. NULL: none, or several. */
const char *shipped_named(struct arena *arena, const char *word);

/* "good/ios-ntlm.yaml" -> "good/ios-ntlm"; NULL: it is no scenario, but a file
 * that one names, or a plan. */
char *shipped_id(struct arena *arena, const struct shipped_file *file);

/* Where conformance plans are. */
#define SHIPPED_PLANS "conformance/"

bool shipped_is_plan(const struct shipped_file *file);

/* Whether the id fits a pattern: "failures/ntlm-*", or "ntlm-*" of the part
 * behind the folder. */
bool shipped_fits(const char *pattern, const char *id);

#endif
