/*
 * A breach of a rule by the peer. It is neither our bug (assert) nor our
 * failure (struct err): decoders and checks report it, the journal keeps it.
 */
#ifndef WIRE_FINDING_H
#define WIRE_FINDING_H

#include "util/span.h"

enum finding_level {
    FINDING_MUST, /* a specification's text says MUST */
    FINDING_SHOULD,
    FINDING_PRACTICE, /* what real clients do */
    FINDING_ROBUSTNESS,
};

struct finding {
    const struct finding *next;
    const char *rule; /* stable id, "HA-027" */
    enum finding_level level;
    const char *section;  /* document and section */
    const char *text;     /* what was wrong, and what would have been right */
    const char *where;    /* header, XPath; NULL: not said */
    struct span evidence; /* the offending bytes; may be empty */
};

#endif
