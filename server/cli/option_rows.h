/* The table of options: names, and how a text becomes a field. */
#ifndef CLI_OPTION_ROWS_H
#define CLI_OPTION_ROWS_H

#include "cli/options.h"

/* Verbs that know an option. */
enum {
    OPTION_SERVE = 1u << 0,
    OPTION_RUN = 1u << 1,
    OPTION_CONFORMANCE = 1u << 2,
    OPTION_RUNS = OPTION_RUN | OPTION_CONFORMANCE,
    OPTION_BOTH = OPTION_SERVE | OPTION_RUN,
    OPTION_ALL = OPTION_BOTH | OPTION_CONFORMANCE,
};

struct option_row {
    const char *name;
    const char *argument; /* NULL: a switch */
    const char *doc;
    bool (*read)(void *field, struct options *options, const char *text,
                 struct err *err);
    size_t offset;
    bool list; /* may be given several times; the field is an option_list */
    unsigned verbs;
};

/* Ends with name NULL. */
extern const struct option_row option_rows[];

#endif
