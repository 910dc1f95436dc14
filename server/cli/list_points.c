/* lyncmock list points, and faults. */
#include "config.h"

#include <string.h>

#include "cli/fits.h"
#include "cli/listing.h"
#include "cli/load.h"
#include "scenario/fault.h"
#include "scenario/layers.h"
#include "util/nearest.h"

/* ---- Points ---- */

static const struct fault *fault_asked(const struct listing *listing)
{
    const struct fault *fault =
        vocabulary_fault(listing->words, listing->fault);
    struct nearest nearest;

    if (fault) {
        return fault;
    }
    nearest_init(&nearest, listing->fault);
    for (size_t i = 0; listing->words->faults[i]; i++) {
        nearest_try(&nearest, span_text(listing->words->faults[i]->name));
    }
    load_unknown("fault", listing->fault, &nearest,
                 "lyncmock list faults prints them");
    return NULL;
}

static void list_point(struct listing *listing, enum point at)
{
    const struct point_info *info = point_info(at);
    const char *layer = arena_text(listing->arena, point_layer(at));

    if (!listing_begin(listing, layer, info->name, info->title)) {
        return;
    }
    if (listing->form == LISTING_JSON) {
        listing_text(listing, "layer", layer);
    }
    listing_list(listing, "facts", fits_facts(listing->arena, at));
    listing_list(listing, "faults",
                 fits_faults(listing->arena, listing->words, at));
    listing_text(listing, listing->form == LISTING_JSON ? "spec" : "source",
                 info->spec);
    listing_end(listing);
}

/* The points of a layer where this fault applies; NULL: all of them. */
static void list_layer(struct listing *listing, const struct layer_info *layer,
                       const struct fault *fault)
{
    for (int i = 0; i < POINT_COUNT; i++) {
        const struct point_info *info = point_info((enum point)i);
        const char *texts[] = {info->name, info->title, info->spec, NULL};

        if (span_equal(point_layer((enum point)i), span_text(layer->name)) &&
            listing_wants(listing, texts) &&
            (!fault || fits_example(listing->words, fault, (enum point)i))) {
            list_point(listing, (enum point)i);
        }
    }
}

bool list_points(struct listing *listing)
{
    const struct fault *fault = NULL;
    const struct layer_info *layer;

    if (listing->fault && !(fault = fault_asked(listing))) {
        return false;
    }
    for (size_t i = 0; (layer = layer_at(i)) != NULL; i++) {
        list_layer(listing, layer, fault);
    }
    return true;
}

/* ---- Faults ---- */

static void add_parameters(struct listing *listing, const struct fault *fault)
{
    struct json *json = &listing->json;
    const struct setting *row = fault->params;

    if (listing->form == LISTING_LONG) {
        for (; row && row->info.name; row++) {
            listing_text(listing, row == fault->params ? "takes" : "",
                         arena_printf(listing->arena, "%s: %s (%s)",
                                      row->info.name, row->info.doc,
                                      row->info.type));
        }
        return;
    }
    json_open_named(json, "parameters", '[');
    for (; row && row->info.name; row++) {
        json_open(json, '{');
        json_text(json, "name", row->info.name);
        json_text(json, "type", row->info.type);
        json_text(json, "doc", row->info.doc);
        json_close(json, '}');
    }
    json_close(json, ']');
}

/* More examples, which --json has. */
static void add_examples(struct listing *listing, const struct fault *fault)
{
    if (listing->form != LISTING_JSON) {
        return;
    }
    json_open_named(&listing->json, "examples", '[');
    for (size_t i = 0; fault->examples && fault->examples[i]; i++) {
        json_text(&listing->json, NULL, fault->examples[i]);
    }
    json_close(&listing->json, ']');
}

static void list_fault(struct listing *listing, const struct fault *fault)
{
    if (!listing_begin(listing, NULL, fault->name, fault->title)) {
        return;
    }
    if (listing->form == LISTING_JSON) {
        listing_text(listing, "doc", fault->doc);
    }
    listing_text(listing, listing->form == LISTING_JSON ? "spec" : "source",
                 fault->spec);
    listing_text(listing, "example", fault->example);
    add_examples(listing, fault);
    listing_list(
        listing, "points",
        listing->form == LISTING_JSON
            ? fits_points(listing->arena, listing->words, fault)
            : fits_points_short(listing->arena, listing->words, fault));
    add_parameters(listing, fault);
    listing_end(listing);
}

bool list_faults(struct listing *listing)
{
    enum point at = POINT_COUNT;

    if (listing->at && !load_point(listing->at, &at)) {
        return false;
    }
    for (size_t i = 0; listing->words->faults[i]; i++) {
        const struct fault *fault = listing->words->faults[i];
        const char *texts[] = {fault->name, fault->title,   fault->doc,
                               fault->spec, fault->example, NULL};

        if (listing_wants(listing, texts) &&
            (!listing->at || fits_example(listing->words, fault, at))) {
            list_fault(listing, fault);
        }
    }
    return true;
}
