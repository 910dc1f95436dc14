/* How bad a breach of a rule is in a scenario: its `rules` and `fail-on`. */
#ifndef SCENARIO_TREATMENT_H
#define SCENARIO_TREATMENT_H

#include "report/report.h"
#include "scenario/model.h"

/* The row of `rules` that decides; NULL: none does. */
const struct rule_treatment *treatment_of(const struct scenario *scenario,
                                          const char *rule);
bool treatment_fits(const struct rule_treatment *row, const char *rule);
/* The level that the rule has then. */
enum finding_level treated_level(const struct rule_treatment *row,
                                 enum finding_level level);
/* false: it is off. */
bool treatment_severity(const struct scenario *scenario, const char *rule,
                        enum finding_level level,
                        enum report_severity *out_severity);

#endif
