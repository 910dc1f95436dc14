/* Steps at work, see reach.h. */
#include "config.h"

#include "services/reach.h"

#include <string.h>

#include "scenario/session.h"
#include "wire/xml_body.h"

/* What a step will do to the reply once there is one. */
struct due {
    struct due *next;
    const struct action *action; /* NULL: the states that the step sets */
    const struct step *step;
};

static struct subject subject_of(struct call *call, const struct step *step)
{
    struct step_chance *chance = ARENA_NEW(call->arena, struct step_chance);

    *chance = (struct step_chance){call->session, call->scenario, step};
    return (struct subject){
        .ex = call->ex,
        .world = call->world,
        .clock = &call->now,
        .negotiate = &call->negotiate,
        .ntlm = &call->ntlm,
        .verdict = &call->verdict,
        .arena = call->arena,
        .user = call->ex->facts.user
                    ? world_user(call->world, call->ex->facts.user)
                    : NULL,
        .forms = &call_forms,
        .forms_ctx = call,
        .random = step_chance_draw,
        .random_ctx = chance,
    };
}

/* A world of the exchange's own. What it points to is shared and stays; what
 * is added lives in the exchange's arena. A fresh one each time: callers see
 * by its address that a step may have changed it. */
static void own_world(struct call *call)
{
    struct world *own = ARENA_NEW(call->arena, struct world);

    memcpy(own, call->world, sizeof(*own));
    own->arena = call->arena;
    call->world = own;
}

static void plan(struct call *call, const struct step *step,
                 const struct action *action)
{
    int64_t before = call->now;
    struct subject subject;

    own_world(call);
    subject = subject_of(call, step);
    action->fault->plan(action->params, &subject);
    call->clock_moved += call->now - before;
    call_place(call);
}

static void await_reply(struct call *call, const struct step *step,
                        const struct action *action)
{
    struct due *due = ARENA_NEW(call->arena, struct due);
    struct due **end = &call->due;

    while (*end) {
        end = &(*end)->next;
    }
    due->step = step;
    due->action = action;
    *end = due;
}

/* ---- States ---- */

struct setting_states {
    struct call *call;
    const struct step *step;
};

static void commit_states(void *data)
{
    const struct setting_states *states = data;

    session_set(states->call->session, states->call->scenario, states->step);
}

static void plan_states(struct call *call, const struct step *step)
{
    struct setting_states *states =
        ARENA_NEW(call->arena, struct setting_states);

    *states = (struct setting_states){call, step};
    exchange_effect(call->ex, commit_states, states);
}

void remark_step(struct exchange *ex, enum point point, const struct step *step)
{
    const char *words = "";

    for (size_t i = 0; i < step->action_count; i++) {
        words = arena_printf(ex->arena, "%s%s%s", words, i ? ", " : "",
                             step->actions[i].fault->name);
    }
    if (step->set_count) {
        words = arena_printf(ex->arena, "%s%sset", words, *words ? ", " : "");
    }
    exchange_step(ex, step->where);
    exchange_remark(ex, "step", "%s: %s: %s", point_info(point)->name,
                    step->where, words);
}

/* States are set behind what gives the reply its form, and before what may
 * keep all of it back: what is never sent sets nothing. */
static void take_step(struct call *call, enum point point,
                      const struct step *step)
{
    bool sets = step->set_count > 0;

    remark_step(call->ex, point, step);
    for (size_t i = 0; i < step->action_count; i++) {
        const struct action *action = &step->actions[i];

        if (sets && action->fault->order >= FAULT_BYTES) {
            await_reply(call, step, NULL);
            sets = false;
        }
        if (action->fault->plan) {
            plan(call, step, action);
        }
        if (action->fault->reply) {
            await_reply(call, step, action);
        }
    }
    if (sets) {
        await_reply(call, step, NULL);
    }
}

/* ---- What is expected ---- */

struct awaiting {
    struct call *call;
    size_t index;
};

static void judge_answer(void *data)
{
    const struct awaiting *awaiting = data;
    const struct call *call = awaiting->call;

    session_answered(call->session, call->scenario, awaiting->index, call->ex);
}

static void await_answers(struct call *call, const struct steps *steps)
{
    for (size_t i = 0; i < steps->awaited_count; i++) {
        struct awaiting *awaiting = ARENA_NEW(call->arena, struct awaiting);

        *awaiting = (struct awaiting){call, steps->awaited[i]};
        exchange_at_end(call->ex, judge_answer, awaiting);
    }
}

bool call_asks(const struct call *call, unsigned facts)
{
    return call->scenario->asked & facts;
}

/* What costs something is there where the scenario asks for it alone. */
static void prepare_facts(struct call *call)
{
    struct exchange *ex = call->ex;

    ex->facts.headers = &ex->request.headers;
    if (call_asks(call, FACT_XPATH) && !ex->facts.xml &&
        ex->request.body.size) {
        ex->facts.xml = xml_body_new(ex->arena, ex->request.body);
        exchange_keep(ex, xml_body_clear, ex->facts.xml);
    }
}

static void remark_xpath(struct exchange *ex, const char *before)
{
    const char *trouble = xml_body_trouble(ex->facts.xml);

    if (trouble && trouble != before) {
        exchange_remark(ex, "xpath", "%s", trouble);
    }
}

/* A reload came meanwhile: its steps are about another world, and those of
 * before have no counters any more. */
static bool call_outlives(const struct call *call)
{
    return session_scenario(call->session) != call->scenario;
}

void call_reach(struct call *call, enum point point)
{
    const char *trouble;
    struct steps steps;

    /* What a fault makes the product say is not said by itself: a step that
     * meets its own fault would go on for ever. */
    if (call->applying || call_outlives(call)) {
        return;
    }
    prepare_facts(call);
    trouble = xml_body_trouble(call->ex->facts.xml);
    scenario_at(call->session, point, &call->ex->facts, &steps);
    remark_xpath(call->ex, trouble);
    await_answers(call, &steps);
    for (size_t i = 0; i < steps.count; i++) {
        take_step(call, point, steps.items[i]);
    }
}

bool call_answers(const struct call *call)
{
    for (const struct due *due = call->due; due; due = due->next) {
        if (due->action && (due->action->fault->order == FAULT_FORM ||
                            due->action->fault->ends)) {
            return true;
        }
    }
    return false;
}

/* The reply as it is, for whatever becomes of it. */
static const struct reply *keep_reply(struct exchange *ex)
{
    struct reply *kept = ARENA_NEW(ex->arena, struct reply);
    const struct headers *headers = &ex->reply.headers;

    *kept = ex->reply;
    kept->headers = (struct headers){0};
    for (size_t i = 0; i < headers->count; i++) {
        headers_add(&kept->headers, ex->arena, headers->items[i].name,
                    headers->items[i].value);
    }
    return kept;
}

static bool same_headers(const struct headers *a, const struct headers *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        if (strcmp(a->items[i].name, b->items[i].name) != 0 ||
            strcmp(a->items[i].value, b->items[i].value) != 0) {
            return false;
        }
    }
    return a->count == b->count;
}

/* What is said, and how it is written; how its bytes are sent is told by what
 * was sent. */
static bool same_reply(const struct reply *a, const struct reply *b)
{
    return a->status == b->status && span_equal(a->body, b->body) &&
           span_equal(a->raw, b->raw) && a->write == b->write &&
           same_headers(&a->headers, &b->headers);
}

void call_apply(struct call *call)
{
    struct exchange *ex = call->ex;
    const struct reply *good;

    if (!call->due) {
        return;
    }
    good = ex->planned ? ex->planned : keep_reply(ex);
    call->applying = true;
    for (struct due *due = call->due; due; due = due->next) {
        if (due->action) {
            struct subject subject = subject_of(call, due->step);

            due->action->fault->reply(due->action->params, &subject);
        } else {
            plan_states(call, due->step);
        }
    }
    call->applying = false;
    call->due = NULL;
    ex->planned = same_reply(good, &ex->reply) ? NULL : good;
    if (ex->planned &&
        (ex->reply.status != good->status || ex->reply.raw.size)) {
        exchange_remark(ex, "planned", "%u", good->status);
    }
}

void call_commit(struct call *call)
{
    /* The clock of another scenario, put in place since, is not its to move. */
    if (call->clock_moved &&
        session_scenario(call->session) == call->scenario) {
        session_advance(call->session, call->clock_moved);
    }
}
