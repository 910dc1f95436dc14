/* lyncmock list: what there is, one item a line: id, tab, title. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "auth/auth.h"
#include "cli/arguments.h"
#include "cli/listing.h"
#include "cli/load.h"
#include "scenario/layers.h"
#include "services/route.h"
#include "util/json.h"
#include "util/log.h"
#include "util/nearest.h"
#include "world/setting.h"

/* ---- What there is ---- */

static bool list_auth(struct listing *listing)
{
    const struct auth_method *method;

    for (size_t i = 0; (method = auth_method_at(i)) != NULL; i++) {
        const char *texts[] = {method->name, method->doc, NULL};

        if (listing_wants(listing, texts) &&
            listing_begin(listing, NULL, method->name, method->doc)) {
            listing_text(listing, "scheme", method->scheme);
            listing_text(listing, "spec", method->spec);
            listing_end(listing);
        }
    }
    return true;
}

static bool list_layers(struct listing *listing)
{
    const struct layer_info *layer;

    for (size_t i = 0; (layer = layer_at(i)) != NULL; i++) {
        const char *texts[] = {layer->name, layer->title, NULL};

        if (listing_wants(listing, texts) &&
            listing_begin(listing, NULL, layer->name, layer->title)) {
            listing_end(listing);
        }
    }
    return true;
}

static void add_routes(struct listing *listing, const struct service *service)
{
    struct json *json = &listing->json;

    if (listing->form == LISTING_LONG) {
        for (const struct route *r = service->routes; r->path; r++) {
            listing_text(
                listing, r == service->routes ? "routes" : "",
                arena_printf(listing->arena, "%s %s",
                             route_methods_text(listing->arena, r->methods),
                             r->path));
        }
        return;
    }
    json_open_named(json, "routes", '[');
    for (const struct route *r = service->routes; r->path; r++) {
        json_open(json, '{');
        json_text(json, "path", r->path);
        json_text(json, "methods",
                  route_methods_text(listing->arena, r->methods));
        json_text(json, "operation", r->operation);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static bool list_services(struct listing *listing)
{
    const struct service *service;

    for (size_t i = 0; (service = service_at(i)) != NULL; i++) {
        const char *texts[] = {service->name, service->doc, NULL};

        if (listing_wants(listing, texts) &&
            listing_begin(listing, NULL, service->name, service->doc)) {
            listing_text(listing, "spec", service->spec);
            add_routes(listing, service);
            listing_end(listing);
        }
    }
    return true;
}

static void list_setting(struct listing *listing,
                         const struct setting_info *info)
{
    const char *value = setting_default(listing->arena, info->name);
    const char *texts[] = {info->name, info->doc, info->type, NULL};

    if (!listing_wants(listing, texts)) {
        return;
    }
    if (listing->form == LISTING_LINES) {
        buf_printf(&listing->out, "%s\t%s (%s)%s%s%s\n", info->name, info->doc,
                   info->type, value ? " [" : "", value ? value : "",
                   value ? "]" : "");
        listing->count++;
    } else if (listing_begin(listing, NULL, info->name, info->doc)) {
        listing_text(listing, "type", info->type);
        listing_text(listing, "default", value);
        listing_end(listing);
    }
}

static bool list_settings(struct listing *listing)
{
    const struct setting_info *info;

    for (size_t i = 0; (info = world_setting(i)) != NULL; i++) {
        list_setting(listing, info);
    }
    return true;
}

/* ---- The verb ---- */

static const struct list {
    const char *name;
    bool (*list)(struct listing *listing);
    const char *option; /* of this list alone; NULL: it has none */
} lists[] = {
    {"auth", list_auth, NULL},         {"chaos", list_chaos, NULL},
    {"faults", list_faults, "--at"},   {"layers", list_layers, NULL},
    {"plans", list_plans, NULL},       {"points", list_points, "--fault"},
    {"rules", list_rules, NULL},       {"scenarios", list_scenarios, NULL},
    {"services", list_services, NULL}, {"settings", list_settings, NULL},
};

static enum listing_form form_of(const struct arguments *arguments)
{
    return arguments->json                      ? LISTING_JSON
           : arguments_has(arguments, "--long") ? LISTING_LONG
                                                : LISTING_LINES;
}

static void say_nothing_fits(const struct arguments *arguments)
{
    AUTO_BUF words = {0};

    for (size_t i = 1; i < arguments->count; i++) {
        buf_printf(&words, "%s%s", i > 1 ? " " : "", arguments->words[i]);
    }
    log_error("nothing of `lyncmock list %s` has \"%s\" in it",
              arguments->words[0], buf_text(&words));
}

static enum exit_code print_list(const struct list *list,
                                 const struct arguments *arguments)
{
    AUTO(arena) arena = arena_new();
    struct listing listing = {
        .arena = arena,
        .words = load_vocabulary(arena),
        .form = form_of(arguments),
        .wanted = arguments->words + 1,
        .wanted_count = arguments->count - 1,
        .at = arguments_value(arguments, "--at"),
        .fault = arguments_value(arguments, "--fault"),
    };
    enum exit_code code = EXIT_USAGE;

    json_init(&listing.json, &listing.out);
    if (arguments->json) {
        json_open(&listing.json, '[');
    }
    if (list->list(&listing)) {
        if (arguments->json) {
            json_close(&listing.json, ']');
            buf_add_text(&listing.out, "\n");
        }
        code = print_all(&listing.out);
        if (code == EXIT_GOOD && !listing.count) {
            say_nothing_fits(arguments);
            code = EXIT_USAGE;
        }
    }
    buf_clear(&listing.out);
    return code;
}

static enum exit_code refuse(const struct arguments *arguments)
{
    const char *names[ARRAY_SIZE(lists) + 1] = {NULL};
    const char *near = NULL;
    AUTO_BUF all = {0};

    for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
        names[i] = lists[i].name;
        buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
    }
    if (arguments->count) {
        near = nearest_word(arguments->words[0], names);
    }
    log_error("list wants one of: %s%s%s%s", buf_text(&all),
              near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    return EXIT_USAGE;
}

/* --at for faults, --fault for points. */
static bool options_fit(const struct list *list,
                        const struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->given_count; i++) {
        const char *name = arguments->given[i].option->name;

        if (strcmp(name, "--long") != 0 &&
            (!list->option || strcmp(name, list->option) != 0)) {
            log_error("%s goes with lyncmock list %s", name,
                      strcmp(name, "--at") == 0 ? "faults" : "points");
            return false;
        }
    }
    return true;
}

static enum exit_code run(int argc, char **argv)
{
    struct arguments arguments;
    enum exit_code code;

    if (!arguments_parse(&verb_list, argc, argv, &arguments, &code)) {
        return code;
    }
    for (size_t i = 0; arguments.count && i < ARRAY_SIZE(lists); i++) {
        if (strcmp(arguments.words[0], lists[i].name) == 0) {
            return options_fit(&lists[i], &arguments)
                       ? print_list(&lists[i], &arguments)
                       : EXIT_USAGE;
        }
    }
    return refuse(&arguments);
}

static const struct verb_option options[] = {
    {"--long", NULL, "with all facts, by layer, for people"},
    {"--at", "POINT", "of faults: those that apply there"},
    {"--fault", "FAULT", "of points: those where it applies"},
    {NULL, NULL, NULL},
};

const struct verb verb_list = {
    .name = "list",
    .usage = "auth|chaos|faults|layers|plans|points|rules|scenarios|\n"
             "         services|settings [WORD...] [--long|--json]",
    .doc = "print what there is, one item a line: id, tab, title",
    .help =
        "  auth       ways to authenticate\n"
        "  chaos      profiles for serve --chaos\n"
        "  faults     what a step can do\n"
        "  layers     how points and failures are grouped\n"
        "  plans      what conformance puts a client to\n"
        "  points     where a step can apply\n"
        "  rules      what a client is judged by\n"
        "  scenarios  what serve and check know by name\n"
        "  services   what the server answers\n"
        "  settings   what a world can say, for --set and for scenarios;\n"
        "             in [] the value of the good world\n\n"
        "WORDs search: for each, a word must begin so in what is said of an "
        "item, in any\nletter case and with or without hyphens. Of "
        "scenarios the bug reports come first,\nthen what stands in "
        "their files.\n  lyncmock list points ntlm\n"
        "  lyncmock list faults --at mex.get\n"
        "  lyncmock list rules must ticket\n"
        "  lyncmock list scenarios kerberos clock --long\n\n"
        "lyncmock explain ID says more about each of them.",
    .json = "one JSON array, with all facts about each item",
    .options = options,
    .run = run,
};
