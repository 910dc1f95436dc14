/* A running server: all parts put together, in order, and taken apart. */
#ifndef CLI_SERVER_H
#define CLI_SERVER_H

#include <sys/types.h>

#include "admin/admin.h"
#include "auth/krb5.h"
#include "cli/crew.h"
#include "cli/kerberos.h"
#include "cli/options.h"
#include "cli/run_dir.h"
#include "edge/edge.h"
#include "http/http.h"
#include "journal/journal.h"
#include "kdc/kdc.h"
#include "pki/pki.h"
#include "scenario/sessions.h"
#include "services/services.h"
#include "ticket/ticket.h"
#include "world/world.h"

struct server {
    struct env *env;
    const struct options *options;
    bool scenario_is_file;     /* no shipped one, and not none */
    struct scenario *scenario; /* of the default session */
    struct sessions *sessions;
    struct world *world; /* the scenario's */
    struct pki *pki;
    struct ticket_keys *ticket_keys;
    struct journal *journal;
    struct loop *loop;
    struct edge *edge;
    struct http *http;
    struct services_context services;
    struct crew *crew; /* the other workers; NULL: none */
    /* Of all workers. */
    uint64_t conn_ids;
    size_t conns_open;
    struct edge_team team;
    const struct kerberos *kerberos;
    struct kdc *kdc; /* NULL: no Kerberos */
    struct krb5_acceptor *krb5;
    struct admin *admin;     /* NULL: no admin port */
    struct loop_timer sweep; /* of sessions whose time is up */
    struct run_dir *run_dir; /* NULL: none was needed */
    char *ca_file;           /* what clients should trust */
    /* The ports file that we wrote: a later server may put its own there. */
    char *ports_file;
    dev_t ports_file_device;
    ino_t ports_file_inode; /* 0: none written */
};

/* What --set says. An error here is a usage error. */
MUST_CHECK bool server_settings(const struct options *options,
                                struct world *world, struct err *err);

/* Addresses that are none, or not loopback without --allow-remote. */
MUST_CHECK bool server_check_listen(const struct options *options,
                                    struct err *err);

/*
 * Binds and starts everything but the loop; the KDC is still at it, see
 * kdc_await. On failure nothing stays behind. `scenario` is taken over,
 * whatever the answer; `kerberos` is borrowed.
 */
MUST_CHECK bool server_start(struct server *server, struct env *env,
                             const struct options *options,
                             const struct kerberos *kerberos,
                             struct scenario *scenario, struct err *err);
void server_stop(struct server *server);

struct edge_options server_edge_options(struct server *server);
/* Certificates for another world. false: the CA cannot vouch for it. */
MUST_CHECK bool server_follow_pki(struct server *server,
                                  const struct world *world, struct err *err);
/* Lets the acceptor know what steps of this scenario do to tickets; once is for
 * ever. */
void server_expect_tickets(struct server *server,
                           const struct scenario *scenario);

/* Tells the world that we are ready: stdout, --ready-fd, --ports-file. */
MUST_CHECK bool server_announce(struct server *server, struct err *err);
/* The ports file alone. */
MUST_CHECK bool server_publish(struct server *server, const char *path,
                               struct err *err);
/* Removes the ports file. */
void server_withdraw(struct server *server);

#endif
