/*
 * What is wrong with a scenario, and where: one line each, as compilers write
 * them, so that editors find the place.
 */
#ifndef SCENARIO_DIAGNOSTICS_H
#define SCENARIO_DIAGNOSTICS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/attr.h"

/* Errors beyond these are counted, not kept; warnings likewise. */
enum { DIAGNOSTICS_MAX = 20 };

enum severity {
    SEVERITY_ERROR,
    SEVERITY_WARNING,
};

struct place {
    const char *file; /* as the user gave it; NULL: none, an option is wrong */
    unsigned line;    /* from 1 */
    unsigned column;  /* from 1, in characters */
};

struct json;

struct diagnostic {
    enum severity severity;
    struct place place;
    const char *text;
};

struct diagnostics {
    struct arena *arena;
    struct diagnostic items[2 * DIAGNOSTICS_MAX];
    size_t count;
    size_t errors;   /* also those that were not kept */
    size_t warnings; /* likewise */
};

void diagnostics_init(struct diagnostics *diagnostics);
void diagnostics_clear(struct diagnostics *diagnostics);

/* The file's name is copied. */
void diagnostics_add(struct diagnostics *diagnostics, enum severity severity,
                     struct place place, const char *format, ...) PRINTF(4, 5);
/* No more errors are kept: a reader may stop. */
bool diagnostics_full(const struct diagnostics *diagnostics);
/* By place; files stay in the order in which they were first named. */
void diagnostics_sort(struct diagnostics *diagnostics);

/* "FILE:LINE:COL: error: TEXT"; bytes that a terminal would obey are escaped.
 */
char *diagnostic_line(struct arena *arena, const struct diagnostic *item);
/* The member "diagnostics" of an object, for programs: an array with an object
 * for each. */
void diagnostics_json(struct json *json, const struct diagnostics *diagnostics);

#endif
