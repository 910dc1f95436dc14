/* What goes to a terminal: no secrets of heads, no control characters. */
#ifndef PROBE_MASK_H
#define PROBE_MASK_H

#include "util/buf.h"
#include "util/span.h"

/*
 * Appends text of a peer as one line: control characters, C1 among them, and
 * bytes that are no UTF-8 become "?".
 */
void mask_text(struct buf *out, struct span text);
/* Lines of an HTTP head, each behind `prefix`, credentials as "***". */
void mask_head(struct buf *out, struct span head, const char *prefix);

#endif
