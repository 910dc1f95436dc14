/* The reports that --json and its like ask for. */
#ifndef CLI_REPORT_FILES_H
#define CLI_REPORT_FILES_H

#include "cli/options.h"
#include "report/report.h"

/* Whether each can be written; before anything is started. */
MUST_CHECK bool report_files_check(const struct options *options,
                                   struct err *err);
/* Whether any is asked for. */
bool report_files_wanted(const struct options *options);
/* Writes those that are asked for. false: one of them could not be, the first
 * such is in `err`; the others are written all the same. */
MUST_CHECK bool report_files_write(const struct options *options,
                                   const struct report *report,
                                   struct err *err);

#endif
