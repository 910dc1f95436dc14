/* lyncmock explain: settings, as they are written and as they are. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "cli/example.h"
#include "cli/explain.h"
#include "pki/profile.h"
#include "scenario/settings_rows.h"
#include "world/setting.h"

/* ---- How it is written ---- */

/* "user", "pool", "meeting": their rows go on with a free name. */
static const char *free_name(struct telling *telling, struct span group)
{
    return rows_free_name(telling->arena, &rows_of_world,
                          arena_text(telling->arena, group));
}

/* "ntlm.v1" -> "world: {ntlm: {v1: ...}}" */
static const char *nested_words(struct telling *telling, const char *name)
{
    AUTO_BUF out = {0};
    size_t depth = 0;

    buf_add_text(&out, "world: ");
    while (*name) {
        size_t length = strcspn(name, ".");

        buf_printf(&out, "{%.*s: ", (int)length, name);
        depth++;
        name += length + (name[length] == '.');
    }
    buf_add_text(&out, "...");
    while (depth-- > 0) {
        buf_add_u8(&out, '}');
    }
    return arena_text(telling->arena, buf_span(&out));
}

/* "user.alice.state" -> "world: {users: {alice: {state: ...}}}"; the name may
 * have dots itself. */
static const char *nested(struct telling *telling, const char *name)
{
    int group = (int)strcspn(name, ".");
    const char *last = strrchr(name, '.');

    if (!free_name(telling, span_of(name, (size_t)group)) ||
        last <= name + group) {
        return nested_words(telling, name);
    }
    return arena_printf(telling->arena, "world: {%.*ss: {%.*s: {%s: ...}}}",
                        group, name, (int)(last - name) - group - 1,
                        name + group + 1, last + 1);
}

/* ---- Values ---- */

static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (; *list; list += *list == '|') {
        size_t size = strcspn(list, "|");

        if (size == length && strncasecmp(list, word, size) == 0) {
            return true;
        }
        list += size;
    }
    return false;
}

static bool is_profile(const struct setting *row)
{
    return strcmp(row->info.type, CERT_PROFILE_WORDS) == 0;
}

/* What one word of a setting is, where a table says it; else NULL. */
static const char *meaning(const struct setting *row, const char *word)
{
    for (int i = 0; is_profile(row) && i < CERT_PROFILE_COUNT; i++) {
        const struct profile *profile = profile_of((enum cert_profile)i);

        if (strcmp(profile->name, word) == 0) {
            return profile->doc;
        }
    }
    return NULL;
}

static void tell_profiles(struct telling *telling)
{
    for (int i = 0; i < CERT_PROFILE_COUNT; i++) {
        const struct profile *profile = profile_of((enum cert_profile)i);

        tell_item(telling, profile->name, profile->doc);
    }
}

/* "cwt": which settings take it. */
static void tell_values(struct telling *telling)
{
    const struct examples examples = {telling->arena, telling->words};
    const struct setting *row;

    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        const char *what;

        if (setting_kind_of(row) != SETTING_WORD ||
            !has_word(row->info.type, telling->word)) {
            continue;
        }
        what = arena_printf(telling->arena, "a value of %s", row->info.name);
        tell_heading(telling, telling->word, what);
        tell_line(telling, "of", row->info.type);
        tell_line(telling, "means", meaning(row, telling->word));
        tell_paragraph(telling, row->info.doc);
        tell_example(telling, example_setting(&examples, row, row->info.name,
                                              telling->word));
    }
}

/* ---- Settings ---- */

static void tell_setting(struct telling *telling, const struct setting *row,
                         const char *name)
{
    const struct examples examples = {telling->arena, telling->words};

    if (tell_is_short_for(telling, name)) {
        tell_heading(telling, telling->word,
                     arena_printf(telling->arena, "the setting %s", name));
    } else {
        tell_heading(telling, name, "a setting of the world");
    }
    tell_line(telling, "value", row->info.type);
    tell_line(telling, "default", setting_default(telling->arena, name));
    tell_line(telling, "written", nested(telling, name));
    tell_line(telling, "or",
              arena_printf(telling->arena, "--set %s=VALUE", name));
    tell_paragraph(telling, row->info.doc);
    tell_example(telling, example_setting(&examples, row, name, NULL));
    if (is_profile(row)) {
        tell_profiles(telling);
    }
}

/* "wrong-key": all settings whose names end in it. */
static void tell_short(struct telling *telling)
{
    const struct setting *row;

    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        if (tell_is_short_for(telling, row->info.name)) {
            tell_setting(telling, row, row->info.name);
        }
    }
}

/* "ntlm", where there are ntlm.v1 and others. */
static void tell_group(struct telling *telling, const char *group,
                       const char *written)
{
    const struct examples examples = {telling->arena, telling->words};
    size_t length = strlen(group);
    const struct setting *row;
    bool begun = false;

    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        if (strncasecmp(row->info.name, group, length) != 0 ||
            row->info.name[length] != '.') {
            continue;
        }
        if (!begun) {
            tell_heading(telling, telling->word, "settings of the world");
            tell_line(telling, "written", written);
            tell_example(telling,
                         example_setting(&examples, row, row->info.name, NULL));
            begun = true;
        }
        tell_item(telling, row->info.name, row->info.doc);
    }
}

/*
 * "users", "user", "user.NAME" and "user.alice" are the group whose rows are
 * user.NAME.state and so on. NULL: the word is none of them.
 */
static const char *family_of(struct telling *telling, const char **out_free)
{
    const char *word = arena_lower(telling->arena, telling->word);
    size_t size = strcspn(word, ".");

    *out_free = free_name(telling, span_of(word, size));
    if (!*out_free && word[size] == '\0' && size > 1 && word[size - 1] == 's') {
        *out_free = free_name(telling, span_of(word, --size));
    }
    return *out_free ? arena_text(telling->arena, span_of(word, size)) : NULL;
}

static void tell_groups(struct telling *telling)
{
    const char *free = NULL;
    const char *family = family_of(telling, &free);

    if (!family) {
        tell_group(
            telling, telling->word,
            arena_printf(telling->arena, "world: {%s: {...}}", telling->word));
        return;
    }
    tell_group(telling, family,
               arena_printf(telling->arena,
                            "world: {%ss: {%s: {...}}}, or "
                            "--set %s.%s.WORD=VALUE",
                            family, free, family, free));
}

/* So that a word with a slip leads to them. */
static void try_all(struct telling *telling)
{
    const struct setting *row;
    const char *word;
    size_t at = 0;

    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        nearest_try(&telling->nearest, span_text(row->info.name));
    }
    while ((word = rows_next(telling->arena, &rows_of_world, "", &at))) {
        nearest_try(&telling->nearest, span_text(word));
    }
}

void tell_settings(struct telling *telling)
{
    const char *name = telling->word;
    const struct setting *row = setting_named(name);

    if (!row) {
        name = arena_lower(telling->arena, name);
        row = setting_named(name);
    }
    try_all(telling);
    if (row) {
        tell_setting(telling, row, name);
    } else {
        tell_groups(telling);
    }
    tell_short(telling);
    tell_values(telling);
}
