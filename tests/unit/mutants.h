/*
 * Scenarios with one thing of them wrong: each key, value and unit of a YAML
 * text, one at a time.
 */
#ifndef TESTS_UNIT_MUTANTS_H
#define TESTS_UNIT_MUTANTS_H

#include "util/span.h"

enum { MUTANT_LINES_MAX = 16 };

struct mutant {
    const char *what; /* "key: other case" */
    struct span old;  /* as it is written, quotes and all */
    const char *fresh;
    struct span text;
    /* Where an error may stand: what was changed, then the entries and items
     * around it. Ends with 0. */
    unsigned lines[MUTANT_LINES_MAX];
    const char *key;  /* whose value was changed; NULL: a key, an item */
    bool head;        /* of title, about and what else is no behaviour */
    const char *same; /* why it may mean the same; NULL: it must not */
};

typedef void mutant_told(void *ctx, const struct mutant *mutant);

/* Calls `tell` for each; its texts live until that returns. The text is good
 * YAML in ASCII, and not large. */
void mutants_of(struct span text, mutant_told *tell, void *ctx);

#endif
