/*
 * Values of options: each reads a text into the field of its type, and says
 * what it expected where that cannot be.
 */
#ifndef CLI_OPTION_TYPES_H
#define CLI_OPTION_TYPES_H

#include "cli/options.h"

enum { OPTION_WORKERS_MAX = 64 };

bool option_port(void *field, struct options *options, const char *text,
                 struct err *err);
bool option_port_or_none(void *field, struct options *options, const char *text,
                         struct err *err);
bool option_workers(void *field, struct options *options, const char *text,
                    struct err *err);
bool option_fd(void *field, struct options *options, const char *text,
               struct err *err);
bool option_seed(void *field, struct options *options, const char *text,
                 struct err *err);
bool option_text(void *field, struct options *options, const char *text,
                 struct err *err);
/* The word of a profile; the field gets the id of its scenario. */
bool option_chaos(void *field, struct options *options, const char *text,
                  struct err *err);
/* The name of a point. */
bool option_point(void *field, struct options *options, const char *text,
                  struct err *err);
bool option_list(void *field, struct options *options, const char *text,
                 struct err *err);
bool option_switch(void *field, struct options *options, const char *text,
                   struct err *err);
bool option_duration(void *field, struct options *options, const char *text,
                     struct err *err);
/* The field: worse alone. */
bool option_fail_on(void *field, struct options *options, const char *text,
                    struct err *err);
bool option_level(void *field, struct options *options, const char *text,
                  struct err *err);
bool option_format(void *field, struct options *options, const char *text,
                   struct err *err);

#endif
