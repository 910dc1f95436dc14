/* Values in the JSON Schema of the language. */
#ifndef SCENARIO_SCHEMA_VALUE_H
#define SCENARIO_SCHEMA_VALUE_H

#include "scenario/settings_rows.h"
#include "util/json.h"

/* The keywords of one setting's type, without a description, into an open
 * object. */
void schema_type(struct json *json, const struct setting *row);

/* A level of settings as an object, or its words alone into an open one. */
void schema_level(struct json *json, struct arena *arena,
                  const struct settings_rows *rows, const char *prefix);
/* One name: a value, a level, or either of them. */
void schema_setting(struct json *json, struct arena *arena,
                    const struct settings_rows *rows, const char *name);

/* What it is, and for editors that show Markdown an example as well. */
void schema_doc(struct json *json, const char *doc, const char *name,
                const char *example);
/* {"type": "string", "pattern": ...} and so on, by name of the definition. */
void schema_ref(struct json *json, const char *definition);
void schema_definitions(struct json *json);

#endif
