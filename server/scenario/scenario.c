/* Points, and the step that applies there; see scenario.h. */
#include "config.h"

#include "scenario/scenario.h"

#include <assert.h>
#include <stddef.h>

#include "util/attr.h"

static const struct {
    const char *name;
    const char *title;
} points[] = {
#define POINT_ROW(id, name, title) [POINT_##id] = {(name), (title)},
    SCENARIO_POINTS(POINT_ROW)
#undef POINT_ROW
};

const char *point_name(enum point point)
{
    assert(point < POINT_COUNT);
    return points[point].name;
}

const char *point_title(enum point point)
{
    assert(point < POINT_COUNT);
    return points[point].title;
}

const struct step *scenario_at(struct scenario *scenario UNUSED,
                               enum point point,
                               const struct facts *facts UNUSED)
{
    /* A world without a scenario has no steps. */
    assert(point < POINT_COUNT);
    return NULL;
}
