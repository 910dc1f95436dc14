/* Exchanges of the journal as lines of a report, see gather_parts.h. */
#include "config.h"

#include "cli/gather_parts.h"

#include <string.h>

#include "journal/record.h"
#include "journal/secrets.h"
#include "util/env.h"
#include "util/utf.h"

enum { FIRST_LINE_MAX = 160, NS_PER_US = ENV_NS_PER_MS / 1000 };

const char *gather_copy(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

/* Exact to the microsecond, and to be written with three digits. */
double gather_ms(int64_t ns)
{
    int64_t us = ns / NS_PER_US;

    return us > 0 ? (double)us / 1000 : 0;
}

static const char *target(struct gathering *gathering, const char *text)
{
    AUTO_BUF masked = {0};

    if (!text || gathering->secrets) {
        return gather_copy(gathering->arena, text);
    }
    secrets_target(&masked, span_text(text));
    return arena_text(gathering->arena, buf_span(&masked));
}

/* Of a request that HTTP could not read: its first line, as far as it came. */
static const char *first_line(struct gathering *gathering,
                              const struct exchange *ex)
{
    AUTO_BUF masked = {0};
    AUTO_BUF shown = {0};
    size_t size = 0;

    while (size < ex->raw.size && size < FIRST_LINE_MAX &&
           ex->raw.data[size] != '\r' && ex->raw.data[size] != '\n') {
        size++;
    }
    if (gathering->secrets) {
        buf_add(&masked, span_slice(ex->raw, 0, size));
    } else {
        secrets_message(&masked, span_slice(ex->raw, 0, size));
    }
    utf8_add_printable(&shown, buf_span(&masked));
    return arena_text(gathering->arena, buf_span(&shown));
}

static void fill_http(struct gathering *gathering, const struct exchange *ex,
                      struct report_exchange *out)
{
    struct arena *arena = gathering->arena;

    out->kind = "http";
    if (ex->dispatched) {
        out->method = gather_copy(arena, ex->request.method);
        out->target = target(gathering, ex->request.target);
        out->host = gather_copy(arena, ex->request.host);
    } else {
        out->target = first_line(gathering, ex);
    }
}

static void fill_kdc(struct gathering *gathering, const struct exchange *ex,
                     struct report_exchange *out)
{
    const struct kdc_exchange *kdc = ex->kdc;
    struct arena *arena = gathering->arena;

    out->kind = "kdc";
    out->method = gather_copy(arena, kdc->message);
    out->target = gather_copy(arena, kdc->service);
    if (!kdc->is_error) {
        out->answer = gather_copy(arena, kdc->answer);
    } else if (kdc->error_name) {
        out->answer = gather_copy(arena, kdc->error_name);
    } else {
        out->answer = arena_printf(arena, "KRB-ERROR %d", (int)kdc->error);
    }
    if (!out->user) {
        out->user = gather_copy(arena, kdc->client);
    }
}

static void fill_tls(struct gathering *gathering, const struct exchange *ex,
                     struct report_exchange *out)
{
    const struct tls_exchange *tls = ex->tls;

    out->kind = "tls";
    out->method = "handshake";
    out->host = ex->conn ? gather_copy(gathering->arena, ex->conn->sni) : NULL;
    out->answer = tls->complete     ? "complete"
                  : tls->alert_name ? arena_printf(gathering->arena,
                                                   "alert: %s", tls->alert_name)
                                    : "failed";
}

static void fill_kind(struct gathering *gathering, const struct exchange *ex,
                      struct report_exchange *out)
{
    switch (ex->kind) {
    case EXCHANGE_HTTP:
        fill_http(gathering, ex, out);
        break;
    case EXCHANGE_KDC:
        fill_kdc(gathering, ex, out);
        break;
    case EXCHANGE_TLS:
        fill_tls(gathering, ex, out);
        break;
    case EXCHANGE_TCP:
        out->kind = "tcp";
        out->method = "connect";
        break;
    }
}

void gather_exchange(struct gathering *gathering, const struct exchange *ex,
                     struct report_exchange *out)
{
    struct arena *arena = gathering->arena;

    *out = (struct report_exchange){
        .id = ex->id,
        .connection = ex->conn ? ex->conn->id : 0,
        .tls = ex->conn && ex->conn->tls,
        .resumed = ex->conn && ex->conn->tls_resumed,
        .at = gather_ms(ex->began_monotonic - gathering->began),
        .took = gather_ms(ex->ended - ex->began_monotonic),
        .operation = gather_copy(arena, ex->facts.operation),
        .auth = gather_copy(arena, ex->facts.auth),
        .leg = ex->facts.leg,
        .user = gather_copy(arena, ex->facts.user),
        .status = ex->sent.status,
        .outcome = record_outcome(ex),
        .in = ex->raw_size,
        .out = ex->sent.bytes,
        .step = gather_copy(arena, ex->step),
        .why = gather_copy(arena, ex->why),
    };
    fill_kind(gathering, ex, out);
}
