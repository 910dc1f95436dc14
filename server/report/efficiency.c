/* What a client need not have done, see efficiency.h. */
#include "config.h"

#include "report/efficiency.h"

#include <inttypes.h>
#include <string.h>

#include "report/words.h"

enum {
    UNAUTHORIZED = 401,
    REASONS_MOST = 5, /* that are told of each kind */
    LOOK_BACK = 500,  /* exchanges; more is a flood, not a sign-in */
};

struct looking {
    struct arena *arena;
    const struct report_run *run;
    struct efficiency *out;
    size_t reasons[4]; /* how many each of the four texts has */
};

static bool is_http(const struct report_exchange *exchange)
{
    return exchange->kind && strcmp(exchange->kind, "http") == 0 &&
           report_role_of(exchange) != ROLE_PROXY;
}

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Up to the query: a challenge is of a path, whatever is asked of it. */
static bool same_path(const char *a, const char *b)
{
    size_t length = a ? strcspn(a, "?") : 0;

    return a && b && length == strcspn(b, "?") && strncmp(a, b, length) == 0;
}

static bool same_place(const struct report_exchange *a,
                       const struct report_exchange *b)
{
    return a->tls == b->tls && same(a->host, b->host) &&
           same_path(a->target, b->target);
}

static const char *name_of(struct looking *looking,
                           const struct report_exchange *exchange)
{
    return arena_printf(looking->arena, "%s %s",
                        exchange->method ? exchange->method : "?",
                        report_target(looking->arena, looking->run, exchange));
}

static void reason(struct looking *looking, const char **text, size_t which,
                   const char *more)
{
    size_t count = looking->reasons[which]++;

    if (count < REASONS_MOST) {
        *text =
            *text ? arena_printf(looking->arena, "%s; %s", *text, more) : more;
    } else if (count == REASONS_MOST) {
        *text = arena_printf(looking->arena, "%s; and more", *text);
    }
}

static size_t look_from(size_t index)
{
    return index > LOOK_BACK ? index - LOOK_BACK : 0;
}

/* ---- Requests ---- */

static bool has_credentials(const struct report_exchange *exchange)
{
    return exchange->auth && *exchange->auth;
}

/* Its first time is no repetition, its second tells of both. */
static void look_for_repeats(struct looking *looking, size_t index)
{
    const struct report_exchange *here = &looking->run->exchanges[index];
    size_t before = 0;

    if (has_credentials(here)) {
        return;
    }
    for (size_t i = look_from(index); i < index; i++) {
        const struct report_exchange *other = &looking->run->exchanges[i];

        before += is_http(other) && !has_credentials(other) &&
                  same(here->method, other->method) &&
                  here->tls == other->tls && same(here->host, other->host) &&
                  same(here->target, other->target);
    }
    if (before) {
        looking->out->repeated++;
    }
    if (before == 1) {
        reason(looking, &looking->out->requests, 0,
               arena_printf(looking->arena,
                            "%s without credentials was repeated (exchange "
                            "%" PRIu64 ")",
                            name_of(looking, here), here->id));
    }
}

/* The same once with TLS and once without, as clients do that cannot wait. */
static void look_for_twin(struct looking *looking, size_t index)
{
    const struct report_exchange *here = &looking->run->exchanges[index];

    for (size_t i = look_from(index); i < index; i++) {
        const struct report_exchange *other = &looking->run->exchanges[i];

        if (is_http(other) && here->tls != other->tls &&
            same(here->method, other->method) &&
            same(here->host, other->host) &&
            same(here->target, other->target)) {
            reason(looking, &looking->out->requests, 0,
                   arena_printf(looking->arena,
                                "%s was asked with TLS and without (exchanges "
                                "%" PRIu64 " and %" PRIu64 ")",
                                name_of(looking, here), other->id, here->id));
            return;
        }
    }
}

/* A handshake begins though one was begun, or even done, on its connection. */
static void look_for_restart(struct looking *looking, size_t index)
{
    const struct report_exchange *here = &looking->run->exchanges[index];

    if (here->leg != 1) {
        return;
    }
    for (size_t i = index; i > look_from(index); i--) {
        const struct report_exchange *other = &looking->run->exchanges[i - 1];

        if (is_http(other) && other->connection == here->connection &&
            other->leg > 0) {
            looking->out->restarted++;
            reason(
                looking, &looking->out->requests, 0,
                arena_printf(looking->arena,
                             "%s began again on connection %" PRIu64
                             " (exchange %" PRIu64 ")",
                             report_auth(looking->arena, looking->run, index),
                             here->connection, here->id));
            return;
        }
    }
}

/* What was told once that this place wants credentials. */
static bool was_challenged(const struct looking *looking, size_t index)
{
    const struct report_exchange *here = &looking->run->exchanges[index];

    for (size_t i = look_from(index); i < index; i++) {
        const struct report_exchange *other = &looking->run->exchanges[i];

        if (is_http(other) && other->status == UNAUTHORIZED &&
            same_place(here, other)) {
            return true;
        }
    }
    return false;
}

static bool is_followed_by_handshake(const struct looking *looking,
                                     size_t index)
{
    const struct report_exchange *here = &looking->run->exchanges[index];
    const struct report_exchange *next =
        index + 1 < looking->run->exchange_count ? here + 1 : NULL;

    return next && is_http(next) && next->leg == 1 && same_place(here, next);
}

static void look_for_challenge(struct looking *looking, size_t index)
{
    const struct report_exchange *here = &looking->run->exchanges[index];
    const char *why = NULL;

    if (here->status != UNAUTHORIZED || has_credentials(here)) {
        return;
    }
    if (was_challenged(looking, index)) {
        why = "asked without credentials, though it was told that they are "
              "wanted";
        looking->out->redundant++;
    } else if (is_followed_by_handshake(looking, index)) {
        why = "asked without credentials first; a client that knows the scheme "
              "begins with it";
    }
    if (why) {
        why = arena_printf(looking->arena, "%s: %s (exchange %" PRIu64 ")",
                           name_of(looking, here), why, here->id);
        reason(looking, &looking->out->unauthorized, 1, why);
        reason(looking, &looking->out->requests, 0, why);
    }
}

/* ---- Connections ---- */

/* The first exchange of its connection that has a host. */
static bool is_first(const struct looking *looking, size_t index)
{
    const struct report_exchange *here = &looking->run->exchanges[index];

    for (size_t i = look_from(index); i < index; i++) {
        if (looking->run->exchanges[i].connection == here->connection &&
            is_http(&looking->run->exchanges[i])) {
            return false;
        }
    }
    return true;
}

static void look_at_connection(struct looking *looking, size_t index)
{
    const struct report_exchange *here = &looking->run->exchanges[index];
    const struct report_exchange *other = NULL;

    if (!is_first(looking, index)) {
        return;
    }
    for (size_t i = look_from(index); i < index && !other; i++) {
        const struct report_exchange *earlier = &looking->run->exchanges[i];

        if (is_http(earlier) && same(earlier->host, here->host) &&
            earlier->tls == here->tls) {
            other = earlier;
        }
    }
    if (other) {
        reason(looking, &looking->out->connections, 2,
               arena_printf(looking->arena,
                            "connection %" PRIu64 " to %s, where %" PRIu64
                            " led already",
                            here->connection, here->host ? here->host : "?",
                            other->connection));
    }
    if (other && here->tls && !here->resumed) {
        reason(looking, &looking->out->handshakes, 3,
               arena_printf(looking->arena,
                            "connection %" PRIu64
                            " did not take up the TLS session of %" PRIu64,
                            here->connection, other->connection));
    }
}

/* ---- Time ---- */

/* How long at least one request was with us; the rest of the time, none was.
 * The span is that of the measure `time`: from the first request on. */
static void look_at_time(struct looking *looking)
{
    double end = 0;
    double begin = -1;

    for (size_t i = 0; i < looking->run->exchange_count; i++) {
        const struct report_exchange *here = &looking->run->exchanges[i];
        double from = here->at > end ? here->at : end;
        double to = here->at + here->took;

        if (!is_http(here)) {
            continue;
        }
        if (begin < 0) {
            begin = end = from = here->at;
        }
        looking->out->ours += to > from ? to - from : 0;
        end = to > end ? to : end;
    }
    if (begin >= 0 && end - begin > looking->out->ours) {
        looking->out->theirs = end - begin - looking->out->ours;
    }
}

void efficiency_of(struct arena *arena, const struct report_run *run,
                   struct efficiency *out)
{
    struct looking looking = {arena, run, out, {0}};

    *out = (struct efficiency){0};
    for (size_t i = 0; i < run->exchange_count; i++) {
        if (is_http(&run->exchanges[i])) {
            look_for_repeats(&looking, i);
            look_for_twin(&looking, i);
            look_for_restart(&looking, i);
            look_for_challenge(&looking, i);
            look_at_connection(&looking, i);
        }
    }
    look_at_time(&looking);
}
