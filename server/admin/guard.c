/*
 * Who may ask. A web page in a browser on this machine can send requests to
 * 127.0.0.1, by its own name (Origin tells) or by one that leads here (DNS
 * rebinding: Host tells). It has no token; it is not even told that. One file
 * is for programs that can send none.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "admin/internal.h"
#include "util/mem.h"
#include "util/number.h"

enum { PORT_MAX = 65535 };

/* "", ":8080" */
static bool is_port(const char *text)
{
    uint64_t port;

    return *text == '\0' ||
           (*text == ':' &&
            number_parse(text + 1, NUMBER_DECIMAL, PORT_MAX, &port));
}

static bool is_this_machine(const char *authority)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        size_t size = strlen(names[i]);

        if (strncasecmp(authority, names[i], size) == 0 &&
            is_port(authority + size)) {
            return true;
        }
    }
    return false;
}

static bool check_host(struct admin_call *call)
{
    return (call->host && is_this_machine(call->host)) ||
           admin_fail(call, 403, "header Host",
                      "ask for localhost, 127.0.0.1 or [::1]",
                      "this port is for this machine alone");
}

static bool check_origin(struct admin_call *call)
{
    static const char scheme[] = "http://";
    const char *origin = call->origin;

    return !origin ||
           (strncasecmp(origin, scheme, strlen(scheme)) == 0 &&
            is_this_machine(origin + strlen(scheme))) ||
           admin_fail(call, 403, "header Origin",
                      "ask from a program, not from a web page",
                      "no web page may use this port");
}

/* RFC 6750 section 2.1. */
static bool check_token(struct admin_call *call)
{
    static const char scheme[] = "Bearer ";
    const char *sent = call->authorization;
    const char *token = call->core->token;

    if (sent && strncasecmp(sent, scheme, strlen(scheme)) == 0) {
        sent += strlen(scheme);
        sent += strspn(sent, " ");
        if (strlen(sent) == strlen(token) &&
            mem_equal_secret(sent, token, strlen(token))) {
            return true;
        }
        return admin_fail(call, 401, "header Authorization",
                          "take admin_token of the ports file of this run",
                          "this token is not that of this server");
    }
    return admin_fail(call, 401, "header Authorization",
                      "send \"Authorization: Bearer TOKEN\"; the ports file "
                      "(--ports-file) has it as admin_token",
                      "a token is missing");
}

bool admin_guard(struct admin_call *call)
{
    if (call->doubled) {
        return admin_fail(call, 400, "headers", "send each once",
                          "Host, Origin, Authorization or Content-Type came "
                          "twice");
    }
    return check_host(call) && check_origin(call) &&
           (admin_is_pac(call) || check_token(call));
}
