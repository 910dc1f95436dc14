/*
 * What a client asked, one block for each exchange, see golden.h: method and
 * URL, parameters by name, headers in their order, how it proved who it is, the
 * body, and the status. What is new in every run is a word in braces.
 */
#include "config.h"

#include "cli/golden.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/golden_words.h"
#include "journal/secrets.h"
#include "util/mem.h"
#include "util/utf.h"

enum { BODY_MOST = 64 * 1024, TRACE_MOST = 2000 };

struct tracing {
    struct buf *out;
    const char *domain;
    uint64_t era;
    struct exchange **exchanges;
    size_t count;
};

/* ---- Lines ---- */

static void put(struct tracing *tracing, const char *key, struct span text)
{
    AUTO_BUF words = {0};

    buf_printf(tracing->out, "%s%s", key, text.size ? " " : "");
    golden_words(&words, text, tracing->domain);
    utf8_add_printable(tracing->out, buf_span(&words));
    buf_add_u8(tracing->out, '\n');
}

static void put_text(struct tracing *tracing, const char *key, const char *text)
{
    if (text && *text) {
        put(tracing, key, span_text(text));
    }
}

static int by_text(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

/* By name: their order is none that anybody relies on. */
static void put_query(struct tracing *tracing, struct arena *arena,
                      const char *query)
{
    AUTO_BUF masked = {0};
    const char **items;
    size_t count = 0;
    char *rest;

    if (!query || !*query) {
        return;
    }
    secrets_form(&masked, span_text(query));
    rest = arena_text(arena, buf_span(&masked));
    items = arena_alloc(arena, (masked.size + 1) * sizeof(*items));
    while (rest) {
        char *end = strchr(rest, '&');

        items[count++] = rest;
        if (end) {
            *end = '\0';
        }
        rest = end ? end + 1 : NULL;
    }
    qsort(items, count, sizeof(*items), by_text);
    for (size_t i = 0; i < count; i++) {
        put(tracing, "  query", span_text(items[i]));
    }
}

/* Of these the value is new each time, or follows from what is beside it. */
static const char *fixed_value(const char *name)
{
    static const struct {
        const char *name;
        const char *value;
    } rows[] = {
        {"Content-Length", "{length}"},
        {"Cookie", "{token}"},
        {"X-MS-WebTicket", "{token}"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strcasecmp(rows[i].name, name) == 0) {
            return rows[i].value;
        }
    }
    return NULL;
}

/* Of credentials the scheme alone. */
static size_t scheme_length(const char *name, const char *value)
{
    bool shows = strcasecmp(name, "Authorization") == 0 ||
                 strcasecmp(name, "Proxy-Authorization") == 0;

    return shows ? strcspn(value, " ") : 0;
}

static void put_header(struct tracing *tracing, struct arena *arena,
                       const struct header *header)
{
    const char *fixed = fixed_value(header->name);
    size_t scheme = scheme_length(header->name, header->value);
    AUTO_BUF value = {0};

    if (fixed) {
        buf_add_text(&value, fixed);
    } else if (scheme) {
        buf_add(&value, span_slice(span_text(header->value), 0, scheme));
        buf_add_text(&value, header->value[scheme] ? " {token}" : "");
    } else {
        secrets_header(&value, header->name, header->value);
    }
    put(tracing, arena_printf(arena, "  %s:", header->name), buf_span(&value));
}

/* ---- Bodies ---- */

/* An element begins a line, so that a difference is a line and not all. */
static void put_body(struct tracing *tracing, struct span body)
{
    AUTO_BUF masked = {0};
    struct span rest;

    if (!body.size) {
        return;
    }
    if (!utf8_is_text(body)) {
        buf_add_text(tracing->out, "  body: no text\n");
        return;
    }
    secrets_body(&masked, span_slice(body, 0, BODY_MOST));
    rest = buf_span(&masked);
    while (rest.size) {
        size_t size = 1;

        while (size < rest.size && rest.data[size] != '\n' &&
               !(rest.data[size] == '<' && rest.data[size - 1] == '>')) {
            size++;
        }
        if (size > 1 || rest.data[0] != '\n') {
            put(tracing, "  |", span_slice(rest, 0, size));
        }
        rest = span_slice(rest, size, rest.size);
        if (rest.size && rest.data[0] == '\n') {
            rest = span_slice(rest, 1, rest.size);
        }
    }
}

/* ---- Exchanges ---- */

static void put_auth(struct tracing *tracing, struct arena *arena,
                     const struct facts *facts)
{
    if (facts->auth) {
        put_text(tracing, "  auth",
                 facts->leg
                     ? arena_printf(arena, "%s leg %d", facts->auth, facts->leg)
                     : facts->auth);
    }
    put_text(tracing, "  user", facts->user);
    put_text(tracing, "  action", facts->action);
}

/* CONNECT asks for a host and a port alone (RFC 9110, 9.3.6). */
static const char *url_text(struct arena *arena, const struct exchange *ex)
{
    const struct request *request = &ex->request;

    return strcmp(request->method, "CONNECT") == 0
               ? request->target
               : arena_printf(arena, "%s://%s%s",
                              ex->conn->tls ? "https" : "http", request->host,
                              request->path);
}

static void put_http(struct tracing *tracing, struct arena *arena,
                     const struct exchange *ex)
{
    const struct request *request = &ex->request;
    AUTO_BUF raw = {0};

    if (!ex->dispatched) {
        secrets_message(&raw, ex->raw);
        put(tracing, "no request:", buf_span(&raw));
        return;
    }
    put_text(tracing, request->method, url_text(arena, ex));
    put_query(tracing, arena, request->query);
    for (size_t i = 0; i < request->headers.count; i++) {
        put_header(tracing, arena, &request->headers.items[i]);
    }
    put_auth(tracing, arena, &ex->facts);
    put_body(tracing, request->body);
    buf_printf(tracing->out, "  answered %u\n", ex->sent.status);
}

static void put_kdc(struct tracing *tracing, const struct kdc_exchange *kdc)
{
    put_text(tracing, "KDC", kdc->message ? kdc->message : "nothing readable");
    put_text(tracing, "  client", kdc->client);
    put_text(tracing, "  service", kdc->service);
    put_text(tracing, "  etypes", kdc->etypes);
    put_text(tracing, "  padata", kdc->padata);
    put_text(tracing, "  answered",
             kdc->is_error ? kdc->error_name : kdc->answer);
}

static void put_tls(struct tracing *tracing, const struct exchange *ex)
{
    put_text(tracing, "TLS", ex->conn->sni ? ex->conn->sni : "without a name");
    put_text(tracing, "  ended",
             ex->tls->complete ? "complete" : ex->tls->alert_name);
}

static void put_exchange(struct tracing *tracing, const struct exchange *ex)
{
    AUTO(arena) arena = arena_new();

    switch (ex->kind) {
    case EXCHANGE_HTTP:
        put_http(tracing, arena, ex);
        break;
    case EXCHANGE_KDC:
        put_kdc(tracing, ex->kdc);
        break;
    case EXCHANGE_TLS:
        put_tls(tracing, ex);
        break;
    case EXCHANGE_TCP:
        return;
    }
    buf_add_u8(tracing->out, '\n');
}

static bool take_exchange(void *ctx, struct exchange *ex)
{
    struct tracing *tracing = ctx;

    if (ex->era == tracing->era) {
        tracing->exchanges[tracing->count++] = ex;
    }
    return true;
}

static int by_id(const void *a, const void *b)
{
    const struct exchange *const *left = a;
    const struct exchange *const *right = b;

    return (*left)->id < (*right)->id ? -1 : (*left)->id > (*right)->id;
}

void golden_trace(const struct journal *journal, const struct session *session,
                  struct buf *out)
{
    const char *name = session_name(session);
    size_t most = journal_share(journal, name).exchanges + 1;
    struct tracing tracing = {
        .out = out,
        .domain = session_world(session)->domain,
        .era = session_era(session),
        .exchanges = mem_array(most, sizeof(struct exchange *)),
    };

    journal_visit(journal, name, 0, take_exchange, &tracing);
    qsort(tracing.exchanges, tracing.count, sizeof(struct exchange *), by_id);
    for (size_t i = 0; i < tracing.count && i < TRACE_MOST; i++) {
        put_exchange(&tracing, tracing.exchanges[i]);
    }
    mem_free(tracing.exchanges);
}
