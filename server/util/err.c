/* Our own failures, see err.h. */
#include "config.h"

#include "util/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    return false;
}

bool err_wrap(struct err *err, const char *format, ...)
{
    char context[ERR_TEXT_SIZE];
    char cause[ERR_TEXT_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(context, sizeof(context), format, args);
    va_end(args);
    memcpy(cause, err->text, sizeof(cause));
    /* A text cut at the limit is still a useful text. */
    if (snprintf(err->text, sizeof(err->text), "%s: %s", context, cause) < 0) {
        err->text[0] = '\0';
    }
    return false;
}

bool err_errno(struct err *err, const char *format, ...)
{
    int number = errno;
    size_t used;
    va_list args;

    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    used = strlen(err->text);
    snprintf(err->text + used, sizeof(err->text) - used, ": %s",
             strerror(number));
    return false;
}
