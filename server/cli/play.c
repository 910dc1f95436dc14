/* Sessions of a running server, see play.h. */
#include "config.h"

#include "cli/play.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli/load.h"
#include "cli/reload.h"
#include "cli/verdict.h"
#include "scenario/match.h"
#include "services/prepare.h"
#include "util/guard.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/stream.h"

enum { SWEEP_SECONDS = 5 };

/* ---- A session's world ---- */

/* What beats the text: --set, and the session's domain. */
struct beating {
    const struct options *options;
    const struct world *base;
    const char *domain; /* NULL: as the text says */
};

static bool beat(const void *ctx, struct world *world, struct err *err)
{
    const struct beating *beating = ctx;

    return server_settings(beating->options, world, err) &&
           (!beating->domain ||
            world_move(world, beating->domain, beating->base, err));
}

static void add_error(struct diagnostics *diagnostics, const struct err *err)
{
    diagnostics_add(diagnostics, SEVERITY_ERROR, (struct place){NULL, 0, 0},
                    "%s", err->text);
}

static bool read_scenario(const struct beating *beating,
                          const struct scenario_source *from,
                          struct scenario **out_scenario,
                          struct diagnostics *diagnostics)
{
    AUTO(arena) arena = arena_new();
    struct scenario_source source = *from;

    source.override = beat;
    source.override_ctx = beating;
    source.behind = beating->options->chaos;
    source.known = beating->options->known;
    if (!source.name && !source.text.data) {
        source.name = "the good world";
        source.text = span_text("lyncmock: 1\n");
    }
    return scenario_read(&source, load_vocabulary(arena), out_scenario,
                         diagnostics);
}

/* There is one realm, and it is the base's. */
static bool check_kerberos(const struct scenario *scenario,
                           const struct world *base, struct err *err)
{
    struct world *world = scenario->world;
    bool served = base->offer.kerberos == KERBEROS_YES;
    AUTO(str) who = served ? NULL : scenario_needs_kerberos(scenario);

    if (who) {
        return err_set(err, "%s, and this server offers none", who);
    }
    if (world->offer.kerberos != KERBEROS_NO && served &&
        strcmp(world->realm, base->realm) != 0) {
        return err_set(err,
                       "realm: expected %s, that of the server, which has one "
                       "for all sessions, and not %s",
                       base->realm, world->realm);
    }
    if (!served) {
        world->offer.kerberos = KERBEROS_NO;
    } else if (world->offer.kerberos == KERBEROS_AUTO) {
        world->offer.kerberos = KERBEROS_YES;
    }
    return true;
}

/* Those of today do, and so most tests go well. */
static void warn_of_issuer(const struct server *server, const char *domain,
                           const struct world *world)
{
    if (!pki_suits(server->pki, world->tls.profile)) {
        log_warning("session %s: devices of 2013 take an RSA chain alone, and "
                    "the CA of this run has another key; for them, start the "
                    "server with --set tls.key=rsa2048",
                    domain);
    }
}

/* ---- Making one ---- */

/* As that of a run: 32 bits are easier to copy. */
static uint64_t derive_seed(uint64_t seed, const char *domain)
{
    const char *const name[] = {domain, NULL};

    return stream_draw(seed, name, 0) & UINT32_MAX;
}

static struct scenario *base_of(const struct server *server)
{
    GUARDED;

    return scenario_ref(server->scenario);
}

static bool make(struct server *server, const struct play_wish *wish,
                 struct session **out_session, struct diagnostics *diagnostics)
{
    AUTO(arena) arena = arena_new();
    AUTO(scenario) base = base_of(server);
    const struct beating beating = {
        .options = server->options,
        .base = base->world,
        .domain = arena_lower(arena, wish->domain),
    };
    AUTO(scenario) scenario = NULL;
    AUTO(session) session = NULL;
    struct err err;

    if (!read_scenario(&beating, &wish->source, &scenario, diagnostics)) {
        return false;
    }
    session = session_new(beating.domain, scenario);
    if (!check_kerberos(scenario, base->world, &err) ||
        !session_prepare(session, scenario, server->pki, &err)) {
        add_error(diagnostics, &err);
        return false;
    }
    warn_of_issuer(server, beating.domain, scenario->world);
    session_seed(session, server->env,
                 wish->seed_given
                     ? wish->seed
                     : derive_seed(server->env->seed, beating.domain));
    server_expect_tickets(server, scenario);
    *out_session = take(&session);
    return true;
}

/* It reads files and makes keys: others go on meanwhile. */
bool play_make(struct server *server, const struct play_wish *wish,
               struct session **out_session, struct diagnostics *diagnostics)
{
    unsigned held = guard_pause();
    bool made = make(server, wish, out_session, diagnostics);

    guard_resume(held);
    return made;
}

/* ---- Another scenario ---- */

static bool play_next(struct server *server, struct session *session,
                      struct scenario *scenario, struct err *err)
{
    if (!check_kerberos(scenario, server->world, err) ||
        !session_prepare(session, scenario, server->pki, err)) {
        return false;
    }
    GUARDED;
    session_play(session, scenario);
    server_expect_tickets(server, scenario);
    return true;
}

static bool play_instead(struct server *server, struct session *session,
                         const struct scenario_source *source,
                         struct diagnostics *diagnostics)
{
    bool is_default = session == sessions_default(server->sessions);
    const struct beating beating = {
        .options = server->options,
        .base = server->world,
        .domain = is_default ? NULL : session_name(session),
    };
    AUTO(scenario) scenario = NULL;
    struct err err;

    if (!read_scenario(&beating, source, &scenario, diagnostics)) {
        return false;
    }
    if (!(is_default ? reload_play(server, take(&scenario), &err)
                     : play_next(server, session, scenario, &err))) {
        add_error(diagnostics, &err);
        return false;
    }
    return true;
}

bool play_again(struct server *server, struct session *session,
                const struct scenario_source *source,
                struct diagnostics *diagnostics)
{
    struct session *kept = session_ref(session);
    unsigned held = guard_pause();
    bool played = play_instead(server, kept, source, diagnostics);

    guard_resume(held);
    session_unref(kept);
    return played;
}

/* ---- Templates ---- */

/* "t*=failures/x": which labels, and what. */
struct template
{
    const char *pattern; /* "*" where none was given */
    const char *scenario;
};

/* A file with "=" in its name is a file. */
static struct template split(struct arena *arena, const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-*?";
    size_t size = strspn(text, letters);

    if (size == 0 || text[size] != '=' || access(text, F_OK) == 0) {
        return (struct template){"*", text};
    }
    return (struct template){
        arena_text(arena, span_of(text, size)),
        text + size + 1,
    };
}

/* One line where one thing is wrong, as that there is no such file. */
static void tell_template(const struct options *options, const char *item,
                          const struct diagnostics *diagnostics)
{
    const char *origin = options->templates.origin;

    if (diagnostics->errors == 1 && diagnostics->count == 1) {
        AUTO(arena) arena = arena_new();

        log_error("%s %s: %s", origin, item,
                  diagnostic_line(arena, &diagnostics->items[0]));
        return;
    }
    print_diagnostics(diagnostics, options->log_format);
    if (diagnostics->errors) {
        log_error("%s %s: the scenario is wrong", origin, item);
    }
}

bool play_check_templates(const struct options *options,
                          const struct scenario *base)
{
    AUTO(arena) arena = arena_new();
    const struct option_list *given = &options->templates;
    const struct beating beating = {
        .options = options,
        .base = base->world,
        .domain = arena_printf(arena, "template.%s", base->world->domain),
    };
    bool good = true;

    for (size_t i = 0; good && i < given->count; i++) {
        struct template template = split(arena, given->items[i]);
        const struct scenario_source source = {.name = template.scenario};
        AUTO(scenario) scenario = NULL;
        struct diagnostics diagnostics;

        diagnostics_init(&diagnostics);
        good = read_scenario(&beating, &source, &scenario, &diagnostics);
        tell_template(options, given->items[i], &diagnostics);
        diagnostics_clear(&diagnostics);
    }
    return good;
}

static bool find_template(const struct server *server, struct arena *arena,
                          const char *domain, struct template *out)
{
    const struct option_list *given = &server->options->templates;
    const char *label =
        arena_text(arena, span_of(domain, strcspn(domain, ".")));

    for (size_t i = 0; i < given->count; i++) {
        *out = split(arena, given->items[i]);
        if (patterns_fit(&(struct patterns){&out->pattern, 1}, label)) {
            return true;
        }
    }
    return false;
}

static void tell_failure(const char *domain,
                         const struct diagnostics *diagnostics)
{
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < diagnostics->count; i++) {
        log_warning("session %s: its template: %s", domain,
                    diagnostic_line(arena, &diagnostics->items[i]));
    }
    log_warning("session %s: cannot be made; the default session answers",
                domain);
}

static struct session *at_contact(void *ctx, const char *domain,
                                  bool *out_failed)
{
    AUTO(arena) arena = arena_new();
    struct server *server = ctx;
    struct template template;
    struct play_wish wish = {.domain = domain};
    struct session *session = NULL;
    struct diagnostics diagnostics;

    if (!find_template(server, arena, domain, &template)) {
        return NULL;
    }
    wish.source.name = template.scenario;
    diagnostics_init(&diagnostics);
    if (play_make(server, &wish, &session, &diagnostics)) {
        log_info("session %s: first contact, plays %s, seed=%" PRIu64, domain,
                 template.scenario, session_seed_of(session));
    } else {
        tell_failure(domain, &diagnostics);
        *out_failed = true;
    }
    diagnostics_clear(&diagnostics);
    return session;
}

/* ---- The registry ---- */

static void gone(void *ctx, struct session *session)
{
    struct server *server = ctx;

    (void)verdict_tell_one(session); /* nobody can ask for it any more */
    journal_forget(server->journal, session_name(session));
}

static void on_sweep(struct loop_timer *timer)
{
    struct server *server =
        (struct server *)((char *)timer - offsetof(struct server, sweep));

    sessions_sweep(server->sessions);
    loop_start(server->loop, timer, SWEEP_SECONDS * ENV_NS_PER_SEC);
}

void play_start(struct server *server)
{
    const struct sessions_options options = {
        .env = server->env,
        .ttl = server->options->session_ttl,
        .at_contact = server->options->templates.count ? at_contact : NULL,
        .gone = gone,
        .ctx = server,
    };

    sessions_setup(server->sessions, &options);
    server->sweep.expired = on_sweep;
    loop_start(server->loop, &server->sweep, SWEEP_SECONDS * ENV_NS_PER_SEC);
}

void play_stop(struct server *server)
{
    loop_cancel(server->loop, &server->sweep);
    sessions_setup(server->sessions, &(struct sessions_options){0});
}

void play_reset(struct server *server, struct session *session)
{
    struct scenario *scenario = session_scenario(session);
    struct env *env = session_env(session, server->env);

    world_reset_accounts(scenario->world);
    session_play(session, scenario);
    if (env != server->env) {
        session_seed(session, server->env, env->seed);
    }
    journal_forget(server->journal, session_name(session));
}
