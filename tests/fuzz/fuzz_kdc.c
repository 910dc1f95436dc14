/*
 * A request to the KDC on its way through the relay, and the KDC's answer on
 * its way back, without sockets. The keys are known, so that a corpus can hold
 * tickets that open. A byte of plan, two of the request's size, both messages.
 */
#include "config.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/record.h"
#include "kdc/relay_parts.h"
#include "util/env.h"
#include "util/kcrypt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum plan_bits {
    PLAN_TICKET = 1u << 0,
    PLAN_ERROR = 1u << 1,
    PLAN_GARBAGE = 1u << 2,
    PLAN_WRONG_KEY = 1u << 3,
    PLAN_NAME = 1u << 4,
    PLAN_TIMES = 1u << 5,
    PLAN_PADDING = 1u << 6,
    PLAN_TOO_BIG = 1u << 7,
    HEADER_SIZE = 3,
};

static struct krb_keys keys = {
    .items = {{.etype = KRB_ETYPE_AES256, .size = 32}},
    .count = 1,
    .kvno = 1,
};
static struct env env;

static const struct relay_way way = {
    .transport = "udp", .datagram = true, .reply_max = RELAY_DATAGRAM_MAX};

static struct relay *relay(void)
{
    static struct relay made;
    struct err err;
    bool good = true;

    if (!made.crypt) {
        env_system(&env, 1);
        made.options.env = &env;
        made.options.session =
            session_new("default", scenario_new(world_good()));
        made.first = session_scenario(made.options.session);
        made.options.krbtgt = &keys;
        made.options.service = &keys;
        good = world_finish(session_world(made.options.session), &err) &&
               loop_new(&env, &made.options.loop, &err) &&
               kcrypt_new(&made.crypt, &err);
        TAILQ_INIT(&made.requests);
        TAILQ_INIT(&made.queue);
    }
    assert(good);
    return &made;
}

static struct kdc_plan plan_of(uint8_t bits)
{
    return (struct kdc_plan){
        .error.forged = bits & PLAN_ERROR,
        .error.code = 37,
        .garbage = bits & PLAN_GARBAGE,
        .too_big = bits & PLAN_TOO_BIG,
        .ticket =
            {
                .changed = bits & PLAN_TICKET,
                .wrong_key = bits & PLAN_WRONG_KEY,
                .name = bits & PLAN_NAME ? "HTTP/a/b/c" : NULL,
                .starts = bits & PLAN_TIMES ? 1 : 0,
                .padding = bits & PLAN_PADDING ? 1000 : 0,
            },
    };
}

/* What is forged is a message that its reader takes. */
static void check_forged(struct relay_request *request)
{
    struct span reply = relay_error(request, 37, "text", -1);
    struct krb_error error;
    struct krb_flaw flaw;
    bool good = krb_decode_error(reply, &error, &flaw);

    assert(good && error.code == 37);
    if (relay_forge(request, &reply)) {
        assert(reply.size);
        relay_read_reply(request, reply);
    }
}

static void check_reply(struct relay_request *request, struct span reply)
{
    struct span changed = relay_rewrite(request, reply);
    struct krb_kdc_rep rep;
    struct krb_flaw flaw;

    if (request->ex->kdc->forged) {
        bool good = krb_decode_kdc_rep(changed, &rep, &flaw);

        assert(good);
    }
    relay_read_reply(request, changed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of(data, size);
    struct conn_facts facts = {.peer = "fuzz"};
    AUTO_BUF line = {0};
    struct relay_request *request;
    struct exchange *ex;
    size_t asked;

    if (size < HEADER_SIZE) {
        return 0;
    }
    asked = (size_t)data[1] << 8 | data[2];
    ex = relay_exchange(relay(), way.transport, &facts);
    relay_exchange_take(ex, span_slice(bytes, HEADER_SIZE, asked), 0);
    request = request_new(relay(), &way, NULL, ex);
    relay_read(request);
    request->plan = plan_of(data[0]);
    check_forged(request);
    check_reply(request, span_slice(bytes, HEADER_SIZE + asked, SIZE_MAX));
    record_write(&line, ex,
                 &(struct token_view){.secrets = data[0] & PLAN_ERROR});
    request_end(request, SENT_WHOLE, 1);
    return 0;
}
