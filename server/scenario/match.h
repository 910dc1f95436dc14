/* Whether the facts of a point fit what a step's `when` asks. */
#ifndef SCENARIO_MATCH_H
#define SCENARIO_MATCH_H

#include <stdbool.h>

#include "scenario/model.h"
#include "wire/facts.h"

/* One of them fits; "*" is any text, "?" any character, in any letter case.
 * No text (an unknown fact) fits no pattern. */
bool patterns_fit(const struct patterns *patterns, const char *text);

/* All that is asked of the facts holds; the counters are not looked at. */
bool condition_holds(const struct condition *when, const struct facts *facts);

/* One fact: the patterns that are asked of it and its text, which is NULL
 * where it is not known. NULL: the fact is no text. */
const struct patterns *condition_fact(const struct condition *when,
                                      const struct facts *facts, unsigned fact,
                                      const char **out_text);

/* A pattern that must fit where the condition shall hold. */
struct step_gate condition_gate(const struct condition *when);
bool gate_opens(const struct step_gate *gate, const struct facts *facts);

/* Whether the n-th time (from 1) that the facts hold is one that counts. */
bool condition_counts(const struct condition *when, uint64_t n);

/* Something is counted: not each time that the facts hold is one. */
bool condition_is_counting(const struct condition *when);

#endif
