/* The ports file of a running lyncmock, see ports_file.h. */
#include "config.h"

#include "probe/ports_file.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>

#include <jansson.h>

AUTO_DEFINE(json, json_t *, json_decref)

static bool read_number(json_t *root, const char *name, json_int_t most,
                        int *out_number)
{
    json_int_t number = json_integer_value(json_object_get(root, name));

    *out_number = (int)number;
    return number > 0 && number <= most;
}

bool ports_file_read(struct arena *arena, const char *path,
                     struct ports_file *out_ports, struct err *err)
{
    struct ports_file ports = {0};
    json_error_t error;
    AUTO(json) root = json_load_file(path, 0, &error);
    const char *domain = json_string_value(json_object_get(root, "domain"));
    const char *ca_file = json_string_value(json_object_get(root, "ca_file"));

    if (!root) {
        return err_set(err, "%s: %s", path, error.text);
    }
    if (!read_number(root, "pid", INT_MAX, &ports.pid) ||
        !read_number(root, "https", 65535, &ports.https) || !domain) {
        return err_set(err,
                       "%s: no ports file: pid, https or domain is "
                       "missing",
                       path);
    }
    if (!read_number(root, "http", 65535, &ports.http)) {
        ports.http = 0;
    }
    ports.domain = arena_lower(arena, domain);
    ports.ca_file = ca_file ? arena_strdup(arena, ca_file) : NULL;
    *out_ports = ports;
    return true;
}

bool ports_file_alive(const struct ports_file *ports)
{
    return kill(ports->pid, 0) == 0 || errno == EPERM;
}
