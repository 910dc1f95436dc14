/* JSON as people read it. */
#ifndef UTIL_JSON_INDENT_H
#define UTIL_JSON_INDENT_H

#include "util/buf.h"

/*
 * Adds well-formed JSON with line breaks and two spaces a level. What is short
 * stays on one line.
 */
void json_indent(struct buf *out, struct span json);

#endif
