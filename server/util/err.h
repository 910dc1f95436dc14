/*
 * Our own failures: a file that is missing, a library that refuses. A function
 * that can fail has the shape `bool f(..., struct err *err)` and leaves its
 * outputs untouched when it does. What a peer does wrong is never an err.
 */
#ifndef UTIL_ERR_H
#define UTIL_ERR_H

#include <stdbool.h>

#include "util/attr.h"

enum { ERR_TEXT_SIZE = 1024 };

struct err {
    char text[ERR_TEXT_SIZE];
};

/* Sets the text; always false, so that `return err_set(...)` reads well. */
bool err_set(struct err *err, const char *format, ...) PRINTF(2, 3);
/* Puts context in front: "context: what was there". Always false. */
bool err_wrap(struct err *err, const char *format, ...) PRINTF(2, 3);
/* The same as err_set with ": " and the text of errno behind it. */
bool err_errno(struct err *err, const char *format, ...) PRINTF(2, 3);

#endif
