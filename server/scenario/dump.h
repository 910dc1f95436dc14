/*
 * What was read, as text: one line for each setting of the world, and for each
 * word of the steps and expectations that says something. Two scenarios that
 * behave differently have different texts; how they were written down does not
 * show.
 */
#ifndef SCENARIO_DUMP_H
#define SCENARIO_DUMP_H

#include "scenario/model.h"
#include "util/buf.h"

void scenario_dump(struct buf *out, const struct scenario *scenario);

#endif
