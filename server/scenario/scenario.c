/* A scenario's life, and its points; see model.h and point.h. */
#include "config.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "scenario/match.h"
#include "scenario/model.h"
#include "util/mem.h"
#include "util/refs.h"

static const struct point_info points[] = {
#define POINT_ROW(id, name, title, facts, subjects, spec)                      \
    [POINT_##id] = {(name), (title), (facts),                                  \
                    (subjects) | ((facts)&FACT_USER ? SUBJECT_ACCOUNT : 0),    \
                    (spec)},
    SCENARIO_POINTS(POINT_ROW)
#undef POINT_ROW
};

const struct point_info *point_info(enum point point)
{
    assert(point < POINT_COUNT);
    return &points[point];
}

struct span point_layer(enum point point)
{
    const char *name = point_info(point)->name;

    return span_of(name, strcspn(name, "."));
}

enum point point_named(const char *name)
{
    for (size_t i = 0; i < POINT_COUNT; i++) {
        if (strcasecmp(points[i].name, name) == 0) {
            return (enum point)i;
        }
    }
    return POINT_COUNT;
}

bool point_of_kerberos(enum point point)
{
    if (point == POINT_COUNT) {
        return false;
    }
    return span_equal(point_layer(point), span_text("kdc")) ||
           point == POINT_NEGOTIATE_TICKET || point == POINT_NEGOTIATE_ANSWER ||
           point == POINT_NEGOTIATE_VERDICT;
}

struct scenario *scenario_new(struct world *world)
{
    struct scenario *scenario = NEW(struct scenario);

    scenario->arena = arena_new();
    scenario->references = 1;
    scenario->name = "";
    scenario->title = "";
    scenario->world = world;
    return scenario;
}

struct scenario *scenario_ref(struct scenario *scenario)
{
    refs_take(&scenario->references);
    return scenario;
}

void scenario_unref(struct scenario *scenario)
{
    if (scenario && refs_drop(&scenario->references)) {
        world_unref(scenario->world);
        arena_free(scenario->arena);
        mem_free(scenario);
    }
}

/* The steps of one point, behind one another; NULL: it has none. */
static const struct step **steps_of(struct scenario *scenario, enum point point)
{
    const struct step **list = NULL;
    size_t count = 0;

    for (size_t i = 0; i < scenario->step_count; i++) {
        if (scenario->steps[i].at != point) {
            continue;
        }
        if (!list) {
            list = arena_alloc(scenario->arena,
                               (scenario->step_count + 1) * sizeof(*list));
        }
        list[count++] = &scenario->steps[i];
    }
    if (list) {
        list[count] = NULL;
    }
    return list;
}

static struct step_gate *gates_of(struct arena *arena, const struct step **list)
{
    struct step_gate *gates;
    size_t count = 0;

    while (list && list[count]) {
        count++;
    }
    gates = arena_alloc(arena, (count + 1) * sizeof(*gates));
    for (size_t i = 0; i < count; i++) {
        gates[i] = condition_gate(&list[i]->when);
    }
    return gates;
}

static bool is_judged(const struct scenario *scenario)
{
    bool judged = scenario->expectation_count || scenario->fail_on ||
                  scenario->unexpected > UNEXPECTED_PASS;

    for (size_t i = 0; i < scenario->treatment_count; i++) {
        judged = judged || scenario->treatments[i].treatment == TREATMENT_FAIL;
    }
    return judged;
}

/* A ticket, too, is answered 200, and so are the metadata before it: both come
 * to who is refused with that ticket (protocol: discover 6). */
static bool is_signed_in_at(enum point point)
{
    const char *name = point_info(point)->name;

    return strcmp(name, "discover.user") == 0 ||
           strncmp(name, "ucwa.", 5) == 0 || strncmp(name, "oauth.", 6) == 0;
}

static bool comes_in(const struct expectation *expected)
{
    return expected->at != POINT_COUNT && is_signed_in_at(expected->at) &&
           expected->answered.count && !expected->forbidden &&
           expected->times != 0 && expected->at_most != 0 &&
           patterns_fit(&expected->answered, "200");
}

bool scenario_lets_in(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        if (comes_in(&scenario->expectations[i])) {
            return true;
        }
    }
    return scenario->expectation_count == 0;
}

void scenario_judge_by(struct scenario *scenario, unsigned fail_on)
{
    if (!scenario->fail_on_said) {
        scenario->fail_on = fail_on;
        scenario->judged = is_judged(scenario);
    }
}

void scenario_index(struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->step_count; i++) {
        scenario->steps[i].index = i;
        scenario->asked |= scenario->steps[i].when.facts;
        if (scenario->steps[i].when.per == PER_CONNECTION) {
            scenario->asked |= FACT_CONNECTION;
        }
    }
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        scenario->asked |= scenario->expectations[i].when.facts;
    }
    scenario->judged = is_judged(scenario);
    for (size_t i = 0; i < POINT_COUNT; i++) {
        scenario->at[i] = steps_of(scenario, (enum point)i);
        scenario->gates[i] = gates_of(scenario->arena, scenario->at[i]);
    }
}

/* Something is expected to happen there. */
static bool expects_there(const struct expectation *expectation)
{
    return point_of_kerberos(expectation->at) && expectation->times != 0 &&
           expectation->at_most != 0;
}

char *scenario_needs_kerberos(const struct scenario *scenario)
{
    if (scenario->world->offer.kerberos == KERBEROS_NO) {
        return NULL;
    }
    for (size_t i = 0; i < scenario->step_count; i++) {
        const struct step *step = &scenario->steps[i];

        if (point_of_kerberos(step->at)) {
            return mem_printf("%s: the step at %s needs Kerberos", step->where,
                              point_info(step->at)->name);
        }
    }
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expected = &scenario->expectations[i];

        if (expects_there(expected)) {
            return mem_printf("%s: what is expected at %s needs Kerberos",
                              expected->where, point_info(expected->at)->name);
        }
    }
    return scenario->world->offer.kerberos == KERBEROS_YES
               ? mem_strdup("offer.kerberos is yes")
               : NULL;
}

size_t scenario_expectations(const struct scenario *scenario)
{
    size_t count = 0;

    for (size_t i = 0; i < scenario->expectation_count; i++) {
        count += scenario->expectations[i].kind != EXPECT_STAGE;
    }
    return count;
}

/* ---- Steps ---- */

static bool has_step(const struct scenario *scenario, const struct step *step)
{
    for (size_t i = 0; i < scenario->step_count; i++) {
        const struct step *other = &scenario->steps[i];

        if (strcmp(other->identity, step->identity) == 0 &&
            strcmp(other->content, step->content) == 0) {
            return true;
        }
    }
    return false;
}

static size_t steps_missing(const struct scenario *from,
                            const struct scenario *in)
{
    size_t count = 0;

    for (size_t i = 0; i < from->step_count; i++) {
        count += !has_step(in, &from->steps[i]);
    }
    return count;
}

size_t scenario_steps_differ(const struct scenario *one,
                             const struct scenario *other)
{
    size_t gone = steps_missing(one, other);
    size_t came = steps_missing(other, one);

    return gone > came ? gone : came;
}

void step_insert(struct step *step, const struct action *action)
{
    size_t at = step->action_count++;

    while (at > 0 &&
           step->actions[at - 1].fault->order > action->fault->order) {
        step->actions[at] = step->actions[at - 1];
        at--;
    }
    step->actions[at] = *action;
}

/* What the fault says of the other one; NULL: nothing against it. */
static const char *objects(const struct fault *fault, const struct fault *other)
{
    const struct fault_clash *clash = fault->clashes;

    for (; clash && clash->name; clash++) {
        if (strcmp(clash->name, other->name) == 0) {
            return clash->why;
        }
    }
    if (fault->whole && other->order < FAULT_EFFECT) {
        return other->order == FAULT_FRAME
                   ? "go ill together: the framing is among the bytes"
                   : "both take the place of the reply";
    }
    return NULL;
}

static const char *exclude(const struct fault *one, const struct fault *other)
{
    const char *why = objects(one, other);

    if (one->order == FAULT_FORM && other->order == FAULT_FORM) {
        return "both take the place of the reply";
    }
    if (one->ends && other->ends) {
        return "go ill together: each ends the connection";
    }
    return why ? why : objects(other, one);
}

const struct fault *step_clash(const struct step *step,
                               const struct fault *fault, const char **out_why)
{
    for (size_t i = 0; i < step->action_count; i++) {
        const char *why = exclude(step->actions[i].fault, fault);

        if (why) {
            *out_why = why;
            return step->actions[i].fault;
        }
    }
    return NULL;
}
