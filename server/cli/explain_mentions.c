/* lyncmock explain: what speaks of a word that is none of the language. */
#include "config.h"

#include <string.h>

#include "checks/checks.h"
#include "cli/explain.h"
#include "scenario/fault.h"
#include "world/setting.h"

enum { MENTIONS_MAX = 8, WORD_MIN = 3 };

struct mentions {
    const char *word;
    struct buf out;
    size_t count;
};

static void look(struct mentions *mentions, const char *name,
                 const char *const *texts)
{
    for (; *texts; texts++) {
        if (strcasestr(*texts, mentions->word)) {
            if (mentions->count < MENTIONS_MAX) {
                buf_printf(&mentions->out, "%s%s",
                           mentions->out.size ? ", " : "", name);
            }
            mentions->count++;
            return;
        }
    }
}

static void look_at_faults(struct mentions *mentions,
                           const struct vocabulary *words)
{
    for (size_t i = 0; words->faults[i]; i++) {
        const struct fault *fault = words->faults[i];
        const char *texts[] = {fault->title, fault->doc, fault->example, NULL};

        look(mentions, fault->name, texts);
    }
}

static void look_at_settings(struct mentions *mentions)
{
    const struct setting *row;

    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        const char *texts[] = {row->info.doc, NULL};

        look(mentions, row->info.name, texts);
    }
}

static void look_at_rules(struct mentions *mentions)
{
    const struct rule *rule;

    for (size_t i = 0; (rule = rule_at(i)) != NULL; i++) {
        const char *texts[] = {rule->title, NULL};

        look(mentions, rule->id, texts);
    }
}

const char *telling_mentions(struct telling *telling)
{
    struct mentions mentions = {.word = telling->word};
    const char *all = NULL;

    if (strlen(telling->word) < WORD_MIN) {
        return NULL;
    }
    for (int i = 0; i < POINT_COUNT; i++) {
        const struct point_info *info = point_info((enum point)i);
        const char *texts[] = {info->title, NULL};

        look(&mentions, info->name, texts);
    }
    look_at_faults(&mentions, telling->words);
    look_at_settings(&mentions);
    look_at_rules(&mentions);
    if (mentions.count) {
        all = arena_text(telling->arena, buf_span(&mentions.out));
    }
    buf_clear(&mentions.out);
    return all;
}
