/* Conformance plans, see plan.h. */
#include "config.h"

#include "scenario/plan.h"

#include <string.h>
#include <unistd.h>

#include "scenario/reading.h"
#include "scenario/shipped.h"

enum { PLAN_GROUPS_MAX = 256, PLAN_SCENARIOS_MAX = 2000 };

#define PLAN_VERSION "1"

/* One reading of one plan. */
struct planning {
    struct reading reading;
    struct plan *plan;
    /* All so far, in whatever group, and whether a pattern brought them. */
    struct taken {
        const char *id;
        unsigned line;
    } * taken;
    size_t taken_count;
};

const struct key keys_plan[] = {
    {"lyncmock-plan", SHAPE_VERSION, "the version of this language: 1", "1", 0,
     0},
    {"title", SHAPE_TEXT, "what it is, in one line", "Mobile clients", 0,
     offsetof(struct plan, title)},
    {"client", SHAPE_TEXT, "the clients that it is for, in one line",
     "phones, outside of the company", 0, offsetof(struct plan, client)},
    {"groups", SHAPE_TEXT, "what is tried, in this order", "[]", 0, 0},
    {NULL, SHAPE_TEXT, NULL, NULL, 0, 0},
};

const struct key keys_plan_group[] = {
    {"title", SHAPE_TEXT, "what it is about, in one line", "Certificates", 0,
     offsetof(struct plan_group, title)},
    {"why", SHAPE_TEXT, "why such a client is put to it, in one line",
     "phones trust no CA of a company", 0, offsetof(struct plan_group, why)},
    {"scenarios", SHAPE_TEXT,
     "ids of shipped scenarios, patterns that fit some, or paths that end in "
     ".yaml, relative to this file",
     "[good/ios-ntlm, failures/tls-*]", 0, 0},
    {NULL, SHAPE_TEXT, NULL, NULL, 0, 0},
};

/* ---- Scenarios of a group ---- */

static bool is_path(const char *word)
{
    size_t length = strlen(word);

    return length > 5 && strcmp(word + length - 5, ".yaml") == 0;
}

static const struct taken *find_taken(const struct planning *planning,
                                      const char *id)
{
    for (size_t i = 0; i < planning->taken_count; i++) {
        if (strcmp(planning->taken[i].id, id) == 0) {
            return &planning->taken[i];
        }
    }
    return NULL;
}

static void take_id(struct planning *planning, const struct node *node,
                    const char *id, struct plan_group *group)
{
    if (planning->taken_count == PLAN_SCENARIOS_MAX) {
        reading_error(&planning->reading, node, "more than %d scenarios",
                      PLAN_SCENARIOS_MAX);
        return;
    }
    planning->taken[planning->taken_count++] = (struct taken){id, node->line};
    group->scenarios[group->count++] = id;
}

static void take_once(struct planning *planning, const struct node *node,
                      const char *id, struct plan_group *group)
{
    const struct taken *before = find_taken(planning, id);

    if (before) {
        reading_error(&planning->reading, node,
                      "\"%s\" is in this plan already, by line %u; leave one "
                      "of them out",
                      id, before->line);
    } else {
        take_id(planning, node, id, group);
    }
}

/* What is there already is left where it is. */
static void take_pattern(struct planning *planning, const struct node *node,
                         struct plan_group *group)
{
    struct arena *arena = planning->reading.arena;
    struct shipped_file file;
    size_t fitting = 0;

    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(arena, &file);

        if (id && shipped_fits(node->text, id)) {
            fitting++;
            if (!find_taken(planning, id)) {
                take_id(planning, node, id, group);
            }
        }
    }
    if (!fitting) {
        reading_error(&planning->reading, node,
                      "no shipped scenario fits \"%s\"; lyncmock list "
                      "scenarios prints them",
                      node->text);
    }
}

static void take_path(struct planning *planning, const struct node *node,
                      struct plan_group *group)
{
    struct reading *reading = &planning->reading;
    const char *path = source_path(reading->arena, reading->source, node->text);

    if (path && access(path, R_OK) == 0) {
        take_once(planning, node, path, group);
    } else {
        reading_error(reading, node,
                      "there is no file %s; a path counts from the folder of "
                      "the plan",
                      path ? path : node->text);
    }
}

static void take_shipped(struct planning *planning, const struct node *node,
                         struct plan_group *group)
{
    struct arena *arena = planning->reading.arena;
    struct shipped_file file;
    struct nearest nearest;

    nearest_init(&nearest, node->text);
    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(arena, &file);

        if (id && strcmp(id, node->text) == 0) {
            take_once(planning, node, id, group);
            return;
        }
        if (id) {
            nearest_try(&nearest, span_text(id));
        }
    }
    reading_unknown(&planning->reading, node, "scenario", &nearest,
                    "expected the id of a shipped one (lyncmock list "
                    "scenarios), or a path that ends in .yaml");
}

static void read_scenarios(struct planning *planning, const struct node *list,
                           struct plan_group *group)
{
    struct reading *reading = &planning->reading;

    if (!reading_kind(reading, list, NODE_LIST, "a list of scenarios")) {
        return;
    }
    for (const struct node *item = list->first; item; item = item->next) {
        if (!reading_kind(reading, item, NODE_TEXT, "a scenario's id")) {
            continue;
        }
        if (strpbrk(item->text, "*?[")) {
            take_pattern(planning, item, group);
        } else if (is_path(item->text)) {
            take_path(planning, item, group);
        } else {
            take_shipped(planning, item, group);
        }
    }
}

/* ---- Groups ---- */

static void read_group(struct planning *planning, const struct node *item,
                       struct plan_group *group)
{
    struct reading *reading = &planning->reading;
    const struct node *list = node_entry(item, "scenarios");
    const struct key *key;

    if (!reading_kind(reading, item, NODE_MAP,
                      "a group, a mapping with `title` and `scenarios`")) {
        return;
    }
    group->scenarios = arena_alloc(reading->arena, (PLAN_SCENARIOS_MAX + 1) *
                                                       sizeof(const char *));
    for (const struct node *entry = item->first; entry; entry = entry->next) {
        if (!read_key(reading, keys_plan_group, entry, "key of a group",
                      &key)) {
            continue;
        }
        if (entry == list) {
            read_scenarios(planning, entry, group);
        } else {
            read_line(reading, entry,
                      (const char **)(void *)((char *)group + key->offset));
        }
    }
    if (!node_entry(item, "title")) {
        reading_error(reading, item, "a group without `title`");
    }
    if (!list || (list->kind == NODE_LIST && !list->first)) {
        reading_error(reading, list ? list : item,
                      "a group without scenarios; expected a list of ids, such "
                      "as \"scenarios: [good/ios-ntlm, failures/tls-*]\"");
    }
}

static void read_groups(struct planning *planning, const struct node *list)
{
    struct reading *reading = &planning->reading;
    struct plan *plan = planning->plan;

    if (!reading_kind(reading, list, NODE_LIST, "a list of groups")) {
        return;
    }
    if (list->count > PLAN_GROUPS_MAX) {
        reading_error(reading, list, "%zu groups; %d are the limit",
                      list->count, PLAN_GROUPS_MAX);
        return;
    }
    plan->groups =
        arena_alloc(reading->arena, (list->count + 1) * sizeof(*plan->groups));
    for (const struct node *item = list->first; item; item = item->next) {
        struct plan_group *group = &plan->groups[plan->group_count++];

        *group = (struct plan_group){0};
        read_group(planning, item, group);
    }
}

/* ---- The file ---- */

static void read_version(struct reading *reading, const struct node *node)
{
    if (!reading_kind(reading, node, NODE_TEXT, PLAN_VERSION)) {
        return;
    }
    if (strcmp(node->text, PLAN_VERSION) != 0) {
        reading_error(reading, node,
                      "lyncmock-plan: expected " PLAN_VERSION ", not \"%s\"",
                      node->text);
    }
}

static void read_entry(struct planning *planning, const struct node *entry)
{
    struct reading *reading = &planning->reading;
    const struct key *key;

    if (!read_key(reading, keys_plan, entry, "key of a plan", &key)) {
        return;
    }
    if (strcmp(key->name, "groups") == 0) {
        read_groups(planning, entry);
    } else if (key->shape == SHAPE_VERSION) {
        read_version(reading, entry);
    } else {
        read_line(
            reading, entry,
            (const char **)(void *)((char *)planning->plan + key->offset));
    }
}

static void read_root(struct planning *planning, const struct node *root)
{
    struct reading *reading = &planning->reading;
    static const char *const wanted[] = {"lyncmock-plan", "title", "groups"};
    const struct node *groups;

    if (!reading_kind(reading, root, NODE_MAP,
                      "a plan, a mapping that begins with \"lyncmock-plan: "
                      "1\"")) {
        return;
    }
    if (node_entry(root, "lyncmock")) {
        reading_error(reading, root,
                      "this is a scenario, not a plan; lyncmock run plays one");
        return;
    }
    for (const struct node *entry = root->first; entry; entry = entry->next) {
        read_entry(planning, entry);
    }
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
        if (!node_entry(root, wanted[i])) {
            reading_error(reading, root, "a plan without `%s`", wanted[i]);
        }
    }
    groups = node_entry(root, "groups");
    if (groups && groups->kind == NODE_LIST && !groups->first) {
        reading_error(reading, groups, "a plan without groups");
    }
}

bool plan_read(struct arena *arena, const struct source *source,
               struct plan *out_plan, struct diagnostics *diagnostics)
{
    AUTO(arena) tree = arena_new();
    struct plan plan = {.name = source->id ? source->id : source->label};
    struct planning planning = {
        .reading = {.arena = arena,
                    .diagnostics = diagnostics,
                    .source = source},
        .plan = &plan,
        .taken = arena_alloc(tree, PLAN_SCENARIOS_MAX * sizeof(struct taken)),
    };
    size_t errors = diagnostics->errors;
    const struct node *root =
        yaml_read(tree, source->text, source->label, diagnostics);

    if (root) {
        read_root(&planning, root);
    }
    if (!root || diagnostics->errors > errors) {
        return false;
    }
    *out_plan = plan;
    return true;
}
