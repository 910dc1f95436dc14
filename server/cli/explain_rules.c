/* lyncmock explain: rules, and families of them. */
#include "config.h"

#include "checks/checks.h"
#include "checks/family.h"
#include "cli/explain.h"

static const char *level_means(enum finding_level level)
{
    switch (level) {
    case FINDING_MUST:
        return "must: the specification's text says so, with that word";
    case FINDING_SHOULD:
        return "should: a specification asks for it";
    case FINDING_PRACTICE:
        return "practice: what clients in the field do";
    case FINDING_ROBUSTNESS:
        return "robustness: what a client had better bear, or spare the server";
    }
    return NULL;
}

static void tell_rule(struct telling *telling, const struct rule *rule)
{
    const struct rule_family *family = rule_family_of(rule->id);

    tell_heading(telling, rule->id,
                 arena_printf(telling->arena, "a rule: %s", rule->title));
    tell_line(telling, "level", level_means(rule->level));
    tell_line(telling, "section", rule->section);
    tell_line(telling, "about", family->title);
    tell_paragraph(telling, rule->doc);
    tell_line(telling, "good", rule->good);
    tell_line(telling, "bad", rule->bad);
    tell_line(telling, "change",
              arena_printf(telling->arena,
                           "rules: {%s: warn} in a scenario; `lyncmock explain "
                           "rules` has the words",
                           rule->id));
    tell_line(telling, "more",
              arena_printf(telling->arena,
                           "lyncmock list rules %s --long, docs/rules.md",
                           family->prefix));
}

static void tell_family(struct telling *telling,
                        const struct rule_family *family)
{
    const struct rule *rule;

    tell_heading(
        telling, family->prefix,
        arena_printf(telling->arena, "a family of rules: %s", family->title));
    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++) {
        if (rule_family_of(rule->id) == family) {
            tell_item(telling, rule->id,
                      arena_printf(telling->arena, "%s (%s)", rule->title,
                                   rule_level_word(rule->level)));
        }
    }
    tell_line(telling, "more",
              arena_printf(telling->arena, "lyncmock list rules %s --long",
                           family->prefix));
}

void tell_rules(struct telling *telling)
{
    const struct rule_family *family;
    const struct rule *rule;

    for (size_t i = 0; (family = rule_family_at(i)) != NULL; i++) {
        if (tell_is_named(telling, family->prefix)) {
            tell_family(telling, family);
        }
    }
    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++) {
        if (tell_is_named(telling, rule->id)) {
            tell_rule(telling, rule);
        }
    }
}
