/* A scenario's life, and its points; see model.h and point.h. */
#include "config.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

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
           point == POINT_NEGOTIATE_ANSWER || point == POINT_NEGOTIATE_VERDICT;
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

void scenario_index(struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->step_count; i++) {
        scenario->steps[i].index = i;
    }
    for (size_t i = 0; i < POINT_COUNT; i++) {
        scenario->at[i] = steps_of(scenario, (enum point)i);
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

/* ---- Steps ---- */

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

static bool exclude(const struct fault *one, const struct fault *other)
{
    return (one->order == FAULT_FORM && other->order == FAULT_FORM) ||
           (one->whole && other->order < FAULT_EFFECT) ||
           (other->whole && one->order < FAULT_EFFECT);
}

const struct fault *step_clash(const struct step *step,
                               const struct fault *fault)
{
    for (size_t i = 0; i < step->action_count; i++) {
        if (exclude(step->actions[i].fault, fault)) {
            return step->actions[i].fault;
        }
    }
    return NULL;
}
