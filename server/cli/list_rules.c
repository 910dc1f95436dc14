/* lyncmock list rules: what a client is judged by. */
#include "config.h"

#include <string.h>

#include "checks/checks.h"
#include "checks/family.h"
#include "cli/listing.h"

static void add_facts(struct listing *listing, const struct rule *rule,
                      const struct rule_family *family)
{
    if (listing->form == LISTING_JSON) {
        listing_text(listing, "family", family->prefix);
        listing_text(listing, "about", family->title);
    }
    listing_text(listing, "level", rule_level_word(rule->level));
    listing_text(listing, "section", rule->section);
    listing_text(listing, "doc", rule->doc);
    listing_text(listing, "good", rule->good);
    listing_text(listing, "bad", rule->bad);
}

/* "WT" is a family and no beginning of a word; "WT-031" is one rule. */
static const struct rule_family *family_named(const char *word)
{
    const char *hyphen = strchr(word, '-');

    return hyphen && hyphen[1] ? NULL : rule_family_of(word);
}

static bool is_wanted(const struct listing *listing,
                      const struct rule_family *family,
                      const char *const *texts)
{
    struct listing one = *listing;

    one.wanted_count = 1;
    for (size_t i = 0; i < listing->wanted_count; i++) {
        const struct rule_family *named = family_named(listing->wanted[i]);

        one.wanted = &listing->wanted[i];
        if (named ? named != family : !listing_wants(&one, texts)) {
            return false;
        }
    }
    return true;
}

static void list_rule(struct listing *listing, const struct rule *rule,
                      const struct rule_family *family)
{
    const char *texts[] = {
        rule->id,      rule->title,   rule_level_word(rule->level),
        rule->section, family->title, rule->doc,
        NULL};
    const char *heading =
        arena_printf(listing->arena, "%s: %s", family->prefix, family->title);

    if (is_wanted(listing, family, texts) &&
        listing_begin(listing, heading, rule->id, rule->title)) {
        add_facts(listing, rule, family);
        listing_end(listing);
    }
}

bool list_rules(struct listing *listing)
{
    const struct rule_family *family;
    const struct rule *rule;

    for (size_t i = 0; (family = rule_family_at(i)) != NULL; i++) {
        for (size_t k = 0; (rule = rule_at(k)) != NULL; k++) {
            if (rule_family_of(rule->id) == family) {
                list_rule(listing, rule, family);
            }
        }
    }
    return true;
}
