/* What libyaml cannot know: what the author of a bad YAML text should do. */
#ifndef SCENARIO_YAML_HINT_H
#define SCENARIO_YAML_HINT_H

#include "util/arena.h"

/*
 * A few words in the arena for what libyaml calls `problem` at this character
 * of the text, counted from 0, and this column of its line. "": none.
 */
const char *yaml_hint(struct arena *arena, struct span text,
                      const char *problem, size_t index, size_t column);

#endif
