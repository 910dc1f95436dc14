/*
 * Rows with dotted names, seen as nested mappings: "ntlm.v1" is the word v1
 * below ntlm. Rows such as user.NAME.state begin a mapping of names, whose
 * key is a plural: users.
 */
#ifndef SCENARIO_SETTINGS_ROWS_H
#define SCENARIO_SETTINGS_ROWS_H

#include "util/arena.h"
#include "world/setting.h"

struct settings_rows {
    /* NULL past the end; asked in order. */
    const struct setting *(*row)(const void *ctx, size_t index);
    const void *ctx;
};

const struct setting *rows_find(const struct settings_rows *rows,
                                const char *name);
/* Whether rows go on below "prefix."; "" is the top. */
bool rows_nested(const struct settings_rows *rows, const char *prefix);
/* "NAME" where rows go on with a name of the user's choice; else NULL. */
const char *rows_free_name(struct arena *arena,
                           const struct settings_rows *rows,
                           const char *prefix);
/* The keys of this level, each once, from *at = 0 on; a plural where a free
 * name follows. NULL past the end. */
const char *rows_next(struct arena *arena, const struct settings_rows *rows,
                      const char *prefix, size_t *at);

/* All settings of a world. */
extern const struct settings_rows rows_of_world;

struct fault;
/* The parameters of one fault. */
struct settings_rows rows_of_fault(const struct fault *fault);

#endif
