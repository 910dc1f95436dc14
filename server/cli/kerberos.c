/* Whether Kerberos is served, see kerberos.h. */
#include "config.h"

#include "cli/kerberos.h"

#include <string.h>

#include "kdc/kdc.h"
#include "util/log.h"
#include "util/mem.h"
#include "world/setting.h"

#define REMEDY "on Debian: apt-get install krb5-kdc"

/* ---- Credential caches ---- */

static bool find_user(const struct options *options, const struct world *world,
                      const char *name, const struct user **out_user,
                      struct err *err)
{
    const struct user *user = world_account(world, NULL, name);
    const char *meant;

    if (!user) {
        meant = setting_user_meant(world, name);
        return meant ? err_set(err,
                               "%s %s: there is no such user; did you "
                               "mean %s?",
                               options->ccache.origin, name, meant)
                     : err_set(err, "%s %s: there is no such user",
                               options->ccache.origin, name);
    }
    *out_user = user;
    return true;
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
    const struct user *user = NULL;

    kerberos->ccaches = mem_array(asked->count + 1, sizeof(char *));
    if (asked->count && world->offer.kerberos == KERBEROS_NO) {
        return err_set(err,
                       "%s %s: this world offers no Kerberos "
                       "(offer.kerberos is no)",
                       asked->origin, asked->items[0]);
    }
    for (size_t i = 0; i < asked->count; i++) {
        if (!find_user(options, world, asked->items[i], &user, err)) {
            return false;
        }
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
    AUTO(str) who = who_needs(options, scenario);
    AUTO(str)
    where = options->krb5kdc ? mem_printf("at %s", options->krb5kdc)
                             : mem_strdup("on this machine");

    if (who) {
        log_error("%s, and there is no krb5kdc %s (" REMEDY ")", who, where);
        return EXIT_SKIPPED;
    }
    log_warning("there is no krb5kdc %s (" REMEDY "): Kerberos is not offered, "
                "all else works; offer.kerberos=no silences this",
                where);
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
    return EXIT_GOOD;
}

void kerberos_clear(struct kerberos *kerberos)
{
    mem_free(kerberos->program);
    mem_free(kerberos->ccaches);
    *kerberos = (struct kerberos){0};
}
