/* From words and files to a scenario, see load.h. */
#include "config.h"

#include "cli/load.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "auth/auth.h"
#include "checks/checks.h"
#include "cli/server.h"
#include "faults/faults.h"
#include "scenario/read.h"
#include "scenario/shipped.h"
#include "services/route.h"
#include "services/verdict.h"
#include "util/nearest.h"

enum { WORDS_MAX = 256 };

struct words {
    const char *items[WORDS_MAX + 1];
    size_t count;
};

static void add_word(struct words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++) {
        if (strcasecmp(words->items[i], word) == 0) {
            return;
        }
    }
    if (words->count < WORDS_MAX) {
        words->items[words->count++] = word;
    }
}

static const char *const *keep(struct arena *arena, const struct words *words)
{
    size_t size = (words->count + 1) * sizeof(*words->items);
    const char **items = arena_alloc(arena, size);

    memcpy(items, words->items, size);
    return items;
}

/* What the fact `auth` can be: methods, and what Negotiate carries. */
static const char *const *auth_words(struct arena *arena)
{
    const struct auth_method *method;
    struct words words = {0};

    for (size_t i = 0; (method = auth_method_at(i)) != NULL; i++) {
        if (method->scheme) { /* else another one's name stands before it */
            add_word(&words, method->name);
        }
    }
    add_word(&words, "negotiate+krb5");
    add_word(&words, "negotiate+ntlm");
    /* What those say who judge without a method: usertoken.c and so on. */
    add_word(&words, "password");
    add_word(&words, "usertoken");
    add_word(&words, "anonymous");
    add_word(&words, "webticket");
    return keep(arena, &words);
}

/* What the fact `reason` can be: of sign-ins, and of meetings' guests. */
static const char *const *reason_words(struct arena *arena)
{
    struct words words = {0};

    for (int i = AUTH_REASON_NONE + 1; i < AUTH_REASON_COUNT; i++) {
        add_word(&words, auth_reason_word((enum auth_reason)i));
    }
    for (int i = GUEST_REASON_NONE + 1; i < GUEST_REASON_COUNT; i++) {
        add_word(&words, guest_reason_word((enum guest_reason)i));
    }
    return keep(arena, &words);
}

static const char *const *path_words(struct arena *arena)
{
    const struct service *service;
    struct words words = {0};

    for (size_t i = 0; (service = service_at(i)) != NULL; i++) {
        for (const struct route *r = service->routes; r->path; r++) {
            add_word(&words, r->path);
        }
    }
    return keep(arena, &words);
}

static const char *const *rule_words(struct arena *arena)
{
    size_t count = 0;
    const char **words;

    while (rule_at(count)) {
        count++;
    }
    words = arena_alloc(arena, (count + 1) * sizeof(*words));
    for (size_t i = 0; i < count; i++) {
        words[i] = rule_at(i)->id;
    }
    return words;
}

const struct vocabulary *load_vocabulary(struct arena *arena)
{
    /* discover_user.c and gate.c say these of a ticket. */
    static const char *const tickets[] = {
        "none",          "valid",          "expired",
        "not-yet-valid", "garbage",        "bad-signature",
        "other-pool",    "wrong-audience", NULL,
    };
    static const char *const verdicts[] = {"accepted", "refused", NULL};
    /* kdc/ says these of a request. */
    static const char *const transports[] = {"udp", "tcp", "proxy", NULL};
    static const char *const methods[] = {"GET", "HEAD", "POST", NULL};
    struct vocabulary *vocabulary = ARENA_NEW(arena, struct vocabulary);

    *vocabulary = (struct vocabulary){
        .faults = faults,
        .auth = auth_words(arena),
        .tickets = tickets,
        .verdicts = verdicts,
        .reasons = reason_words(arena),
        .transports = transports,
        .methods = methods,
        .paths = path_words(arena),
        .rules = rule_words(arena),
    };
    return vocabulary;
}

/* ---- Diagnostics ---- */

static void print_one(const struct diagnostic *item, enum log_format format)
{
    AUTO(arena) arena = arena_new();
    const char *line = diagnostic_line(arena, item);

    if (!item->place.file) {
        log_error("%s", item->text);
    } else if (format == LOG_TEXT) {
        fprintf(stderr, "%s\n", line);
    } else if (item->severity == SEVERITY_ERROR) {
        log_error("%s", line);
    } else {
        log_warning("%s", line);
    }
}

void print_diagnostics(const struct diagnostics *diagnostics,
                       enum log_format format)
{
    size_t told = 0;

    for (size_t i = 0; i < diagnostics->count; i++) {
        print_one(&diagnostics->items[i], format);
        told += diagnostics->items[i].severity == SEVERITY_ERROR;
    }
    if (told < diagnostics->errors) {
        log_error("there are more errors; the first %zu are shown", told);
    }
}

/* ---- Names on the command line ---- */

void load_unknown(const char *what, const char *name,
                  const struct nearest *nearest, const char *otherwise)
{
    if (nearest->best.size) {
        log_error("unknown %s \"%s\"; the nearest is \"%.*s\"", what, name,
                  (int)nearest->best.size, (const char *)nearest->best.data);
    } else {
        log_error("unknown %s \"%s\"; %s", what, name, otherwise);
    }
}

bool load_point(const char *name, enum point *out_point)
{
    enum point point = point_named(name);
    struct nearest nearest;

    if (point != POINT_COUNT) {
        *out_point = point;
        return true;
    }
    nearest_init(&nearest, name);
    for (int i = 0; i < POINT_COUNT; i++) {
        nearest_try(&nearest, span_text(point_info((enum point)i)->name));
    }
    load_unknown("point", name, &nearest, "lyncmock list points prints them");
    return false;
}

bool load_shipped(const char *id, const struct vocabulary *words,
                  struct scenario **out_scenario)
{
    const struct scenario_source source = {.name = id, .shipped = true};
    struct diagnostics diagnostics;
    bool good;

    diagnostics_init(&diagnostics);
    good = scenario_read(&source, words, out_scenario, &diagnostics);
    if (!good) {
        print_diagnostics(&diagnostics, LOG_TEXT);
    }
    diagnostics_clear(&diagnostics);
    return good;
}

/* ---- The scenario ---- */

static bool override(const void *ctx, struct world *world, struct err *err)
{
    return server_settings(ctx, world, err);
}

#define CHAOS "chaos/"

const char *load_chaos_word(const char *id)
{
    size_t length = strlen(CHAOS);

    return strncmp(id, CHAOS, length) == 0 ? id + length : NULL;
}

/* Without a file: the good world, and what --set says. */
static bool load_good(const struct options *options,
                      struct scenario **out_scenario)
{
    AUTO(world) world = world_good();
    struct err err;

    if (!server_settings(options, world, &err) || !world_finish(world, &err)) {
        log_error("%s", err.text);
        return false;
    }
    *out_scenario = scenario_new(take(&world));
    (*out_scenario)->known = options->known;
    return true;
}

bool load_scenario(const struct options *options,
                   struct scenario **out_scenario)
{
    return load_scenario_files(options, NULL, NULL, out_scenario);
}

bool load_scenario_files(const struct options *options,
                         void (*reads)(void *ctx, const char *path), void *ctx,
                         struct scenario **out_scenario)
{
    AUTO(arena) arena = arena_new();
    struct scenario_source source = {
        .name = options->scenario,
        .override = override,
        .override_ctx = options,
        .reads = reads,
        .reads_ctx = ctx,
        .behind = options->chaos,
        .known = options->known,
    };
    struct diagnostics diagnostics;
    bool good;

    if (!options->scenario && !source.behind) {
        return load_good(options, out_scenario);
    }
    if (!options->scenario) {
        source.name = "the good world";
        source.text = span_text("lyncmock: 1\n");
    }
    diagnostics_init(&diagnostics);
    good = scenario_read(&source, load_vocabulary(arena), out_scenario,
                         &diagnostics);
    print_diagnostics(&diagnostics, options->log_format);
    diagnostics_clear(&diagnostics);
    return good;
}
