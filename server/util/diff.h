/* What is different between two texts, line by line. */
#ifndef UTIL_DIFF_H
#define UTIL_DIFF_H

#include <stdbool.h>

#include "util/buf.h"

enum { DIFF_CONTEXT = 3, DIFF_CELLS = 4 * 1024 * 1024 };

/*
 * Appends a unified diff without its two heading lines; nothing where the texts
 * are alike. Of texts that are too long to be compared (DIFF_CELLS), the
 * different parts are told as one.
 */
void diff_unified(struct buf *out, struct span before, struct span after);

#endif
