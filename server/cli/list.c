/* lyncmock list: what there is, one item a line: id, tab, title. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "auth/auth.h"
#include "cli/arguments.h"
#include "cli/load.h"
#include "faults/faults.h"
#include "scenario/keys.h"
#include "scenario/read.h"
#include "scenario/shipped.h"
#include "services/route.h"
#include "util/json.h"
#include "util/log.h"
#include "util/nearest.h"
#include "world/setting.h"

/* One item on its way out: as a line, or as an object with more facts. */
struct listing {
    struct buf out;
    struct json json;
    bool as_json;
};

/* false: it is a line, and all is said. Else the object is open. */
static bool begin(struct listing *listing, const char *id, const char *title)
{
    if (!listing->as_json) {
        buf_printf(&listing->out, "%s\t%s\n", id, title);
        return false;
    }
    json_open(&listing->json, '{');
    json_text(&listing->json, "id", id);
    json_text(&listing->json, "title", title);
    return true;
}

static void end(struct listing *listing)
{
    json_close(&listing->json, '}');
}

/* ---- What there is ---- */

static void list_auth(struct listing *listing)
{
    const struct auth_method *method;

    for (size_t i = 0; (method = auth_method_at(i)) != NULL; i++) {
        if (begin(listing, method->name, method->doc)) {
            json_text(&listing->json, "scheme", method->scheme);
            json_text(&listing->json, "spec", method->spec);
            end(listing);
        }
    }
}

static void add_points(struct json *json, const struct fault *fault)
{
    json_open_named(json, "points", '[');
    for (int i = 0; i < POINT_COUNT; i++) {
        const struct point_info *info = point_info((enum point)i);

        if (info->subjects & fault->subjects) {
            json_text(json, NULL, info->name);
        }
    }
    json_close(json, ']');
}

static void add_parameters(struct json *json, const struct fault *fault)
{
    const struct setting *row = fault->params;

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

static void list_faults(struct listing *listing)
{
    for (size_t i = 0; faults[i]; i++) {
        if (begin(listing, faults[i]->name, faults[i]->title)) {
            json_text(&listing->json, "doc", faults[i]->doc);
            json_text(&listing->json, "spec", faults[i]->spec);
            json_text(&listing->json, "example", faults[i]->example);
            add_points(&listing->json, faults[i]);
            add_parameters(&listing->json, faults[i]);
            end(listing);
        }
    }
}

static void add_point(struct json *json, const struct point_info *info)
{
    json_text(json, "spec", info->spec);
    json_open_named(json, "facts", '[');
    for (const struct key *key = keys_when; key->name; key++) {
        if (key->fact & info->facts) {
            json_text(json, NULL, key->name);
        }
    }
    json_close(json, ']');
    json_open_named(json, "faults", '[');
    for (size_t i = 0; faults[i]; i++) {
        if (faults[i]->subjects & info->subjects) {
            json_text(json, NULL, faults[i]->name);
        }
    }
    json_close(json, ']');
}

static void list_points(struct listing *listing)
{
    for (int i = 0; i < POINT_COUNT; i++) {
        const struct point_info *info = point_info((enum point)i);

        if (begin(listing, info->name, info->title)) {
            add_point(&listing->json, info);
            end(listing);
        }
    }
}

static void add_about(struct json *json, const struct about *about)
{
    json_open_named(json, "about", '{');
    for (const struct key *key = keys_about; key->name; key++) {
        const char *const *field =
            (const void *)((const char *)about + key->offset);

        if (*field) {
            json_text(json, key->name, *field);
        }
    }
    json_close(json, '}');
}

/* What is compiled in has passed the tests: it can be read. */
static void list_scenario(struct listing *listing, const char *id,
                          const struct vocabulary *words)
{
    const struct scenario_source source = {.name = id, .shipped = true};
    AUTO(scenario) scenario = NULL;
    struct diagnostics diagnostics;

    diagnostics_init(&diagnostics);
    if (!scenario_read(&source, words, &scenario, &diagnostics)) {
        print_diagnostics(&diagnostics, LOG_TEXT);
    } else if (begin(listing, id, scenario->title)) {
        add_about(&listing->json, &scenario->about);
        json_text(&listing->json, "domain", scenario->world->domain);
        json_number(&listing->json, "steps", (int64_t)scenario->step_count);
        json_number(&listing->json, "expectations",
                    (int64_t)scenario->expectation_count);
        end(listing);
    }
    diagnostics_clear(&diagnostics);
}

static void list_scenarios(struct listing *listing)
{
    AUTO(arena) arena = arena_new();
    const struct vocabulary *words = load_vocabulary(arena);
    struct shipped_file file;

    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(arena, &file);

        if (id) {
            list_scenario(listing, id, words);
        }
    }
}

static void add_routes(struct json *json, const struct service *service)
{
    AUTO(arena) arena = arena_new();

    json_open_named(json, "routes", '[');
    for (const struct route *r = service->routes; r->path; r++) {
        json_open(json, '{');
        json_text(json, "path", r->path);
        json_text(json, "methods", route_methods_text(arena, r->methods));
        json_text(json, "operation", r->operation);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void list_services(struct listing *listing)
{
    const struct service *service;

    for (size_t i = 0; (service = service_at(i)) != NULL; i++) {
        if (begin(listing, service->name, service->doc)) {
            json_text(&listing->json, "spec", service->spec);
            add_routes(&listing->json, service);
            end(listing);
        }
    }
}

static void list_setting(struct listing *listing,
                         const struct setting_info *info)
{
    AUTO(arena) arena = arena_new();
    const char *value = setting_default(arena, info->name);

    if (!listing->as_json) {
        buf_printf(&listing->out, "%s\t%s (%s)%s%s%s\n", info->name, info->doc,
                   info->type, value ? " [" : "", value ? value : "",
                   value ? "]" : "");
    } else if (begin(listing, info->name, info->doc)) {
        json_text(&listing->json, "type", info->type);
        json_text(&listing->json, "default", value);
        end(listing);
    }
}

static void list_settings(struct listing *listing)
{
    const struct setting_info *info;

    for (size_t i = 0; (info = world_setting(i)) != NULL; i++) {
        list_setting(listing, info);
    }
}

/* ---- The verb ---- */

static const struct {
    const char *name;
    void (*list)(struct listing *listing);
} lists[] = {
    {"auth", list_auth},         {"faults", list_faults},
    {"points", list_points},     {"scenarios", list_scenarios},
    {"services", list_services}, {"settings", list_settings},
};

static enum exit_code print_list(void (*list)(struct listing *listing),
                                 bool as_json)
{
    struct listing listing = {.as_json = as_json};
    enum exit_code code;

    json_init(&listing.json, &listing.out);
    if (as_json) {
        json_open(&listing.json, '[');
    }
    list(&listing);
    if (as_json) {
        json_close(&listing.json, ']');
        buf_add_text(&listing.out, "\n");
    }
    code = print_all(&listing.out);
    buf_clear(&listing.out);
    return code;
}

static enum exit_code refuse(const struct arguments *arguments)
{
    const char *names[ARRAY_SIZE(lists) + 1] = {NULL};
    const char *near = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        names[i] = lists[i].name;
    }
    if (arguments->count == 1) {
        near = nearest_word(arguments->words[0], names);
    }
    log_error("list wants one of: auth, faults, points, scenarios, services, "
              "settings%s%s%s",
              near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return EXIT_USAGE;
}

static enum exit_code run(int argc, char **argv)
{
    struct arguments arguments;
    enum exit_code code;

    if (!arguments_parse(&verb_list, argc, argv, &arguments, &code)) {
        return code;
    }
    for (size_t i = 0; arguments.count == 1 && i < ARRAY_SIZE(lists); i++) {
        if (strcmp(arguments.words[0], lists[i].name) == 0) {
            return print_list(lists[i].list, arguments.json);
        }
    }
    return refuse(&arguments);
}

const struct verb verb_list = {
    .name = "list",
    .usage = "auth|faults|points|scenarios|services|settings [--json]",
    .doc = "print what there is, one item a line: id, tab, title",
    .help = "  auth       ways to authenticate\n"
            "  faults     what a step can do\n"
            "  points     where a step can apply\n"
            "  scenarios  what serve and check know by name\n"
            "  services   what the server answers\n"
            "  settings   what a world can say, for --set and for scenarios;\n"
            "             in [] the value of the good world\n\n"
            "lyncmock explain ID says more about each of them.",
    .json = "one JSON array, with all facts about each item",
    .run = run,
};
