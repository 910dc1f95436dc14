/* One line for each exchange, see text.h. */
#include "config.h"

#include "journal/text.h"

#include <inttypes.h>

#include <string.h>

#include "journal/order.h"
#include "journal/record.h"
#include "journal/secrets.h"
#include "util/buf.h"
#include "util/env.h"
#include "util/log.h"

enum {
    FIRST_LINE_MAX = 80,
};

/* "discover.c:120" */
static const char *chosen_by(struct exchange *ex)
{
    const char *file = ex->reply.file;
    const char *slash = file ? strrchr(file, '/') : NULL;

    return file ? arena_printf(ex->arena, "%s:%d", slash ? slash + 1 : file,
                               ex->reply.line)
                : NULL;
}

/* "HA-001,HA-027" */
static const char *rules(struct exchange *ex)
{
    AUTO_BUF out = {0};

    if (!ex->findings) {
        return NULL;
    }
    for (const struct finding **f = order_findings(ex); *f; f++) {
        buf_printf(&out, "%s%s", out.size ? "," : "", (*f)->rule);
    }
    return arena_text(ex->arena, buf_span(&out));
}

/* Of a request that HTTP could not read: its first line, as far as it came. */
static const char *first_line(struct exchange *ex)
{
    AUTO_BUF out = {0};
    size_t size = 0;

    if (ex->dispatched || !ex->raw.size) {
        return NULL;
    }
    while (size < ex->raw.size && size < FIRST_LINE_MAX &&
           ex->raw.data[size] != '\r' && ex->raw.data[size] != '\n') {
        size++;
    }
    secrets_message(&out, span_slice(ex->raw, 0, size));
    return arena_text(ex->arena, buf_span(&out));
}

static const char *number(struct exchange *ex, uint64_t value)
{
    return arena_printf(ex->arena, "%" PRIu64, value);
}

/* "12.345", from the first byte of the request to the last of the reply. */
static const char *milliseconds(struct exchange *ex)
{
    int64_t us = (ex->ended - ex->began_monotonic) / (ENV_NS_PER_MS / 1000);

    return !ex->ended ? NULL
                      : arena_printf(ex->arena, "%" PRId64 ".%03d", us / 1000,
                                     (int)(us % 1000));
}

static const char *unusual_outcome(const struct exchange *ex)
{
    return ex->ended && ex->sent.outcome == SENT_WHOLE ? NULL
                                                       : record_outcome(ex);
}

/* The good answer's status, where another one went out, or none. */
static const char *planned(struct exchange *ex)
{
    unsigned status = ex->planned ? ex->planned->status : ex->reply.status;

    return status && status != ex->sent.status ? number(ex, status) : NULL;
}

/* Most servers have but the default session. */
static const char *session(const struct exchange *ex)
{
    return ex->session && strcmp(ex->session, "default") != 0 ? ex->session
                                                              : NULL;
}

static void log_http(struct exchange *ex)
{
    const struct log_field fields[] = {
        {"id", number(ex, ex->id)},
        {"conn", number(ex, ex->conn ? ex->conn->id : 0)},
        {"session", session(ex)},
        {"method", ex->request.method},
        {"host", ex->request.host},
        {"path", ex->request.path},
        {"request", first_line(ex)},
        {"operation", ex->facts.operation},
        {"user", ex->facts.user},
        {"auth", ex->facts.auth},
        {"leg", ex->facts.leg ? number(ex, (uint64_t)ex->facts.leg) : NULL},
        {"status", number(ex, ex->sent.status)},
        {"planned", planned(ex)},
        {"outcome", unusual_outcome(ex)},
        {"in", number(ex, ex->raw_size)},
        {"out", number(ex, ex->sent.bytes)},
        {"ms", milliseconds(ex)},
        {"by", chosen_by(ex)},
        {"step", ex->step},
        {"unchanged", ex->unchanged},
        {"why", ex->why},
        {"findings", rules(ex)},
    };

    log_fields(LOG_INFO, "exchange", fields, ARRAY_SIZE(fields));
}

/* A KRB-ERROR's number where it has no name. */
static const char *error(struct exchange *ex)
{
    const struct kdc_exchange *kdc = ex->kdc;

    if (!kdc->is_error) {
        return NULL;
    }
    return kdc->error_name ? kdc->error_name
                           : arena_printf(ex->arena, "%d", (int)kdc->error);
}

static void log_kdc(struct exchange *ex)
{
    const struct kdc_exchange *kdc = ex->kdc;
    const struct log_field fields[] = {
        {"id", number(ex, ex->id)},
        {"kind", "kdc"},
        {"session", session(ex)},
        {"transport", kdc->transport},
        {"message", kdc->message},
        {"client", kdc->client},
        {"service", kdc->service},
        {"user", ex->facts.user},
        {"answer", kdc->answer},
        {"error", error(ex)},
        {"outcome", unusual_outcome(ex)},
        {"in", number(ex, ex->raw_size)},
        {"out", number(ex, ex->sent.bytes)},
        {"ms", milliseconds(ex)},
        {"step", ex->step},
        {"unchanged", ex->unchanged},
        {"why", ex->why},
    };

    log_fields(LOG_INFO, "exchange", fields, ARRAY_SIZE(fields));
}

static void log_connection(struct exchange *ex, const char *kind)
{
    const struct tls_exchange *tls = ex->tls;
    const struct log_field fields[] = {
        {"id", number(ex, ex->id)},
        {"kind", kind},
        {"conn", number(ex, ex->conn->id)},
        {"peer", ex->conn->peer},
        {"host", ex->conn->sni},
        {"version", ex->conn->tls_version},
        {"complete", !tls            ? NULL
                     : tls->complete ? "yes"
                                     : "no"},
        {"certificate", tls ? tls->certificate : NULL},
        {"client-certificate", tls ? tls->client_subject : NULL},
        {"ms", milliseconds(ex)},
        {"step", ex->step},
        {"unchanged", ex->unchanged},
        {"why", ex->why},
    };

    log_fields(LOG_INFO, "exchange", fields, ARRAY_SIZE(fields));
}

void text_log(struct exchange *ex)
{
    if (!log_enabled(LOG_INFO)) {
        return;
    }
    switch (ex->kind) {
    case EXCHANGE_HTTP:
        log_http(ex);
        break;
    case EXCHANGE_KDC:
        log_kdc(ex);
        break;
    case EXCHANGE_TCP:
        log_connection(ex, "tcp");
        break;
    case EXCHANGE_TLS:
        log_connection(ex, "tls");
        break;
    }
}
