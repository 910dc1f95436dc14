/* The end of the report in its two forms; of report.c alone. */
#ifndef PROBE_SENTENCE_H
#define PROBE_SENTENCE_H

#include "probe/report.h"

char *sentence_of(struct arena *arena, const struct outcome *outcome);
/* The JSON document, to stdout. */
void document_print(const struct report *report, const struct outcome *outcome,
                    const char *sentence);

#endif
