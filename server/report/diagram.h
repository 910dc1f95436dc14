/* The sequence diagram of a run, for a terminal. */
#ifndef REPORT_DIAGRAM_H
#define REPORT_DIAGRAM_H

#include "report/report.h"

/* Exchanges that a diagram shows; in the middle of more, those alone that a
 * finding is about. */
enum { DIAGRAM_EXCHANGES = 200 };

/* Whether a diagram of that many shows this one. */
bool diagram_shows(const struct report_run *run, size_t index);

void diagram_text(struct arena *arena, const struct report_run *run,
                  const struct report_style *style, struct buf *out);
/* One finding, behind `indent` blanks. */
void diagram_finding(struct arena *arena, const struct report_finding *finding,
                     const struct report_style *style, size_t indent,
                     struct buf *out);

#endif
