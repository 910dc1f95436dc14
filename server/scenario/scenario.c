/* A scenario's life, and its points; see model.h and point.h. */
#include "config.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "scenario/model.h"
#include "util/mem.h"

static const struct point_info points[] = {
#define POINT_ROW(id, name, title, facts, subjects, spec)                      \
    [POINT_##id] = {(name), (title), (facts), (subjects), (spec)},
    SCENARIO_POINTS(POINT_ROW)
#undef POINT_ROW
};

const struct point_info *point_info(enum point point)
{
    assert(point < POINT_COUNT);
    return &points[point];
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
    scenario->references++;
    return scenario;
}

void scenario_unref(struct scenario *scenario)
{
    if (scenario && --scenario->references == 0) {
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

/* ---- What goes together ---- */

static bool fits_point(const struct step *step, const struct action *action,
                       struct err *err)
{
    const struct fault *fault = action->fault;
    const struct point_info *point = point_info(step->at);

    if (!(fault->subjects & point->subjects)) {
        return err_set(err, "%s can do nothing at %s", fault->name,
                       point->name);
    }
    return !fault->check || fault->check(action->params, step->at, err) ||
           err_wrap(err, "%s", fault->name);
}

static bool fit_each_other(const struct fault *one, const struct fault *other,
                           struct err *err)
{
    bool forms = one->order == FAULT_FORM && other->order == FAULT_FORM;
    bool whole = (one->whole && other->order < FAULT_BYTES) ||
                 (other->whole && one->order < FAULT_BYTES);

    if (one == other) {
        return err_set(err, "%s: stands there twice", one->name);
    }
    if (forms || whole) {
        return err_set(err,
                       "%s: each of %s and %s would replace the other's "
                       "answer; one step has one",
                       other->name, one->name, other->name);
    }
    return true;
}

bool step_check(const struct step *step, struct err *err)
{
    if (step->action_count == 0) {
        return err_set(err, "do: expected at least one fault");
    }
    for (size_t i = 0; i < step->action_count; i++) {
        if (!fits_point(step, &step->actions[i], err)) {
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (!fit_each_other(step->actions[k].fault, step->actions[i].fault,
                                err)) {
                return false;
            }
        }
    }
    return true;
}
