/* lyncmock new: what each --fault stands for. */
#include "config.h"

#include "cli/new.h"

#include <string.h>
#include <strings.h>

#include "cli/fits.h"
#include "cli/load.h"
#include "scenario/fault.h"
#include "scenario/layers.h"
#include "scenario/shipped.h"
#include "util/log.h"
#include "util/nearest.h"
#include "util/number.h"
#include "wire/krb_error.h"
#include "world/setting.h"

enum { COMMENT_WIDTH = 78 };

/* ---- Shipped scenarios ---- */

const char *new_shipped_find(struct arena *arena, const char *word)
{
    struct shipped_file file;

    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(arena, &file);
        const char *slash = id ? strchr(id, '/') : NULL;

        if (id && (strcasecmp(id, word) == 0 ||
                   (slash && strcasecmp(slash + 1, word) == 0))) {
            return id;
        }
    }
    return NULL;
}

static void try_shipped(struct arena *arena, struct nearest *nearest)
{
    struct shipped_file file;

    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(arena, &file);

        if (id) {
            nearest_try(nearest, span_text(id));
        }
    }
}

const char *new_shipped(struct arena *arena, const char *word)
{
    const char *id = new_shipped_find(arena, word);
    struct nearest nearest;

    if (!id) {
        nearest_init(&nearest, word);
        try_shipped(arena, &nearest);
        load_unknown("scenario", word, &nearest,
                     "lyncmock list scenarios prints them");
    }
    return id;
}

/* ---- Steps ---- */

static void note_layer(struct draft *draft, enum point at)
{
    if (draft->first == POINT_COUNT) {
        draft->first = at;
        draft->layer = arena_text(draft->examples.arena, point_layer(at));
    }
}

/* In lines of its own, each behind a "#". */
static void add_comment(struct buf *out, const char *text)
{
    size_t at = 0;

    while (*text) {
        size_t length = strcspn(text, " ");

        if (at && at + 1 + length > COMMENT_WIDTH) {
            at = 0;
            buf_add_u8(out, '\n');
        }
        buf_add_text(out, at ? " " : "  # ");
        buf_add(out, span_of(text, length));
        at += (at ? 1 : 4) + length;
        text += length + (text[length] == ' ');
    }
    buf_add_u8(out, '\n');
}

/* With what can be said there, for whoever goes on. */
static void add_step(struct draft *draft, enum point at,
                     const struct fault *fault, const char *value)
{
    const struct point_info *info = point_info(at);
    struct arena *arena = draft->examples.arena;

    note_layer(draft, at);
    add_comment(&draft->steps,
                arena_printf(arena, "%s: %s.", info->name, info->title));
    add_comment(&draft->steps,
                arena_printf(arena, "%s: %s. `lyncmock explain %s` says more.",
                             fault->name, fault->title, fault->name));
    add_comment(&draft->steps,
                arena_printf(arena,
                             "`when` can ask for: %s; and count: `lyncmock "
                             "explain counters`.",
                             fits_facts(arena, at)));
    buf_printf(&draft->steps,
               "  - at: %s\n    when: {first: 2} # leave it out: always\n    "
               "do: {%s: %s}\n",
               info->name, fault->name, value);
}

/* "503" is a status, "28020" an id of diagnostics, "clock-skew" an error of
 * the KDC, all else the name of a fault. NULL: it is none of them. */
static const struct fault *fault_of(struct draft *draft, const char *word,
                                    const char **out_value)
{
    const struct vocabulary *words = draft->examples.words;
    const struct fault *fault = vocabulary_fault(words, word);
    int32_t code;
    uint64_t number;

    *out_value = NULL;
    if (fault) {
        return fault;
    }
    *out_value = word;
    if (number_parse(word, NUMBER_DECIMAL, 99999, &number)) {
        return number < 600 ? vocabulary_fault(words, "status")
                            : vocabulary_fault(words, "diagnostics");
    }
    return krb_error_named(word, &code) ? vocabulary_fault(words, "kdc-error")
                                        : NULL;
}

/* Whether the value asked for, or else the fault's example, is good there. */
static const char *value_at(struct draft *draft, enum point at,
                            const struct fault *fault, const char *value)
{
    if (!value) {
        return fits_example(draft->examples.words, fault, at);
    }
    return example_step(&draft->examples, at, "",
                        arena_printf(draft->examples.arena, "%s: %s",
                                     fault->name, value))
               ? value
               : NULL;
}

/* The point of this name, or the first of a layer where the fault applies. */
static enum point point_of(struct draft *draft, const char *place,
                           const struct fault *fault, const char *value)
{
    struct span layer = span_text(place);
    enum point at = point_named(place);

    for (int i = 0; at == POINT_COUNT && i < POINT_COUNT; i++) {
        if (span_equal(point_layer((enum point)i), layer) &&
            value_at(draft, (enum point)i, fault, value)) {
            at = (enum point)i;
        }
    }
    return at;
}

/* ---- Settings ---- */

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

/* "tls.expired": a value of a setting below tls. */
static bool add_setting(struct draft *draft, const char *place,
                        const char *word)
{
    size_t length = strlen(place);
    const struct setting *row;

    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        const char *name = row->info.name;

        if (strncmp(name, place, length) == 0 && name[length] == '.' &&
            !strchr(name + length + 1, '.') &&
            setting_kind_of(row) == SETTING_WORD &&
            has_word(row->info.type, word)) {
            buf_printf(&draft->world, "  # %s: %s\n  %s: {%s: %s}\n", name,
                       row->info.doc, place, name + length + 1, word);
            draft->layer =
                !draft->layer && layer_named(place) ? place : draft->layer;
            return true;
        }
    }
    return false;
}

/* ---- Steps and settings of a shipped failure ---- */

/* The lines below a key at the left, of a text that is written as the shipped
 * ones are. */
static void copy_section(const char *text, const char *key, struct buf *out)
{
    size_t length = strlen(key);
    bool inside = false;

    while (*text) {
        size_t size = strcspn(text, "\n");

        size += text[size] == '\n';
        if (*text != ' ' && *text != '#') {
            inside = strncmp(text, key, length) == 0 && text[length] == ':';
        } else if (inside && *text == ' ') {
            buf_add(out, span_of(text, size));
        }
        text += size;
    }
}

static bool add_shipped(struct draft *draft, const char *id)
{
    struct arena *arena = draft->examples.arena;
    AUTO(scenario) scenario = NULL;
    struct shipped_file file;
    const char *text;

    if (!load_shipped(id, draft->examples.words, &scenario) ||
        !shipped_find(arena_printf(arena, "%s.yaml", id), &file)) {
        return false;
    }
    text = arena_text(arena, file.text);
    if (scenario->step_count) {
        note_layer(draft, scenario->steps[0].at);
    }
    if (scenario->about.layer) {
        draft->layer = arena_strdup(arena, scenario->about.layer);
    }
    if (!draft->from) {
        draft->from = id;
        return true;
    }
    copy_section(text, "world", &draft->world);
    copy_section(text, "steps", &draft->steps);
    return true;
}

/* ---- One word ---- */

static void say_unknown(struct draft *draft, const char *word)
{
    const struct fault *const *faults = draft->examples.words->faults;
    const char *dot = strrchr(word, '.');
    struct nearest nearest;

    nearest_init(&nearest, dot ? dot + 1 : word);
    for (size_t i = 0; faults[i]; i++) {
        nearest_try(&nearest, span_text(faults[i]->name));
    }
    if (!dot) {
        try_shipped(draft->examples.arena, &nearest);
    }
    load_unknown("fault", dot ? dot + 1 : word, &nearest,
                 "lyncmock list faults prints them; POINT.503 is a status, "
                 "POINT.28020 an id of X-Ms-diagnostics");
}

static void say_no_point(const char *place, const struct fault *fault)
{
    const struct layer_info *layer = layer_named(place);
    struct nearest nearest;

    if (layer) {
        log_error("%s applies at no point of %s; lyncmock list points --fault "
                  "%s prints those where it does",
                  fault->name, place, fault->name);
        return;
    }
    nearest_init(&nearest, place);
    for (int i = 0; i < POINT_COUNT; i++) {
        nearest_try(&nearest, span_text(point_info((enum point)i)->name));
    }
    for (size_t i = 0; (layer = layer_at(i)) != NULL; i++) {
        nearest_try(&nearest, span_text(layer->name));
    }
    load_unknown("point", place, &nearest, "lyncmock list points prints them");
}

static bool add_at(struct draft *draft, const char *place, const char *word)
{
    const char *value;
    const struct fault *fault = fault_of(draft, word, &value);
    const char *asked = value;
    enum point at;

    if (!fault) {
        if (add_setting(draft, place, word)) {
            return true;
        }
        say_unknown(draft, word);
        return false;
    }
    at = point_of(draft, place, fault, value);
    if (at == POINT_COUNT) {
        say_no_point(place, fault);
        return false;
    }
    value = value_at(draft, at, fault, value);
    if (!value) {
        log_error("%s%s%s does not apply at %s; lyncmock list faults --at %s "
                  "prints what does",
                  fault->name, asked ? " " : "", asked ? asked : "",
                  point_info(at)->name, point_info(at)->name);
        return false;
    }
    add_step(draft, at, fault, value);
    return true;
}

bool draft_fault(struct draft *draft, const char *word)
{
    const char *value;
    const struct fault *fault = fault_of(draft, word, &value);
    const char *id = new_shipped_find(draft->examples.arena, word);
    const char *dot = strrchr(word, '.');
    enum point at;

    if (id && !fault) { /* a failure may be called as a fault is */
        return add_shipped(draft, id);
    }
    if (dot) {
        return add_at(draft,
                      arena_text(draft->examples.arena,
                                 span_of(word, (size_t)(dot - word))),
                      dot + 1);
    }
    if (!fault) {
        say_unknown(draft, word);
        return false;
    }
    at = example_point(&draft->examples, fault);
    return at != POINT_COUNT && add_at(draft, point_info(at)->name, word);
}
