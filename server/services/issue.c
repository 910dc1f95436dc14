/* Checks a request for a web ticket and issues it, see issue.h. */
#include "config.h"

#include "services/issue.h"

#include <string.h>
#include <strings.h>

#include "edge/loop.h"
#include "services/reach.h"
#include "services/soap_reply.h"
#include "ticket/p_sha1.h"
#include "ticket/ticket.h"
#include "util/base64.h"
#include "util/stamp.h"
#include "util/url.h"
#include "util/utf.h"
#include "wire/diagnostics.h"
#include "wire/rst.h"
#include "wire/rstr.h"
#include "wire/uris.h"

enum {
    PROOF_KEY_BITS = 256, /* where the request names no KeySize */
    SERVER_ENTROPY_SIZE = 32,
};

/* ---- Checks ---- */

/* A fault of WS-Trust 1.3, section 11. Always false. */
static bool refuse_at(struct call *call, const struct soap *request,
                      const char *code, const char *reason, int line)
{
    const struct soap_fault fault = {
        .code_uri = URI_TRUST, .code = code, .reason = reason};

    soap_reply_fault_at(call, request, &fault, __FILE__, line);
    return false;
}
#define refuse(call, request, code, reason)                                    \
    refuse_at((call), (request), (code), (reason), __LINE__)

static void remark_request(struct call *call, const struct rst *rst)
{
    struct exchange *ex = call->ex;

    if (rst->context) {
        exchange_remark(ex, "rst.context", "%s", rst->context);
    }
    if (rst->claim_value) {
        exchange_remark(ex, "rst.claim", "%s", rst->claim_value);
    }
    if (rst->key_type) {
        exchange_remark(ex, "rst.key-type", "%s", rst->key_type);
    }
    for (size_t i = 0; i < rst->note_count; i++) {
        exchange_remark(ex, "rst.note", "%s", rst->notes[i]);
    }
}

static const char *without_scheme(const char *sip)
{
    return strncasecmp(sip, "sip:", 4) == 0 ? sip + 4 : sip;
}

/* protocol: webticket 6.4: the claim must name the user who logged on. */
static bool check_claim(struct call *call, const struct soap *request,
                        const struct rst *rst)
{
    if (!rst->claim_value ||
        utf8_equal_nocase(without_scheme(rst->claim_value), call->user->sip)) {
        return true;
    }
    soap_reply_diagnostic(call, request, DIAGNOSTIC_CLAIM_MISMATCH);
    return false;
}

/* Is this an address on the pool that was asked? */
static bool within_pool(struct call *call, const char *address)
{
    struct url url;

    return url_parse(call->arena, address, &url) &&
           world_has_host(call->world, url.host) &&
           world_pool_of(call->world, url.host) == call->pool;
}

static bool check_applies_to(struct call *call, const struct soap *request,
                             const struct rst *rst)
{
    if (!rst->applies_to || within_pool(call, rst->applies_to)) {
        return true;
    }
    if (call->world->strict_applies_to) {
        return refuse(call, request, "InvalidScope",
                      "AppliesTo names no service of this pool.");
    }
    exchange_remark(call->ex, "rst.applies-to",
                    "%s is no service of this pool; the ticket is issued "
                    "nevertheless",
                    rst->applies_to);
    return true;
}

static bool check_request(struct call *call, const struct soap *request,
                          struct rst *rst)
{
    const char *text;

    if (rst_decode(call->arena, request->body, rst, &text) != RST_OK) {
        return refuse(call, request, "InvalidRequest", text);
    }
    remark_request(call, rst);
    call_reach(call, POINT_WEBTICKET_REQUEST);
    if (!rst->issue) {
        return refuse(call, request, "InvalidRequest",
                      "RequestType is not Issue.");
    }
    if (rst->token == RST_TOKEN_UNKNOWN) {
        return refuse(call, request, "BadRequest",
                      "TokenType is none that this service issues.");
    }
    if (rst->key == RST_KEY_UNKNOWN) {
        return refuse(call, request, "BadRequest",
                      "KeyType is none that this service knows.");
    }
    return check_claim(call, request, rst) &&
           check_applies_to(call, request, rst);
}

/* ---- Issuing ---- */

static enum ticket_format format_of(const struct call *call,
                                    const struct rst *rst)
{
    switch (rst->token) {
    case RST_TOKEN_SAML:
        return TICKET_SAML;
    case RST_TOKEN_CWT:
        return TICKET_CWT;
    case RST_TOKEN_ABSENT:
    case RST_TOKEN_UNKNOWN:
        break;
    }
    return call->world->ticket.format;
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
    key = arena_alloc(call->arena, size);
    ticket->proof_key = span_of(key, size);
    if (rst->entropy.size == 0) {
        env_secret(key, size);
        rstr->proof_key = ticket->proof_key;
        return;
    }
    entropy = arena_alloc(call->arena, SERVER_ENTROPY_SIZE);
    env_random(call->services->env, entropy, SERVER_ENTROPY_SIZE);
    rstr->server_entropy = span_of(entropy, SERVER_ENTROPY_SIZE);
    p_sha1(rst->entropy, rstr->server_entropy, key, size);
}

/* Whole seconds: Lifetime and assertion then say the same. */
static void plan_ticket(struct call *call, const struct rst *rst,
                        struct ticket *ticket)
{
    const struct ticket_settings *settings = &call->world->ticket;
    int64_t now = call->now + settings->clock;
    int64_t issued = now - now % ENV_NS_PER_SEC;
    enum ticket_format format = format_of(call, rst);

    *ticket = (struct ticket){
        .id = ticket_id(format, call->services->env, call->arena),
        .format = format,
        .user = call->user->name,
        .sip = arena_printf(call->arena, "sip:%s", call->user->sip),
        .sid = call->user->sid,
        .issuer = call_web_url(call, WEBTICKET_PATH),
        .pool = call->pool->fqdn,
        .audience = settings->audience ? settings->audience : rst->applies_to,
        .issued = issued,
        .expires = issued + settings->lifetime,
    };
}

static const char *token_type_of(const struct rst *rst,
                                 const struct ticket *ticket)
{
    if (rst->token_type) {
        return rst->token_type;
    }
    return ticket->format == TICKET_CWT ? URI_TOKEN_CWT : URI_TOKEN_SAML;
}

static void fill_response(const struct rst *rst, const struct ticket *ticket,
                          const char *text, struct rstr *rstr)
{
    bool saml = ticket->format == TICKET_SAML;

    rstr->trust = rst->trust;
    rstr->context = rst->context;
    rstr->token_type = token_type_of(rst, ticket);
    rstr->assertion = saml ? text : NULL;
    rstr->user_token = saml ? NULL : text;
    rstr->assertion_id = saml ? ticket->id : NULL;
    rstr->applies_to = rst->applies_to;
    rstr->created = ticket->issued;
    rstr->expires = ticket->expires;
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

    issuing->good = ticket_issue(
        call->services->ticket_keys, call->world->ticket.sha1, issuing->arena,
        &issuing->ticket, &issuing->text, &issuing->err);
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
    fill_response(&issuing->rst, &issuing->ticket, text, &issuing->rstr);
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
                              const struct rst *rst)
{
    struct issuing *issuing = ARENA_NEW(call->arena, struct issuing);

    issuing->job.run = sign;
    issuing->job.done = signed_by_worker;
    issuing->call = call;
    issuing->rst = *rst;
    issuing->arena = arena_new();
    call_reach(call, POINT_WEBTICKET_ISSUE);
    plan_ticket(call, rst, &issuing->ticket);
    give_key(call, rst, &issuing->ticket, &issuing->rstr);
    if (is_slow(issuing)) {
        call->pending = issuing;
        loop_submit(call->services->loop, &issuing->job);
        return CALL_PENDING;
    }
    sign(&issuing->job);
    return finish(issuing, request);
}

enum call_result issue_token(struct call *call, const struct soap *request)
{
    static const char *const actions[] = {ACTION_ISSUE, ACTION_ISSUE_200502,
                                          NULL};
    struct rst rst;

    if (call->pending) {
        return finish(call->pending, request);
    }
    if (!soap_action_is(call, actions)) {
        soap_reply_no_action(call, request);
        return CALL_DONE;
    }
    if (call->user->state == USER_NO_SIP) {
        product_error_page(call, 403);
        product_diagnostics(call, DIAGNOSTIC_NO_SIP);
        return CALL_DONE;
    }
    if (!check_request(call, request, &rst)) {
        return CALL_DONE;
    }
    return issue(call, request, &rst);
}
