/* The table of options: names, and how a text becomes a field. */
#ifndef CLI_OPTION_ROWS_H
#define CLI_OPTION_ROWS_H

#include "cli/options.h"

struct option_row {
    const char *name;
    const char *argument; /* NULL: a switch */
    const char *doc;
    bool (*read)(void *field, struct options *options, const char *text,
                 struct err *err);
    size_t offset;
    bool list; /* may be given several times; the field is an option_list */
};

/* Ends with name NULL. */
extern const struct option_row option_rows[];

#endif
