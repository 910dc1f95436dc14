/*
 * What a good client takes at least, as `about` says it: "6 requests, 2
 * connections". The words are those of session_measures.h.
 */
#ifndef SCENARIO_OPTIMUM_H
#define SCENARIO_OPTIMUM_H

#include <stdbool.h>
#include <stdint.h>

#include "scenario/session_measures.h"

/* Whether the text is such a list, which names no measure twice. */
bool optimum_is_list(const char *text);
/* false: it says nothing of this measure. Of a list alone. */
bool optimum_of(const char *text, enum measure measure, uint64_t *out_least);

#endif
