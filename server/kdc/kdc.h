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

struct kdc_options {
    struct loop *loop;
    struct env *env;
    struct world *world;
    struct session *session; /* NULL: no steps */
    struct journal *journal; /* NULL: none */
    /* As in struct edge_options. */
    const char *const *addresses;
    int port; /* 0: ephemeral */
    /* Where exports go: krb5.conf, krb5.env, keytabs, credential caches. */
    const char *run_dir;
    const char *const *ccaches; /* users to make one for; ends with NULL */
};

/* Where MIT's krb5kdc is on this machine; NULL: it is not. The caller frees. */
char *kdc_program(struct env *env);

/*
 * Binds the relay's port, writes what clients need, starts the keeper; then
 * kdc_await waits until it answers. Keys are made here.
 */
MUST_CHECK bool kdc_start(const struct kdc_options *options,
                          struct kdc **out_kdc, struct err *err);
/* Runs the loop until the KDC answers, or says why it does not. */
MUST_CHECK bool kdc_await(struct kdc *kdc, struct err *err);
/* Ends keeper and KDC, removes the exports. NULL is fine. */
void kdc_stop(struct kdc *kdc);

int kdc_port(const struct kdc *kdc);
/* For ready line and ports file: absolute paths. */
const char *kdc_krb5_conf(const struct kdc *kdc);
/* For the acceptor: the service's keys, and the SPNs they belong to. */
const struct krb_keys *kdc_service_keys(const struct kdc *kdc);
const char *const *kdc_services(const struct kdc *kdc);

/*
 * A request that came another way (the KDC proxy): points, faults and journal
 * are as for any. `answered` is called once, later or at once, with the reply
 * (empty: none will come) that is borrowed for the call.
 */
void kdc_ask(struct kdc *kdc, struct span request, const char *peer,
             void (*answered)(void *ctx, struct span reply), void *ctx);

AUTO_DEFINE(kdc, struct kdc *, kdc_stop)

#endif
