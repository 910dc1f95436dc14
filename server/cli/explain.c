/* lyncmock explain: what a word of the language means. */
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
#include "util/buf.h"
#include "util/log.h"
#include "util/nearest.h"
#include "world/setting.h"

enum { WIDTH = 76 };

/* A word may mean several things: each is told, a blank line between. */
struct telling {
    const char *word;
    struct arena *arena;
    struct buf out;
    struct nearest nearest;
};

/* ---- How it looks ---- */

/* Does this thing bear the name? It is a candidate for the nearest, too. */
static bool is_named(struct telling *telling, const char *name)
{
    nearest_try(&telling->nearest, span_text(name));
    return strcmp(name, telling->word) == 0;
}

static void heading(struct telling *telling, const char *name, const char *what)
{
    buf_printf(&telling->out, "%s%s: %s\n", telling->out.size ? "\n" : "", name,
               what);
}

static void line(struct telling *telling, const char *label, const char *text)
{
    if (text && *text) {
        buf_printf(&telling->out, "  %-9s %s\n", label, text);
    }
}

/* Some sentences, in lines. */
static void paragraph(struct telling *telling, const char *text)
{
    size_t column = 0;

    while (*text) {
        size_t length = strcspn(text, " ");

        if (column && column + 1 + length > WIDTH) {
            buf_add_u8(&telling->out, '\n');
            column = 0;
        }
        buf_add_text(&telling->out, column ? " " : "  ");
        buf_add(&telling->out, span_of(text, length));
        column += length + 1;
        text += length + (text[length] == ' ');
    }
    buf_add_u8(&telling->out, '\n');
}

/* ---- Keys ---- */

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

static void tell_key(struct telling *telling, const struct key *key,
                     const char *what)
{
    heading(telling, key->name, what);
    line(telling, "value", key->example ? key_shape_text(key->shape) : NULL);
    if (key->example) {
        line(telling, "example",
             arena_printf(telling->arena, "%s: %s", key->name, key->example));
    }
    if (key->fact) {
        line(telling, "where", points_with_fact(telling, key->fact));
    }
    paragraph(telling, key->doc);
}

static void tell_keys(struct telling *telling)
{
    static const struct {
        const struct key *keys;
        const char *what;
    } tables[] = {
        {keys_scenario, "a key of a scenario"},
        {keys_step, "a key of a step"},
        {keys_when, "a word of `when`"},
        {keys_expectation, "a key of an expectation"},
        {keys_never, "a key of `never`"},
        {keys_fail_on, "a word of `fail-on`"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        for (const struct key *key = tables[i].keys; key->name; key++) {
            if (is_named(telling, key->name)) {
                tell_key(telling, key,
                         key->fact ? "a fact, for `when`" : tables[i].what);
            }
        }
    }
}

/* ---- Settings ---- */

/* "ntlm.v1" -> "world: {ntlm: {v1: ...}}" */
static const char *nested(struct telling *telling, const char *name)
{
    AUTO_BUF out = {0};
    const char *before = "";
    size_t depth = 1;

    buf_add_text(&out, "world: {");
    while (*name) {
        size_t length = strcspn(name, ".");
        bool named = name[length] == '.' && name[length + 1] >= 'A' &&
                     name[length + 1] <= 'Z';

        buf_printf(&out, "%s%.*s%s: ", before, (int)length, name,
                   named ? "s" : "");
        before = "{";
        depth += name[length] == '.';
        name += length + (name[length] == '.');
    }
    buf_add_text(&out, "...");
    while (depth-- > 0) {
        buf_add_u8(&out, '}');
    }
    return arena_text(telling->arena, buf_span(&out));
}

static void tell_settings(struct telling *telling)
{
    const struct setting_info *info;

    for (size_t i = 0; (info = world_setting(i)) != NULL; i++) {
        if (!is_named(telling, info->name)) {
            continue;
        }
        heading(telling, info->name, "a setting of the world");
        line(telling, "value", info->type);
        line(telling, "good", setting_default(telling->arena, info->name));
        line(telling, "written", nested(telling, info->name));
        line(telling, "or",
             arena_printf(telling->arena, "--set %s=VALUE", info->name));
        paragraph(telling, info->doc);
    }
}

/* "ntlm", where there are ntlm.v1 and others. */
static void tell_groups(struct telling *telling)
{
    size_t length = strlen(telling->word);
    const struct setting_info *info;
    bool begun = false;

    for (size_t i = 0; (info = world_setting(i)) != NULL; i++) {
        if (strncmp(info->name, telling->word, length) != 0 ||
            info->name[length] != '.') {
            continue;
        }
        if (!begun) {
            heading(telling, telling->word, "settings of the world");
            begun = true;
        }
        buf_printf(&telling->out, "  %-30s %s\n", info->name, info->doc);
    }
}

/* ---- Points and faults ---- */

static const char *facts_at(struct telling *telling, unsigned facts)
{
    AUTO_BUF out = {0};

    for (const struct key *key = keys_when; key->name; key++) {
        if (key->fact & facts) {
            buf_printf(&out, "%s%s", out.size ? ", " : "", key->name);
        }
    }
    return arena_text(telling->arena, buf_span(&out));
}

static const char *faults_at(struct telling *telling, unsigned subjects)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; faults[i]; i++) {
        if (faults[i]->subjects & subjects) {
            buf_printf(&out, "%s%s", out.size ? ", " : "", faults[i]->name);
        }
    }
    return arena_text(telling->arena, buf_span(&out));
}

static void tell_points(struct telling *telling)
{
    for (int i = 0; i < POINT_COUNT; i++) {
        const struct point_info *info = point_info((enum point)i);

        if (!is_named(telling, info->name)) {
            continue;
        }
        heading(telling, info->name, "a point");
        line(telling, "when", info->title);
        line(telling, "facts", facts_at(telling, info->facts));
        line(telling, "faults", faults_at(telling, info->subjects));
        line(telling, "source", info->spec);
    }
}

static const char *points_of(struct telling *telling, const struct fault *fault)
{
    AUTO_BUF out = {0};

    for (int i = 0; i < POINT_COUNT; i++) {
        if (point_info((enum point)i)->subjects & fault->subjects) {
            buf_printf(&out, "%s%s", out.size ? ", " : "",
                       point_info((enum point)i)->name);
        }
    }
    return arena_text(telling->arena, buf_span(&out));
}

static void tell_fault(struct telling *telling, const struct fault *fault)
{
    const struct setting *row = fault->params;

    heading(telling, fault->name,
            arena_printf(telling->arena, "a fault: %s", fault->title));
    line(telling, "example",
         arena_printf(telling->arena, "do: {%s: %s}", fault->name,
                      fault->example));
    line(telling, "where", points_of(telling, fault));
    line(telling, "source", fault->spec);
    paragraph(telling, fault->doc);
    for (; row && row->info.name; row++) {
        buf_printf(&telling->out, "  %-20s %s (%s)\n", row->info.name,
                   row->info.doc, row->info.type);
    }
}

static void tell_faults(struct telling *telling)
{
    for (size_t i = 0; faults[i]; i++) {
        const struct setting *row = faults[i]->params;

        if (is_named(telling, faults[i]->name)) {
            tell_fault(telling, faults[i]);
        }
        for (; row && row->info.name; row++) {
            if (strcmp(row->info.name, faults[i]->name) != 0 &&
                is_named(telling, row->info.name)) {
                heading(telling, row->info.name,
                        arena_printf(telling->arena,
                                     "a parameter of the fault %s",
                                     faults[i]->name));
                line(telling, "value", row->info.type);
                paragraph(telling, row->info.doc);
            }
        }
    }
}

/* ---- The rest ---- */

static void tell_rest(struct telling *telling)
{
    const struct auth_method *method;
    const struct service *service;

    for (size_t i = 0; (method = auth_method_at(i)) != NULL; i++) {
        if (is_named(telling, method->name)) {
            heading(telling, method->name, "a way to authenticate");
            line(telling, "source", method->spec);
            paragraph(telling, method->doc);
        }
    }
    for (size_t i = 0; (service = service_at(i)) != NULL; i++) {
        if (is_named(telling, service->name)) {
            heading(telling, service->name, "a service");
            line(telling, "source", service->spec);
            paragraph(telling, service->doc);
        }
    }
}

/* The text itself is the best explanation. */
static void tell_scenarios(struct telling *telling)
{
    struct shipped_file file;

    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(telling->arena, &file);

        if (id && is_named(telling, id)) {
            heading(telling, id, "a shipped scenario\n");
            buf_add(&telling->out, file.text);
        }
    }
}

static enum exit_code unknown(const struct telling *telling)
{
    if (telling->nearest.best.size) {
        log_error("no word is \"%s\"; the nearest is \"%s\"", telling->word,
                  (const char *)telling->nearest.best.data);
    } else {
        log_error("no word is \"%s\"; lyncmock list points, faults, settings "
                  "and scenarios print what there is",
                  telling->word);
    }
    return EXIT_USAGE;
}

static enum exit_code explain(const char *word)
{
    AUTO(arena) arena = arena_new();
    struct telling telling = {.word = word, .arena = arena};
    enum exit_code code;

    nearest_init(&telling.nearest, word);
    tell_keys(&telling);
    tell_settings(&telling);
    tell_groups(&telling);
    tell_points(&telling);
    tell_faults(&telling);
    tell_rest(&telling);
    tell_scenarios(&telling);
    code = telling.out.size ? print_all(&telling.out) : unknown(&telling);
    buf_clear(&telling.out);
    return code;
}

static enum exit_code run(int argc, char **argv)
{
    struct arguments arguments;
    enum exit_code code;

    if (!arguments_parse(&verb_explain, argc, argv, &arguments, &code)) {
        return code;
    }
    if (arguments.count != 1) {
        log_error("explain wants one word: a key, setting, point, fault, fact "
                  "or scenario");
        return EXIT_USAGE;
    }
    return explain(arguments.words[0]);
}

const struct verb verb_explain = {
    .name = "explain",
    .usage = "WORD",
    .doc = "say what a word of the scenario language means",
    .help = "WORD is a key (steps), a fact or a counting word (leg, first), a\n"
            "setting (ntlm.v1) or a group of them (ntlm), a point\n"
            "(webticket.issue), a fault (status) or one of its parameters, a\n"
            "way to authenticate, a service, or the id of a shipped scenario.\n"
            "A word with several meanings is explained in each.",
    .run = run,
};
