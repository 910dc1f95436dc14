/* lyncmock explain: what a word of the language means. */
#include "config.h"

#include "cli/explain.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "auth/auth.h"
#include "cli/arguments.h"
#include "cli/load.h"
#include "faults/faults.h"
#include "scenario/keys.h"
#include "scenario/layers.h"
#include "scenario/read.h"
#include "scenario/settings_rows.h"
#include "scenario/shipped.h"
#include "services/route.h"
#include "util/log.h"

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
        for (size_t i = 0; faults[i]; i++) {
            tell_item(telling, faults[i]->name, faults[i]->title);
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

static void tell_key(struct telling *telling, const struct key *key,
                     const char *what)
{
    tell_heading(telling, key->name, what);
    tell_line(telling, "value",
              key->example ? key_shape_text(key->shape) : NULL);
    if (key->example) {
        tell_line(
            telling, "example",
            arena_printf(telling->arena, "%s: %s", key->name, key->example));
    }
    if (key->fact) {
        tell_line(telling, "where", points_with_fact(telling, key->fact));
    }
    tell_paragraph(telling, key->doc);
    tell_choice(telling, key->shape);
}

static void tell_keys(struct telling *telling)
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
                tell_key(telling, key,
                         key->fact ? "a fact, for `when`" : tables[i].what);
            }
        }
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

        if (!tell_is_named(telling, info->name)) {
            continue;
        }
        tell_heading(telling, info->name, "a point");
        tell_line(telling, "when", info->title);
        tell_line(telling, "facts", facts_at(telling, info->facts));
        tell_line(telling, "faults", faults_at(telling, info->subjects));
        tell_line(telling, "source", info->spec);
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

    tell_heading(telling, fault->name,
                 arena_printf(telling->arena, "a fault: %s", fault->title));
    tell_line(telling, "example",
              arena_printf(telling->arena, "do: {%s: %s}", fault->name,
                           fault->example));
    tell_line(telling, "where", points_of(telling, fault));
    tell_line(telling, "source", fault->spec);
    tell_paragraph(telling, fault->doc);
    for (; row && row->info.name; row++) {
        buf_printf(&telling->out, "  %-20s %s (%s)\n", row->info.name,
                   row->info.doc, row->info.type);
    }
}

static void tell_parameter(struct telling *telling, const struct fault *fault,
                           const struct setting *row)
{
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
}

static void tell_faults(struct telling *telling)
{
    for (size_t i = 0; faults[i]; i++) {
        const struct setting *row = faults[i]->params;

        if (tell_is_named(telling, faults[i]->name)) {
            tell_fault(telling, faults[i]);
        }
        for (; row && row->info.name; row++) {
            if (strcmp(row->info.name, faults[i]->name) != 0 &&
                (tell_is_named(telling, row->info.name) ||
                 tell_is_short_for(telling, row->info.name))) {
                tell_parameter(telling, faults[i], row);
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
        if (tell_is_named(telling, method->name)) {
            tell_heading(telling, method->name, "a way to authenticate");
            tell_line(telling, "source", method->spec);
            tell_paragraph(telling, method->doc);
        }
    }
    for (size_t i = 0; (service = service_at(i)) != NULL; i++) {
        if (tell_is_named(telling, service->name)) {
            tell_heading(telling, service->name, "a service");
            tell_line(telling, "source", service->spec);
            tell_paragraph(telling, service->doc);
        }
    }
}

/* ---- What facts can be ---- */

static const struct {
    const char *word;
    const char *doc;
} tickets[] = {
    {"none", "The request carries no web ticket."},
    {"valid", "The ticket is good."},
    {"expired", "Its time has run out, by the world's clock."},
    {"not-yet-valid", "Its time has not begun, by the world's clock."},
    {"garbage", "It cannot be read as a ticket."},
    {"bad-signature", "It is a ticket, and another signed or changed it."},
    {"other-pool", "Another pool of the world issued it."},
    {"wrong-audience", "It was issued for another URL "
                       "(`ticket.check-audience`)."},
};

static void tell_words(struct telling *telling, const char *fact,
                       const char *const *words)
{
    for (; *words; words++) {
        if (tell_is_named(telling, *words)) {
            tell_heading(
                telling, *words,
                arena_printf(telling->arena, "a word of the fact %s", fact));
            tell_line(
                telling, "example",
                arena_printf(telling->arena, "when: {%s: %s}", fact, *words));
        }
    }
}

static void tell_fact_words(struct telling *telling)
{
    const struct vocabulary *words = load_vocabulary(telling->arena);

    tell_words(telling, "ticket", words->tickets);
    for (size_t i = 0; i < ARRAY_SIZE(tickets); i++) {
        if (strcasecmp(telling->word, tickets[i].word) == 0) {
            tell_paragraph(telling, tickets[i].doc);
        }
    }
    tell_words(telling, "auth", words->auth);
    tell_words(telling, "reason", words->reasons);
    tell_words(telling, "transport", words->transports);
    tell_words(telling, "method", words->methods);
    tell_words(telling, "path", words->paths);
}

/* The text itself is the best explanation. */
static void tell_scenarios(struct telling *telling)
{
    struct shipped_file file;

    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(telling->arena, &file);

        if (id && tell_is_named(telling, id)) {
            tell_heading(telling, id, "a shipped scenario\n");
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
        log_error("no word is \"%s\"; lyncmock explain lists what there is",
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
    tell_points(&telling);
    tell_faults(&telling);
    tell_rest(&telling);
    tell_fact_words(&telling);
    tell_topics(&telling);
    tell_scenarios(&telling);
    code = telling.out.size ? print_all(&telling.out) : unknown(&telling);
    buf_clear(&telling.out);
    return code;
}

static enum exit_code print_topics(void)
{
    struct telling telling = {.word = ""};
    enum exit_code code;

    list_topics(&telling);
    code = print_all(&telling.out);
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
    if (arguments.count > 1) {
        log_error("explain wants one word: a key, setting, point, fault, fact "
                  "or scenario; lyncmock explain lists them");
        return EXIT_USAGE;
    }
    return arguments.count ? explain(arguments.words[0]) : print_topics();
}

const struct verb verb_explain = {
    .name = "explain",
    .usage = "[WORD]",
    .doc = "say what a word of the scenario language means",
    .help =
        "WORD is a key (steps), a fact or a counting word (leg, first), a\n"
        "setting (ntlm.v1, user.alice.state) or a group of them (ntlm,\n"
        "users), a point (webticket.issue), a fault (status) or one of its\n"
        "parameters, a word of a setting or a fact (cwt, expired), a way to\n"
        "authenticate, a service, the id of a shipped scenario, an id of\n"
        "X-Ms-diagnostics (28020), ${host} and its companions, or a topic.\n"
        "The last part of a setting's name (wrong-key) will do.\n"
        "A word with several meanings is explained in each. Without WORD:\n"
        "the topics.",
    .run = run,
};
