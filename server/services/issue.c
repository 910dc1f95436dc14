/* Issues web tickets in answer to requests for them, see issue.h. */
#include "config.h"

#include "services/issue.h"

#include <string.h>

#include "edge/loop.h"
#include "services/issue_check.h"
#include "services/issued.h"
#include "services/reach.h"
#include "services/soap_reply.h"
#include "ticket/p_sha1.h"
#include "util/base64.h"
#include "util/guard.h"
#include "util/stamp.h"
#include "wire/diagnostics.h"
#include "wire/rstr.h"
#include "wire/uris.h"

enum {
    PROOF_KEY_BITS = 256, /* where the request names no KeySize */
    SERVER_ENTROPY_SIZE = 32,
};

static enum ticket_format asked_format(const struct call *call,
                                       const struct rst *rst)
{
    switch (rst->token) {
    case RST_TOKEN_SAML:
        return TICKET_SAML;
    case RST_TOKEN_CWT:
        return TICKET_CWT;
    case RST_TOKEN_ABSENT:
    case RST_TOKEN_ANON_CWT: /* for guests, whose tickets have one format */
    case RST_TOKEN_UNKNOWN:
        break;
    }
    return call->world->ticket.format;
}

static enum ticket_format format_of(const struct call *call,
                                    const struct rst *rst)
{
    enum ticket_format asked = asked_format(call, rst);

    if (!call->world->ticket.lies.other_format) {
        return asked;
    }
    return asked == TICKET_SAML ? TICKET_CWT : TICKET_SAML;
}

/*
 * A proof key for a SAML ticket: computed by both ends where the client sent
 * entropy, else made here and sent along (protocol: webticket 5.4). A PublicKey
 * request comes out as a bearer ticket: no client is known that sends one.
 */
static void give_key(struct call *call, const struct rst *rst,
                     struct ticket *ticket, struct rstr *rstr)
{
    bool symmetric = rst->key == RST_KEY_SYMMETRIC ||
                     (rst->key == RST_KEY_ABSENT && rst->entropy.size);
    size_t size = (rst->key_size ? rst->key_size : PROOF_KEY_BITS) / 8;
    uint8_t *key;
    uint8_t *entropy;

    if (!symmetric || ticket->format != TICKET_SAML) {
        return;
    }
    call_reach(call, POINT_TICKET_KEY);
    key = arena_alloc(call->arena, size);
    ticket->proof_key = span_of(key, size);
    if (rst->entropy.size == 0 ||
        call->world->ticket.lies.secret == TICKET_SECRET_SERVER) {
        env_secret(key, size);
        rstr->proof_key = ticket->proof_key;
        return;
    }
    entropy = arena_alloc(call->arena, SERVER_ENTROPY_SIZE);
    env_random(call->env, entropy, SERVER_ENTROPY_SIZE);
    rstr->server_entropy = span_of(entropy, SERVER_ENTROPY_SIZE);
    p_sha1(rst->entropy, rstr->server_entropy, key, size);
}

/* What the answer says of the key is not what it was made of. */
static void lie_about_secret(struct call *call, struct rstr *rstr)
{
    uint8_t *other;
    struct span *told =
        rstr->server_entropy.size ? &rstr->server_entropy : &rstr->proof_key;

    if (rstr->lies.secret == TICKET_SECRET_OTHER && told->size) {
        other = arena_alloc(call->arena, told->size);
        env_random(call->env, other, told->size);
        *told = span_of(other, told->size);
    }
}

/* What a guest asks for, and what he is told that he got, is not known. */
static const char *guest_token_type(const struct world *world,
                                    const struct rst *rst)
{
    switch (world->anonymous.type) {
    case ANONYMOUS_TYPE_ASKED:
        if (rst->token == RST_TOKEN_ANON_CWT) {
            return rst->token_type;
        }
        break;
    case ANONYMOUS_TYPE_USER:
        break;
    case ANONYMOUS_TYPE_ANON:
        return URI_TOKEN_ANON_CWT;
    }
    return URI_TOKEN_CWT;
}

static const char *token_type_of(const struct world *world,
                                 const struct rst *rst,
                                 const struct ticket *ticket)
{
    if (ticket->guest) {
        return guest_token_type(world, rst);
    }
    if (rst->token_type && !world->ticket.lies.other_format) {
        return rst->token_type;
    }
    return ticket->format == TICKET_CWT ? URI_TOKEN_CWT : URI_TOKEN_SAML;
}

/* What a setting says, "omit" among it, or the truth. */
static const char *said_or(const char *said, const char *truth)
{
    if (!said) {
        return truth;
    }
    return strcmp(said, "omit") == 0 ? NULL : said;
}

static const char *context_of(const char *asked, enum ticket_context how)
{
    switch (how) {
    case TICKET_CONTEXT_ECHO:
        break;
    case TICKET_CONTEXT_OMIT:
        return NULL;
    case TICKET_CONTEXT_OTHER:
        return "5bd1ab2c-0000-4000-8000-000000000000";
    }
    return asked;
}

static void fill_response(const struct world *world, const struct rst *rst,
                          const struct ticket *ticket, const char *text,
                          struct rstr *rstr)
{
    bool saml = ticket->format == TICKET_SAML;

    const struct ticket_lies *lies = &world->ticket.lies;

    rstr->lies = *lies;
    rstr->trust = rst->trust;
    rstr->context = context_of(rst->context, lies->context);
    rstr->token_type =
        said_or(lies->token_type, token_type_of(world, rst, ticket));
    rstr->assertion = saml ? text : NULL;
    rstr->user_token = saml ? NULL : text;
    rstr->assertion_id = saml ? ticket->id : NULL;
    rstr->applies_to = said_or(lies->applies_to, rst->applies_to);
    rstr->created = ticket->issued + lies->said_clock;
    rstr->expires = lies->said_given ? ticket->issued + lies->said_lifetime
                                     : ticket->expires;
    rstr->expires += lies->said_clock;
}

static void remark_ticket(struct call *call, const struct ticket *ticket,
                          const char *text)
{
    struct exchange *ex = call->ex;

    exchange_remark(ex, "ticket.id", "%s", ticket->id);
    exchange_remark(ex, "ticket.format", "%s",
                    ticket->format == TICKET_SAML ? "saml" : "cwt");
    exchange_remark(ex, "ticket.audience", "%s",
                    ticket->audience ? ticket->audience : "any");
    exchange_remark(ex, "ticket.expires", "%s",
                    stamp_iso(call->arena, ticket->expires));
    exchange_remark(ex, "ticket.key", "%s",
                    ticket->proof_key.size ? "proof" : "bearer");
    exchange_secret(ex, "ticket.text", text);
    if (ticket->proof_key.size) {
        exchange_secret(ex, "ticket.proof-key",
                        hex_text(call->arena, ticket->proof_key));
    }
}

/* A ticket being made: between the request and its answer. */
struct issuing {
    struct loop_job job; /* first: a job leads back to it */
    struct call *call;
    struct rst rst;
    struct rstr rstr;
    struct ticket ticket;
    struct arena *arena; /* the signer's own */
    bool good;
    struct span text; /* in that arena */
    struct err err;
};

/* May run on the worker's thread: nothing of the exchange is written. */
static void sign(struct loop_job *job)
{
    struct issuing *issuing = (struct issuing *)job;
    const struct call *call = issuing->call;

    issuing->good = ticket_issue(call->ticket_keys, call->world->ticket.sha1,
                                 issuing->arena, &issuing->ticket,
                                 &issuing->text, &issuing->err);
}

static void signed_by_worker(struct loop_job *job)
{
    struct issuing *issuing = (struct issuing *)job;

    issuing->call->resume(issuing->call);
}

static void answer(struct issuing *issuing, const struct soap *request)
{
    struct call *call = issuing->call;
    AUTO_BUF message = {0};
    const char *text;

    if (!issuing->good) {
        soap_reply_diagnostic(call, request, DIAGNOSTIC_INTERNAL);
        exchange_why(call->ex, "error", "%s", issuing->err.text);
        return;
    }
    text = arena_text(call->arena, issuing->text);
    fill_response(call->world, &issuing->rst, &issuing->ticket, text,
                  &issuing->rstr);
    issued_keep(call, &issuing->ticket, text, issuing->rst.entropy,
                issuing->rstr.server_entropy);
    lie_about_secret(call, &issuing->rstr);
    rstr_encode(&message, call->arena, request, &issuing->rstr);
    soap_reply(call, request, &message);
    remark_ticket(call, &issuing->ticket, text);
    call_reach(call, POINT_WEBTICKET_RESPONSE);
}

static enum call_result finish(struct issuing *issuing,
                               const struct soap *request)
{
    answer(issuing, request);
    issuing->call->pending = NULL;
    arena_free(issuing->arena);
    return CALL_DONE;
}

/* An RSA signature takes as long as ten good requests. */
static bool is_slow(const struct issuing *issuing)
{
    const struct call *call = issuing->call;

    return call->services->loop && issuing->ticket.format == TICKET_SAML &&
           call->world->ticket.key == KEY_RSA2048;
}

static enum call_result issue(struct call *call, const struct soap *request,
                              const struct identity *who, const struct rst *rst)
{
    struct issuing *issuing = ARENA_NEW(call->arena, struct issuing);
    unsigned held;

    issuing->job.run = sign;
    issuing->job.done = signed_by_worker;
    issuing->call = call;
    issuing->rst = *rst;
    issuing->arena = arena_new();
    call_reach(call, POINT_WEBTICKET_ISSUE);
    issuing->ticket =
        identity_ticket(call, who, format_of(call, rst), rst->applies_to);
    give_key(call, rst, &issuing->ticket, &issuing->rstr);
    call_reach(call, POINT_TICKET_SIGN);
    issuing->ticket.lies = call->world->ticket.lies;
    if (is_slow(issuing)) {
        call->pending = issuing;
        loop_submit(call->services->loop, &issuing->job);
        return CALL_PENDING;
    }
    held = guard_pause();
    sign(&issuing->job);
    guard_resume(held);
    return finish(issuing, request);
}

enum call_result issue_resume(struct call *call)
{
    return finish(call->pending, call->soap);
}

/* protocol: webticket 6.1: behind Windows authentication errors are headers,
 * else they are faults. */
static void refuse_no_sip(struct call *call, const struct soap *request)
{
    call_reach(call, POINT_WEBTICKET_NO_SIP);
    if (call->route->gate == GATE_WINDOWS) {
        product_error_page(call, 403);
        product_diagnostics(call, DIAGNOSTIC_NO_SIP);
    } else {
        call_reach(call, POINT_WEBTICKET_FAULT);
        soap_reply_diagnostic(call, request, DIAGNOSTIC_NO_SIP);
    }
}

enum call_result issue_token(struct call *call, const struct soap *request,
                             const struct identity *who)
{
    static const char *const actions[] = {ACTION_ISSUE, ACTION_ISSUE_200502,
                                          NULL};
    struct rst rst;

    if (!soap_action_is(call, actions)) {
        soap_reply_no_action(call, request);
        return CALL_DONE;
    }
    if (who->user && user_state_now(who->user) == USER_NO_SIP) {
        refuse_no_sip(call, request);
        return CALL_DONE;
    }
    if (!issue_check(call, request, who->user, &rst)) {
        return CALL_DONE;
    }
    return issue(call, request, who, &rst);
}
