/* The scorecard of a conformance run, see conformance.h. */
#include "config.h"

#include "cli/conformance.h"

#include <stdlib.h>
#include <string.h>

#include "checks/checks.h"
#include "checks/family.h"
#include "cli/load.h"
#include "scenario/plan.h"

/* One rule in all runs. */
struct tally {
    const struct rule *rule;
    bool met;
    unsigned broken; /* runs in which it was */
    bool fails;
    const char *scenario; /* the first of them */
};

struct scoring {
    struct report *report;
    struct tally *tallies; /* by the index of rule_at */
    size_t count;
};

/* ---- Rules in all runs ---- */

static struct tally *tally_of(const struct scoring *scoring, const char *id)
{
    for (size_t i = 0; i < scoring->count; i++) {
        if (strcmp(scoring->tallies[i].rule->id, id) == 0) {
            return &scoring->tallies[i];
        }
    }
    return NULL;
}

static void count_findings(const struct scoring *scoring,
                           const struct report_run *run)
{
    for (size_t i = 0; i < run->finding_count; i++) {
        const struct report_finding *finding = &run->findings[i];
        struct tally *tally =
            finding->rule ? tally_of(scoring, finding->rule) : NULL;

        if (tally) {
            tally->broken++;
            tally->fails |= finding->severity == SEVERITY_FAIL;
            tally->scenario = tally->scenario ? tally->scenario : run->scenario;
        }
    }
}

static void count_rules(struct scoring *scoring)
{
    const struct report *report = scoring->report;

    while (rule_at(scoring->count)) {
        scoring->count++;
    }
    scoring->tallies = arena_alloc(
        report->arena, (scoring->count + 1) * sizeof(*scoring->tallies));
    for (size_t i = 0; i < scoring->count; i++) {
        scoring->tallies[i].rule = rule_at(i);
    }
    for (size_t i = 0; i < report->run_count; i++) {
        const struct report_run *run = &report->runs[i];

        count_findings(scoring, run);
        for (size_t k = 0; k < run->rule_count && k < scoring->count; k++) {
            scoring->tallies[k].met |= run->rules[k].met > 0;
        }
    }
}

/* ---- By family, by level ---- */

static void add_to(struct scorecard_rules *row, const struct tally *tally)
{
    row->total++;
    row->met += tally->met;
    row->broken += tally->broken > 0;
}

static void fill_families(const struct scoring *scoring, struct scorecard *card)
{
    const struct rule_family *family;

    while (rule_family_at(card->family_count)) {
        card->family_count++;
    }
    card->families =
        arena_alloc(scoring->report->arena,
                    (card->family_count + 1) * sizeof(*card->families));
    for (size_t i = 0; (family = rule_family_at(i)) != NULL; i++) {
        card->families[i] = (struct scorecard_rules){.name = family->prefix,
                                                     .title = family->title};
        for (size_t k = 0; k < scoring->count; k++) {
            if (rule_family_of(scoring->tallies[k].rule->id) == family) {
                add_to(&card->families[i], &scoring->tallies[k]);
            }
        }
    }
}

static void fill_levels(const struct scoring *scoring, struct scorecard *card)
{
    card->level_count = FINDING_ROBUSTNESS + 1;
    card->levels = arena_alloc(scoring->report->arena,
                               card->level_count * sizeof(*card->levels));
    for (size_t i = 0; i < card->level_count; i++) {
        card->levels[i] = (struct scorecard_rules){
            .name = rule_level_word((enum finding_level)i)};
    }
    for (size_t k = 0; k < scoring->count; k++) {
        add_to(&card->levels[scoring->tallies[k].rule->level],
               &scoring->tallies[k]);
    }
}

/* ---- Those that were broken ---- */

/* What fails comes first, then what binds most, then what is broken most. */
static int by_weight(const void *a, const void *b)
{
    const struct scorecard_breach *one = a;
    const struct scorecard_breach *other = b;

    if (one->fails != other->fails) {
        return one->fails ? -1 : 1;
    }
    if (one->level != other->level) {
        return one->level < other->level ? -1 : 1;
    }
    if (one->runs != other->runs) {
        return one->runs > other->runs ? -1 : 1;
    }
    return strcmp(one->rule, other->rule);
}

static void fill_breaches(const struct scoring *scoring, struct scorecard *card)
{
    card->breaches = arena_alloc(
        scoring->report->arena, (scoring->count + 1) * sizeof(*card->breaches));
    for (size_t i = 0; i < scoring->count; i++) {
        const struct tally *tally = &scoring->tallies[i];
        const struct rule *rule = tally->rule;

        if (tally->broken) {
            card->breaches[card->breach_count++] = (struct scorecard_breach){
                .rule = rule->id,
                .family = rule_family_of(rule->id)->prefix,
                .level = rule->level,
                .title = rule->title,
                .section = rule->section,
                .runs = tally->broken,
                .scenario = tally->scenario,
                .fails = tally->fails,
            };
        }
    }
    qsort(card->breaches, card->breach_count, sizeof(*card->breaches),
          by_weight);
}

/* ---- Groups ---- */

static const char *group_of(const struct plan *plan, const char *scenario)
{
    for (size_t i = 0; i < plan->group_count; i++) {
        for (size_t k = 0; k < plan->groups[i].count; k++) {
            if (strcmp(plan->groups[i].scenarios[k], scenario) == 0) {
                return plan->groups[i].title;
            }
        }
    }
    return NULL;
}

static void fill_groups(const struct plan *plan, struct report *report)
{
    struct scorecard *card = report->scorecard;

    card->group_count = plan->group_count;
    card->groups = arena_alloc(report->arena,
                               (plan->group_count + 1) * sizeof(*card->groups));
    for (size_t i = 0; i < plan->group_count; i++) {
        card->groups[i] = (struct scorecard_group){
            .title = plan->groups[i].title, .why = plan->groups[i].why};
    }
    for (size_t i = 0; i < report->run_count; i++) {
        struct report_run *run = &report->runs[i];

        run->group = run->scenario ? group_of(plan, run->scenario) : NULL;
    }
}

void conformance_score(const struct plan *plan, struct report *report)
{
    struct scorecard *card = ARENA_NEW(report->arena, struct scorecard);
    struct scoring scoring = {.report = report};

    *card = (struct scorecard){.plan = plan->name, .client = plan->client};
    report->scorecard = card;
    report->title = plan->title;
    fill_groups(plan, report);
    scorecard_count(report);
    count_rules(&scoring);
    fill_families(&scoring, card);
    fill_levels(&scoring, card);
    fill_breaches(&scoring, card);
    conformance_cover(report, load_vocabulary(report->arena)->reasons);
}
