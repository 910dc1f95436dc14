/* A scenario as it was read, see dump.h. */
#include "config.h"

#include "scenario/dump.h"

#include <inttypes.h>
#include <string.h>

#include "scenario/keys.h"
#include "scenario/settings_rows.h"
#include "util/duration.h"
#include "util/json.h"

/* ---- Lines ---- */

/* Quoted, so that no text looks like two lines, or like none. */
static void add_text(struct buf *out, const char *text)
{
    if (text) {
        json_quote(out, span_text(text));
    } else {
        buf_add_text(out, "null");
    }
}

static void add_line(struct buf *out, const char *prefix, const char *name,
                     const char *text)
{
    if (text) {
        buf_printf(out, "%s%s: ", prefix, name);
        add_text(out, text);
        buf_add_u8(out, '\n');
    }
}

static void add_number(struct buf *out, const char *prefix, const char *name,
                       int64_t number)
{
    buf_printf(out, "%s%s: %" PRId64 "\n", prefix, name, number);
}

/* ---- Settings ---- */

/* The word of `type` that is not there: before the first, as zero often is. */
static bool is_unset(const struct setting *row, const void *field)
{
    int value = 0;

    if (setting_kind_of(row) != SETTING_WORD || row->size != sizeof(value)) {
        return false;
    }
    memcpy(&value, field, sizeof(value));
    return value < row->first;
}

static void add_map(struct buf *out, const char *prefix, const char *name,
                    const struct headers *map)
{
    for (size_t i = 0; i < map->count; i++) {
        buf_printf(out, "%s%s.%s: ", prefix, name, map->items[i].name);
        add_text(out, map->items[i].value);
        buf_add_u8(out, '\n');
    }
}

static void add_setting(struct buf *out, struct arena *arena,
                        const char *prefix, const char *name,
                        const struct setting *row, const void *object)
{
    const void *field = (const char *)object + row->offset;
    const struct duration_range *range = field;
    const struct span *bytes = field;

    if (row->given && *((const bool *)object + row->given)) {
        buf_printf(out, "%s%s is given\n", prefix, name);
    }
    switch (setting_kind_of(row)) {
    case SETTING_MAP:
        add_map(out, prefix, name, field);
        break;
    case SETTING_FILE:
        buf_printf(out, "%s%s: ", prefix, name);
        json_quote(out, *bytes);
        buf_add_u8(out, '\n');
        break;
    case SETTING_DURATION_RANGE:
        buf_printf(out, "%s%s: %" PRId64 "..%" PRId64 "\n", prefix, name,
                   range->least, range->most);
        break;
    default:
        if (!is_unset(row, field)) {
            add_line(out, prefix, name, setting_value(arena, row, object));
        }
        break;
    }
}

/* ---- The world ---- */

/* "user.NAME.state" of each user is "user.alice.state". */
static void add_rows(struct buf *out, struct arena *arena, const char *group,
                     const char *name,
                     const struct setting *(*rows)(size_t index),
                     const void *object)
{
    const struct setting *row;

    for (size_t i = 0; (row = rows(i)) != NULL; i++) {
        add_setting(out, arena, "world.",
                    arena_printf(arena, "%s.%s.%s", group, name,
                                 strrchr(row->info.name, '.') + 1),
                    row, object);
    }
}

static bool is_of_group(const char *name)
{
    return strncmp(name, "pool.", 5) == 0 || strncmp(name, "user.", 5) == 0 ||
           strncmp(name, "meeting.", 8) == 0;
}

static void add_world(struct buf *out, const struct world *world)
{
    const struct setting *row;
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        if (!is_of_group(row->info.name)) {
            add_setting(out, arena, "world.", row->info.name, row, world);
        }
    }
    for (size_t i = 0; i < world->pool_count; i++) {
        add_rows(out, arena, "pool", arena_printf(arena, "%zu", i + 1),
                 setting_pool_row, &world->pools[i]);
    }
    for (size_t i = 0; i < world->user_count; i++) {
        add_rows(out, arena, "user", world->users[i].name, setting_user_row,
                 &world->users[i]);
    }
    for (size_t i = 0; i < world->meeting_count; i++) {
        add_rows(out, arena, "meeting", world->meetings[i].id,
                 setting_meeting_row, &world->meetings[i]);
    }
}

/* ---- Conditions ---- */

static void add_patterns(struct buf *out, const struct patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++) {
        buf_add_text(out, i ? ", " : "");
        add_text(out, patterns->items[i]);
    }
}

static void add_named(struct buf *out, const char *prefix, const char *name,
                      const struct named_conditions *named)
{
    for (size_t i = 0; i < named->count; i++) {
        buf_printf(out, "%s%s.%s: ", prefix, name, named->items[i].name);
        if (named->items[i].absent) {
            buf_add_text(out, "absent");
        }
        add_patterns(out, &named->items[i].value);
        buf_add_u8(out, '\n');
    }
}

static void add_numbers(struct buf *out, const char *prefix, const char *name,
                        const unsigned *numbers)
{
    if (!numbers) {
        return;
    }
    buf_printf(out, "%s%s:", prefix, name);
    for (; *numbers; numbers++) {
        buf_printf(out, " %u", *numbers);
    }
    buf_add_u8(out, '\n');
}

/* One word of `when`; one that says nothing has a field of zeros. */
static void add_word(struct buf *out, const char *prefix, const struct key *key,
                     const void *field)
{
    const struct patterns *patterns = field;

    switch (key->shape) {
    case SHAPE_PATTERNS:
        if (patterns->count) {
            buf_printf(out, "%s%s: ", prefix, key->name);
            add_patterns(out, patterns);
            buf_add_u8(out, '\n');
        }
        break;
    case SHAPE_HEADERS:
    case SHAPE_QUERY:
    case SHAPE_STATES:
        add_named(out, prefix, key->name, field);
        break;
    case SHAPE_XPATH:
        add_line(out, prefix, key->name, *(const char *const *)field);
        break;
    case SHAPE_WHICH:
    case SHAPE_NUMBERS:
        add_numbers(out, prefix, key->name, *(const unsigned *const *)field);
        break;
    case SHAPE_DURATION:
        add_number(out, prefix, key->name, *(const int64_t *)field);
        break;
    default: /* `per`, counts, chance */
        add_number(out, prefix, key->name, *(const unsigned *)field);
        break;
    }
}

static void add_condition(struct buf *out, const char *prefix,
                          const struct condition *when)
{
    const char *base = (const char *)when;

    add_number(out, prefix, "facts", when->facts);
    add_number(out, prefix, "has-chance", when->has_chance);
    for (const struct key *key = keys_when; key->name; key++) {
        add_word(out, prefix, key, base + key->offset);
    }
}

/* ---- Steps and expectations ---- */

static void add_action(struct buf *out, const struct action *action)
{
    const struct setting *row;
    AUTO(arena) arena = arena_new();

    add_line(out, "  ", "do", action->fault->name);
    for (row = action->fault->params; row && row->info.name; row++) {
        add_setting(out, arena, "    ", row->info.name, row, action->params);
    }
}

static void add_step(struct buf *out, const struct step *step)
{
    buf_printf(out, "step at: %s\n", point_info(step->at)->name);
    if (step->identity && strncmp(step->identity, "id ", 3) == 0) {
        add_line(out, "  ", "id", step->identity + 3);
    }
    add_number(out, "  ", "also", step->also);
    add_condition(out, "  when.", &step->when);
    for (size_t i = 0; i < step->action_count; i++) {
        add_action(out, &step->actions[i]);
    }
    for (size_t i = 0; i < step->set_count; i++) {
        buf_printf(out, "  set.%s: ", step->sets[i].name);
        add_text(out, step->sets[i].value);
        buf_add_u8(out, '\n');
    }
}

static void add_expectation(struct buf *out, const struct expectation *expected)
{
    buf_printf(out, "expect at: %s\n",
               expected->at == POINT_COUNT ? "-"
                                           : point_info(expected->at)->name);
    add_condition(out, "  when.", &expected->when);
    add_number(out, "  ", "times", expected->times);
    add_number(out, "  ", "at-least", expected->at_least);
    add_number(out, "  ", "at-most", expected->at_most);
    add_number(out, "  ", "within", expected->within);
    add_line(out, "  ", "answered", expected->answered_text);
    add_number(out, "  ", "never", expected->never);
    add_number(out, "  ", "kind", (int64_t)expected->kind);
    add_line(out, "  ", "id", expected->id);
    add_number(out, "  ", "warns", expected->warns);
    add_number(out, "  ", "after", (int64_t)expected->after);
    add_number(out, "  ", "before", (int64_t)expected->before);
    add_number(out, "  ", "stages", (int64_t)expected->stages);
    for (int i = 0; i < MEASURE_COUNT; i++) {
        add_line(out, "  ", measure_info((enum measure)i)->name,
                 expected->limits[i].text);
    }
}

void scenario_dump(struct buf *out, const struct scenario *scenario)
{
    add_line(out, "", "name", scenario->name);
    add_line(out, "", "title", scenario->title);
    add_line(out, "about.", "symptom", scenario->about.symptom);
    add_line(out, "about.", "layer", scenario->about.layer);
    add_line(out, "about.", "client", scenario->about.client);
    add_line(out, "about.", "source", scenario->about.source);
    add_line(out, "about.", "optimum", scenario->about.optimum);
    add_number(out, "", "settings", (int64_t)scenario->setting_count);
    add_world(out, scenario->world);
    for (size_t i = 0; i < scenario->step_count; i++) {
        add_step(out, &scenario->steps[i]);
    }
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        add_expectation(out, &scenario->expectations[i]);
    }
    add_number(out, "", "fail-on", scenario->fail_on);
    add_number(out, "", "unexpected", (int64_t)scenario->unexpected);
    for (size_t i = 0; i < scenario->treatment_count; i++) {
        add_line(out, "rules.", scenario->treatments[i].rule,
                 treatment_words[scenario->treatments[i].treatment]);
    }
}
