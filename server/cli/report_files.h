/*
 * The reports that --json and its like ask for, and what GitHub Actions is
 * told where a run is one of its steps.
 */
#ifndef CLI_REPORT_FILES_H
#define CLI_REPORT_FILES_H

#include "cli/options.h"
#include "report/report.h"
#include "util/env.h"

/* Whether each can be written; before anything is started. */
MUST_CHECK bool report_files_check(const struct options *options,
                                   struct err *err);
/* Whether any is asked for, or GitHub Actions is there. */
bool report_files_wanted(const struct options *options, struct env *env);
/*
 * Writes those that are asked for, whole or not at all; "-" is stdout. Where
 * GITHUB_ACTIONS is true, also its annotations to stdout, and the Markdown to
 * the end of $GITHUB_STEP_SUMMARY. false: one of them could not be written, the
 * first such is in `err`; the others are written all the same.
 */
MUST_CHECK bool report_files_write(const struct options *options,
                                   struct env *env, const struct report *report,
                                   struct err *err);

#endif
