/*
 * The KDC proxy, for clients that cannot reach the KDC's port: a Kerberos
 * message in the body of a POST, and its answer in that of the reply. MIT's
 * client says it in HTTP/1.0 (protocol: kerberos 1.6). What is asked is an
 * exchange with the KDC like any other.
 */
#include "config.h"

#include "kdc/kdc.h"
#include <string.h>

#include "services/reach.h"
#include "services/service.h"
#include "util/utf.h"
#include "wire/krb.h"

/* Between the question and its answer; in the exchange's arena, which http
 * keeps for as long as the call is pending, also when the client has gone. */
struct asking {
    struct call *call;
    bool waiting; /* the handler has returned */
    bool answered;
    struct span reply; /* empty: none came */
};

static void answered(void *ctx, struct span reply)
{
    struct asking *asking = ctx;

    asking->answered = true;
    asking->reply = arena_copy(asking->call->arena, reply);
    if (asking->waiting) {
        asking->call->resume(asking->call);
    }
}

/*
 * DEVIATES: [MS-KKDCP] 3.2.5.1 drops the connection where the message is none,
 * and says nothing of a realm that has no KDC. A status tells what is wrong.
 */
static bool read_request(struct call *call, struct krb_proxy_message *out)
{
    struct exchange *ex = call->ex;
    struct krb_flaw flaw;

    if (!krb_decode_proxy_message(ex->request.body, out, &flaw)) {
        exchange_why(ex, "kdc-proxy.flaw",
                     "no KDC-PROXY-MESSAGE: %s, byte %zu: %s", flaw.field,
                     flaw.offset, flaw.why);
        product_error_page(call, 400);
        return false;
    }
    if (out->message.size > KRB_MESSAGE_MAX) {
        exchange_why(ex, "kdc-proxy.size", "a message of %zu bytes, %d at most",
                     out->message.size, KRB_MESSAGE_MAX);
        product_error_page(call, 413);
        return false;
    }
    return true;
}

static bool knows_realm(struct call *call, struct span realm)
{
    const char *text = arena_text(call->arena, realm);

    if (!realm.size) {
        exchange_why(call->ex, "kdc-proxy.realm", "target-domain is missing");
        product_error_page(call, 400);
        return false;
    }
    if (strlen(text) != realm.size ||
        !utf8_equal_nocase(text, call->world->realm)) {
        exchange_why(call->ex, "kdc-proxy.realm",
                     "target-domain is \"%s\"%s, the realm here is %s", text,
                     strlen(text) != realm.size ? " and more" : "",
                     call->world->realm);
        product_error_page(call, 403);
        return false;
    }
    return true;
}

static enum call_result finish(struct call *call, const struct asking *asking)
{
    AUTO_BUF body = {0};

    if (!asking->reply.size) {
        exchange_why(call->ex, "kdc-proxy.answer", "the KDC gave no answer");
        product_error_page(call, 503);
        return CALL_DONE;
    }
    call_reach(call, POINT_KDC_PROXY_ANSWER);
    krb_encode_proxy_message(&body, asking->reply);
    exchange_reply(call->ex, 200);
    product_headers(call);
    exchange_body(call->ex, "application/kerberos",
                  arena_copy(call->arena, buf_span(&body)));
    return CALL_DONE;
}

static enum call_result ask(struct call *call,
                            const struct krb_proxy_message *message)
{
    struct asking *asking = ARENA_NEW(call->arena, struct asking);
    const struct services_context *services = call->services;
    const char *peer = call->ex->conn->peer;

    asking->call = call;
    if (kdc_loop(services->kdc) == services->loop) {
        kdc_ask(services->kdc, message->message, peer, answered, asking);
    } else {
        kdc_ask_from(services->kdc, services->loop, message->message, peer,
                     answered, asking);
    }
    if (asking->answered) {
        return finish(call, asking);
    }
    asking->waiting = true;
    call->pending = asking;
    return CALL_PENDING;
}

static enum call_result post_message(struct call *call)
{
    struct krb_proxy_message message;

    if (call->pending) {
        return finish(call, call->pending);
    }
    call_reach(call, POINT_KDC_PROXY);
    if (!call->services->kdc) {
        exchange_why(call->ex, "kdc-proxy.absent",
                     "this server has no KDC: Kerberos is not offered");
        product_error_page(call, 404);
        return CALL_DONE;
    }
    if (!read_request(call, &message) || !knows_realm(call, message.realm)) {
        return CALL_DONE;
    }
    return ask(call, &message);
}

static bool withdrawn(const struct world *world)
{
    return world->offer.kerberos == KERBEROS_NO;
}

static const struct route routes[] = {
    {
        .path = "/KdcProxy",
        .methods = METHOD_POST,
        .operation = "kdc.proxy",
        .point = POINT_KDC_PROXY,
        .withdrawn = withdrawn,
        .handle = post_message,
    },
    {.path = NULL},
};

extern const struct service service_kdc_proxy;
const struct service service_kdc_proxy = {
    .name = "kdc-proxy",
    .spec = "[MS-KKDCP] 3.2.5",
    .doc = "The KDC over HTTPS, for clients that cannot reach its port",
    .routes = routes,
};
