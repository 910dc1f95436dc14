/* What the product says when it refuses, lent to faults; see reach.h. */
#include "config.h"

#include <string.h>

#include "scenario/expand.h"
#include "services/discover.h"
#include "services/oauth.h"
#include "services/proxy.h"
#include "services/reach.h"
#include "services/soap_reply.h"
#include "ticket/guid.h"
#include "wire/diagnostics.h"
#include "wire/xml.h"

/* Whatever was planned is not said: nor is it true. */
static void page(void *ctx, unsigned status)
{
    struct call *call = ctx;

    exchange_forget(call->ex);
    if (call->by_proxy) {
        proxy_page(call, status, "the proxy refuses this request");
    } else {
        product_error_page(call, status);
    }
}

/* The envelope of the request, or, where there was none, SOAP 1.1. */
static const struct soap *envelope(const struct call *call)
{
    static const struct soap plain = {.version = SOAP_1_1};

    return call->soap ? call->soap : &plain;
}

static void say_fault(void *ctx, const char *code_uri, const char *code,
                      const char *reason)
{
    struct call *call = ctx;
    const struct soap_fault fault = {
        .code_uri = code_uri, .code = code, .reason = reason};

    exchange_forget(call->ex);
    soap_reply_fault(call, envelope(call), &fault);
}

/* discover 3: no refusal of a ticket goes without the way to a new one. */
static bool asks_for_ticket(const struct call *call)
{
    return call->ex->reply.status == 401 && call->route &&
           call->route->point == POINT_DISCOVER_USER;
}

/* The table's row of this number, with what the step says of it. */
static struct diagnostic row_of(const struct diagnostics_say *say)
{
    const struct diagnostic *known = diagnostic(say->id);
    struct diagnostic row = {.id = say->id, .status = 500};

    if (known) {
        row = *known;
    }
    row.reason = say->reason ? say->reason : row.reason;
    row.status = say->status ? say->status : row.status;
    return row;
}

static void say_diagnostic_fault(struct call *call,
                                 const struct diagnostic *row)
{
    const struct soap_fault fault = {
        .code_uri = row->fault_uri,
        .code = row->fault_code,
        .reason = row->reason,
        .detail = diagnostic_detail(call->arena, row->id, row->reason),
    };

    soap_reply_fault(call, call->soap, &fault);
}

static void diagnostics(void *ctx, const struct diagnostics_say *say)
{
    struct call *call = ctx;
    const struct diagnostic row = row_of(say);
    bool positional = say->form == DIAGNOSTICS_WORLD
                          ? call->world->diagnostics_positional
                          : say->form == DIAGNOSTICS_POSITIONAL;

    exchange_forget(call->ex);
    if (call->soap && row.fault_code) {
        say_diagnostic_fault(call, &row);
        call->ex->reply.status =
            say->status ? say->status : call->ex->reply.status;
    } else {
        product_error_page(call, row.status);
        if (asks_for_ticket(call)) {
            discover_add_challenge(call);
        }
    }
    product_diagnostics_row(call, &row, say->source, positional);
}

static void say_oauth_error(void *ctx, const struct oauth_say *say)
{
    struct call *call = ctx;

    exchange_forget(call->ex);
    oauth_say_error(call, say);
}

/* IIS sends a short page along (RFC 9110 section 15.4). */
static void redirect(void *ctx, unsigned status, const char *location)
{
    static const char html[] =
        "<head><title>Document Moved</title></head>\r\n"
        "<body><h1>Object Moved</h1>This document may be found <a HREF=\"";
    struct call *call = ctx;
    struct exchange *ex = call->ex;
    AUTO_BUF body = {0};

    exchange_forget(ex);
    exchange_reply(ex, status);
    product_error_headers(call);
    exchange_header(ex, "Location", "%s", location);
    buf_add_text(&body, html);
    xml_clean(&body, location, true);
    buf_add_text(&body, "\">here</a></body>");
    exchange_body(ex, "text/html; charset=UTF-8",
                  arena_copy(call->arena, buf_span(&body)));
}

/* "User" is what only a known user is told (protocol: discover 2.7). */
static void say_discover_redirect(void *ctx, const char *target)
{
    struct call *call = ctx;
    bool known = call->route && call->route->point == POINT_DISCOVER_USER &&
                 call->ex->reply.status == 200;

    exchange_forget(call->ex);
    discover_redirect(call, known ? "User" : "Root", target,
                      "the scenario says so");
}

/* The port that leads back here, as a client would write it. */
static const char *own_port(const struct call *call)
{
    const char *port = call->ex->request.port;

    return *port ? port : call->ex->conn->tls ? "443" : "80";
}

static int port_of(const struct call *call, bool https)
{
    return https ? call->services->https_port : call->services->http_port;
}

/* The port is said where the client said one. */
static const char *here(void *ctx, const char *host, bool https,
                        const char *query)
{
    struct call *call = ctx;
    const struct request *request = &call->ex->request;
    const char *target = request->target;
    const char *path =
        *target == '/'
            ? arena_text(call->arena, span_of(target, strcspn(target, "?")))
            : request->path;
    const char *port = *request->port ? ":" : "";

    if (*port && https == call->ex->conn->tls) {
        port = arena_printf(call->arena, ":%s", request->port);
    } else if (*port) {
        port = arena_printf(call->arena, ":%d", port_of(call, https));
    }
    return arena_printf(
        call->arena, "%s://%s%s%s%s%s", https ? "https" : "http",
        host ? world_here(call->world, call->arena, host) : request->host, port,
        path, query ? "?" : "", query ? query : "");
}

static const char *expanded(void *ctx, const char *text)
{
    struct call *call = ctx;
    const char *name = call->ex->facts.user;
    const struct user *user = name ? world_user(call->world, name) : NULL;
    const struct expansion with = {
        .arena = call->arena,
        .now = call->now,
        .host = call->ex->request.host,
        .port = own_port(call),
        .colon_port = call->port,
        .origin = call_url(call, call->ex->request.host, ""),
        .user = name,
        .user_sip = user ? user->sip : NULL,
        .domain = call->world->domain,
        .env = call->env,
        .uuid = guid_random,
    };

    return expand(&with, text);
}

const struct subject_forms call_forms = {
    .page = page,
    .soap_fault = say_fault,
    .diagnostics = diagnostics,
    .oauth_error = say_oauth_error,
    .redirect = redirect,
    .discover_redirect = say_discover_redirect,
    .expand = expanded,
    .here = here,
};
