/*
 * The embedded KDC: MIT's krb5kdc behind a relay of ours. The relay owns the
 * port that clients know (TCP and UDP), reads what they ask, lets scenarios
 * have their say, and hands the rest on. A keeper, an executable of its own
 * (server/keeper/), makes the realm and is krb5kdc's parent.
 *
 * The world's users are the one list: before a request of a user is handed on,
 * the KDC is told what has become of the account since it last heard.
 */
#ifndef KDC_KDC_H
#define KDC_KDC_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/attr.h"
#include "util/err.h"
#include "util/span.h"
#include "wire/krb_keys.h"
#include "world/world.h"

struct env;
struct exchange;
struct journal;
struct kdc;
struct loop;
struct session;
struct sessions;

struct kdc_options {
    struct loop *loop;
    struct env *env;
    struct world *world;       /* at the start: the realm is made of it */
    struct session *session;   /* the default one */
    struct sessions *sessions; /* NULL: there is no other */
    struct journal *journal;   /* NULL: none */
    /* As in struct edge_options. */
    const char *const *addresses;
    int port;            /* 0: ephemeral */
    const char *program; /* MIT's krb5kdc, see kdc_program */
    /* Where exports go: krb5.conf, krb5.env, keytabs, credential caches. The
     * keeper removes it where the server ends without doing so. */
    const char *run_dir;
    /* Users (by the world's key) to make one for; ends with NULL; NULL:
     * none. */
    const char *const *ccaches;
};

/* For kdc_await. Generous: it takes some tens of milliseconds, and one or two
 * for each user. */
enum {
    KDC_START_SECONDS = 20,
    KDC_START_USERS = 100, /* so many have one second more */
};

/* Given as a program: as on a machine that has none. */
#define KDC_NO_PROGRAM "none"

/*
 * Where MIT's krb5kdc is on this machine: at `given`, or, if that is NULL, in
 * PATH or where systems have it. NULL: it is not. The caller frees.
 */
char *kdc_program(struct env *env, const char *given);

/*
 * Binds the relay's port and starts the keeper, which makes the realm while the
 * server goes on; then kdc_await waits until it answers. Keys are made here.
 */
MUST_CHECK bool kdc_start(const struct kdc_options *options,
                          struct kdc **out_kdc, struct err *err);
/* Writes what clients need: once it is known where HTTPS is served, and again
 * where the world has other names. */
MUST_CHECK bool kdc_export(const struct kdc *kdc, const struct world *world,
                           int https_port, const char *ca_file,
                           struct err *err);
/*
 * Runs the loop until the KDC answers, or says why it does not. True also where
 * somebody else has stopped the loop: a signal has come.
 */
MUST_CHECK bool kdc_await(struct kdc *kdc, struct err *err);
/* A child has ended, with this status of wait(2), which the caller has waited
 * for: ours, or another one. NULL is fine. */
void kdc_child_ended(struct kdc *kdc, pid_t pid, int status);
/* Our child, the keeper; 0: it has ended. NULL is fine. */
pid_t kdc_keeper(const struct kdc *kdc);
/* Ends keeper and KDC; what is in run_dir stays for the caller to remove. NULL
 * is fine. */
void kdc_stop(struct kdc *kdc);

struct loop *kdc_loop(const struct kdc *kdc);
int kdc_port(const struct kdc *kdc);
/* For ready line and ports file: absolute paths. */
const char *kdc_krb5_conf(const struct kdc *kdc);
const char *kdc_krb5_proxy_conf(const struct kdc *kdc);
const char *kdc_krb5_env(const struct kdc *kdc);
const char *kdc_service_keytab(const struct kdc *kdc);
const char *kdc_user_keytab(const struct kdc *kdc);
/* Of the users in kdc_options.ccaches; NULL past the end. */
const char *kdc_ccache(const struct kdc *kdc, size_t index);
/* For the acceptor: the service's keys. */
const struct krb_keys *kdc_service_keys(const struct kdc *kdc);

/*
 * A request that came another way (the KDC proxy): points, faults and journal
 * are as for any. `answered` is called once, later or at once, with the reply
 * (empty: none will come) that is borrowed for the call.
 */
void kdc_ask(struct kdc *kdc, struct span request, const char *peer,
             void (*answered)(void *ctx, struct span reply), void *ctx);
/* The same from the thread of another loop, where `answered` is called, too,
 * and always later. */
void kdc_ask_from(struct kdc *kdc, struct loop *from, struct span request,
                  const char *peer,
                  void (*answered)(void *ctx, struct span reply), void *ctx);

AUTO_DEFINE(kdc, struct kdc *, kdc_stop)

#endif
