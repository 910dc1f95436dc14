/* lyncmock explain: points and their layers, faults and their parameters. */
#include "config.h"

#include <string.h>

#include "cli/example.h"
#include "cli/explain.h"
#include "cli/fits.h"
#include "scenario/fault.h"
#include "scenario/layers.h"

/* ---- Points ---- */

static void tell_point(struct telling *telling, enum point at)
{
    const struct point_info *info = point_info(at);
    const struct examples examples = {telling->arena, telling->words};

    tell_heading(telling, info->name, "a point");
    tell_line(telling, "when", info->title);
    tell_line(telling, "facts", fits_facts(telling->arena, at));
    tell_line(telling, "faults",
              fits_faults(telling->arena, telling->words, at));
    tell_line(telling, "source", info->spec);
    tell_example(telling, example_step(&examples, at, NULL, NULL));
}

static bool is_of(enum point at, const struct layer_info *layer)
{
    return span_equal(point_layer(at), span_text(layer->name));
}

static void tell_layer(struct telling *telling, const struct layer_info *layer)
{
    const struct examples examples = {telling->arena, telling->words};
    enum point first = POINT_COUNT;

    tell_heading(telling, layer->name,
                 arena_printf(telling->arena, "a layer of the points: %s",
                              layer->title));
    for (int i = 0; i < POINT_COUNT; i++) {
        if (is_of((enum point)i, layer)) {
            tell_item(telling, point_info((enum point)i)->name,
                      point_info((enum point)i)->title);
            first = first == POINT_COUNT ? (enum point)i : first;
        }
    }
    tell_line(telling, "more",
              arena_printf(telling->arena,
                           "lyncmock list points %s --long, lyncmock list "
                           "scenarios %s",
                           layer->name, layer->name));
    tell_example(telling, first == POINT_COUNT
                              ? example_text(&examples, "about: {layer: %s}",
                                             layer->name)
                              : example_step(&examples, first, NULL, NULL));
}

void tell_points(struct telling *telling)
{
    const struct layer_info *layer;

    for (int i = 0; i < POINT_COUNT; i++) {
        if (tell_is_named(telling, point_info((enum point)i)->name)) {
            tell_point(telling, (enum point)i);
        }
    }
    for (size_t i = 0; (layer = layer_at(i)) != NULL; i++) {
        if (tell_is_named(telling, layer->name)) {
            tell_layer(telling, layer);
        }
    }
}

/* ---- Faults ---- */

static void tell_fault(struct telling *telling, const struct fault *fault)
{
    const struct examples examples = {telling->arena, telling->words};
    const struct setting *row = fault->params;
    enum point at = example_point(&examples, fault);

    tell_heading(telling, fault->name,
                 arena_printf(telling->arena, "a fault: %s", fault->title));
    tell_line(telling, "where",
              fits_points(telling->arena, telling->words, fault));
    tell_line(telling, "source", fault->spec);
    tell_paragraph(telling, fault->doc);
    if (at != POINT_COUNT) {
        tell_example(
            telling,
            example_step(
                &examples, at, "",
                arena_printf(telling->arena, "%s: %s", fault->name,
                             fits_example(telling->words, fault, at))));
    }
    for (; row && row->info.name; row++) {
        tell_item(telling, row->info.name,
                  arena_printf(telling->arena, "%s (%s)", row->info.doc,
                               row->info.type));
    }
}

static void tell_parameter(struct telling *telling, const struct fault *fault,
                           const struct setting *row)
{
    const struct examples examples = {telling->arena, telling->words};
    bool is_short = tell_is_short_for(telling, row->info.name);

    tell_heading(telling, is_short ? telling->word : row->info.name,
                 arena_printf(telling->arena, "a parameter of the fault %s",
                              fault->name));
    tell_line(telling, "value", row->info.type);
    tell_line(telling, "written",
              is_short ? arena_printf(telling->arena, "do: {%s: {%s: ...}}",
                                      fault->name, telling->word)
                       : NULL);
    tell_paragraph(telling, row->info.doc);
    tell_example(telling, example_parameter(&examples, fault, row));
}

void tell_faults(struct telling *telling)
{
    const struct fault *const *all = telling->words->faults;

    for (size_t i = 0; all[i]; i++) {
        const struct setting *row = all[i]->params;

        if (tell_is_named(telling, all[i]->name)) {
            tell_fault(telling, all[i]);
        }
        for (; row && row->info.name; row++) {
            if (strcmp(row->info.name, all[i]->name) != 0 &&
                (tell_is_named(telling, row->info.name) ||
                 tell_is_short_for(telling, row->info.name))) {
                tell_parameter(telling, all[i], row);
            }
        }
    }
}
