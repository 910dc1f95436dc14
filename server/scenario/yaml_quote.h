/* The quote that is missing, where libyaml complains of what comes later. */
#ifndef SCENARIO_YAML_QUOTE_H
#define SCENARIO_YAML_QUOTE_H

#include <stdbool.h>
#include <yaml.h>

#include "util/span.h"

/*
 * A text in quotes that goes over several lines and ends in the line of the
 * problem: often its own quote is missing, and the next one in the file was
 * taken for it. false: there is none.
 */
bool yaml_quote_before(struct span text, const yaml_mark_t *problem,
                       yaml_mark_t *out_begin);

#endif
