/* The journal's file: whole lines, appended, up to a size. */
#ifndef JOURNAL_FILE_H
#define JOURNAL_FILE_H

#include <stdint.h>

#include "util/attr.h"
#include "util/err.h"
#include "util/span.h"

struct journal_file;

/*
 * Opens for appending; makes the file, for its owner alone, if there is none.
 * Past `limit` bytes a regular file becomes PATH.1 and a new one begins.
 */
MUST_CHECK bool file_open(const char *path, uint64_t limit,
                          struct journal_file **out_file, struct err *err);
void file_close(struct journal_file *file);

/*
 * Writes one line at once. The first failure is told on the log, and nothing
 * is written any more: a full disk must not stop the server.
 */
void file_write(struct journal_file *file, struct span line);

AUTO_DEFINE(journal_file, struct journal_file *, file_close)

#endif
