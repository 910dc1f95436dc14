/* Text for people in lines that fit a terminal. */
#ifndef CLI_WRAP_H
#define CLI_WRAP_H

#include "util/buf.h"

/*
 * The label, and the text behind it in lines of at most 78 columns, the later
 * ones as far to the right as the first: `indent` is where the label begins,
 * `column` the text. Nothing where there is no text.
 */
void wrap_line(struct buf *out, size_t indent, size_t column, const char *label,
               const char *text);

#endif
