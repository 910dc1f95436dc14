/* lyncmock list scenarios: what is shipped, by its bug reports. */
#include "config.h"

#include <string.h>

#include "cli/listing.h"
#include "cli/load.h"
#include "scenario/keys.h"
#include "scenario/layers.h"
#include "scenario/shipped.h"

static const char *about_text(const struct about *about, const struct key *key)
{
    return *(const char *const *)(const void *)((const char *)about +
                                                key->offset);
}

/* What stands in it, as words to search for: points, and faults there. */
static const char *words_of(struct arena *arena,
                            const struct scenario *scenario)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < scenario->step_count; i++) {
        const struct step *step = &scenario->steps[i];

        buf_printf(&out, " %s", point_info(step->at)->name);
        for (size_t k = 0; k < step->action_count; k++) {
            buf_printf(&out, " %s", step->actions[k].fault->name);
        }
    }
    return arena_text(arena, buf_span(&out));
}

static bool is_wanted(struct listing *listing, const char *id,
                      const struct scenario *scenario)
{
    const struct about *about = &scenario->about;
    const char *none = "";
    const char *texts[] = {
        id,
        scenario->title,
        about->layer ? about->layer : none,
        about->symptom ? about->symptom : none,
        about->client ? about->client : none,
        about->source ? about->source : none,
        words_of(listing->arena, scenario),
        NULL,
    };

    return listing_wants(listing, texts);
}

static void add_about(struct listing *listing, const struct about *about)
{
    const struct key *key;

    if (listing->form == LISTING_JSON) {
        json_open_named(&listing->json, "about", '{');
    }
    for (key = keys_about; key->name; key++) {
        const char *text = about_text(about, key);

        /* Of the long form it is the heading. */
        if (text &&
            (key->shape != SHAPE_LAYER || listing->form == LISTING_JSON)) {
            listing_text(listing, key->name, text);
        }
    }
    if (listing->form == LISTING_JSON) {
        json_close(&listing->json, '}');
    }
}

static void list_scenario(struct listing *listing, const char *id,
                          const struct scenario *scenario)
{
    const char *layer = scenario->about.layer;

    const char *word = load_chaos_word(id);
    const char *group = word    ? "For --chaos"
                        : layer ? layer
                                : "Sign-ins that succeed";

    if (!listing_begin(listing, group, word ? word : id, scenario->title)) {
        return;
    }
    add_about(listing, &scenario->about);
    if (listing->form == LISTING_JSON) {
        listing_text(listing, "domain", scenario->world->domain);
    }
    listing_number(listing, "steps", scenario->step_count);
    listing_number(listing, "expectations", scenario->expectation_count);
    listing_end(listing);
}

/* Those of one layer; NULL: all of them. What is compiled in has passed the
 * tests: it can be read. */
static void list_layer(struct listing *listing, const char *layer,
                       struct scenario *const *scenarios,
                       const char *const *ids)
{
    for (size_t i = 0; ids[i]; i++) {
        const char *own = scenarios[i]->about.layer;

        if ((!layer || strcmp(layer, own ? own : "") == 0) &&
            is_wanted(listing, ids[i], scenarios[i])) {
            list_scenario(listing, ids[i], scenarios[i]);
        }
    }
}

static void list_all(struct listing *listing, struct scenario *const *scenarios,
                     const char *const *ids)
{
    const struct layer_info *layer;

    if (listing->form != LISTING_LONG) {
        list_layer(listing, NULL, scenarios, ids);
        return;
    }
    list_layer(listing, "", scenarios, ids);
    for (size_t i = 0; (layer = layer_at(i)) != NULL; i++) {
        list_layer(listing, layer->name, scenarios, ids);
    }
}

/* Profiles for --chaos, or all others. */
static bool list_shipped(struct listing *listing, bool chaos)
{
    struct shipped_file file;
    size_t count = 0;
    const char **ids;
    struct scenario **scenarios;

    while (shipped_at(count, &file)) {
        count++;
    }
    ids = arena_alloc(listing->arena, (count + 1) * sizeof(*ids));
    scenarios = arena_alloc(listing->arena, count * sizeof(*scenarios));
    count = 0;
    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(listing->arena, &file);

        if (id && (load_chaos_word(id) != NULL) == chaos &&
            load_shipped(id, listing->words, &scenarios[count])) {
            ids[count++] = id;
        }
    }
    list_all(listing, scenarios, ids);
    while (count-- > 0) {
        scenario_unref(scenarios[count]);
    }
    return true;
}

bool list_scenarios(struct listing *listing)
{
    return list_shipped(listing, false);
}

bool list_chaos(struct listing *listing)
{
    return list_shipped(listing, true);
}
