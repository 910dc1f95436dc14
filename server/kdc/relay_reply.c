/*
 * What steps make of a request: the plan, and the answers that take the place
 * of krb5kdc's. What they do to a ticket is in ticket.c.
 */
#include "config.h"

#include "kdc/relay_parts.h"

#include "kdc/ticket.h"
#include "scenario/fault.h"
#include "scenario/session.h"
#include "util/env.h"

struct setting_states {
    struct session *session;
    const struct scenario *scenario;
    const struct step *step;
};

static void commit_states(void *data)
{
    const struct setting_states *states = data;

    session_set(states->session, states->scenario, states->step);
}

static void plan_states(struct relay_request *request, const struct step *step)
{
    struct exchange *ex = request->ex;
    struct setting_states *states;

    if (step->set_count) {
        states = ARENA_NEW(ex->arena, struct setting_states);
        *states =
            (struct setting_states){request->session, request->scenario, step};
        exchange_effect(ex, commit_states, states);
    }
}

/* "kdc.as: clock.yaml:12: kdc-error, delay" */
static void take_step(struct relay_request *request, enum point point,
                      const struct step *step)
{
    struct exchange *ex = request->ex;
    struct step_chance chance = {request->session, request->scenario, step};
    struct subject subject = {
        .ex = ex,
        .kdc = &request->plan,
        .user = request->user,
        .arena = ex->arena,
        .random = step_chance_draw,
        .random_ctx = &chance,
    };
    const char *words = "";

    for (size_t i = 0; i < step->action_count; i++) {
        const struct action *action = &step->actions[i];

        words = arena_printf(ex->arena, "%s%s%s", words, i ? ", " : "",
                             action->fault->name);
        if (action->fault->plan) {
            action->fault->plan(action->params, &subject);
        }
    }
    plan_states(request, step);
    exchange_step(ex, step->where);
    exchange_remark(ex, "step", "%s: %s: %s", point_info(point)->name,
                    step->where, words);
}

static void reach(struct relay_request *request, enum point point)
{
    struct steps steps;

    /* A reload came meanwhile: its steps are about another world. */
    if (session_scenario(request->session) != request->scenario) {
        return;
    }
    scenario_at(request->session, point, &request->ex->facts, &steps);
    for (size_t i = 0; i < steps.count; i++) {
        take_step(request, point, steps.items[i]);
    }
}

/* RFC 4120 section 5.4.1: KDCOptions, of which bit 30 is `renew`. */
enum { OPTION_RENEW = 0x00000002 };

void relay_plan(struct relay_request *request)
{
    bool as = krb_kind_of(request->ex->kdc->request) == KRB_AS_REQ;
    enum point point = as ? POINT_KDC_AS : POINT_KDC_TGS;

    request->ex->facts.operation = point_info(point)->name;
    reach(request, point);
    if (as && request->readable && !request->preauth) {
        reach(request, POINT_KDC_PREAUTH);
    }
    if (!as && (request->req.options & OPTION_RENEW)) {
        reach(request, POINT_KDC_RENEW);
    }
}

void relay_plan_reply(struct relay_request *request, struct span reply)
{
    switch (krb_kind_of(reply)) {
    case KRB_AS_REP:
        reach(request, POINT_KDC_AS_REPLY);
        break;
    case KRB_TGS_REP:
        reach(request, POINT_KDC_TGS_REPLY);
        break;
    case KRB_ERROR:
        reach(request, POINT_KDC_ERROR);
        break;
    default:
        break;
    }
}

/* RFC 4120 section 5.9.1: the service is always there. */
static struct krb_name service_of(const struct relay_request *request)
{
    struct span realm = span_text(request->world->realm);

    if (request->readable && request->req.service.count) {
        return request->req.service;
    }
    return (struct krb_name){
        .type = KRB_NT_SRV_INST,
        .components = {span_text("krbtgt"), realm},
        .count = 2,
        .realm = realm,
    };
}

struct span relay_error(struct relay_request *request, int32_t code,
                        const char *text, int64_t clock)
{
    struct krb_error error = {
        .code = code,
        .service = service_of(request),
        .text = span_text(text),
    };
    AUTO_BUF out = {0};

    krb_error_set_time(&error, env_now(request->relay->options.env) + clock);
    if (request->readable) {
        error.client = request->req.client;
    }
    krb_encode_error(&out, &error);
    return arena_copy(request->ex->arena, buf_span(&out));
}

/* Of a size that was asked for, and surely no message. */
static struct span garbage(struct relay_request *request)
{
    size_t size = request->plan.garbage_size;
    uint8_t *bytes;

    size = size ? size : RELAY_GARBAGE_SIZE;
    size = size < RELAY_GARBAGE_MAX ? size : RELAY_GARBAGE_MAX;
    if (size > request->way->reply_max) {
        size = request->way->reply_max;
    }
    bytes = arena_alloc(request->ex->arena, size);
    env_random(request->relay->options.env, bytes, size);
    bytes[0] = 0xff; /* no tag of Kerberos */
    return span_of(bytes, size);
}

bool relay_forge(struct relay_request *request, struct span *out_reply)
{
    const struct kdc_plan *plan = &request->plan;

    if (plan->garbage) {
        *out_reply = garbage(request);
    } else if (plan->error.forged) {
        *out_reply = relay_error(request, plan->error.code, plan->error.text,
                                 plan->error.clock);
    } else if (plan->too_big && request->way->datagram) {
        *out_reply = relay_error(request, KRB_ERR_RESPONSE_TOO_BIG, NULL, 0);
    } else {
        return false;
    }
    return true;
}

struct span relay_rewrite(struct relay_request *request, struct span reply)
{
    const struct relay_options *options = &request->relay->options;
    struct ticket_change change = {
        .plan = &request->plan.ticket,
        .krbtgt = options->krbtgt,
        .service = options->service,
        .request = &request->req,
        .now = env_now(options->env) / ENV_NS_PER_SEC,
        .crypt = request->relay->crypt,
    };
    struct span changed;
    const char *why = NULL;

    if (!request->plan.ticket.changed) {
        return reply;
    }
    if (krb_kind_of(reply) == KRB_ERROR) {
        exchange_remark(request->ex, "kdc.ticket",
                        "no ticket is changed: the answer is an error");
        return reply;
    }
    if (!kdc_ticket_change(&change, request->ex->arena, reply, &changed,
                           &why)) {
        exchange_remark(request->ex, "kdc.ticket", "left as it is: %s", why);
        return reply;
    }
    request->ex->kdc->forged = true;
    if (krb_kind_of(reply) == KRB_AS_REP) {
        request->relay->spoiled = true;
    }
    return changed;
}
