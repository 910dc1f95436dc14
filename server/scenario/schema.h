/* The language as a JSON Schema, for editors: made of the reader's tables. */
#ifndef SCENARIO_SCHEMA_H
#define SCENARIO_SCHEMA_H

#include "scenario/vocabulary.h"
#include "util/buf.h"

/* JSON Schema, draft 2020-12, indented. */
void schema_write(struct buf *out, const struct vocabulary *words);

#endif
