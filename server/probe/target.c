/* Whom to ask, and as whom, see target.h. */
#include "config.h"

#include "probe/target.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "probe/ports_file.h"
#include "util/buf.h"
#include "util/dnsname.h"
#include "util/number.h"
#include "util/url.h"

enum { PASSWORD_MAX = 1024 };

/* A server is there in milliseconds; a machine under load takes longer. */
#define PORTS_FILE_PATIENCE (10 * ENV_NS_PER_SEC)

/* ---- Where ---- */

static bool read_port(const char *text, int *out_port)
{
    uint64_t port;

    if (!number_parse(text, NUMBER_DECIMAL, 65535, &port) || port == 0) {
        return false;
    }
    *out_port = (int)port;
    return true;
}

bool target_connect(struct arena *arena, const char *text,
                    struct target *target, struct err *err)
{
    char *host = arena_strdup(arena, text);
    char *ports = strchr(*host == '[' ? host + strcspn(host, "]") : host, ':');
    char *http = ports ? strchr(ports + 1, ':') : NULL;

    if (http) {
        *http++ = '\0';
    }
    if (!ports || ports == host || !read_port(ports + 1, &target->https_port) ||
        (http && !read_port(http, &target->http_port))) {
        return err_set(err,
                       "--connect: \"%s\": expected HOST:HTTPS-PORT or "
                       "HOST:HTTPS-PORT:HTTP-PORT",
                       text);
    }
    *ports = '\0';
    target->address = host;
    return true;
}

/* Its own proxy knows the names; any other is told where they lead. */
static bool is_its_proxy(struct arena *arena, const char *proxy,
                         const struct ports_file *ports)
{
    struct url url;
    int port;

    return proxy && ports->proxy && url_parse(arena, proxy, &url) &&
           read_port(url.port, &port) && port == ports->proxy;
}

static bool use_ports_file(struct target_search *search, const char *path,
                           struct target *target, struct err *err)
{
    struct ports_file ports;
    int64_t limit = search->options->timeout;

    if (limit > PORTS_FILE_PATIENCE) {
        limit = PORTS_FILE_PATIENCE;
    }
    if (!ports_file_await(search->arena, search->env, path, limit, &ports,
                          err)) {
        search->exit_code = PROBE_UNREACHABLE;
        return false;
    }
    /* libcurl takes localhost for both loopback addresses. */
    if (!is_its_proxy(search->arena, search->options->proxy, &ports)) {
        target->address = "localhost";
        target->https_port = ports.https;
        target->http_port = ports.http;
    }
    if (!target->domain) {
        target->domain = ports.domain;
    }
    target->ca_file = ports.ca_file;
    target->krb5_conf = ports.krb5_conf;
    /* The machine's own KDC knows nothing of it, and is none of its business.
     */
    if (search->client->credentials == CREDENTIALS_KERBEROS &&
        !ports.krb5_conf && !search->options->krb5_conf) {
        search->exit_code = PROBE_FAILED;
        return err_set(err,
                       "this lyncmock offers no Kerberos (see offer.kerberos; "
                       "it needs krb5-kdc on its machine); try --as "
                       "pc-internal-ntlm");
    }
    return true;
}

static bool find_place(struct target_search *search, struct target *target,
                       struct err *err)
{
    const char *connect = search->options->connect;

    target->https_port = 443;
    target->http_port = 80;
    if (connect) {
        target->http_port = 0;
        return target_connect(search->arena, connect, target, err);
    }
    return true;
}

/* Last of all, as it may wait. */
static bool find_server(struct target_search *search, struct target *target,
                        struct err *err)
{
    const struct probe_options *options = search->options;
    const char *path = options->ports_file;

    if (options->connect) {
        return true;
    }
    /* The variable stands for a run; who names a place means that place. */
    if (!path && !options->url) {
        path = env_variable(search->env, "LYNC_PORTS_FILE");
    }
    return !path || use_ports_file(search, path, target, err);
}

/* ---- Who ---- */

/* "DOMAIN\name" and "DOMAIN/name" without what stands in front. */
static const char *bare_name(const char *user)
{
    const char *slash = strpbrk(user, "\\/");

    return slash ? slash + 1 : user;
}

static const char *sip_of(struct arena *arena, const char *text)
{
    bool labelled = strncasecmp(text, "sip:", 4) == 0;

    return arena_printf(arena, "sip:%s", labelled ? text + 4 : text);
}

static const char *domain_of(struct arena *arena, const char *sip)
{
    const char *at = strrchr(sip, '@');
    const char *domain = at ? at + 1 : sip;
    size_t length = strcspn(domain, ";?:>");

    return arena_lower(arena, arena_text(arena, span_of(domain, length)));
}

/* The domain that a URL speaks of: what follows the first label. */
static const char *domain_of_url(struct arena *arena, const char *text)
{
    struct url url;
    const char *dot;

    if (!url_parse(arena, text, &url)) {
        return NULL;
    }
    dot = strchr(url.host, '.');
    return dot && dot[1] ? dot + 1 : url.host;
}

static bool read_url(struct target_search *search, struct target *target,
                     struct err *err)
{
    const char *text = search->options->url;
    struct url url;

    if (text && (!url_parse(search->arena, text, &url) ||
                 (strcmp(url.scheme, "https") != 0 &&
                  strcmp(url.scheme, "http") != 0))) {
        return err_set(err, "\"%s\" is no URL of https or http", text);
    }
    target->url = text;
    return true;
}

static bool read_person(struct target_search *search, struct target *target,
                        struct err *err)
{
    const char *text = search->options->person;

    if (!text) {
        return true;
    }
    if (strchr(text, '@')) {
        target->sip_uri = sip_of(search->arena, text);
        return true;
    }
    target->domain = arena_lower(search->arena, text);
    return dnsname_valid(text) ||
           err_set(err,
                   "\"%s\": expected a SIP address (alice@contoso.test) "
                   "or a SIP domain",
                   text);
}

static void find_domain(struct target_search *search, struct target *target)
{
    const char *variable = env_variable(search->env, "LYNC_DOMAIN");
    const char *user = search->options->user;
    struct arena *arena = search->arena;

    if (target->sip_uri) {
        target->domain = domain_of(arena, target->sip_uri);
    } else if (search->client->credentials == CREDENTIALS_MEETING) {
        target->domain = domain_of(arena, target->user);
    } else if (target->domain) {
        return;
    } else if (user && strchr(user, '@')) {
        target->domain = domain_of(arena, user);
    } else if (variable) {
        target->domain = arena_lower(arena, variable);
    } else if (target->url) {
        target->domain = domain_of_url(arena, target->url);
    }
}

static void find_account(struct target_search *search, struct target *target)
{
    struct env *env = search->env;
    const char *sip = env_variable(env, "LYNC_SIP_URI");
    const char *user = search->options->user;

    if (!user && !target->sip_uri) {
        target->sip_uri = sip ? sip_of(search->arena, sip) : NULL;
        user = env_variable(env, "LYNC_ACCOUNT");
        user = user ? user : env_variable(env, "LYNC_USER");
    }
    if (!user && target->sip_uri) {
        user = target->sip_uri + strlen("sip:");
    }
    target->user = user;
}

static void complete_sip(struct target_search *search, struct target *target)
{
    const char *name;

    if (target->sip_uri || !target->user) {
        return;
    }
    name = bare_name(target->user);
    target->sip_uri =
        strchr(name, '@')
            ? sip_of(search->arena, name)
            : arena_printf(search->arena, "sip:%s@%s", name, target->domain);
}

/* ---- The password ---- */

static bool read_password_file(struct arena *arena, const char *path,
                               const char **out_password, struct err *err)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    char line[PASSWORD_MAX];
    bool good;

    if (!file) {
        return err_errno(err, "--password-file %s", path);
    }
    good = fgets(line, sizeof(line), file) != NULL;
    if (!standard) {
        (void)fclose(file);
    }
    if (!good) {
        return err_set(err, "--password-file %s: there is no line in it", path);
    }
    *out_password = arena_text(arena, span_of(line, strcspn(line, "\r\n")));
    return true;
}

static bool find_password(struct target_search *search, struct target *target,
                          struct err *err)
{
    const struct probe_options *options = search->options;

    if (options->password_file) {
        return read_password_file(search->arena, options->password_file,
                                  &target->password, err);
    }
    if (options->ccache) {
        return true;
    }
    target->password = options->password
                           ? options->password
                           : env_variable(search->env, "LYNC_PASSWORD");
    return target->password ||
           search->client->credentials == CREDENTIALS_KERBEROS ||
           err_set(err,
                   "no password for %s: --password-file FILE, - for "
                   "stdin, or the variable LYNC_PASSWORD",
                   target->user);
}

static bool find_guest(const struct probe_options *options,
                       struct target *target, struct err *err)
{
    target->user = options->meeting;
    target->password = options->key;
    target->sip_uri = NULL;
    return (options->meeting && options->key) ||
           err_set(err, "a guest needs --meeting and --key");
}

static bool find_person(struct target_search *search, struct target *target,
                        struct err *err)
{
    if (search->client->credentials == CREDENTIALS_MEETING) {
        return find_guest(search->options, target, err);
    }
    find_account(search, target);
    return target->user ||
           err_set(err, "who shall sign in? Name a SIP address, or --user (a "
                        "lyncmock has alice, with password Passw0rd!)");
}

bool target_find(struct target_search *search, struct target *out_target,
                 struct err *err)
{
    const struct probe_options *options = search->options;
    struct target target = {0};
    bool guest = search->client->credentials == CREDENTIALS_MEETING;

    search->exit_code = PROBE_USAGE;
    if (!find_place(search, &target, err) || !read_url(search, &target, err) ||
        !read_person(search, &target, err) ||
        !find_person(search, &target, err) ||
        (!guest && !find_password(search, &target, err)) ||
        !find_server(search, &target, err)) {
        return false;
    }
    find_domain(search, &target);
    if (!target.domain || !dnsname_valid(target.domain)) {
        return err_set(err, "in which SIP domain? Name a SIP address such as "
                            "alice@contoso.test");
    }
    if (!guest) {
        complete_sip(search, &target);
    }
    if (options->ca) {
        target.ca_file = options->ca;
    } else if (!target.ca_file && !options->insecure) {
        target.ca_file = env_variable(search->env, "LYNC_CA_FILE");
    }
    if (options->krb5_conf) {
        target.krb5_conf = options->krb5_conf;
        /* As KRB5_CONFIG it may be a list. */
        if (!strchr(options->krb5_conf, ':') &&
            access(options->krb5_conf, R_OK) != 0) {
            return err_errno(err, "--krb5-conf %s", options->krb5_conf);
        }
    }
    target.ccache = options->ccache;
    *out_target = target;
    return true;
}
