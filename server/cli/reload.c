/* A scenario takes another one's place, see reload.h. */
#include "config.h"

#include "cli/reload.h"

#include <string.h>
#include <sys/stat.h>

#include "cli/load.h"
#include "util/guard.h"
#include "util/log.h"
#include "util/mem.h"
#include "world/changes.h"

/* ---- What is settled when the server starts ---- */

/* KDC: what the realm and the service's keys were made of. */
static const struct settled {
    const char *name;
    bool kdc; /* only where there is one */
} settled[] = {
    {"offer.kerberos", false}, {"http.header-limit", false},
    {"ticket.key", false},     {"tls.key", false},
    {"realm", true},           {"krb5.etypes", true},
    {"kdc.etypes", true},      {"kdc.lifetime", true},
    {"kdc.renewable", true},   {"kdc.preauth", true},
    {"kdc.absent", true},      {"tcp.http", false},
    {"tcp.https", false},      {"tcp.ipv4", false},
    {"tcp.ipv6", false},       {"tcp.connections", false},
};

/* As kerberos_choose does at the start; yes, and there is no KDC, stays. */
static void choose_kerberos(const struct server *server, struct world *world)
{
    if (world->offer.kerberos == KERBEROS_AUTO) {
        world->offer.kerberos = server->kdc ? KERBEROS_YES : KERBEROS_NO;
    }
}

/* " (from tls.profile: phone)": what a setting that nobody has given follows;
 * "": it was given, or is the default. */
static const char *origin(struct arena *arena, const struct world *world,
                          const char *name)
{
    const char *from = NULL;

    if (strcmp(name, "tls.key") == 0 && !world->given.tls_key) {
        from = "tls.profile";
    } else if (strcmp(name, "realm") == 0 && !world->given.realm) {
        from = "domain";
    }
    return from ? arena_printf(arena, " (from %s: %s)", from,
                               world_value(arena, world, from))
                : "";
}

static bool check_settled(const struct server *server,
                          const struct world *world, struct err *err)
{
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(settled); i++) {
        const char *name = settled[i].name;
        const char *old = world_value(arena, server->world, name);
        const char *new = world_value(arena, world, name);

        if ((!settled[i].kdc || server->kdc) && strcmp(old, new) != 0) {
            return err_set(err,
                           "%s: is %s since the server started%s, and cannot "
                           "become %s while it runs%s; restart it, with --set "
                           "%s=%s where it shall stay",
                           name, old, origin(arena, server->world, name), new,
                           origin(arena, world, name), name, old);
        }
    }
    return true;
}

static bool check_needs(const struct server *server,
                        const struct scenario *scenario, struct err *err)
{
    AUTO(str) who = server->kdc ? NULL : scenario_needs_kerberos(scenario);

    return !who || err_set(err,
                           "%s, and this server was started without it; "
                           "restart it",
                           who);
}

/* Another session may have the domain, and all names in it, already. */
static bool check_free(const struct server *server, const struct world *world,
                       struct err *err)
{
    struct session_entry entry;
    GUARDED;

    return !sessions_find(server->sessions, world->domain, &entry) ||
           err_set(err, "domain: there is a session of %s already",
                   world->domain);
}

/* ---- What follows ---- */

static bool tune_edge(const struct server *server, const struct world *world,
                      struct err *err)
{
    const struct edge_tuning tuning = {
        .tls_minimum = world->tls.minimum,
        .tls_maximum = world->tls.maximum,
        .header_431 = world->header_status == HEADER_STATUS_431,
    };

    if (!edge_tune(server->edge, &tuning, err)) {
        return false;
    }
    crew_tune(server->crew, &tuning);
    return true;
}

static bool same_names(const struct world *one, const struct world *other)
{
    size_t i = 0;

    while (one->names[i] && other->names[i] &&
           strcmp(one->names[i], other->names[i]) == 0) {
        i++;
    }
    return !one->names[i] && !other->names[i];
}

/* The last that may fail without harm: clients find names in krb5.conf. */
static void export_names(const struct server *server, const struct world *world)
{
    struct err err;

    if (server->kdc && !same_names(server->world, world) &&
        !kdc_export(server->kdc, world, edge_https_port(server->edge),
                    server->ca_file, &err)) {
        log_warning("%s: it has the names of before", err.text);
    }
}

static bool follow(struct server *server, const struct world *world,
                   struct err *err)
{
    struct err ignored;

    if (!tune_edge(server, world, err)) {
        return false;
    }
    if (!server_follow_pki(server, world, err)) {
        return tune_edge(server, server->world, &ignored) && false;
    }
    return true;
}

/* From here on nothing fails. */
static void swap(struct server *server, struct scenario *scenario)
{
    struct scenario *old = server->scenario;

    export_names(server, scenario->world);
    GUARDED;
    session_play(sessions_default(server->sessions), scenario);
    server->scenario = scenario;
    server->world = scenario->world;
    server_expect_tickets(server, scenario);
    scenario_unref(old);
}

bool reload_play(struct server *server, struct scenario *scenario,
                 struct err *err)
{
    choose_kerberos(server, scenario->world);
    if (!check_needs(server, scenario, err) ||
        !check_free(server, scenario->world, err) ||
        !check_settled(server, scenario->world, err) ||
        !follow(server, scenario->world, err)) {
        scenario_unref(scenario);
        return false;
    }
    swap(server, scenario);
    return true;
}

/* ---- The file of the command line ---- */

bool reload_possible(const struct options *options, struct err *err)
{
    struct stat stat_now;

    if (!options->scenario) {
        return err_set(err, "no scenario file is named on the command line");
    }
    if (stat(options->scenario, &stat_now) != 0) {
        return err_set(err, "%s is compiled in", options->scenario);
    }
    return S_ISREG(stat_now.st_mode) ||
           err_set(err, "%s is no plain file, and cannot be read again",
                   options->scenario);
}

bool reload_watchable(const struct options *options, struct err *err)
{
    struct stat stat_now;

    if (options->scenario && stat(options->scenario, &stat_now) != 0) {
        return err_set(err, "%s is compiled in, so there is no file to watch",
                       options->scenario);
    }
    return reload_possible(options, err);
}

/* It was a file at the start: one that is gone is no shipped scenario now. */
static bool is_there(const struct server *server, struct err *err)
{
    struct stat stat_now;

    if (server->scenario_is_file &&
        stat(server->options->scenario, &stat_now) != 0) {
        return err_errno(err, "cannot read %s", server->options->scenario);
    }
    return true;
}

static void tell_success(const struct server *server, const char *why,
                         const char *changes, const struct scenario *old)
{
    const struct scenario *scenario = server->scenario;

    log_info("%s: scenario %s is read again: steps=%zu (before: %zu), steps "
             "that differ: %zu, settings that differ: %s; accounts, counters "
             "and clock begin afresh",
             why, scenario->name, scenario->step_count, old->step_count,
             scenario_steps_differ(old, scenario), *changes ? changes : "none");
}

static void tell_failure(const char *why, const char *text)
{
    log_error("%s: %s; the old scenario stays", why, text);
}

static void read_again(struct server *server, const char *why,
                       void (*reads)(void *ctx, const char *path), void *ctx)
{
    AUTO(arena) arena = arena_new();
    struct scenario *scenario;
    const char *changes;
    AUTO(scenario) old = scenario_ref(server->scenario);
    struct err err;

    if (!load_scenario_files(server->options, reads, ctx, &scenario)) {
        tell_failure(why, "the scenario is wrong");
        return;
    }
    choose_kerberos(server, scenario->world);
    changes = world_changes(arena, server->world, scenario->world);
    if (!reload_play(server, scenario, &err)) {
        tell_failure(why, err.text);
        return;
    }
    tell_success(server, why, changes, old);
}

void reload_again(struct server *server, const char *why,
                  void (*reads)(void *ctx, const char *path), void *ctx)
{
    struct err err;

    if (!is_there(server, &err)) {
        if (reads) {
            reads(ctx, server->options->scenario);
        }
        tell_failure(why, err.text);
    } else if (!reload_possible(server->options, &err)) {
        log_info("%s: %s: nothing has changed", why, err.text);
    } else {
        read_again(server, why, reads, ctx);
    }
}
