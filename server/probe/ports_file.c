/* The ports file of a running lyncmock, see ports_file.h. */
#include "config.h"

#include "probe/ports_file.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <time.h>

#include <jansson.h>

AUTO_DEFINE(json, json_t *, json_decref)

static bool read_number(json_t *root, const char *name, json_int_t most,
                        int *out_number)
{
    json_int_t number = json_integer_value(json_object_get(root, name));

    *out_number = (int)number;
    return number > 0 && number <= most;
}

static const char *read_text(struct arena *arena, json_t *root,
                             const char *name)
{
    const char *text = json_string_value(json_object_get(root, name));

    return text ? arena_strdup(arena, text) : NULL;
}

static bool read_file(struct arena *arena, const char *path,
                      struct ports_file *out_ports, struct err *err)
{
    struct ports_file ports = {0};
    json_error_t error;
    AUTO(json) root = json_load_file(path, 0, &error);
    const char *domain = json_string_value(json_object_get(root, "domain"));

    if (!root) {
        return err_set(err, "%s", error.text);
    }
    if (!read_number(root, "pid", INT_MAX, &ports.pid) ||
        !read_number(root, "https", 65535, &ports.https) || !domain) {
        return err_set(err, "it lacks pid, https or domain");
    }
    if (!read_number(root, "http", 65535, &ports.http)) {
        ports.http = 0;
    }
    if (!read_number(root, "proxy", 65535, &ports.proxy)) {
        ports.proxy = 0;
    }
    ports.domain = arena_lower(arena, domain);
    ports.ca_file = read_text(arena, root, "ca_file");
    ports.krb5_conf = read_text(arena, root, "krb5_conf");
    *out_ports = ports;
    return true;
}

/* "10 s", "0.5 s" */
static const char *seconds_text(struct arena *arena, int64_t ns)
{
    return arena_printf(arena, "%g s", (double)ns / (double)ENV_NS_PER_SEC);
}

static bool read_alive(struct arena *arena, const char *path,
                       struct ports_file *out_ports, struct err *err)
{
    if (!read_file(arena, path, out_ports, err)) {
        return false;
    }
    return kill(out_ports->pid, 0) == 0 || errno == EPERM ||
           err_set(err, "the server that wrote it (pid %d) is gone",
                   out_ports->pid);
}

bool ports_file_await(struct arena *arena, struct env *env, const char *path,
                      int64_t limit, struct ports_file *out_ports,
                      struct err *err)
{
    static const struct timespec pause = {.tv_nsec = 20 * ENV_NS_PER_MS};
    int64_t until = env_monotonic(env) + limit;
    struct err why;

    while (!read_alive(arena, path, out_ports, &why)) {
        if (env_monotonic(env) >= until) {
            return err_set(err,
                           "no server has written %s within %s: is it "
                           "running with --ports-file %s? (%s)",
                           path, seconds_text(arena, limit), path, why.text);
        }
        (void)nanosleep(&pause, NULL);
    }
    return true;
}
