/* lyncmock explain: the keys of a scenario, and the words of `when`. */
#include "config.h"

#include <string.h>

#include "cli/example.h"
#include "cli/explain.h"
#include "scenario/fault.h"
#include "scenario/layers.h"
#include "scenario/settings_rows.h"

static const char *points_with_fact(struct telling *telling, unsigned fact)
{
    AUTO_BUF out = {0};

    for (int i = 0; i < POINT_COUNT; i++) {
        if (point_info((enum point)i)->facts & fact) {
            buf_printf(&out, "%s%s", out.size ? ", " : "",
                       point_info((enum point)i)->name);
        }
    }
    return arena_text(telling->arena, buf_span(&out));
}

/* A setting of this name, or a group of them. */
static const char *world_word(struct telling *telling, const char *word)
{
    const struct setting *row = rows_find(&rows_of_world, word);

    return row ? row->info.doc
               : arena_printf(telling->arena, "lyncmock explain %s", word);
}

/* What may stand there, where a table knows. */
static void tell_choice(struct telling *telling, enum key_shape shape)
{
    const char *word;
    size_t at = 0;

    if (shape == SHAPE_POINT) {
        for (int i = 0; i < POINT_COUNT; i++) {
            tell_item(telling, point_info((enum point)i)->name,
                      point_info((enum point)i)->title);
        }
    } else if (shape == SHAPE_LAYER) {
        const struct layer_info *layer;

        for (size_t i = 0; (layer = layer_at(i)) != NULL; i++) {
            tell_item(telling, layer->name, layer->title);
        }
    } else if (shape == SHAPE_ABOUT) {
        for (const struct key *key = keys_about; key->name; key++) {
            tell_item(telling, key->name, key->doc);
        }
    } else if (shape == SHAPE_FAULTS) {
        for (size_t i = 0; telling->words->faults[i]; i++) {
            tell_item(telling, telling->words->faults[i]->name,
                      telling->words->faults[i]->title);
        }
    } else if (shape == SHAPE_STEPS) {
        for (const struct key *key = keys_step; key->name; key++) {
            tell_item(telling, key->name, key->doc);
        }
    } else if (shape == SHAPE_WORLD) {
        while ((word = rows_next(telling->arena, &rows_of_world, "", &at))) {
            tell_item(telling, word, world_word(telling, word));
        }
    }
}

static void tell_key(struct telling *telling, const struct key *keys,
                     const struct key *key, const char *what)
{
    const struct examples examples = {telling->arena, telling->words};

    tell_heading(telling, key->name, what);
    tell_line(telling, "value",
              key->example ? key_shape_text(key->shape) : NULL);
    if (key->fact) {
        tell_line(telling, "where", points_with_fact(telling, key->fact));
    }
    tell_paragraph(telling, key->doc);
    tell_example(telling, example_key(&examples, keys, key));
    tell_choice(telling, key->shape);
}

void tell_keys(struct telling *telling)
{
    static const struct {
        const struct key *keys;
        const char *what;
    } tables[] = {
        {keys_scenario, "a key of a scenario"},
        {keys_about, "a key of `about`"},
        {keys_step, "a key of a step"},
        {keys_when, "a word of `when`"},
        {keys_expectation, "a key of an expectation"},
        {keys_never, "a key of `never`"},
        {keys_fail_on, "a word of `fail-on`"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        for (const struct key *key = tables[i].keys; key->name; key++) {
            if (tell_is_named(telling, key->name)) {
                tell_key(telling, tables[i].keys, key,
                         key->fact ? "a fact, for `when`" : tables[i].what);
            }
        }
    }
}
