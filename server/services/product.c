/*
 * The product around every answer: its headers (protocol: discover 2.5), its
 * diagnostics and the URLs it gives out.
 */
#include "config.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "services/service.h"
#include "ticket/guid.h"
#include "util/number.h"
#include "wire/diagnostics.h"

enum {
    PORT_HTTP = 80,
    PORT_HTTPS = 443,
    PORT_MAX = 65535,
};

/* ---- Headers ---- */

/* A client that wants its own id back says so; the id comes from outside and
 * is echoed only where it is one. */
static const char *wanted_request_id(struct call *call)
{
    const struct headers *headers = &call->ex->request.headers;
    const char *wanted = headers_get(headers, "return-client-request-id");
    const char *id = headers_get(headers, "client-request-id");
    uint8_t guid[GUID_SIZE];

    if (wanted && strcasecmp(wanted, "true") == 0 && id &&
        guid_parse(id, guid)) {
        return id;
    }
    return NULL;
}

static void add_ids(struct call *call)
{
    const char *id = wanted_request_id(call);

    if (call->world->product == PRODUCT_SFB2015) {
        uint32_t correlation;

        env_random(call->env, &correlation, sizeof(correlation));
        exchange_header(call->ex, "X-MS-Correlation-Id", "%u", correlation);
        if (!id) {
            id = guid_random(call->env, call->arena);
        }
    }
    if (id) {
        exchange_header(call->ex, "client-request-id", "%s", id);
    }
}

/*
 * What every answer carries, also those that the product's services never
 * see. The trace of a Lync 2013 machine in discover 2.5 names IIS 7.5; IIS 8.5
 * is what later traces show. Strict-Transport-Security is never sent: it
 * would stay in browsers after the test.
 */
static void add_server(struct call *call)
{
    exchange_header(call->ex, "Server", "%s",
                    call->world->product == PRODUCT_SFB2015
                        ? "Microsoft-IIS/8.5"
                        : "Microsoft-IIS/7.5");
    exchange_header(call->ex, "X-MS-Server-Fqdn", "%s",
                    call->pool->server_fqdn);
    exchange_header(call->ex, "X-Powered-By", "ASP.NET");
    exchange_header(call->ex, "X-Content-Type-Options", "nosniff");
    add_ids(call);
}

void product_headers(struct call *call)
{
    exchange_header(call->ex, "Cache-Control", "no-cache");
    exchange_header(call->ex, "Pragma", "no-cache");
    exchange_header(call->ex, "Expires", "-1");
    exchange_header(call->ex, "X-AspNet-Version", "4.0.30319");
    add_server(call);
}

void product_error_headers(struct call *call)
{
    exchange_header(call->ex, "Cache-Control", "private");
    if (call->ex->reply.status == 401) {
        exchange_header(call->ex, "Vary", "Accept-Encoding");
    }
    add_server(call);
}

/* webticket 6.2: the document's grammar has places, samples have names. */
void product_diagnostics_row(struct call *call, const struct diagnostic *row,
                             const char *source, bool positional)
{
    const char *fault = "";

    if (row->fault_code) {
        fault = arena_printf(call->arena, ";%s\"%s:%s\"",
                             positional ? "" : "faultcode=", row->fault_prefix,
                             row->fault_code);
    }
    headers_remove(&call->ex->reply.headers, "X-Ms-diagnostics");
    exchange_header(
        call->ex, "X-Ms-diagnostics",
        positional ? "%u;\"%s\";\"%s\"%s" : "%u;source=\"%s\";reason=\"%s\"%s",
        row->id, source ? source : call->pool->server_fqdn, row->reason, fault);
    if (!call->ex->why) {
        exchange_why(call->ex, "diagnostics", "%u %s", row->id, row->reason);
    }
}

void product_diagnostics_saying(struct call *call, unsigned id,
                                const char *reason)
{
    struct diagnostic row;

    assert(diagnostic(id));
    row = *diagnostic(id);
    row.reason = reason;
    product_diagnostics_row(call, &row, NULL,
                            call->world->diagnostics_positional);
}

void product_diagnostics(struct call *call, unsigned id)
{
    const struct diagnostic *row = diagnostic(id);

    assert(row);
    product_diagnostics_saying(call, id, row->reason);
}

/* The sentence is the product's. Neither status nor id were seen beside it:
 * the status is a guess, and the id that of a method that is switched off. */
void product_not_offered_at(struct call *call, const char *file, int line)
{
    product_error_page_at(call, 403, file, line);
    product_diagnostics_saying(
        call, DIAGNOSTIC_AUTH_NOT_ALLOWED,
        "No authentication method configured for the URL in the request");
}

/* ---- URLs ---- */

/* The port that Host carries; 0: none, or nothing that is a port. */
static int host_port(const struct call *call)
{
    uint64_t port;

    return number_parse(call->ex->request.port, NUMBER_DECIMAL, PORT_MAX, &port)
               ? (int)port
               : 0;
}

/*
 * The port for URLs; 0: none is written. A client that came through 443 (or
 * 80, the same front) writes none and gets none. One that wrote the port of
 * the HTTP listener is led to the HTTPS listener.
 */
static int url_port(const struct call *call)
{
    int port = host_port(call);

    if (call->world->public_port) {
        port = call->world->public_port;
        return port == PORT_HTTPS ? 0 : port;
    }
    if (port && !call->ex->conn->tls) {
        if (port == PORT_HTTP || call->services->https_port == PORT_HTTPS) {
            return 0;
        }
        return call->services->https_port;
    }
    return port;
}

char *call_url(struct call *call, const char *host, const char *path)
{
    bool v6 = strchr(host, ':') != NULL;

    return arena_printf(call->arena, "https://%s%s%s%s%s", v6 ? "[" : "", host,
                        v6 ? "]" : "", call->port, path);
}

void call_place(struct call *call)
{
    const char *host = call->ex->request.host;
    int port = url_port(call);
    char room[NUMBER_TEXT];

    call->port =
        port ? arena_printf(call->arena, ":%s", number_text(room, port)) : "";
    call->site = world_site(call->world, host);
    call->ex->facts.site =
        call->site == LOCATION_INTERNAL ? "internal" : "external";
    call->pool = world_pool_of(call->world, host);
}

char *call_web_url(struct call *call, const char *path)
{
    return call_url(call, pool_web(call->pool, call->site), path);
}
