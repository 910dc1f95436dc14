/* What most likely is behind a verdict, as far as exchanges tell, see
 * gather_parts.h. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "cli/gather_parts.h"

enum { REFUSED_LEAST = 400 };

static bool is_kind(const struct report_exchange *exchange, const char *kind)
{
    return strcmp(exchange->kind, kind) == 0;
}

/* ---- Why it failed ---- */

static bool is_refusal(const struct report_exchange *exchange)
{
    return exchange->why && !exchange->step &&
           exchange->status >= REFUSED_LEAST;
}

/* The last that was refused though no step had a hand in it; who signs in
 * wrongly comes before who asks for what there is not. */
static const struct report_exchange *last_refused(const struct report_run *run)
{
    const struct report_exchange *other = NULL;

    for (size_t i = run->exchange_count; i > 0; i--) {
        const struct report_exchange *exchange = &run->exchanges[i - 1];

        if (is_refusal(exchange) && exchange->auth) {
            return exchange;
        }
        if (is_refusal(exchange) && !other) {
            other = exchange;
        }
    }
    return other;
}

/* The last handshake, if it failed and no step did it. */
static const struct report_exchange *
last_handshake(const struct report_run *run)
{
    for (size_t i = run->exchange_count; i > 0; i--) {
        const struct report_exchange *exchange = &run->exchanges[i - 1];

        if (is_kind(exchange, "tls")) {
            return exchange->step || strcmp(exchange->answer, "complete") == 0
                       ? NULL
                       : exchange;
        }
    }
    return NULL;
}

/* Of TL-006, which knows whether the certificate was a good one. */
static bool is_distrusted(const struct report_run *run,
                          const struct report_exchange *handshake)
{
    for (size_t i = 0; i < run->finding_count; i++) {
        const struct report_finding *finding = &run->findings[i];

        if (strcmp(finding->rule, "TL-006") == 0 && finding->exchange &&
            finding->exchange <= handshake->id) {
            return true;
        }
    }
    return false;
}

static const char *handshake_text(struct arena *arena,
                                  const struct report_run *run,
                                  const struct report_exchange *handshake)
{
    return arena_printf(
        arena, "; exchange %" PRIu64 ": the TLS handshake failed%s%s",
        handshake->id,
        strcmp(handshake->answer, "failed") == 0
            ? ""
            : arena_printf(arena, " (%s)", handshake->answer),
        is_distrusted(run, handshake)
            ? ": it does not trust the CA of this run: LYNC_CA_FILE names its "
              "file (TL-006)"
            : "");
}

const char *gather_reason(struct arena *arena, const struct report_run *run,
                          const char *said)
{
    const struct report_exchange *refused = last_refused(run);
    const struct report_exchange *handshake = last_handshake(run);

    if (handshake && (!refused || refused->id < handshake->id)) {
        return handshake_text(arena, run, handshake);
    }
    return refused && !(said && strstr(said, refused->why))
               ? arena_printf(arena,
                              "; exchange %" PRIu64 " was answered %u: %s",
                              refused->id, refused->status, refused->why)
               : "";
}

const char *gather_step(const struct report_run *run)
{
    for (size_t i = run->exchange_count; i > 0; i--) {
        if (run->exchanges[i - 1].step) {
            return run->exchanges[i - 1].step;
        }
    }
    return NULL;
}

/* ---- What it did last ---- */

/* A request, where there is one: a handshake alone asks for nothing. */
static const struct report_exchange *last_asked(const struct report_run *run)
{
    for (size_t i = run->exchange_count; i > 0; i--) {
        if (is_kind(&run->exchanges[i - 1], "http")) {
            return &run->exchanges[i - 1];
        }
    }
    return run->exchange_count ? &run->exchanges[run->exchange_count - 1]
                               : NULL;
}

static const char *asked_text(struct arena *arena,
                              const struct report_exchange *exchange)
{
    const char *method = exchange->method ? exchange->method : "";
    const char *host = exchange->host ? exchange->host : "";
    const char *target = exchange->target ? exchange->target : "";

    if (!is_kind(exchange, "http") || *target != '/') {
        return arena_printf(arena, "%s%s%s", method, *method ? " " : "",
                            *target ? target : host);
    }
    return arena_printf(arena, "%s %s://%s%.*s", method,
                        exchange->tls ? "https" : "http", host,
                        (int)strcspn(target, "?"), target);
}

static const char *answered_text(struct arena *arena,
                                 const struct report_exchange *exchange)
{
    bool whole = strcmp(exchange->outcome, "whole") == 0;

    if (exchange->step && !whole) {
        return arena_printf(arena, "stalled by %s", exchange->step);
    }
    if (exchange->status) {
        return arena_printf(arena, "answered %u%s%s", exchange->status,
                            exchange->step ? " by " : "",
                            exchange->step ? exchange->step : "");
    }
    return exchange->answer
               ? arena_printf(arena, "answered %s", exchange->answer)
               : "not answered";
}

const char *gather_last_asked(struct arena *arena, const struct report_run *run)
{
    const struct report_exchange *exchange = last_asked(run);

    if (exchange) {
        return arena_printf(arena, "last it asked was %s, %s",
                            asked_text(arena, exchange),
                            answered_text(arena, exchange));
    }
    return run->client.reached ? "it came, and asked nothing" : "it never came";
}
