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

/* ---- What is wanted ---- */

/* How well a scenario fits the words that are wanted, the best first. */
enum fit {
    FIT_REPORT, /* the bug report has them */
    FIT_FILE,   /* what its layer, source, world and steps say */
    FIT_CLIENT, /* what a good client does: there for lack of a better */
    FIT_COUNT,
};

struct found {
    const char *id;
    struct scenario *scenario;
    enum fit fit;
};

/* Points, and faults there; also those of its parents. */
static void add_steps(struct buf *out, const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->step_count; i++) {
        const struct step *step = &scenario->steps[i];

        buf_printf(out, " %s", point_info(step->at)->name);
        for (size_t k = 0; k < step->action_count; k++) {
            buf_printf(out, " %s", step->actions[k].fault->name);
        }
    }
}

static bool starts(const char *line, const char *key)
{
    return strncmp(line, key, strlen(key)) == 0;
}

/* What begins here is searched as it is written: what `about` says has its own
 * place, what is expected is no trouble. */
static bool is_searched(const char *line)
{
    return starts(line, "world:") || starts(line, "steps:") ||
           (starts(line, "# ") && !starts(line, "# yaml-language-server"));
}

/* The lines of its world and steps, and comments. */
static void add_text(struct buf *out, const char *line)
{
    bool searched = false;

    while (*line) {
        size_t length = strcspn(line, "\n");

        length += line[length] == '\n';
        searched = *line == ' ' ? searched : is_searched(line);
        if (searched) {
            buf_add(out, span_of(line, length));
        }
        line += length;
    }
}

static const char *words_of(struct arena *arena, const char *id,
                            const struct scenario *scenario)
{
    AUTO_BUF out = {0};
    struct shipped_file file;

    add_steps(&out, scenario);
    buf_add_u8(&out, '\n');
    if (shipped_find(arena_printf(arena, "%s.yaml", id), &file)) {
        add_text(&out, arena_text(arena, file.text));
    }
    return arena_text(arena, buf_span(&out));
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* FIT_COUNT: not at all. */
static enum fit fit_of(struct listing *listing, const char *id,
                       const struct scenario *scenario)
{
    const struct about *about = &scenario->about;
    const char *texts[] = {
        id,  scenario->title, or_empty(about->symptom), NULL, NULL, NULL, NULL,
        NULL};

    if (listing_wants(listing, texts)) {
        return FIT_REPORT;
    }
    texts[3] = or_empty(about->layer);
    texts[4] = or_empty(about->source);
    texts[5] = words_of(listing->arena, id, scenario);
    if (listing_wants(listing, texts)) {
        return FIT_FILE;
    }
    texts[6] = or_empty(about->client);
    return listing_wants(listing, texts) ? FIT_CLIENT : FIT_COUNT;
}

/* ---- What is listed ---- */

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

    if (!listing_begin(listing, group, word && !listing->whole_ids ? word : id,
                       scenario->title)) {
        return;
    }
    add_about(listing, &scenario->about);
    if (listing->form == LISTING_JSON) {
        listing_text(listing, "domain", scenario->world->domain);
    }
    listing_number(listing, "steps", scenario->step_count);
    listing_number(listing, "expectations", scenario_expectations(scenario));
    listing_end(listing);
}

/* Those of one layer that fit so well; NULL: of all layers. What is compiled in
 * has passed the tests: it can be read. */
static void list_layer(struct listing *listing, const char *layer,
                       enum fit least, enum fit most, const struct found *found)
{
    for (; found->id; found++) {
        const char *own = or_empty(found->scenario->about.layer);

        if ((!layer || strcmp(layer, own) == 0) && found->fit >= least &&
            found->fit <= most) {
            list_scenario(listing, found->id, found->scenario);
        }
    }
}

/* Those that fit best first; in groups, where there are headings. */
static void list_fitting(struct listing *listing, enum fit least, enum fit most,
                         const struct found *found)
{
    const struct layer_info *layer;

    if (listing->form != LISTING_LONG) {
        for (int fit = (int)least; fit <= (int)most; fit++) {
            list_layer(listing, NULL, (enum fit)fit, (enum fit)fit, found);
        }
        return;
    }
    list_layer(listing, "", least, most, found);
    for (size_t i = 0; (layer = layer_at(i)) != NULL; i++) {
        list_layer(listing, layer->name, least, most, found);
    }
}

/* Profiles for --chaos, or all others, appended. */
static void load_found(struct listing *listing, bool chaos, struct found *found,
                       size_t *count)
{
    struct shipped_file file;

    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(listing->arena, &file);
        struct scenario *scenario;

        if (id && (load_chaos_word(id) != NULL) == chaos &&
            load_shipped(id, listing->words, &scenario)) {
            found[(*count)++] =
                (struct found){id, scenario, fit_of(listing, id, scenario)};
        }
    }
}

/* All, or profiles for --chaos alone. */
static bool list_shipped(struct listing *listing, bool chaos)
{
    struct shipped_file file;
    size_t count = 0;
    struct found *found;

    while (shipped_at(count, &file)) {
        count++;
    }
    found = arena_alloc(listing->arena, (count + 1) * sizeof(*found));
    count = 0;
    if (!chaos) {
        load_found(listing, false, found, &count);
    }
    load_found(listing, true, found, &count);
    found[count].id = NULL;
    list_fitting(listing, FIT_REPORT, FIT_FILE, found);
    if (!listing->count) {
        list_fitting(listing, FIT_CLIENT, FIT_CLIENT, found);
    }
    while (count-- > 0) {
        scenario_unref(found[count].scenario);
    }
    return true;
}

bool list_scenarios(struct listing *listing)
{
    listing->whole_ids = true;
    return list_shipped(listing, false);
}

bool list_chaos(struct listing *listing)
{
    return list_shipped(listing, true);
}
