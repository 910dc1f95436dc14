/* All parts put together, see server.h. */
#include "config.h"

#include "cli/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/admin.h"
#include "cli/play.h"
#include "util/log.h"
#include "util/mem.h"
#include "wire/xml.h"
#include "world/setting.h"

static bool is_set(const struct option_list *list, const char *name)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < list->count; i++) {
        const char *item = list->items[i];

        if (strncmp(item, name, length) == 0 && item[length] == '=') {
            return true;
        }
    }
    return false;
}

/* user.alise.state makes a user; who is given a password is meant to be new. */
static void warn_of_slip(const struct options *options,
                         const struct option_list *list,
                         const struct world *world, const char *name)
{
    const char *begin = name + strlen("user.");
    const char *end = strrchr(name, '.');
    AUTO(str) user = NULL;
    AUTO(str) password = NULL;
    const char *meant;

    if (strncmp(name, "user.", strlen("user.")) != 0 || end <= begin) {
        return;
    }
    user = mem_printf("%.*s", (int)(end - begin), begin);
    password = mem_printf("user.%s.password", user);
    meant = setting_user_meant(world, user);
    if (meant && !is_set(&options->set, password) &&
        !is_set(&options->variant, password)) {
        log_warning("%s %s: %s is a new user; did you mean %s? A password says "
                    "that it is meant",
                    list->origin, name, user, meant);
    }
}

static bool apply_settings(const struct options *options,
                           const struct option_list *list, struct world *world,
                           struct err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *item = list->items[i];
        const char *equals = strchr(item, '=');
        AUTO(str) name = NULL;

        if (!equals) {
            return err_set(err, "%s %s: expected NAME=VALUE", list->origin,
                           item);
        }
        name = mem_printf("%.*s", (int)(equals - item), item);
        warn_of_slip(options, list, world, name);
        if (!world_set(world, name, equals + 1, err)) {
            return err_wrap(err, "%s %s", list->origin, item);
        }
    }
    return true;
}

bool server_settings(const struct options *options, struct world *world,
                     struct err *err)
{
    return apply_settings(options, &options->set, world, err) &&
           apply_settings(options, &options->variant, world, err);
}

/* ---- Certificates ---- */

/* For what clients shall find; with a KDC in any case. */
static bool make_run_dir(struct server *server, struct err *err)
{
    return (server->options->ca_dir && !server->options->client &&
            !server->kerberos->program) ||
           run_dir_new(server->env, &server->run_dir, err);
}

static bool write_file(const char *path, struct span bytes, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    ssize_t written;

    if (fd < 0) {
        return err_errno(err, "cannot write %s", path);
    }
    written = write(fd, bytes.data, bytes.size);
    if (close(fd) != 0 || written != (ssize_t)bytes.size) {
        return err_errno(err, "cannot write %s", path);
    }
    return true;
}

/* Where clients find the CA: in --ca-dir, else in the folder of the run. */
static bool publish_ca(struct server *server, struct err *err)
{
    if (server->options->ca_dir) {
        AUTO(str) path = mem_printf("%s/ca.pem", server->options->ca_dir);

        /* Absolute: who reads it may stand elsewhere. */
        server->ca_file = realpath(path, NULL);
        return server->ca_file || err_errno(err, "%s", path);
    }
    server->ca_file = mem_printf("%s/ca.pem", run_dir_path(server->run_dir));
    return write_file(server->ca_file, pki_ca_pem(server->pki), err);
}

static struct pki_options pki_options(const struct server *server,
                                      const struct world *world)
{
    return (struct pki_options){
        .names = world->names,
        .domain = world->domain,
        .key = world->tls.key == KEY_RSA2048 ? PKI_RSA2048 : PKI_P256,
        .profile = world->tls.profile,
        .leaf_clock = world->tls.clock,
        .ca_dir = server->options->ca_dir,
        .now = env_now(server->env),
    };
}

static bool start_pki(struct server *server, struct err *err)
{
    struct pki_options options = pki_options(server, server->world);

    if (!pki_new(&options, &server->pki, err)) {
        return options.ca_dir ? err_wrap(err, "--ca-dir") : false;
    }
    return publish_ca(server, err);
}

bool server_follow_pki(struct server *server, const struct world *world,
                       struct err *err)
{
    struct pki_options options = pki_options(server, world);

    return pki_follow(server->pki, &options, err);
}

static bool start_tickets(struct server *server, struct err *err)
{
    AUTO_BUF key = {0};
    AUTO_BUF certificate = {0};
    enum pki_key kind =
        server->world->ticket.key == KEY_RSA2048 ? PKI_RSA2048 : PKI_P256;
    bool good = ticket_init(err) &&
                pki_signer(server->pki, kind, &key, &certificate, err) &&
                ticket_keys_new(buf_span(&key), buf_span(&certificate),
                                &server->ticket_keys, err);

    mem_wipe(key.data, key.size);
    return good;
}

/* ---- Listeners ---- */

static bool is_loopback(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (inet_pton(AF_INET, address, &v4) == 1) {
        return ntohl(v4.s_addr) >> 24 == 127;
    }
    return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool check_address(const struct options *options, const char *address,
                          struct err *err)
{
    struct in6_addr any;

    if (inet_pton(AF_INET, address, &any) != 1 &&
        inet_pton(AF_INET6, address, &any) != 1) {
        return err_set(err,
                       "%s %s: expected an IPv4 or IPv6 address, no name and "
                       "no brackets",
                       options->listen.origin, address);
    }
    if (!is_loopback(address) && !options->allow_remote) {
        return err_set(err,
                       "%s %s is no loopback address: this is a test server; "
                       "add --allow-remote if other machines shall reach it",
                       options->listen.origin, address);
    }
    return true;
}

static bool check_ports(const struct options *options, struct err *err)
{
    const struct {
        const char *option;
        int port;
    } ports[] = {
        {"--http-port", options->http_port},
        {"--https-port", options->https_port},
        {"--kdc-port", options->kdc_port},
        {"--proxy-port",
         options->proxy_port == OPTION_NONE ? 0 : options->proxy_port},
        {"--admin-port",
         options->admin_port == OPTION_NONE ? 0 : options->admin_port},
    };

    for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
        for (size_t j = 0; j < i; j++) {
            if (ports[i].port && ports[i].port == ports[j].port) {
                return err_set(err,
                               "%s and %s are both %d: expected two different "
                               "ports",
                               ports[j].option, ports[i].option, ports[i].port);
            }
        }
    }
    return true;
}

bool server_check_listen(const struct options *options, struct err *err)
{
    const struct option_list *listen = &options->listen;

    for (size_t i = 0; i < listen->count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(listen->items[i], listen->items[j]) == 0) {
                return err_set(err, "%s %s is given twice", listen->origin,
                               listen->items[i]);
            }
        }
        if (!check_address(options, listen->items[i], err)) {
            return false;
        }
    }
    return check_ports(options, err);
}

static const char *const *addresses(const struct options *options)
{
    static const char *const loopback[] = {"127.0.0.1", "::1", NULL};

    return options->listen.count ? (const char *const *)options->listen.items
                                 : loopback;
}

static enum bind_kind bind_kind_of(enum port_state state)
{
    switch (state) {
    case PORT_OPEN:
        return BIND_LISTEN;
    case PORT_REFUSED:
        return BIND_RESERVE;
    case PORT_DROPPED:
        return BIND_DEAF;
    }
    return BIND_LISTEN;
}

struct edge_options server_edge_options(struct server *server)
{
    const struct options *options = server->options;
    struct edge_options edge = {
        .addresses = addresses(options),
        .http_port = options->http_port,
        .https_port = options->https_port,
        .proxy = options->proxy_port != OPTION_NONE,
        .proxy_port = options->proxy_port,
        .tls_minimum = server->world->tls.minimum,
        .tls_maximum = server->world->tls.maximum,
        .header_limit = server->world->header_limit,
        .header_431 = server->world->header_status == HEADER_STATUS_431,
        .keylog = options->keylog,
        .connections_limit = server->world->tcp.connections,
        .surplus_reset = server->world->tcp.connections > 0,
        .edges = (size_t)options->workers,
        .conn_ids = &server->conn_ids,
        .conns_open = &server->conns_open,
        .team = &server->team,
    };

    for (int i = 0; i < 2; i++) {
        edge.ports[i] = bind_kind_of(server->world->tcp.ports[i]);
        edge.families[i] = bind_kind_of(server->world->tcp.families[i]);
    }
    return edge;
}

static bool start_edge(struct server *server, struct err *err)
{
    const struct edge_options edge = server_edge_options(server);

    return edge_new(&edge, server->loop, &server->edge, err);
}

/* Early, and then once more: the realm is made while all else starts. */
static bool start_kdc(struct server *server, struct err *err)
{
    struct kdc_options kdc = {
        .loop = server->loop,
        .env = server->env,
        .world = server->world,
        .session = sessions_default(server->sessions),
        .sessions = server->sessions,
        .journal = server->journal,
        .addresses = addresses(server->options),
        .port = server->options->kdc_port,
        .program = server->kerberos->program,
        .ccaches = server->kerberos->ccaches,
    };

    if (!server->kerberos->program) {
        return true;
    }
    kdc.run_dir = run_dir_path(server->run_dir);
    return kdc_start(&kdc, &server->kdc, err);
}

/* A step may close tickets with a key of nobody's. */
static bool changes_tickets(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->step_count; i++) {
        const struct step *step = &scenario->steps[i];

        for (size_t k = 0; k < step->action_count; k++) {
            if (strcmp(step->actions[k].fault->name, "kerberos-ticket") == 0) {
                return true;
            }
        }
    }
    return false;
}

void server_expect_tickets(struct server *server,
                           const struct scenario *scenario)
{
    if (server->krb5 && changes_tickets(scenario)) {
        krb5_acceptor_doubt(server->krb5);
        crew_doubt(server->crew);
    }
}

static bool make_acceptor(struct server *server, struct err *err)
{
    if (!krb5_acceptor_new(kdc_service_keys(server->kdc), &server->krb5, err)) {
        return false;
    }
    server_expect_tickets(server, server->scenario);
    return true;
}

/* What clients need to ask the KDC, and what judges the tickets they get. */
static bool use_kdc(struct server *server, struct err *err)
{
    return !server->kdc ||
           (kdc_export(server->kdc, server->world,
                       edge_https_port(server->edge), server->ca_file, err) &&
            journal_open_tickets(server->journal, kdc_service_keys(server->kdc),
                                 err) &&
            make_acceptor(server, err));
}

static bool start_http(struct server *server, struct err *err)
{
    struct http_options http = {
        .loop = server->loop,
        .edge = server->edge,
        .pki = server->pki,
        .journal = server->journal,
        .services = &server->services,
        .header_limit = server->world->header_limit,
    };

    server->services = (struct services_context){
        .sessions = server->sessions,
        .env = server->env,
        .ticket_keys = server->ticket_keys,
        .pki = server->pki,
        .krb5 = server->krb5,
        .kdc = server->kdc,
        .loop = server->loop,
        .edge = server->edge,
        .https_port = edge_https_port(server->edge),
        .http_port = edge_http_port(server->edge),
    };
    play_start(server);
    return http_new(&http, &server->http, err) && edge_start(server->edge, err);
}

static bool wants_admin(const struct options *options)
{
    return options->admin_socket || options->admin_port != OPTION_NONE;
}

static bool start_journal(struct server *server, struct err *err)
{
    struct journal_options journal = {
        .path = server->options->journal,
        .secrets = server->options->log_secrets,
        .file_limit = JOURNAL_FILE_LIMIT,
        .memory_limit = JOURNAL_MEMORY_LIMIT,
        .asked = wants_admin(server->options),
    };

    return journal_open(&journal, server->env, &server->journal, err) ||
           err_wrap(err, "--journal");
}

static bool start_all(struct server *server, struct err *err)
{
    return start_journal(server, err) &&
           loop_new(server->env, &server->loop, err) &&
           make_run_dir(server, err) && start_kdc(server, err) &&
           start_edge(server, err) && start_pki(server, err) &&
           start_tickets(server, err) && use_kdc(server, err) &&
           start_http(server, err) && crew_new(server, &server->crew, err) &&
           server_start_admin(server, err);
}

bool server_start(struct server *server, struct env *env,
                  const struct options *options,
                  const struct kerberos *kerberos, struct scenario *scenario,
                  struct err *err)
{
    *server = (struct server){
        .env = env,
        .options = options,
        .kerberos = kerberos,
        .scenario = scenario,
        .sessions = sessions_new(scenario),
        .world = scenario->world,
        .scenario_is_file =
            options->scenario && access(options->scenario, F_OK) == 0,
    };
    session_start(sessions_default(server->sessions), env);
    xml_init();
    if (!start_all(server, err)) {
        server_stop(server);
        return false;
    }
    return true;
}

void server_stop(struct server *server)
{
    server_withdraw(server);
    if (server->loop) {
        loop_drain(server->loop); /* what other workers want of the KDC */
    }
    admin_free(server->admin);
    kdc_stop(server->kdc);
    server->services.kdc = NULL;
    crew_free(server->crew);
    if (server->loop) {
        loop_drain(server->loop);
    }
    if (server->loop) {
        play_stop(server);
    }
    edge_free(server->edge);
    http_free(server->http);
    krb5_acceptor_free(server->krb5);
    journal_close(server->journal);
    loop_free(server->loop);
    ticket_keys_free(server->ticket_keys);
    ticket_shutdown();
    pki_free(server->pki);
    sessions_free(server->sessions);
    scenario_unref(server->scenario);
    run_dir_free(server->run_dir);
    mem_free(server->ca_file);
    xml_cleanup();
    *server = (struct server){0};
}
