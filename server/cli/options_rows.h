/* The table behind options.h. */
#ifndef CLI_OPTIONS_ROWS_H
#define CLI_OPTIONS_ROWS_H

#include <stddef.h>

#include "cli/options.h"

struct option_row {
    const char *name;
    const char *argument; /* NULL: a switch */
    const char *doc;
    bool (*read)(void *field, struct options *options, const char *text,
                 struct err *err);
    size_t offset;
};

/* The type of those that may be given several times. */
bool option_read_list(void *field, struct options *options, const char *text,
                      struct err *err);

/* Ends with name NULL. */
extern const struct option_row option_rows[];

#endif
