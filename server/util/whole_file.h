/*
 * Files that are written whole: a reader sees the old content or the new one,
 * never a part. What is no regular file, as /dev/stderr or a pipe, is written
 * to as it is.
 */
#ifndef UTIL_WHOLE_FILE_H
#define UTIL_WHOLE_FILE_H

#include <stdbool.h>

#include "util/attr.h"
#include "util/buf.h"
#include "util/err.h"
#include "util/span.h"

/* Whether whole_file_write could make it; nothing is left behind. */
MUST_CHECK bool whole_file_check(const char *path, struct err *err);
MUST_CHECK bool whole_file_write(const char *path, struct span bytes,
                                 struct err *err);
/* Appends what the file has; no more than so many bytes. */
MUST_CHECK bool whole_file_read(const char *path, size_t most, struct buf *out,
                                struct err *err);
/* At the end of a file that may be there already. */
MUST_CHECK bool whole_file_append(const char *path, struct span bytes,
                                  struct err *err);
/* All of it, whatever the descriptor takes at a time. false: see errno. */
MUST_CHECK bool whole_file_put(int fd, struct span bytes);

#endif
