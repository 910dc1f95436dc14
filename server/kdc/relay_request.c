/*
 * The path of a request: read, point, plan, krb5kdc, plan again, answer. What
 * its way did with the answer ends it, and only then a password counts.
 */
#include "config.h"

#include "kdc/relay_parts.h"

#include <sys/socket.h>

#include "checks/checks.h"
#include "journal/journal.h"
#include "util/env.h"
#include "util/guard.h"
#include "util/log.h"
#include "util/mem.h"
#include "world/lockout.h"

/* ---- The exchange ---- */

struct exchange *relay_exchange(struct relay *relay, const char *transport,
                                const struct conn_facts *conn)
{
    struct journal *journal = relay->options.journal;
    uint64_t id = journal ? journal_next_id(journal) : ++relay->exchange_ids;
    struct exchange *ex = exchange_new(id, conn);

    ex->kind = EXCHANGE_KDC;
    ex->kdc = ARENA_NEW(ex->arena, struct kdc_exchange);
    ex->kdc->transport = transport;
    ex->facts.transport = transport;
    ex->began = env_now(relay->options.env);
    ex->began_monotonic = env_monotonic(relay->options.env);
    if (journal) {
        journal_begin(journal, ex);
    }
    return ex;
}

void relay_exchange_take(struct exchange *ex, struct span raw, size_t prefix)
{
    ex->raw = arena_copy(ex->arena, raw);
    ex->raw_size = raw.size;
    ex->kdc->request = span_slice(ex->raw, prefix, SIZE_MAX);
}

void relay_exchange_end(struct relay *relay, struct exchange *ex,
                        enum sent_outcome outcome, uint64_t bytes)
{
    ex->sent = (struct sent){.outcome = outcome, .bytes = bytes};
    if (!ex->session) { /* it never became a request */
        session_own(relay->options.session, ex);
    }
    checks_exchange(ex, NULL);
    if (relay->options.journal) {
        journal_end(relay->options.journal, ex);
    }
    exchange_unref(ex);
}

/* ---- Its end ---- */

enum sent_outcome relay_outcome(int fd)
{
    int error = 0;
    socklen_t size = sizeof(error);

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error
               ? SENT_BROKEN
               : SENT_WHOLE;
}

/*
 * A wrong password counts as one of NTLM does, and a right one forgets them;
 * but only where krb5kdc has judged it and the client was told.
 */
static void count(struct relay_request *request)
{
    const struct kdc_exchange *kdc = request->ex->kdc;

    if (!request->judged || !request->preauth || !request->user) {
        return;
    }
    if (kdc->is_error && kdc->error == KDC_ERR_PREAUTH_FAILED) {
        if (user_password_refused(request->world, request->user,
                                  request_time(request))) {
            relay_tell_locked(request);
        }
    } else if (krb_kind_of(kdc->reply) == KRB_AS_REP) {
        user_password_accepted(request->world, request->user,
                               request_time(request));
    }
}

static void request_free(struct relay_request *request)
{
    struct relay *relay = request->relay;

    TAILQ_REMOVE(&relay->requests, request, all);
    relay->requests_count--;
    mem_free(request);
}

/* Nothing of it calls back any more but sync. */
static void stop(struct relay_request *request)
{
    backend_stop(request);
    loop_cancel(request->relay->options.loop, &request->timer);
}

void request_end(struct relay_request *request, enum sent_outcome outcome,
                 uint64_t bytes)
{
    struct relay *relay = request->relay;
    bool syncing = request->stage == RELAY_SYNCING;

    if (outcome == SENT_WHOLE) {
        count(request);
        exchange_commit(request->ex);
    }
    stop(request);
    relay_exchange_end(relay, request->ex, outcome, bytes);
    request->ex = NULL;
    request->way = NULL;
    if (!syncing || relay->ending) {
        request_free(request);
    }
}

/* ---- Its answer ---- */

static void leave(struct relay_request *request)
{
    const struct relay_way *way = request->way;

    request->stage = RELAY_LEAVING;
    if (request->plan.reset) {
        way->reset(request);
    } else if (request->ex->kdc->reply.size) {
        way->answer(request, request->ex->kdc->reply);
    } else {
        way->fail(request);
    }
}

static void delay_over(struct loop_timer *timer)
{
    leave(CONTAINER(timer, struct relay_request, timer));
}

/* This is the answer: now, or when the plan lets it go. */
static void settle(struct relay_request *request, struct span reply)
{
    struct relay *relay = request->relay;
    struct exchange *ex = request->ex;

    ex->decided = env_monotonic(relay->options.env);
    if (reply.size) {
        relay_read_reply(request, reply);
    }
    if (request->plan.delay > 0) {
        request->stage = RELAY_HELD;
        request->timer.expired = delay_over;
        loop_start(relay->options.loop, &request->timer, request->plan.delay);
        return;
    }
    leave(request);
}

/* A step had its say as the KDC's answer was here: that takes its place, and
 * what the KDC found out of the password does not count. */
static bool overruled(struct relay_request *request)
{
    struct span reply;

    if (request->plan.drop) {
        request->stage = RELAY_LEAVING;
        request->way->drop(request);
    } else if (request->plan.reset) {
        settle(request, SPAN_NONE);
    } else if (relay_forge(request, &reply)) {
        request->ex->kdc->forged = true;
        settle(request, reply);
    } else {
        return false;
    }
    return true;
}

void request_answered(struct relay_request *request, struct span reply,
                      const char *why_not)
{
    struct exchange *ex = request->ex;
    unsigned held;

    if (!reply.size) {
        exchange_why(ex, "kdc", "%s", why_not);
        settle(request, SPAN_NONE);
        return;
    }
    if (relay_lacks_service_key(reply)) {
        request_refuse(request, KDC_ERR_ETYPE_NOSUPP);
        return;
    }
    relay_plan_reply(request, reply);
    if (overruled(request)) {
        return;
    }
    held = guard_pause();
    reply = relay_rewrite(request, reply);
    guard_resume(held);
    request->judged = true;
    if (reply.size > request->way->reply_max) {
        exchange_remark(ex, "kdc.too-big",
                        "%zu bytes are more than a datagram holds: the client "
                        "has to come by TCP",
                        reply.size);
        reply = relay_error(request, KRB_ERR_RESPONSE_TOO_BIG, NULL, 0);
        request->judged = false;
    }
    settle(request, reply);
}

/* ---- Its beginning ---- */

static void ask(struct relay_request *request)
{
    if (!request->relay->backend) {
        request_answered(request, SPAN_NONE, "krb5kdc has gone");
        return;
    }
    backend_ask(request);
}

static void synced(void *ctx)
{
    struct relay_request *request = ctx;

    if (!request->ex) { /* its client has gone meanwhile */
        request_free(request);
        return;
    }
    loop_cancel(request->relay->options.loop, &request->timer);
    request->stage = RELAY_READ;
    ask(request);
}

/* It stays until sync calls back, whenever that may be. */
static void sync_expired(struct loop_timer *timer)
{
    struct relay_request *request =
        CONTAINER(timer, struct relay_request, timer);
    static const char why[] = "the KDC's keeper has not answered in time";

    log_warning("Kerberos: %s; exchange %llu gets no answer", why,
                (unsigned long long)request->ex->id);
    exchange_why(request->ex, "kdc", "%s", why);
    request->ex->decided = env_monotonic(request->relay->options.env);
    request->way->fail(request);
}

/* What the KDC has to know first; true: it does. */
static bool sync(struct relay_request *request)
{
    const struct relay_options *options = &request->relay->options;
    const char *service = request->ex->facts.service;
    const struct kdc_account account = {request->world, request->user,
                                        request_time(request)};

    if (krb_kind_of(request->ex->kdc->request) == KRB_AS_REQ) {
        return !request->user || !options->sync ||
               options->sync(options->sync_ctx, &account, request->name, synced,
                             request);
    }
    return !service || !options->sync_service ||
           options->sync_service(options->sync_ctx, request->world, service,
                                 synced, request);
}

static void sync_and_ask(struct relay_request *request)
{
    request->stage = RELAY_SYNCING;
    if (sync(request)) {
        request->stage = RELAY_READ;
        ask(request);
        return;
    }
    request->timer.expired = sync_expired;
    loop_start(request->relay->options.loop, &request->timer,
               RELAY_SYNC_SECONDS * ENV_NS_PER_SEC);
}

static void release_scenario(void *scenario)
{
    scenario_unref(scenario);
}

/* What a request began with stays, though a reload may come meanwhile. */
void request_belong(struct relay_request *request, struct session *session)
{
    struct exchange *ex = request->ex;

    request->session = session;
    session_own(session, ex);
    request->scenario = scenario_ref(session_scenario(session));
    exchange_keep(ex, release_scenario, request->scenario);
    request->world = request->scenario->world;
}

int64_t request_time(const struct relay_request *request)
{
    return session_now(request->session, env_now(request->relay->options.env));
}

struct relay_request *request_new(struct relay *relay,
                                  const struct relay_way *way, void *origin,
                                  struct exchange *ex)
{
    struct relay_request *request;

    if (relay->requests_count >= RELAY_PENDING_LIMIT) {
        exchange_why(ex, "limit", "%d requests are under way already",
                     RELAY_PENDING_LIMIT);
        relay_exchange_end(relay, ex, SENT_NOTHING, 0);
        return NULL;
    }
    request = NEW(struct relay_request);
    request->relay = relay;
    request->way = way;
    request->origin = origin;
    request->ex = ex;
    request->stage = RELAY_READ;
    request->backend.fd = -1;
    request_belong(request, relay->options.session);
    TAILQ_INSERT_TAIL(&relay->requests, request, all);
    relay->requests_count++;
    return request;
}

void request_go(struct relay_request *request)
{
    enum krb_message kind = krb_kind_of(request->ex->kdc->request);
    unsigned held;

    if (kind != KRB_AS_REQ && kind != KRB_TGS_REQ) {
        exchange_why(request->ex, "kdc.request", "this is no request to a KDC");
        settle(request, SPAN_NONE);
        return;
    }
    held = guard_pause();
    relay_read(request);
    guard_resume(held);
    relay_plan(request);
    if (overruled(request)) {
        return;
    }
    if (relay_is_gone(request)) {
        request_refuse(request, relay_is_gone(request));
    } else if (relay_lacks_etype(request)) {
        request_refuse(request, KDC_ERR_ETYPE_NOSUPP);
    } else if (relay_refers(request)) {
        request_refuse(request, KDC_ERR_WRONG_REALM);
    } else {
        relay_mend_realm(request);
        sync_and_ask(request);
    }
}

void request_refuse(struct relay_request *request, int32_t code)
{
    request->ex->kdc->forged = true;
    settle(request, relay_error(request, code, NULL, 0));
}

void request_abandon(struct relay_request *request)
{
    if (!request->ex) {
        request_free(request);
        return;
    }
    stop(request);
    request->stage = RELAY_LEAVING;
    request->way->fail(request);
}
