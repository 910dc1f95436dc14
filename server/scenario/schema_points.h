/* Points as JSON Schema: their names, and what can be said at each. */
#ifndef SCENARIO_SCHEMA_POINTS_H
#define SCENARIO_SCHEMA_POINTS_H

#include "scenario/vocabulary.h"
#include "util/json.h"

/* enum, and what editors show beside each. */
void schema_points(struct json *json);
/* The definitions "facts-at" and "faults-at". */
void schema_define_points(struct json *json, const struct vocabulary *words);
/* References to them: of an object with `at`, `when` and perhaps `do`. */
void schema_at_points(struct json *json, bool with_faults);

#endif
