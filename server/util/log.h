/*
 * Messages for the person at the terminal, on stderr. A message says what
 * happened, to what, and what follows. One line per exchange comes from the
 * journal through log_fields; library layers stay at debug. Control characters
 * are escaped: a message is one line.
 */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stdbool.h>

#include "util/attr.h"

enum log_level {
    LOG_ERROR,
    LOG_WARNING,
    LOG_INFO,
    LOG_DEBUG,
};

enum log_format {
    LOG_TEXT,
    LOG_JSON,
};

/* One key=value of a structured line. `text` NULL leaves the field out. */
struct log_field {
    const char *key;
    const char *text;
};

/* The level is one of the two things in this process that are global. */
void log_setup(enum log_level level, enum log_format format);
bool log_enabled(enum log_level level);
/* false: no such level. Words: error, warning, info, debug. */
bool log_level_of(const char *word, enum log_level *out_level);

void log_message(enum log_level level, const char *format, ...) PRINTF(2, 3);
/* `event` and its fields; text values are quoted where they need it. */
void log_fields(enum log_level level, const char *event,
                const struct log_field *fields, int count);

#define log_error(...)   log_message(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_message(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_message(LOG_DEBUG, __VA_ARGS__)

#endif
