/* What the files of lyncmock conformance share. */
#ifndef CLI_CONFORMANCE_H
#define CLI_CONFORMANCE_H

#include "cli/options.h"
#include "report/scorecard.h"

struct plan;

/* conformance_plan.c: the plan of this name, in the options' arena. false:
 * errors told what is wrong with it. */
MUST_CHECK bool conformance_plan(const struct options *options,
                                 const char *name, struct plan *out_plan);

/* conformance_score.c: the scorecard of the report's runs, which becomes the
 * report's; but for what --compare says. */
void conformance_score(const struct plan *plan, struct report *report);

/* conformance_cover.c: what the runs have met, in the report's arena. reasons:
 * of refused sign-ins, all that there are; ends with NULL. */
void conformance_cover(struct report *report, const char *const *reasons);

#endif
