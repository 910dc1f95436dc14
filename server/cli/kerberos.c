/* Whether Kerberos is served, see kerberos.h. */
#include "config.h"

#include "cli/kerberos.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "kdc/kdc.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/log.h"
#include "util/mem.h"
#include "world/setting.h"

enum { USERS_TOLD = 20 }; /* in a message */

#define REMEDY "on Debian: apt-get install krb5-kdc"

/* ---- Credential caches ---- */

/* Always false. */
static bool say_who_there_is(const char *origin, const struct world *world,
                             const char *name, struct err *err)
{
    const char *meant = setting_user_meant(world, name);
    AUTO_BUF others = {0};
    size_t told = 0;

    for (size_t i = 0; i < world->user_count && told < USERS_TOLD; i++) {
        const char *other = world->users[i].name;

        if (world->users[i].state != USER_UNKNOWN &&
            (!meant || strcmp(other, meant) != 0)) {
            buf_printf(&others, "%s%s", told ? ", " : "", other);
            told++;
        }
    }
    return err_set(err, "%s %s: there is no such user%s%s%s%s %s%s", origin,
                   name, meant ? "; did you mean " : "", meant ? meant : "",
                   meant ? "?" : "", meant ? " There are also" : "; there are",
                   buf_text(&others),
                   told < world->user_count - (meant != NULL) ? " ..." : "");
}

/* The keeper would find out, late and in the KDC's words. */
static bool may_have_ticket(const char *origin, const struct world *world,
                            const struct user *user, struct err *err)
{
    static const char *const states[] = {
        [USER_DISABLED] = "disabled", [USER_LOCKED] = "locked",
        [USER_EXPIRED] = "expired",   [USER_MUST_CHANGE] = "must-change",
        [USER_NO_SIP] = NULL,
    };
    const char *state =
        user->state < ARRAY_SIZE(states) ? states[user->state] : NULL;
    AUTO(arena) arena = arena_new();

    if (state) {
        return err_set(err,
                       "%s %s: %s cannot get a ticket: its state is %s; leave "
                       "%s %s out, or give it another state (user.%s.state)",
                       origin, user->name, user->name, state, origin,
                       user->name, user->name);
    }
    if (!(user->etypes & world->kdc.etypes)) {
        return err_set(err,
                       "%s %s: %s cannot get a ticket: it has keys of %s "
                       "(user.%s.etypes), and the KDC permits %s (kdc.etypes)",
                       origin, user->name, user->name,
                       setting_etypes_text(arena, user->etypes), user->name,
                       setting_etypes_text(arena, world->kdc.etypes));
    }
    return true;
}

static bool find_user(const struct options *options, const struct world *world,
                      const char *name, const struct user **out_user,
                      struct err *err)
{
    const struct user *user = world_account(world, NULL, name);

    if (!user) {
        return say_who_there_is(options->ccache.origin, world, name, err);
    }
    *out_user = user;
    return may_have_ticket(options->ccache.origin, world, user, err);
}

bool kerberos_may_have_ticket(const struct world *world,
                              const struct user *user)
{
    struct err err;

    return may_have_ticket("", world, user, &err);
}

/* The same user twice is one cache. */
static void add_user(const char **names, const char *name)
{
    while (*names && strcmp(*names, name) != 0) {
        names++;
    }
    *names = name;
}

static bool find_users(const struct options *options, const struct world *world,
                       struct kerberos *kerberos, struct err *err)
{
    const struct option_list *asked = &options->ccache;

    kerberos->ccaches = mem_array(asked->count + 2, sizeof(char *));
    if (asked->count && world->offer.kerberos == KERBEROS_NO) {
        return err_set(err,
                       "%s %s: this world offers no Kerberos "
                       "(offer.kerberos is no)",
                       asked->origin, asked->items[0]);
    }
    for (size_t i = 0; i < asked->count; i++) {
        const struct user *user = NULL;

        if (!find_user(options, world, asked->items[i], &user, err)) {
            return false;
        }
        assert(user);
        add_user(kerberos->ccaches, user->name);
    }
    return true;
}

/* ---- The KDC's program ---- */

/* Who cannot do without; NULL: nobody. */
static char *who_needs(const struct options *options,
                       const struct scenario *scenario)
{
    char *who = scenario_needs_kerberos(scenario);

    return who || !options->ccache.count
               ? who
               : mem_printf("%s needs Kerberos", options->ccache.origin);
}

static enum exit_code lack(const struct options *options,
                           const struct scenario *scenario)
{
    AUTO(str) who = NULL;

    if (options->krb5kdc && strcmp(options->krb5kdc, KDC_NO_PROGRAM) != 0) {
        log_error("--krb5kdc %s: %s; name MIT's krb5kdc (" REMEDY
                  "), or leave the option out",
                  options->krb5kdc, strerror(errno));
        return EXIT_USAGE;
    }
    who = who_needs(options, scenario);
    if (who) {
        log_error("%s, and there is no krb5kdc on this machine (" REMEDY ")",
                  who);
        return EXIT_SKIPPED;
    }
    log_warning("there is no krb5kdc on this machine (" REMEDY "): Kerberos is "
                "not offered, all else works; offer.kerberos=no silences this");
    return EXIT_GOOD;
}

enum exit_code kerberos_choose(const struct options *options, struct env *env,
                               struct scenario *scenario,
                               struct kerberos *out_kerberos)
{
    struct world *world = scenario->world;
    enum exit_code code = EXIT_GOOD;
    struct err err;

    *out_kerberos = (struct kerberos){0};
    if (!find_users(options, world, out_kerberos, &err)) {
        log_error("%s", err.text);
        kerberos_clear(out_kerberos);
        return EXIT_USAGE;
    }
    if (world->offer.kerberos == KERBEROS_NO) {
        return EXIT_GOOD;
    }
    out_kerberos->program = kdc_program(env, options->krb5kdc);
    if (!out_kerberos->program) {
        code = lack(options, scenario);
    }
    if (code != EXIT_GOOD) {
        kerberos_clear(out_kerberos);
        return code;
    }
    world->offer.kerberos = out_kerberos->program ? KERBEROS_YES : KERBEROS_NO;
    if (out_kerberos->program && !options->ccache.count) {
        out_kerberos->ccaches[0] = options->ccache_client;
    }
    return EXIT_GOOD;
}

void kerberos_clear(struct kerberos *kerberos)
{
    mem_free(kerberos->program);
    mem_free(kerberos->ccaches);
    *kerberos = (struct kerberos){0};
}
