/*
 * One JSON object for each exchange, see record.h. The members are a promise
 * to those who read journals with programs: none changes its meaning.
 */
#include "config.h"

#include "journal/record.h"

#include <inttypes.h>
#include <string.h>

#include "journal/content.h"
#include "journal/journal.h"
#include "journal/secrets.h"
#include "util/arena.h"
#include "util/env.h"
#include "util/json.h"
#include "util/stamp.h"

enum { NS_PER_US = ENV_NS_PER_MS / 1000 };

static const char *const outcomes[] = {
    [SENT_WHOLE] = "whole",
    [SENT_CUT] = "cut",
    [SENT_BROKEN] = "broken",
    [SENT_NOTHING] = "nothing",
};

const char *record_outcome(const struct exchange *ex)
{
    return ex->ended ? outcomes[ex->sent.outcome] : "open";
}

static void add_times(struct json *json, struct exchange *ex)
{
    json_text(json, "began", stamp_iso_ms(ex->arena, ex->began));
    if (ex->decided) {
        json_number(json, "decided_us",
                    (ex->decided - ex->began_monotonic) / NS_PER_US);
    }
    if (ex->date) {
        json_text(json, "world_time", stamp_iso_ms(ex->arena, ex->date));
    }
    if (ex->ended) {
        json_number(json, "took_us",
                    (ex->ended - ex->began_monotonic) / NS_PER_US);
    }
}

static void add_connection(struct json *json, const struct conn_facts *conn)
{
    if (!conn) {
        return;
    }
    json_open_named(json, "connection", '{');
    json_number(json, "id", (int64_t)conn->id);
    json_text(json, "peer", conn->peer);
    json_number(json, "local_port", conn->local_port);
    if (conn->proxied) {
        json_open_named(json, "proxy", '{');
        json_text(json, "tunnel", conn->tunnel);
        json_close(json, '}');
    }
    if (conn->tls) {
        json_open_named(json, "tls", '{');
        json_text(json, "version", conn->tls_version);
        json_text(json, "cipher", conn->tls_cipher);
        json_text(json, "sni", conn->sni);
        json_boolean(json, "resumed", conn->tls_resumed);
        json_hex(json, "certificate_hash", conn->certificate_hash);
        json_close(json, '}');
    }
    json_close(json, '}');
}

static void add_facts(struct json *json, const struct facts *facts)
{
    json_text(json, "operation", facts->operation);
    json_text(json, "auth", facts->auth);
    if (facts->leg) {
        json_number(json, "leg", facts->leg);
    }
    json_text(json, "user", facts->user);
    json_text(json, "action", facts->action);
    json_text(json, "grant", facts->grant);
    json_text(json, "verdict", facts->verdict);
    json_text(json, "reason", facts->reason);
}

/* Of "user:password@host" it is all that stands behind the first colon. */
static void add_port(struct json *json, const char *port, bool secrets)
{
    AUTO_BUF shown = {0};

    if (port && strchr(port, '@') && !secrets) {
        secrets_mask(&shown, span_text(port));
        port = buf_text(&shown);
    }
    json_text(json, "port", port);
}

/* A request that HTTP could not read is shown as it came. */
static void add_request(struct json *json, const struct exchange *ex,
                        bool secrets)
{
    const struct request *request = &ex->request;

    json_open_named(json, "request", '{');
    json_boolean(json, "dispatched", ex->dispatched);
    json_number(json, "raw_size", (int64_t)ex->raw_size);
    if (ex->dispatched) {
        json_text(json, "method", request->method);
        content_target(json, "target", request->target, secrets);
        content_target(json, "path", request->path, secrets);
        content_target(json, "query", request->query, secrets);
        json_text(json, "version", request->version);
        json_text(json, "host", request->host);
        add_port(json, request->port, secrets);
        content_headers(json, &request->headers, secrets);
        content_body(json, "body", request->body, secrets);
    } else {
        content_message(json, "raw", ex->raw, secrets);
    }
    json_close(json, '}');
}

/* null where there is none. */
static void add_reply(struct json *json, const char *name, struct exchange *ex,
                      const struct reply *reply, bool secrets)
{
    if (!reply->status && !reply->raw.size) {
        json_text(json, name, NULL);
        return;
    }
    json_open_named(json, name, '{');
    json_number(json, "status", reply->status);
    if (reply->file) {
        json_text(json, "by",
                  arena_printf(ex->arena, "%s:%d", reply->file, reply->line));
    }
    json_boolean(json, "close", reply->close);
    content_headers(json, &reply->headers, secrets);
    content_body(json, "body", reply->body, secrets);
    if (reply->raw.size) {
        content_message(json, "raw", reply->raw, secrets);
    }
    json_close(json, '}');
}

static void add_sent(struct json *json, const struct sent *sent, bool secrets)
{
    json_open_named(json, "sent", '{');
    json_number(json, "status", sent->status);
    json_number(json, "bytes", (int64_t)sent->bytes);
    content_message(json, "head", sent->head, secrets);
    json_close(json, '}');
}

static void add_http(struct json *json, struct exchange *ex,
                     const struct token_view *view)
{
    bool secrets = view->secrets;

    add_request(json, ex, secrets);
    add_reply(json, "reply", ex, &ex->reply, secrets);
    if (ex->planned) {
        add_reply(json, "planned", ex, ex->planned, secrets);
    }
    add_sent(json, &ex->sent, secrets);
    content_tokens(json, ex, view);
}

/* Tickets and authenticators are secrets: bytes come with --log-secrets. */
static void add_kdc(struct json *json, const struct exchange *ex, bool secrets)
{
    const struct kdc_exchange *kdc = ex->kdc;

    json_open_named(json, "kdc", '{');
    json_text(json, "transport", kdc->transport);
    json_text(json, "message", kdc->message);
    json_text(json, "client", kdc->client);
    json_text(json, "service", kdc->service);
    json_text(json, "etypes", kdc->etypes);
    json_text(json, "padata", kdc->padata);
    json_number(json, "request_size", (int64_t)kdc->request.size);
    json_text(json, "answer", kdc->answer);
    if (kdc->is_error) {
        json_number(json, "error", kdc->error);
        json_text(json, "error_name", kdc->error_name);
        json_text(json, "etext", kdc->etext);
    }
    json_boolean(json, "forged", kdc->forged);
    json_number(json, "reply_size", (int64_t)kdc->reply.size);
    if (secrets) {
        json_hex(json, "request",
                 span_slice(kdc->request, 0, JOURNAL_BODY_LIMIT));
        json_hex(json, "reply", span_slice(kdc->reply, 0, JOURNAL_BODY_LIMIT));
    }
    json_close(json, '}');
    json_open_named(json, "sent", '{');
    json_number(json, "bytes", (int64_t)ex->sent.bytes);
    json_close(json, '}');
}

/* NULL: HTTP, as most are. */
static const char *kind_name(enum exchange_kind kind)
{
    switch (kind) {
    case EXCHANGE_HTTP:
        return NULL;
    case EXCHANGE_KDC:
        return "kdc";
    case EXCHANGE_TCP:
        return "tcp";
    case EXCHANGE_TLS:
        return "tls";
    }
    return NULL;
}

static void add_tls(struct json *json, const struct exchange *ex)
{
    const struct tls_exchange *tls = ex->tls;

    json_open_named(json, "handshake", '{');
    json_boolean(json, "complete", tls->complete);
    if (tls->alert >= 0) {
        json_number(json, "alert", tls->alert);
        json_text(json, "alert_name", tls->alert_name);
    }
    json_text(json, "certificate", tls->certificate);
    json_text(json, "made_out_to", tls->made_out_to);
    if (tls->client_asked) {
        json_open_named(json, "client_certificate", '{');
        json_text(json, "subject", tls->client_subject);
        json_text(json, "issuer", tls->client_issuer);
        json_hex(json, "sha256", tls->client_hash);
        json_close(json, '}');
    }
    json_close(json, '}');
}

void record_write(struct buf *out, struct exchange *ex,
                  const struct token_view *view)
{
    struct json json;

    json_init(&json, out);
    json_open(&json, '{');
    json_number(&json, "id", (int64_t)ex->id);
    if (kind_name(ex->kind)) {
        json_text(&json, "kind", kind_name(ex->kind));
    }
    json_text(&json, "session", ex->session);
    if (ex->session) {
        /* As text: JSON readers keep numbers as doubles. */
        json_text(&json, "seed", arena_printf(ex->arena, "%" PRIu64, ex->seed));
    }
    json_text(&json, "outcome", record_outcome(ex));
    add_times(&json, ex);
    add_connection(&json, ex->conn);
    add_facts(&json, &ex->facts);
    switch (ex->kind) {
    case EXCHANGE_HTTP:
        add_http(&json, ex, view);
        break;
    case EXCHANGE_KDC:
        add_kdc(&json, ex, view->secrets);
        break;
    case EXCHANGE_TCP:
        break;
    case EXCHANGE_TLS:
        add_tls(&json, ex);
        break;
    }
    content_remarks(&json, ex, view->secrets);
    content_findings(&json, ex, view->secrets);
    json_close(&json, '}');
    buf_add_u8(out, '\n');
}
