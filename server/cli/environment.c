/* The client's environment, see environment.h. */
#include "config.h"

#include "cli/environment.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/mem.h"

#define OWN "LYNCMOCK_"
/* Neither needs a proxy, and neither is a name of a world. */
#define DIRECT "localhost,127.0.0.1,::1"

typedef const char *(*value_fn)(struct arena *arena,
                                const struct environment *environment);

static const char *number(struct arena *arena, int number)
{
    return number > 0 ? arena_printf(arena, "%d", number) : NULL;
}

/* ---- Where the server is ---- */

static const char *https_port(struct arena *arena,
                              const struct environment *environment)
{
    return number(arena, edge_https_port(environment->server->edge));
}

static const char *http_port(struct arena *arena,
                             const struct environment *environment)
{
    return number(arena, edge_http_port(environment->server->edge));
}

static const char *proxy_port(struct arena *arena,
                              const struct environment *environment)
{
    return number(arena, edge_proxy_port(environment->server->edge));
}

static const char *proxy_url(struct arena *arena,
                             const struct environment *environment)
{
    int port = edge_proxy_port(environment->server->edge);

    return port ? arena_printf(arena, "http://127.0.0.1:%d", port) : NULL;
}

static const char *direct(struct arena *arena UNUSED,
                          const struct environment *environment)
{
    return edge_proxy_port(environment->server->edge) ? DIRECT : NULL;
}

/* None of an outer proxy: the world's names are in no other. */
static const char *none(struct arena *arena UNUSED,
                        const struct environment *environment UNUSED)
{
    return NULL;
}

static const char *kdc_port_text(struct arena *arena,
                                 const struct environment *environment)
{
    const struct kdc *kdc = environment->server->kdc;

    return kdc ? number(arena, kdc_port(kdc)) : NULL;
}

static bool admin_on_port(const struct server *server)
{
    return server->admin && !server->options->admin_socket;
}

static const char *admin_port_text(struct arena *arena,
                                   const struct environment *environment)
{
    const struct server *server = environment->server;

    return admin_on_port(server) ? number(arena, admin_port(server->admin))
                                 : NULL;
}

static const char *admin_socket(struct arena *arena UNUSED,
                                const struct environment *environment)
{
    return environment->server->options->admin_socket;
}

static const char *admin_token_text(struct arena *arena UNUSED,
                                    const struct environment *environment)
{
    const struct server *server = environment->server;

    return server->admin ? admin_token(server->admin) : NULL;
}

static const char *admin_url(struct arena *arena,
                             const struct environment *environment)
{
    const struct server *server = environment->server;

    return admin_on_port(server) ? arena_printf(arena, "http://127.0.0.1:%d",
                                                admin_port(server->admin))
                                 : NULL;
}

static const char *ports_file(struct arena *arena UNUSED,
                              const struct environment *environment)
{
    return environment->ports_file;
}

/* ---- Web addresses ---- */

/* Through the proxy names are enough. */
static const char *https_url(struct arena *arena,
                             const struct environment *environment,
                             const char *host, const char *path)
{
    const struct server *server = environment->server;

    return edge_proxy_port(server->edge)
               ? arena_printf(arena, "https://%s%s", host, path)
               : arena_printf(arena, "https://%s:%d%s", host,
                              edge_https_port(server->edge), path);
}

static const char *discover_name(struct arena *arena,
                                 const struct environment *environment,
                                 const char *label)
{
    return https_url(
        arena, environment,
        arena_printf(arena, "%s.%s", label, environment->server->world->domain),
        "/");
}

static const char *discover_url(struct arena *arena,
                                const struct environment *environment)
{
    return discover_name(arena, environment, "lyncdiscover");
}

static const char *discover_internal_url(struct arena *arena,
                                         const struct environment *environment)
{
    return discover_name(arena, environment, "lyncdiscoverinternal");
}

/* On the web name of the user's pool, as it is where the client stands. */
static const char *web_url(struct arena *arena,
                           const struct environment *environment,
                           const char *path)
{
    const struct world *world = environment->server->world;
    int home = environment->user ? environment->user->home : 0;
    const struct pool *pool = &world->pools[home > 0 ? home : 0];
    enum location site = world->location == LOCATION_INTERNAL
                             ? LOCATION_INTERNAL
                             : LOCATION_EXTERNAL;

    return https_url(arena, environment, pool_web(pool, site), path);
}

static const char *web(struct arena *arena,
                       const struct environment *environment)
{
    return web_url(arena, environment, "/");
}

static const char *webticket_url(struct arena *arena,
                                 const struct environment *environment)
{
    return web_url(arena, environment, "/WebTicket/WebTicketService.svc");
}

static const char *mex_url(struct arena *arena,
                           const struct environment *environment)
{
    return web_url(arena, environment, "/WebTicket/WebTicketService.svc/mex");
}

/* ---- Who signs in ---- */

static const char *domain(struct arena *arena UNUSED,
                          const struct environment *environment)
{
    return environment->server->world->domain;
}

static const char *sip_uri(struct arena *arena,
                           const struct environment *environment)
{
    return environment->user
               ? arena_printf(arena, "sip:%s", environment->user->sip)
               : NULL;
}

static const char *user_name(struct arena *arena UNUSED,
                             const struct environment *environment)
{
    return environment->user ? environment->user->name : NULL;
}

static const char *account(struct arena *arena,
                           const struct environment *environment)
{
    const struct user *user = environment->user;

    if (!user) {
        return NULL;
    }
    return user->account_domain
               ? arena_printf(arena, "%s\\%s", user->account_domain,
                              user->account)
               : user_account(arena, environment->server->world, user);
}

static const char *password(struct arena *arena UNUSED,
                            const struct environment *environment)
{
    return environment->user ? user_password_now(environment->user) : NULL;
}

/* ---- The run ---- */

static const char *scenario(struct arena *arena UNUSED,
                            const struct environment *environment)
{
    return environment->scenario;
}

static const char *variant(struct arena *arena UNUSED,
                           const struct environment *environment)
{
    return environment->variant;
}

static const char *seed(struct arena *arena,
                        const struct environment *environment)
{
    return arena_printf(arena, "%" PRIu64, environment->server->env->seed);
}

/* ---- What tools read by themselves ---- */

static const char *ca_file(struct arena *arena UNUSED,
                           const struct environment *environment)
{
    return environment->server->ca_file;
}

/* Where no Kerberos is served, none of the machine's own either. */
static const char *krb5_config(struct arena *arena UNUSED,
                               const struct environment *environment)
{
    const struct kdc *kdc = environment->server->kdc;

    return kdc ? kdc_krb5_conf(kdc) : "/dev/null";
}

/* The one that krb5.conf names as well: krb5cc beside it. */
static const char *krb5_cache(struct arena *arena,
                              const struct environment *environment)
{
    return arena_printf(arena, "FILE:%s/krb5cc",
                        run_dir_path(environment->server->run_dir));
}

/* The server writes there as well. Clients may stand in another folder. */
static const char *keylog(struct arena *arena,
                          const struct environment *environment)
{
    const char *path = environment->server->options->keylog;
    char *absolute = path ? realpath(path, NULL) : NULL;
    const char *copy = absolute ? arena_strdup(arena, absolute) : path;

    mem_free(absolute);
    return copy;
}

/* ---- All of them ---- */

static const struct variable {
    const char *name;
    value_fn value; /* NULL is its answer: the variable is not set */
    bool ours;      /* also where it has no value: else the caller's stays */
    const char *doc;
} variables[] = {
    {"LYNC_HTTPS_PORT", https_port, true, "port of HTTPS"},
    {"LYNC_HTTP_PORT", http_port, true, "port of plain HTTP"},
    {"LYNC_PROXY_PORT", proxy_port, true, "port of the CONNECT proxy"},
    {"LYNC_KDC_PORT", kdc_port_text, true, "port of the KDC, TCP and UDP"},
    {"LYNC_ADMIN_PORT", admin_port_text, true, "port of the admin API"},
    {"LYNC_ADMIN_SOCKET", admin_socket, true,
     "its socket, with --admin-socket"},
    {"LYNC_ADMIN_URL", admin_url, true,
     "http://127.0.0.1:PORT of the admin API"},
    {"LYNC_ADMIN_TOKEN", admin_token_text, true, "what the admin API asks for"},
    {"LYNC_PORTS_FILE", ports_file, true, "all that as JSON"},
    {"LYNC_CA_FILE", ca_file, true, "the certification authority, PEM"},
    {"LYNC_DOMAIN", domain, true, "the SIP domain"},
    {"LYNC_USER", user_name, true,
     "who signs in: the world's first user, or --user"},
    {"LYNC_SIP_URI", sip_uri, true, "sip:USER@DOMAIN"},
    {"LYNC_ACCOUNT", account, true, "the account: DOMAIN\\USER"},
    {"LYNC_PASSWORD", password, true, "its password"},
    {"LYNC_DISCOVER_URL", discover_url, true, "where discovery begins outside"},
    {"LYNC_DISCOVER_INTERNAL_URL", discover_internal_url, true, "and inside"},
    {"LYNC_WEB_URL", web, true, "web services of the user's pool"},
    {"LYNC_WEBTICKET_URL", webticket_url, true, "their web ticket service"},
    {"LYNC_MEX_URL", mex_url, true, "its metadata"},
    {"LYNC_SCENARIO", scenario, true, "the scenario, as it was given"},
    {"LYNC_VARIANT", variant, true, "of --matrix: NAME=VALUE ..."},
    {"LYNC_SEED", seed, true, "the seed of the run"},
    {"SSL_CERT_FILE", ca_file, true, "OpenSSL, Go, Python's ssl"},
    {"CURL_CA_BUNDLE", ca_file, true, "curl"},
    {"REQUESTS_CA_BUNDLE", ca_file, true, "Python's requests"},
    {"NODE_EXTRA_CA_CERTS", ca_file, true, "Node.js"},
    {"SSL_CERT_DIR", none, true, "not set"},
    {"KRB5_CONFIG", krb5_config, true, "Kerberos: realm and KDC"},
    {"KRB5CCNAME", krb5_cache, true, "Kerberos: a ticket of LYNC_USER"},
    {"SSLKEYLOGFILE", keylog, false, "the file of --keylog, where it is given"},
    {"http_proxy", proxy_url, true, "the CONNECT proxy"},
    {"https_proxy", proxy_url, true, "the same"},
    {"HTTP_PROXY", proxy_url, true, "the same"},
    {"HTTPS_PROXY", proxy_url, true, "the same"},
    {"all_proxy", none, true, "not set"},
    {"ALL_PROXY", none, true, "not set"},
    {"no_proxy", direct, true, DIRECT},
    {"NO_PROXY", direct, true, DIRECT},
};

static bool is_variable(const char *entry, const char *name)
{
    size_t length = strlen(name);

    return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

/* Does the client get this one of ours as it is? */
static bool passes(struct arena *arena, const char *entry,
                   const struct environment *environment)
{
    if (strncmp(entry, OWN, strlen(OWN)) == 0) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        if (is_variable(entry, variables[i].name)) {
            return !variables[i].ours &&
                   !variables[i].value(arena, environment);
        }
    }
    return true;
}

char *const *environment_make(struct arena *arena,
                              const struct environment *environment)
{
    const char *const *inherited = environment->server->env->variables;
    size_t count = 0;
    char **entries;

    while (inherited && inherited[count]) {
        count++;
    }
    entries = arena_alloc(arena, (count + ARRAY_SIZE(variables) + 1) *
                                     sizeof(*entries));
    count = 0;
    for (size_t i = 0; inherited && inherited[i]; i++) {
        if (passes(arena, inherited[i], environment)) {
            entries[count++] = arena_strdup(arena, inherited[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        const char *value = variables[i].value(arena, environment);

        if (value) {
            entries[count++] =
                arena_printf(arena, "%s=%s", variables[i].name, value);
        }
    }
    return entries;
}

const struct user *environment_user(const struct world *world, const char *name)
{
    if (name) {
        return world_user(world, name);
    }
    return world->user_count ? &world->users[0] : NULL;
}

void environment_print(FILE *to)
{
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        fprintf(to, "  %-26s %s\n", variables[i].name, variables[i].doc);
    }
}
