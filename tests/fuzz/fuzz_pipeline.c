/*
 * The whole pipeline: exchanges in, exchanges out. The input is text: requests
 * on one connection, one after the other, with a line "----" between them;
 * each is a request line "METHOD HOST TARGET", header lines, an empty line,
 * a body. "http " in front of it: over plain HTTP; "proxy ": at the proxy's
 * port. "login NAME" in place of a
 * request: from here on the connection is this user. Whatever comes in, every
 * request gets a reply that a server may send.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "pki/pki.h"
#include "scenario/sessions.h"
#include "services/conn_auth.h"
#include "services/services.h"
#include "ticket/ticket.h"
#include "util/buf.h"
#include "util/env.h"
#include "util/url.h"
#include "wire/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REQUESTS_MAX = 8 };

static struct env env;
static struct services_context services;
static struct world *world;
static struct world *world;

static int64_t fixed_time(struct env *unused UNUSED)
{
    return INT64_C(1400000000) * ENV_NS_PER_SEC;
}

static void set_up(void)
{
    static const char *const names[] = {"lyncweb.contoso.test", NULL};
    struct pki_options options = {.names = names, .domain = "contoso.test"};
    AUTO(pki) pki = NULL;
    AUTO_BUF key = {0};
    AUTO_BUF certificate = {0};
    struct err err;

    env_system(&env, 1);
    options.now = env_now(&env);
    env.now = fixed_time;
    env.monotonic = fixed_time;
    services.env = &env;
    world = world_good();
    services.https_port = 443;
    xml_init();
    if (!world_finish(world, &err) || !ticket_init(&err) ||
        !pki_new(&options, &pki, &err) ||
        !pki_signer(pki, PKI_P256, &key, &certificate, &err) ||
        !ticket_keys_new(buf_span(&key), buf_span(&certificate),
                         &services.ticket_keys, &err)) {
        abort();
    }
    services.sessions = sessions_new(scenario_new(world));
}

/* Cuts the next line off; without its line end. */
static struct span next_line(struct span *rest)
{
    size_t end = span_find(*rest, span_text("\n"), 0);
    struct span line = span_slice(*rest, 0, end);

    *rest =
        end == SIZE_MAX ? SPAN_NONE : span_slice(*rest, end + 1, rest->size);
    return line;
}

static const char *word(struct arena *arena, struct span *line)
{
    size_t end = span_find(*line, span_text(" "), 0);
    struct span part = span_slice(*line, 0, end);

    *line =
        end == SIZE_MAX ? SPAN_NONE : span_slice(*line, end + 1, line->size);
    return arena_text(arena, part);
}

static void read_headers(struct exchange *ex, struct span *rest)
{
    struct span line;

    while ((line = next_line(rest)).size > 0) {
        size_t colon = span_find(line, span_text(": "), 0);

        headers_add(&ex->request.headers, ex->arena,
                    arena_text(ex->arena, span_slice(line, 0, colon)),
                    colon == SIZE_MAX
                        ? ""
                        : arena_text(ex->arena,
                                     span_slice(line, colon + 2, line.size)));
    }
}

static void read_request(struct exchange *ex, struct span text)
{
    struct request *request = &ex->request;
    struct span line = next_line(&text);
    size_t length;

    request->method = word(ex->arena, &line);
    url_authority(ex->arena, word(ex->arena, &line), &request->host,
                  &request->port);
    request->target = arena_text(ex->arena, line);
    length = strcspn(request->target, "?");
    request->path =
        url_decode(ex->arena, span_of(request->target, length), false);
    request->query =
        request->target[length] ? request->target + length + 1 : "";
    request->version = "HTTP/1.1";
    read_headers(ex, &text);
    request->body = text;
}

static void never_called(void *ctx UNUSED)
{
    abort();
}

static void check_reply(const struct exchange *ex)
{
    const struct reply *reply = &ex->reply;

    assert(reply->status >= 200 && reply->status <= 599);
    assert(headers_get(&reply->headers, "X-MS-Server-Fqdn") ||
           ex->conn->proxied);
    for (size_t i = 0; i < reply->headers.count; i++) {
        /* What a client sent must not split the answer's header. */
        assert(!strpbrk(reply->headers.items[i].value, "\r\n"));
    }
    assert(reply->status != 401 ||
           headers_get(&reply->headers, "WWW-Authenticate") ||
           headers_get(&reply->headers, "X-MS-WebTicketURL"));
}

static void log_in(struct conn_auth *auth, struct span name)
{
    AUTO(arena) arena = arena_new();
    const struct user *user = world_user(world, arena_text(arena, name));

    if (user) {
        const struct auth_outcome outcome = {.user = user, .mechanism = "ntlm"};

        conn_auth_establish(auth, world, auth_method("ntlm"), &outcome);
    }
}

static void one_request(struct conn_auth *auth, struct span text)
{
    struct conn_facts conn = {.id = 1, .peer = "127.0.0.1:1"};
    struct exchange *ex;

    conn.proxied = span_starts(text, "proxy ");
    conn.tls = !conn.proxied && !span_starts(text, "http ");
    ex = exchange_new(1, &conn);
    read_request(ex, span_slice(text,
                                conn.tls       ? 0
                                : conn.proxied ? 6
                                               : 5,
                                text.size));
    if (services_run(&services, ex, auth, never_called, NULL) ==
        SERVICES_DONE) {
        check_reply(ex);
    }
    exchange_unref(ex);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char border[] = "\n----\n";
    struct span rest = span_of(data, size);
    struct conn_auth *auth;

    if (!services.sessions) {
        set_up();
    }
    /* The same input draws the same random bytes. */
    env.drawn = 0;
    auth = conn_auth_new();
    for (int i = 0; i < REQUESTS_MAX && rest.size > 0; i++) {
        size_t end = span_find(rest, span_text(border), 0);

        struct span text = span_slice(rest, 0, end);

        if (span_starts(text, "login ")) {
            log_in(auth, span_slice(text, strlen("login "), text.size));
        } else {
            one_request(auth, text);
        }
        rest = end == SIZE_MAX
                   ? SPAN_NONE
                   : span_slice(rest, end + strlen(border), rest.size);
    }
    conn_auth_unref(auth);
    return 0;
}
