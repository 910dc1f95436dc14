/* The sequence diagram of a run as Mermaid has it, without a fence. */
#ifndef REPORT_MERMAID_H
#define REPORT_MERMAID_H

#include "report/report.h"

void mermaid_write(struct arena *arena, const struct report_run *run,
                   struct buf *out);

#endif
