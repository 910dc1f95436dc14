/* How a report may look where it goes: colours, box drawing, width. */
#ifndef CLI_REPORT_STYLE_H
#define CLI_REPORT_STYLE_H

#include "report/report.h"
#include "util/env.h"

/*
 * Colours on a terminal alone, and not where NO_COLOR is set, CLICOLOR is 0 or
 * TERM is dumb; CLICOLOR_FORCE wants them in any case. Box drawing where the
 * locale's characters are UTF-8. The width is the terminal's, or COLUMNS.
 */
struct report_style report_style_of(struct env *env, int fd);

#endif
