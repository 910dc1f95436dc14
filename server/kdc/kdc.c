/* The KDC's life: keys, keeper, relay, exports; see kdc.h. */
#include "config.h"

#include "kdc/kdc.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "edge/loop.h"
#include "kdc/exports.h"
#include "kdc/link.h"
#include "kdc/relay.h"
#include "kdc/spn.h"
#include "kdc/spn_told.h"
#include "kdc/users.h"
#include "scenario/session.h"
#include "util/env.h"
#include "util/log.h"
#include "util/mem.h"

enum {
    /* Of all keys made here: an account of Active Directory has 2 when its
     * password was set once since it was made. */
    KEY_VERSION = 2,
};

enum progress {
    STARTING,
    ANSWERS,
    GONE, /* `why` says how */
};

struct kdc {
    struct kdc_options options;
    struct arena *arena;
    struct krb_keys krbtgt;
    struct krb_keys service;
    const char *const *services;
    const char *krb5_conf;
    const char *krb5_proxy_conf;
    const char *krb5_env;
    const char *service_keytab;
    const char *user_keytab;
    uint32_t serial; /* of the last message to the keeper */
    struct kdc_users *users;
    struct spn_told *spns;
    struct relay *relay;
    struct link *link;
    enum progress progress;
    struct err why;
    struct loop_timer limit; /* of the start */
};

/* ---- The program ---- */

static char *in_folder(const char *folder, size_t length)
{
    AUTO(str) path = mem_printf("%.*s/krb5kdc", (int)length, folder);

    /* A relative folder of PATH is one of the caller's, by chance. */
    return *folder == '/' && access(path, X_OK) == 0 ? take(&path) : NULL;
}

static char *in_path(const char *path)
{
    while (path && *path) {
        size_t length = strcspn(path, ":");
        char *found = in_folder(path, length);

        if (found) {
            return found;
        }
        path += length;
        path += *path == ':';
    }
    return NULL;
}

char *kdc_program(struct env *env, const char *given)
{
    /* Few users have them in PATH. */
    static const char system[] =
        "/usr/sbin:/usr/local/sbin:/usr/lib/mit/sbin:/sbin";
    char *found;

    if (given && strcmp(given, KDC_NO_PROGRAM) == 0) {
        return NULL;
    }
    if (given) {
        return access(given, X_OK) == 0 ? mem_strdup(given) : NULL;
    }
    found = in_path(env_variable(env, "PATH"));
    return found ? found : in_path(system);
}

/* ---- What the keeper says ---- */

static void gone(struct kdc *kdc, const char *why)
{
    struct err err;

    if (kdc->progress == GONE) {
        return; /* told already, by itself */
    }
    if (kdc->progress == STARTING) {
        err_set(&kdc->why, "%s", why);
        loop_stop(kdc->options.loop);
    } else {
        log_error("%s: Kerberos works no longer", why);
        if (!relay_open(kdc->relay, 0, &err)) {
            log_debug("%s", err.text);
        }
    }
    kdc->progress = GONE;
    kdc_users_lost(kdc->users);
    spn_told_lost(kdc->spns);
}

static void answers(struct kdc *kdc, uint16_t port)
{
    struct err err;

    if (kdc->progress != STARTING) {
        return;
    }
    if (!relay_open(kdc->relay, port, &err)) {
        gone(kdc, err.text);
        return;
    }
    kdc->progress = ANSWERS;
    loop_stop(kdc->options.loop);
}

static void on_message(void *ctx, const struct keeper_message *message)
{
    struct kdc *kdc = ctx;

    switch (message->kind) {
    case KEEPER_READY:
        answers(kdc, message->port);
        break;
    case KEEPER_DONE:
        kdc_users_done(kdc->users, message->serial);
        spn_told_done(kdc->spns, message->serial);
        break;
    case KEEPER_ERROR:
        gone(kdc, message->text);
        break;
    case KEEPER_REALM:
    case KEEPER_USER:
    case KEEPER_SERVICE: /* ours */
        break;
    }
}

static void on_lost(void *ctx, const char *why)
{
    gone(ctx, why);
}

static int64_t start_seconds(const struct kdc *kdc)
{
    return KDC_START_SECONDS +
           (int64_t)(kdc->options.world->user_count / KDC_START_USERS);
}

static void on_limit(struct loop_timer *timer)
{
    struct kdc *kdc =
        (struct kdc *)((char *)timer - offsetof(struct kdc, limit));
    struct err err = {.text = ""};

    err_set(&err, "it does not answer after %" PRId64 " seconds",
            start_seconds(kdc));
    gone(kdc, err.text);
}

/* ---- What the keeper is told ---- */

static void tell(void *ctx, const struct keeper_message *message)
{
    struct kdc *kdc = ctx;
    struct err err;

    if (!link_send(kdc->link, message, &err)) {
        gone(kdc, err.text);
    }
}

static bool sync_user(void *ctx, const struct kdc_account *account,
                      const char *name, void (*done)(void *), void *done_ctx)
{
    struct kdc *kdc = ctx;

    return kdc_users_sync(kdc->users, account, name, done, done_ctx);
}

static bool sync_service(void *ctx, const struct world *world,
                         const char *service, void (*done)(void *),
                         void *done_ctx)
{
    struct kdc *kdc = ctx;

    return spn_told_sync(kdc->spns, world, service, done, done_ctx);
}

static bool send_realm(struct kdc *kdc, struct err *err)
{
    const struct world *world = kdc->options.world;
    struct keeper_message message = {
        .kind = KEEPER_REALM,
        .realm =
            {
                .realm = world->realm,
                .etypes = world->kdc.etypes,
                .ticket_lifetime = world->kdc.lifetime / ENV_NS_PER_SEC,
                .renewable_lifetime = world->kdc.renewable / ENV_NS_PER_SEC,
                .preauth = world->kdc.preauth,
                .krbtgt = kdc->krbtgt,
                .service = kdc->service,
                .services = kdc->services,
                .krb5kdc = kdc->options.program,
                .run_dir = kdc->options.run_dir,
                .service_keytab = kdc->service_keytab,
                .user_keytab = kdc->user_keytab,
            },
    };
    bool sent;

    message.realm.users =
        kdc_users_first(kdc->users, &message.realm.user_count);
    sent = link_send(kdc->link, &message, err);
    mem_wipe(&message, sizeof(message));
    return sent || err_wrap(err, "cannot start the KDC");
}

/* ---- Beginning and end ---- */

static const char *export_path(const struct kdc *kdc, const char *name)
{
    return arena_printf(kdc->arena, "%s/%s", kdc->options.run_dir, name);
}

static struct kdc *make(const struct kdc_options *options)
{
    struct kdc *kdc = NEW(struct kdc);
    const struct world *world = options->world;

    kdc->options = *options;
    world_ref(options->world);
    kdc->arena = arena_new();
    kdc->limit.expired = on_limit;
    krb_keys_make(&kdc->krbtgt, world->kdc.etypes, KEY_VERSION, env_secret);
    krb_keys_make(&kdc->service, world->krb5.etypes, KEY_VERSION, env_secret);
    kdc->services = spn_list(kdc->arena, world);
    kdc->krb5_conf = export_path(kdc, "krb5.conf");
    kdc->krb5_proxy_conf = export_path(kdc, "krb5-proxy.conf");
    kdc->krb5_env = export_path(kdc, "krb5.env");
    kdc->service_keytab = export_path(kdc, "service.keytab");
    kdc->user_keytab = export_path(kdc, "users.keytab");
    kdc->users = kdc_users_new(&(struct kdc_users_options){
        .world = options->world,
        .now = session_now(options->session, env_now(options->env)),
        .run_dir = options->run_dir,
        .ccaches = options->ccaches,
        .serial = &kdc->serial,
        .tell = tell,
        .ctx = kdc,
    });
    kdc->spns = spn_told_new(&(struct spn_told_options){
        .services = kdc->services,
        .serial = &kdc->serial,
        .tell = tell,
        .ctx = kdc,
    });
    return kdc;
}

static bool start_relay(struct kdc *kdc, struct err *err)
{
    const struct kdc_options *options = &kdc->options;
    struct relay_options relay = {
        .loop = options->loop,
        .env = options->env,
        .session = options->session,
        .sessions = options->sessions,
        .journal = options->journal,
        .addresses = options->addresses,
        .port = options->port,
        .krbtgt = &kdc->krbtgt,
        .service = &kdc->service,
        .sync = sync_user,
        .sync_service = sync_service,
        .sync_ctx = kdc,
    };

    return relay_new(&relay, &kdc->relay, err);
}

bool kdc_start(const struct kdc_options *options, struct kdc **out_kdc,
               struct err *err)
{
    struct kdc *kdc = make(options);
    struct link_options link = {
        .loop = options->loop,
        .env = options->env,
        .ctx = kdc,
        .message = on_message,
        .lost = on_lost,
    };

    if (!start_relay(kdc, err) || !link_new(&link, &kdc->link, err) ||
        !send_realm(kdc, err)) {
        kdc_stop(kdc);
        return false;
    }
    *out_kdc = kdc;
    return true;
}

bool kdc_export(const struct kdc *kdc, const struct world *world,
                int https_port, const char *ca_file, struct err *err)
{
    const struct exports exports = {
        .world = world,
        .run_dir = kdc->options.run_dir,
        .addresses = kdc->options.addresses,
        .kdc_port = kdc_port(kdc),
        .https_port = https_port,
        .ca_file = ca_file,
    };

    return exports_write(&exports, err);
}

bool kdc_await(struct kdc *kdc, struct err *err)
{
    struct loop *loop = kdc->options.loop;

    loop_start(loop, &kdc->limit, start_seconds(kdc) * ENV_NS_PER_SEC);
    if (kdc->progress == STARTING) {
        loop_run(loop);
    }
    loop_cancel(loop, &kdc->limit);
    if (kdc->progress == GONE) {
        return err_set(err, "cannot start the KDC: %s", kdc->why.text);
    }
    return kdc->progress == STARTING || !kdc_ccache(kdc, 0) ||
           exports_own_cache(kdc->options.run_dir, kdc_ccache(kdc, 0), err);
}

void kdc_child_ended(struct kdc *kdc, pid_t pid, int status)
{
    if (kdc && kdc->link) {
        link_child_ended(kdc->link, pid, status);
    }
}

pid_t kdc_keeper(const struct kdc *kdc)
{
    return kdc && kdc->link ? link_keeper(kdc->link) : 0;
}

void kdc_stop(struct kdc *kdc)
{
    if (!kdc) {
        return;
    }
    relay_free(kdc->relay);
    link_free(kdc->link);
    spn_told_free(kdc->spns);
    kdc_users_free(kdc->users);
    world_unref(kdc->options.world);
    mem_wipe(&kdc->krbtgt, sizeof(kdc->krbtgt));
    mem_wipe(&kdc->service, sizeof(kdc->service));
    arena_free(kdc->arena);
    mem_free(kdc);
}

/* ---- What others ask ---- */

struct loop *kdc_loop(const struct kdc *kdc)
{
    return kdc->options.loop;
}

int kdc_port(const struct kdc *kdc)
{
    return relay_port(kdc->relay);
}

const char *kdc_krb5_conf(const struct kdc *kdc)
{
    return kdc->krb5_conf;
}

const char *kdc_krb5_proxy_conf(const struct kdc *kdc)
{
    return kdc->krb5_proxy_conf;
}

const char *kdc_krb5_env(const struct kdc *kdc)
{
    return kdc->krb5_env;
}

const char *kdc_service_keytab(const struct kdc *kdc)
{
    return kdc->service_keytab;
}

const char *kdc_user_keytab(const struct kdc *kdc)
{
    return kdc->user_keytab;
}

const char *kdc_ccache(const struct kdc *kdc, size_t index)
{
    const char *const *names = kdc->options.ccaches;
    const struct user *user;

    for (size_t i = 0; names && i <= index; i++) {
        if (!names[i]) {
            return NULL;
        }
    }
    user = names ? world_user(kdc->options.world, names[index]) : NULL;
    return user ? kdc_users_ccache(kdc->users, user) : NULL;
}

const struct krb_keys *kdc_service_keys(const struct kdc *kdc)
{
    return &kdc->service;
}

void kdc_ask(struct kdc *kdc, struct span request, const char *peer,
             void (*answered)(void *ctx, struct span reply), void *ctx)
{
    relay_ask(kdc->relay, request, peer, answered, ctx);
}
