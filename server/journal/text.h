/* One line for each exchange on the log, at info level. */
#ifndef JOURNAL_TEXT_H
#define JOURNAL_TEXT_H

#include "wire/exchange.h"

/* Does nothing, and costs nothing, below info level. */
void text_log(struct exchange *ex);

#endif
