/* The scorecard as tables, see shape.h. */
#include "config.h"

#include "report/scorecard.h"
#include "report/shape.h"

static const char *const move_words[] = {
    [MOVE_WORSE] = "worse",
    [MOVE_BETTER] = "better",
    [MOVE_NEW] = "new",
    [MOVE_GONE] = "gone",
    NULL,
};

const char *scorecard_move_word(enum scorecard_move move)
{
    return move_words[move];
}

static const struct member count_members[] = {
    SHAPE_PLAIN(scorecard_count, COUNT, passed, "runs"),
    SHAPE_PLAIN(scorecard_count, COUNT, failed, "runs"),
    SHAPE_PLAIN(scorecard_count, COUNT, skipped,
                "runs: this machine has not what they need"),
    SHAPE_END,
};

static const struct shape count_shape = {
    "count", sizeof(struct scorecard_count), count_members};

static const struct member group_members[] = {
    SHAPE_PLAIN(scorecard_group, TEXT, title, "as the plan says"),
    SHAPE_PLAIN(scorecard_group, TEXT, why, "as the plan says"),
    SHAPE_OF(scorecard_group, OWN, runs, &count_shape, "how they ended"),
    SHAPE_END,
};

static const struct shape group_shape = {
    "group", sizeof(struct scorecard_group), group_members};

static const struct member rules_members[] = {
    SHAPE_PLAIN(scorecard_rules, TEXT, name, "of the family or the level"),
    SHAPE_PLAIN(scorecard_rules, TEXT, title, "what the family is about"),
    SHAPE_PLAIN(scorecard_rules, COUNT, total, "rules"),
    SHAPE_PLAIN(scorecard_rules, COUNT, met, "rules that had a say"),
    SHAPE_PLAIN(scorecard_rules, COUNT, broken, "rules that were broken"),
    SHAPE_END,
};

static const struct shape rules_shape = {
    "rules", sizeof(struct scorecard_rules), rules_members};

static const struct member breach_members[] = {
    SHAPE_PLAIN(scorecard_breach, TEXT, rule, "its id"),
    SHAPE_PLAIN(scorecard_breach, TEXT, family, "WT of WT-031"),
    SHAPE_WORDS(scorecard_breach, level, report_level_words, "of the rule"),
    SHAPE_PLAIN(scorecard_breach, TEXT, title, "of the rule"),
    SHAPE_PLAIN(scorecard_breach, TEXT, section, "document and section"),
    SHAPE_PLAIN(scorecard_breach, COUNT, runs, "in which it was broken"),
    SHAPE_PLAIN(scorecard_breach, TEXT, scenario, "the first of them"),
    SHAPE_PLAIN(scorecard_breach, FLAG, fails, "a run failed by it"),
    SHAPE_END,
};

static const struct shape breach_shape = {
    "breach", sizeof(struct scorecard_breach), breach_members};

static const struct member left_members[] = {
    SHAPE_PLAIN(scorecard_left, TEXT, id, "what it is"),
    SHAPE_PLAIN(scorecard_left, TEXT, title, "what that means"),
    SHAPE_PLAIN(scorecard_left, TEXT, scenario, "that would bring it"),
    SHAPE_END,
};

static const struct shape left_shape = {"left", sizeof(struct scorecard_left),
                                        left_members};

static const struct member coverage_members[] = {
    SHAPE_PLAIN(scorecard_coverage, TEXT, kind, "rules, points and so on"),
    SHAPE_PLAIN(scorecard_coverage, COUNT, total, "that there are"),
    SHAPE_PLAIN(scorecard_coverage, COUNT, met, "that some run has met"),
    SHAPE_LIST(scorecard_coverage, left, left_count, &left_shape,
               "what no run has met"),
    SHAPE_END,
};

static const struct shape coverage_shape = {
    "coverage", sizeof(struct scorecard_coverage), coverage_members};

static const struct member change_members[] = {
    SHAPE_WORDS(scorecard_change, move, move_words, "which way it went"),
    SHAPE_PLAIN(scorecard_change, TEXT, run, "scenario and variant"),
    SHAPE_PLAIN(scorecard_change, TEXT, was, "in the earlier report"),
    SHAPE_PLAIN(scorecard_change, TEXT, is, "in this one"),
    SHAPE_PLAIN(scorecard_change, TEXT, why, "what is behind it"),
    SHAPE_END,
};

static const struct shape change_shape = {
    "change", sizeof(struct scorecard_change), change_members};

static const struct member scorecard_members[] = {
    SHAPE_PLAIN(scorecard, TEXT, plan, "its name"),
    SHAPE_PLAIN(scorecard, TEXT, client, "whom the plan is for"),
    {"runs", MEMBER_OWN, SHAPE_AT(scorecard, runs), 0, &count_shape, NULL,
     "all of them"},
    SHAPE_LIST(scorecard, groups, group_count, &group_shape, "of the plan"),
    SHAPE_LIST(scorecard, families, family_count, &rules_shape,
               "rules by what they are about"),
    SHAPE_LIST(scorecard, levels, level_count, &rules_shape,
               "rules by how much they bind"),
    SHAPE_LIST(scorecard, breaches, breach_count, &breach_shape,
               "rules that were broken, the worst first"),
    SHAPE_LIST(scorecard, coverage, coverage_count, &coverage_shape,
               "what the runs have met, and what not"),
    SHAPE_PLAIN(scorecard, TEXT, compared, "the earlier report's file"),
    SHAPE_LIST(scorecard, changes, change_count, &change_shape,
               "what is otherwise than in that"),
    SHAPE_END,
};

const struct shape scorecard_shape = {"scorecard", sizeof(struct scorecard),
                                      scorecard_members};
