/* A scenario from its files, see read.h: the chain of `extends`, the world
 * from the far end on, then the steps from the near end on. */
#include "config.h"

#include "scenario/read.h"

#include <string.h>

#include "scenario/reading.h"
#include "util/buf.h"

/* One file of the chain. */
struct layer {
    struct source source;
    const struct node *root;
    struct about about;
};

struct chain {
    struct arena *arena; /* texts and trees, until all is read */
    struct layer layers[READ_CHAIN_MAX + 1]; /* one more may come behind */
    size_t count;
};

static const struct node *entry_of(const struct layer *layer, const char *key)
{
    return node_entry(layer->root, key);
}

/* ---- One file ---- */

static bool check_version(struct reading *reading, const struct node *root)
{
    const struct node *version = node_entry(root, "lyncmock");

    if (!version) {
        reading_error(reading, root,
                      "\"lyncmock: 1\" is missing; each scenario says the "
                      "version of its language");
        return true;
    }
    if (version->kind != NODE_TEXT || strcmp(version->text, "1") != 0) {
        reading_error(reading, version,
                      "lyncmock: expected 1, the version of the language that "
                      "this program knows, not %s",
                      version->kind == NODE_TEXT
                          ? version->text
                          : node_kind_text(version->kind));
        return false;
    }
    return true;
}

static void check_keys(struct reading *reading, struct layer *layer)
{
    const struct node *entry = layer->root->first;
    const struct key *key;
    const char *line;

    for (; entry; entry = entry->next) {
        if (!read_key(reading, keys_scenario, entry, "key", &key)) {
            continue;
        }
        if (key->shape == SHAPE_TEXT) {
            read_line(reading, entry, &line);
        } else if (key->shape == SHAPE_ABOUT) {
            read_about(reading, entry, &layer->about);
        }
    }
}

/* false: nothing can be made of it. */
static bool read_layer(struct reading *reading, struct chain *chain,
                       struct layer *layer)
{
    reading->source = &layer->source;
    layer->root = yaml_read(chain->arena, layer->source.text,
                            layer->source.label, reading->diagnostics);
    if (!layer->root ||
        !reading_kind(reading, layer->root, NODE_MAP,
                      "a mapping that begins with \"lyncmock: 1\"") ||
        !check_version(reading, layer->root)) {
        return false;
    }
    check_keys(reading, layer);
    return true;
}

/* ---- The chain ---- */

static const char *cycle_text(const struct chain *chain, size_t from)
{
    AUTO_BUF out = {0};

    for (size_t i = from; i < chain->count; i++) {
        buf_printf(&out, "%s extends ", chain->layers[i].source.label);
    }
    buf_add_text(&out, chain->layers[from].source.label);
    return arena_text(chain->arena, buf_span(&out));
}

static bool is_new(struct reading *reading, const struct chain *chain,
                   const struct node *extends, const struct source *source)
{
    for (size_t i = 0; i < chain->count; i++) {
        if (strcmp(chain->layers[i].source.identity, source->identity) == 0) {
            reading_error(reading, extends, "extends: a circle: %s",
                          cycle_text(chain, i));
            return false;
        }
    }
    if (chain->count == READ_CHAIN_MAX) {
        reading_error(reading, extends,
                      "extends: more than %d scenarios that extend one "
                      "another; %d are the limit",
                      READ_CHAIN_MAX, READ_CHAIN_MAX);
        return false;
    }
    return true;
}

void reading_tells_file(struct reading *reading, const char *name)
{
    const struct scenario_source *from = reading->from;
    const char *path = source_path(reading->arena, reading->source, name);

    if (from && from->reads && path) {
        from->reads(from->reads_ctx, path);
    }
}

/* What the last layer extends becomes another one; false: it ends here. */
static bool read_parent(struct reading *reading, struct chain *chain)
{
    struct layer *child = &chain->layers[chain->count - 1];
    const struct node *extends = entry_of(child, "extends");
    struct source source;
    struct err err;

    if (!extends || extends->kind != NODE_TEXT) {
        return false;
    }
    reading->source = &child->source;
    reading_tells_file(reading, extends->text);
    if (!source_beside(chain->arena, &child->source, extends->text, &source,
                       &err)) {
        reading_error(reading, extends, "extends: %s", err.text);
        return false;
    }
    if (!is_new(reading, chain, extends, &source)) {
        return false;
    }
    chain->layers[chain->count] = (struct layer){.source = source};
    if (!read_layer(reading, chain, &chain->layers[chain->count])) {
        return false;
    }
    chain->count++;
    return true;
}

static bool open_first(struct reading *reading,
                       const struct scenario_source *from, struct chain *chain)
{
    struct source *source = &chain->layers[0].source;
    struct err err;

    if (from->text.data) {
        *source = (struct source){
            .label = from->name,
            .folder = "",
            .identity = from->name,
            .text = from->text,
            .sealed = from->sealed,
        };
        return true;
    }
    if (from->reads && !from->shipped) {
        from->reads(from->reads_ctx, from->name);
    }
    if (from->shipped ? !source_shipped(chain->arena, from->name, source, &err)
                      : !source_open(chain->arena, from->name, source, &err)) {
        diagnostics_add(reading->diagnostics, SEVERITY_ERROR,
                        (struct place){from->name, 1, 1}, "%s", err.text);
        return false;
    }
    return true;
}

/* Steps that wait behind those of the scenario: what that says of a point goes
 * first, and chaos is left with the rest. */
static bool read_behind(struct reading *reading, const char *id,
                        struct chain *chain)
{
    struct layer *layer = &chain->layers[chain->count];
    struct err err;

    *layer = (struct layer){0};
    if (!source_shipped(chain->arena, id, &layer->source, &err)) {
        diagnostics_add(reading->diagnostics, SEVERITY_ERROR,
                        (struct place){NULL, 0, 0}, "%s", err.text);
        return false;
    }
    if (!read_layer(reading, chain, layer)) {
        return false;
    }
    chain->count++;
    return true;
}

static bool read_chain(struct reading *reading,
                       const struct scenario_source *from, struct chain *chain)
{
    if (!open_first(reading, from, chain) ||
        !read_layer(reading, chain, &chain->layers[0])) {
        return false;
    }
    chain->count = 1;
    while (read_parent(reading, chain)) {
    }
    return !from->behind || read_behind(reading, from->behind, chain);
}

/* ---- The world ---- */

/*
 * What does not fit together is told where the setting stands that the message
 * begins with, else at the nearest `world`.
 */
static void tell_contradiction(struct reading *reading,
                               const struct chain *chain, const char *text)
{
    const struct node *place = NULL;
    bool exact = false;

    for (size_t i = 0; i < chain->count && !exact; i++) {
        const struct node *world = entry_of(&chain->layers[i], "world");
        const struct node *node = world ? world_node(world, text) : NULL;

        exact = node != world;
        if (node && (exact || !place)) {
            reading->source = &chain->layers[i].source;
            place = node;
        }
    }
    if (place) {
        reading_error(reading, place->kind == NODE_MAP ? place->key : place,
                      "%s", text);
    }
}

static void finish_world(struct reading *reading, const struct chain *chain)
{
    struct err err;

    if (!world_finish(reading->world, &err)) {
        tell_contradiction(reading, chain, err.text);
    }
}

static void build_world(struct reading *reading, const struct chain *chain,
                        const struct scenario_source *from)
{
    struct err err;

    for (size_t i = chain->count; i-- > 0;) {
        const struct node *world = entry_of(&chain->layers[i], "world");

        reading->source = &chain->layers[i].source;
        if (world) {
            read_world(reading, world);
        }
    }
    if (reading->diagnostics->errors) {
        return;
    }
    finish_world(reading, chain);
    if (!reading->diagnostics->errors && from->override &&
        (!from->override(from->override_ctx, reading->world, &err) ||
         !world_finish(reading->world, &err))) {
        diagnostics_add(reading->diagnostics, SEVERITY_ERROR,
                        (struct place){NULL, 0, 0}, "%s", err.text);
    }
    reading->world_known = !reading->diagnostics->errors;
}

/* ---- Steps and expectations ---- */

/* Room for the steps of all files; false: there are too many. */
static bool make_room(struct reading *reading, const struct chain *chain,
                      struct scenario *scenario)
{
    size_t count = 0;

    for (size_t i = 0; i < chain->count; i++) {
        const struct node *steps = entry_of(&chain->layers[i], "steps");

        reading->source = &chain->layers[i].source;
        count += steps ? steps->count : 0;
        if (count > READ_STEPS_MAX) {
            reading_error(reading, steps->key,
                          "steps: %zu of them with those that it extends; %d "
                          "are the limit",
                          count, READ_STEPS_MAX);
            return false;
        }
    }
    scenario->steps =
        arena_alloc(scenario->arena, (count + 1) * sizeof(*scenario->steps));
    return true;
}

static void read_layer_steps(struct reading *reading, const struct layer *layer,
                             struct scenario *scenario)
{
    const struct node *list = entry_of(layer, "steps");
    size_t begin = scenario->step_count;

    reading->source = &layer->source;
    if (!list ||
        !reading_kind(reading, list, NODE_LIST, key_shape_text(SHAPE_STEPS))) {
        return;
    }
    read_steps(reading, list, scenario->steps, &scenario->step_count);
    if (!reading->diagnostics->errors) {
        warn_hidden(reading, list, scenario->steps + begin,
                    scenario->step_count - begin);
    }
}

/* Of each key the nearest file that has it decides. */
static void read_expectations(struct reading *reading,
                              const struct chain *chain,
                              struct scenario *scenario)
{
    const struct node *expect = NULL;
    const struct node *fail_on = NULL;
    const struct node *unexpected = NULL;

    for (size_t i = 0; i < chain->count; i++) {
        const struct layer *layer = &chain->layers[i];
        bool settled = fail_on && (scenario->fail_on & FAIL_ON_UNEXPECTED);

        reading->source = &layer->source;
        if (!expect && (expect = entry_of(layer, "expect"))) {
            read_expect(reading, expect, scenario);
        }
        if (!fail_on && (fail_on = entry_of(layer, "fail-on"))) {
            read_fail_on(reading, fail_on, scenario);
        }
        if (!unexpected && !settled &&
            (unexpected = entry_of(layer, "unexpected"))) {
            read_unexpected(reading, unexpected, entry_of(layer, "fail-on"),
                            scenario);
        }
    }
}

static void read_all_treatments(struct reading *reading,
                                const struct chain *chain,
                                struct scenario *scenario)
{
    size_t count = 0;

    for (size_t i = 0; i < chain->count; i++) {
        const struct node *rules = entry_of(&chain->layers[i], "rules");

        count += rules ? rules->count : 0;
    }
    scenario->treatments = arena_alloc(
        scenario->arena, (count + 1) * sizeof(*scenario->treatments));
    for (size_t i = 0; i < chain->count; i++) {
        const struct node *rules = entry_of(&chain->layers[i], "rules");

        reading->source = &chain->layers[i].source;
        if (rules) {
            read_treatments(reading, rules, scenario);
        }
    }
}

/* ---- The whole ---- */

static const char *line_of(struct scenario *scenario, const struct chain *chain,
                           const char *key, const char *otherwise)
{
    const struct node *node = entry_of(&chain->layers[0], key);

    return arena_strdup(scenario->arena, node && node->kind == NODE_TEXT
                                             ? node->text
                                             : otherwise);
}

static void name_scenario(struct scenario *scenario, const struct chain *chain)
{
    const struct source *source = &chain->layers[0].source;

    scenario->name = source->id
                         ? arena_strdup(scenario->arena, source->id)
                         : line_of(scenario, chain, "name", source->label);
    scenario->title = line_of(scenario, chain, "title", "");
    scenario->about = chain->layers[0].about;
}

/* Of the files that a user wrote; what is shipped has passed the tests. */
static void warn_of_layers(struct reading *reading, const struct chain *chain,
                           const struct scenario *scenario)
{
    const struct step *steps = scenario->steps;

    for (size_t i = 0; i < chain->count; i++) {
        const struct node *list = entry_of(&chain->layers[i], "steps");

        reading->source = &chain->layers[i].source;
        if (!reading->source->id) {
            warn_of_secrets(reading, chain->layers[i].root);
        }
        if (list) {
            warn_of_steps(reading, list, steps, scenario);
            steps += list->count;
        }
    }
}

static void read_all(struct reading *reading,
                     const struct scenario_source *from, struct chain *chain,
                     struct scenario *scenario)
{
    if (!read_chain(reading, from, chain)) {
        return;
    }
    name_scenario(scenario, chain);
    build_world(reading, chain, from);
    scenario->setting_count = reading->setting_count;
    if (make_room(reading, chain, scenario)) {
        for (size_t i = 0; i < chain->count; i++) {
            read_layer_steps(reading, &chain->layers[i], scenario);
        }
    }
    scenario->known = from->known;
    read_expectations(reading, chain, scenario);
    read_all_treatments(reading, chain, scenario);
    if (!reading->diagnostics->errors) {
        check_states(reading, scenario);
        warn_of_layers(reading, chain, scenario);
    }
}

bool scenario_read(const struct scenario_source *from,
                   const struct vocabulary *words,
                   struct scenario **out_scenario,
                   struct diagnostics *diagnostics)
{
    AUTO(scenario) scenario = scenario_new(world_good());
    AUTO(arena) arena = arena_new();
    struct chain chain = {.arena = arena};
    struct reading reading = {
        .from = from,
        .arena = scenario->arena,
        .words = words,
        .diagnostics = diagnostics,
        .world = scenario->world,
    };
    size_t errors = diagnostics->errors;

    read_all(&reading, from, &chain, scenario);
    diagnostics_sort(diagnostics);
    if (diagnostics->errors > errors) {
        return false;
    }
    scenario_index(scenario);
    *out_scenario = take(&scenario);
    return true;
}
