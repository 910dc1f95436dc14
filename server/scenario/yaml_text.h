/* What must hold of a YAML text before it is parsed. */
#ifndef SCENARIO_YAML_TEXT_H
#define SCENARIO_YAML_TEXT_H

#include "scenario/diagnostics.h"
#include "util/span.h"

/* Size, encoding, characters. false: one error says what and where. */
bool yaml_text_good(struct span text, const char *file,
                    struct diagnostics *diagnostics);

#endif
