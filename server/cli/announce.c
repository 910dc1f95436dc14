/*
 * How others learn that the server is ready: the ready line (stdout and
 * --ready-fd) and the ports file. Keys and order are a promise to users.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/server.h"
#include "util/json.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/whole_file.h"

/* What a world does not offer is left out. */
static void ready_line(const struct server *server, struct buf *out)
{
    const struct kdc *kdc = server->kdc;

    buf_printf(out, "lyncmock: ready pid=%d https=%d http=%d", (int)getpid(),
               edge_https_port(server->edge), edge_http_port(server->edge));
    if (server->admin && server->options->admin_socket) {
        buf_printf(out, " admin=%s", server->options->admin_socket);
    } else if (server->admin) {
        buf_printf(out, " admin=%d", admin_port(server->admin));
    }
    if (edge_proxy_port(server->edge)) {
        buf_printf(out, " proxy=%d", edge_proxy_port(server->edge));
    }
    if (kdc) {
        buf_printf(out, " kdc=%d", kdc_port(kdc));
    }
    buf_printf(out, " domain=%s ca_file=%s", server->world->domain,
               server->ca_file);
    if (kdc) {
        buf_printf(out, " krb5_conf=%s", kdc_krb5_conf(kdc));
    }
    buf_printf(out, " seed=%" PRIu64 "\n", server->env->seed);
}

static void kdc_json(const struct server *server, struct json *json)
{
    const struct kdc *kdc = server->kdc;
    const char *const *user = server->kerberos->ccaches;

    json_text(json, "krb5_conf", kdc_krb5_conf(kdc));
    json_text(json, "krb5_proxy_conf", kdc_krb5_proxy_conf(kdc));
    json_text(json, "krb5_env", kdc_krb5_env(kdc));
    json_text(json, "keytab", kdc_service_keytab(kdc));
    json_text(json, "user_keytab", kdc_user_keytab(kdc));
    json_open_named(json, "ccaches", '{');
    for (size_t i = 0; user[i]; i++) {
        json_text(json, user[i], kdc_ccache(kdc, i));
    }
    json_close(json, '}');
}

/* The one place that has the token. */
static void admin_json(const struct server *server, struct json *json)
{
    if (!server->admin) {
        return;
    }
    if (server->options->admin_socket) {
        json_text(json, "admin", server->options->admin_socket);
    } else {
        json_number(json, "admin", admin_port(server->admin));
    }
    json_text(json, "admin_token", admin_token(server->admin));
}

static void ports_json(const struct server *server, struct buf *out)
{
    struct json json;

    json_init(&json, out);
    json_open(&json, '{');
    json_number(&json, "pid", getpid());
    json_number(&json, "https", edge_https_port(server->edge));
    json_number(&json, "http", edge_http_port(server->edge));
    admin_json(server, &json);
    if (edge_proxy_port(server->edge)) {
        json_number(&json, "proxy", edge_proxy_port(server->edge));
    }
    if (server->kdc) {
        json_number(&json, "kdc", kdc_port(server->kdc));
    }
    json_text(&json, "domain", server->world->domain);
    json_text(&json, "ca_file", server->ca_file);
    if (server->kdc) {
        kdc_json(server, &json);
    }
    /* As text: JSON readers keep numbers as doubles, a seed has 64 bits. */
    buf_printf(out, ",\"seed\":\"%" PRIu64 "\"", server->env->seed);
    json_close(&json, '}');
    buf_add_text(out, "\n");
}

/* By rename: a reader sees the whole file or none. With a token in it, it is
 * for its owner alone. */
bool server_publish(struct server *server, const char *path, struct err *err)
{
    AUTO(str) temporary = mem_printf("%s.%d", path, (int)getpid());
    AUTO_BUF json = {0};
    struct stat stat;
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                  server->admin ? 0600 : 0644);
    bool good;

    if (fd < 0) {
        return err_errno(err, "--ports-file: cannot write %s", path);
    }
    ports_json(server, &json);
    good = whole_file_put(fd, buf_span(&json)) && fstat(fd, &stat) == 0;
    mem_wipe(json.data, json.size);
    good = close(fd) == 0 && good;
    good = good && rename(temporary, path) == 0;
    if (!good) {
        err_errno(err, "--ports-file: cannot write %s", path);
        unlink(temporary);
        return false;
    }
    server->ports_file = mem_strdup(path);
    server->ports_file_device = stat.st_dev;
    server->ports_file_inode = stat.st_ino;
    return true;
}

static bool write_ready_fd(const struct server *server, struct span line,
                           struct err *err)
{
    int fd = server->options->ready_fd;

    if (!whole_file_put(fd, line) || close(fd) != 0) {
        return err_errno(err, "--ready-fd %d: cannot write", fd);
    }
    return true;
}

bool server_announce(struct server *server, struct err *err)
{
    AUTO_BUF line = {0};

    ready_line(server, &line);
    if (server->options->ports_file &&
        !server_publish(server, server->options->ports_file, err)) {
        return false;
    }
    if (server->options->ready_fd >= 0 &&
        !write_ready_fd(server, buf_span(&line), err)) {
        return false;
    }
    if (server->options->ready_fd != STDOUT_FILENO &&
        !whole_file_put(STDOUT_FILENO, buf_span(&line))) {
        return err_errno(err, "cannot write the ready line to stdout");
    }
    return true;
}

/* Is the ports file still the one that we wrote? */
static bool owns_ports_file(const struct server *server)
{
    struct stat now;

    return server->ports_file_inode && stat(server->ports_file, &now) == 0 &&
           now.st_dev == server->ports_file_device &&
           now.st_ino == server->ports_file_inode;
}

void server_withdraw(struct server *server)
{
    if (owns_ports_file(server) && unlink(server->ports_file) != 0) {
        log_warning("%s stays behind: %s", server->ports_file, strerror(errno));
    }
    server->ports_file_inode = 0;
    mem_free(take(&server->ports_file));
}
