/* One JSON object for each exchange: all that is known of it. */
#ifndef JOURNAL_RECORD_H
#define JOURNAL_RECORD_H

#include <stdbool.h>

#include "util/buf.h"
#include "wire/exchange.h"
#include "wire/token.h"

/* How it ended: "whole", "cut", "broken", "nothing"; "open": it did not. */
const char *record_outcome(const struct exchange *ex);

/* Appends one line, with its newline. view->secrets: write them as they are. */
void record_write(struct buf *out, struct exchange *ex,
                  const struct token_view *view);

#endif
