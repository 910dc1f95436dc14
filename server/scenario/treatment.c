/* How bad a breach is, see treatment.h. */
#include "config.h"

#include "scenario/treatment.h"

#include <strings.h>

#include "scenario/match.h"

bool treatment_fits(const struct rule_treatment *row, const char *rule)
{
    const char *pattern = row->rule;

    return patterns_fit(&(struct patterns){&pattern, 1}, rule);
}

/* An id beats a pattern; of several patterns the first decides. */
const struct rule_treatment *treatment_of(const struct scenario *scenario,
                                          const char *rule)
{
    const struct rule_treatment *found = NULL;

    for (size_t i = 0; i < scenario->treatment_count; i++) {
        const struct rule_treatment *row = &scenario->treatments[i];

        if (strcasecmp(row->rule, rule) == 0) {
            return row;
        }
        if (!found && treatment_fits(row, rule)) {
            found = row;
        }
    }
    return found;
}

enum finding_level treated_level(const struct rule_treatment *row,
                                 enum finding_level level)
{
    switch (row ? row->treatment : TREATMENT_COUNT) {
    case TREATMENT_MUST:
        return FINDING_MUST;
    case TREATMENT_SHOULD:
        return FINDING_SHOULD;
    case TREATMENT_PRACTICE:
        return FINDING_PRACTICE;
    case TREATMENT_ROBUSTNESS:
        return FINDING_ROBUSTNESS;
    case TREATMENT_OFF:
    case TREATMENT_NOTE:
    case TREATMENT_WARN:
    case TREATMENT_FAIL:
    case TREATMENT_COUNT:
        break;
    }
    return level;
}

/* What fail-on does not speak of is told: what specifications ask for as a
 * warning, the others as a note. */
static enum report_severity by_level(const struct scenario *scenario,
                                     enum finding_level level)
{
    static const struct {
        enum fail_on word;
        enum report_severity otherwise;
    } levels[] = {
        [FINDING_MUST] = {FAIL_ON_MUST, SEVERITY_WARN},
        [FINDING_SHOULD] = {FAIL_ON_SHOULD, SEVERITY_WARN},
        [FINDING_PRACTICE] = {FAIL_ON_PRACTICE, SEVERITY_NOTE},
        [FINDING_ROBUSTNESS] = {FAIL_ON_ROBUSTNESS, SEVERITY_NOTE},
    };

    return scenario->fail_on & levels[level].word ? SEVERITY_FAIL
                                                  : levels[level].otherwise;
}

bool treatment_severity(const struct scenario *scenario, const char *rule,
                        enum finding_level level,
                        enum report_severity *out_severity)
{
    const struct rule_treatment *row = treatment_of(scenario, rule);

    switch (row ? row->treatment : TREATMENT_COUNT) {
    case TREATMENT_OFF:
        return false;
    case TREATMENT_NOTE:
        *out_severity = SEVERITY_NOTE;
        break;
    case TREATMENT_WARN:
        *out_severity = SEVERITY_WARN;
        break;
    case TREATMENT_FAIL:
        *out_severity = SEVERITY_FAIL;
        break;
    case TREATMENT_MUST:
    case TREATMENT_SHOULD:
    case TREATMENT_PRACTICE:
    case TREATMENT_ROBUSTNESS:
    case TREATMENT_COUNT:
        *out_severity = by_level(scenario, treated_level(row, level));
        break;
    }
    return true;
}
