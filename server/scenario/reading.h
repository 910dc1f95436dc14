/* What the parts of the reader share. */
#ifndef SCENARIO_READING_H
#define SCENARIO_READING_H

#include "scenario/keys.h"
#include "scenario/match.h"
#include "scenario/model.h"
#include "scenario/settings_rows.h"
#include "scenario/source.h"
#include "scenario/vocabulary.h"
#include "scenario/yaml_node.h"
#include "util/nearest.h"
#include "world/setting.h"

enum {
    READ_CHAIN_MAX = 8, /* scenarios that extend one another */
    READ_STEPS_MAX = 1000,
    READ_ROWS_MAX = 256, /* users, patterns of one fact, headers ... */
};

struct scenario_source;

struct reading {
    const struct scenario_source *from;
    struct arena *arena; /* the scenario's: for what is kept of the text */
    const struct vocabulary *words;
    struct diagnostics *diagnostics;
    const struct source *source; /* whose nodes are read */
    struct world *world;
    size_t setting_count;
    /* Without errors so far: names and users may be relied upon. */
    bool world_known;
    struct wanted_state *wanted; /* read_state.c */
};

void reading_error(struct reading *reading, const struct node *node,
                   const char *format, ...) PRINTF(3, 4);
void reading_warning(struct reading *reading, const struct node *node,
                     const char *format, ...) PRINTF(3, 4);
/* "unknown WHAT "word"; ...": says the nearest, else `otherwise`. */
void reading_unknown(struct reading *reading, const struct node *node,
                     const char *what, const struct nearest *nearest,
                     const char *otherwise);
/* Of this kind; else an error that says what was expected. */
bool reading_kind(struct reading *reading, const struct node *node,
                  enum node_kind kind, const char *expected);
/* "first, second, ..." of a list that ends with NULL */
const char *reading_list(struct reading *reading, const char *const *words);
/* No more entries or items than READ_ROWS_MAX; else an error. */
bool reading_few(struct reading *reading, const struct node *node);
/* A file is about to be read that stands beside the source. */
void reading_tells_file(struct reading *reading, const char *name);
/* "FILE:LINE" */
const char *reading_where(struct reading *reading, const struct node *node);

/* read_value.c: values by their shape; false: an error told why. */
bool read_key(struct reading *reading, const struct key *keys,
              const struct node *entry, const char *what,
              const struct key **out_key);
bool read_number(struct reading *reading, const struct node *node,
                 unsigned least, unsigned *out_number);
bool read_flag(struct reading *reading, const struct node *node,
               bool *out_flag);
bool read_point(struct reading *reading, const struct node *node,
                enum point *out_point);
/* One text; where the setting is a list, also a list of them, which becomes
 * one with commas. NULL: told. */
const char *read_text(struct reading *reading, const struct node *node,
                      const struct setting *row);

/* read_hints.c: what people write and do not mean. true: an error told the
 * words that they want. */
bool hint_point(struct reading *reading, const struct node *node);
/* Of a word that is no fault; `nearest` of the faults. */
bool hint_fault(struct reading *reading, const struct node *key,
                const struct nearest *nearest);
/* Of an unknown word below a fault, and of a text that is its value. */
bool hint_below(struct reading *reading, const char *fault,
                const struct node *key);
bool hint_value(struct reading *reading, const char *fault,
                const struct node *node);

/* read_settings.c: settings as nested mappings. */
struct settings_table {
    struct settings_rows rows;
    /* `name` in full; the row tells the type. */
    void (*set)(struct reading *reading, void *ctx, const struct setting *row,
                const char *name, const struct node *node);
    void *ctx;
    const char *what; /* "setting of the world" */
    bool in_fault;    /* they are parameters of one */
};

/* Each entry of the mapping below `prefix` ("" at the top). */
void read_settings(struct reading *reading, const struct settings_table *table,
                   const struct node *map);
/* One value, whose name is known to be that of a row or begin one. */
void read_setting(struct reading *reading, const struct settings_table *table,
                  const char *name, const struct node *node);

/* read_about.c */
void read_about(struct reading *reading, const struct node *node,
                struct about *about);
/* A text that is one line, kept in the reading's arena. */
void read_line(struct reading *reading, const struct node *node,
               const char **out_line);

void read_world(struct reading *reading, const struct node *world);
/* Where a setting of this dotted name stands, or as much of it as does;
 * `world` itself where nothing does. What follows the name does not count. */
const struct node *world_node(const struct node *world, const char *name);
/* read_apply.c: patterns that nothing can fit, counts that never come. */
void check_patterns(struct reading *reading, const struct node *node,
                    unsigned fact, enum point at,
                    const struct patterns *patterns);
void check_counts(struct reading *reading, const struct node *when,
                  const struct condition *condition);
/* read_state.c */
void read_is(struct reading *reading, const struct node *node,
             struct named_conditions *out);
void read_set(struct reading *reading, const struct node *node,
              struct step *step);
/* Once all steps are known: states that none of them sets. */
void check_states(struct reading *reading, const struct scenario *scenario);
/* read_identity.c; `steps`: those before it. */
void read_identity(struct reading *reading, const struct node *node,
                   const struct step *steps, size_t index, struct step *step);
/* read_when.c: a text or a list of them, none of them empty. */
bool read_patterns(struct reading *reading, const struct node *node,
                   struct patterns *out_patterns);
/* read_when.c; `at` POINT_COUNT: unknown, nothing is said about its facts. */
void read_when(struct reading *reading, const struct node *node, enum point at,
               struct condition *out_when);
/* read_do.c */
void read_do(struct reading *reading, const struct node *node, enum point at,
             struct step *step);
/* read_step.c: the steps of one file, appended to an array with room. */
void read_steps(struct reading *reading, const struct node *list,
                struct step *steps, size_t *count);
/* read_hidden.c: warns of steps that never get their turn. */
void warn_hidden(struct reading *reading, const struct node *list,
                 const struct step *steps, size_t count);
/* read_warn.c: of what must not be shared, in a text or below; of chance
 * without bound and of states that nobody asks for. */
void warn_of_secrets(struct reading *reading, const struct node *node);
void warn_of_steps(struct reading *reading, const struct node *list,
                   const struct step *steps, const struct scenario *scenario);
/* read_expect.c */
void read_expect(struct reading *reading, const struct node *list,
                 struct scenario *scenario);
/* read_rules.c; `fail_on`: that of the same file, NULL where it has none. */
void read_fail_on(struct reading *reading, const struct node *list,
                  struct scenario *scenario);
void read_unexpected(struct reading *reading, const struct node *node,
                     const struct node *fail_on, struct scenario *scenario);
void read_treatments(struct reading *reading, const struct node *map,
                     struct scenario *scenario);
/* A rule's id, or a pattern that fits one; else an error. */
bool reading_rule(struct reading *reading, const struct node *node);

#endif
