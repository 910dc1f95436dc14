/*
 * A YAML text as a tree with places. Only what scenarios need: texts, lists
 * and mappings. Anchors, aliases and tags are refused, so the tree is never
 * larger than the text.
 */
#ifndef SCENARIO_YAML_NODE_H
#define SCENARIO_YAML_NODE_H

#include "scenario/diagnostics.h"
#include "util/span.h"

enum {
    YAML_SIZE_LIMIT = 1024 * 1024, /* bytes of one file */
    YAML_DEPTH_LIMIT = 32,
    YAML_NODE_LIMIT = 50000,
};

enum node_kind {
    NODE_NULL, /* nothing, "~" or "null", not in quotes */
    NODE_TEXT, /* whatever its YAML type: "503", "yes", "8h" */
    NODE_LIST,
    NODE_MAP,
};

struct node {
    enum node_kind kind;
    unsigned line;
    unsigned column;
    const char *text;       /* NODE_TEXT */
    const struct node *key; /* of a mapping's entry, a NODE_TEXT; else NULL */
    struct node *next;      /* the next entry or item */
    struct node *first;     /* NODE_LIST, NODE_MAP */
    size_t count;           /* entries or items */
};

/* "a text", "a list", "a mapping", "nothing" */
const char *node_kind_text(enum node_kind kind);

/* The entry of this key; NULL: there is none. */
const struct node *node_entry(const struct node *map, const char *key);

/*
 * The tree, in the arena. NULL: diagnostics say why, with `file` as given.
 * A key that stands there twice is told, and only the first is kept.
 */
struct node *yaml_read(struct arena *arena, struct span text, const char *file,
                       struct diagnostics *diagnostics);

#endif
