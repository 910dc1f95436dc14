/* What `lyncmock new` puts together: parts of a scenario to start from. */
#ifndef CLI_NEW_H
#define CLI_NEW_H

#include "cli/example.h"
#include "util/buf.h"

struct draft {
    struct examples examples;
    const char *name;
    const char *from;  /* the scenario that it extends */
    enum point first;  /* where its first step is; POINT_COUNT: none yet */
    const char *layer; /* where the trouble is; NULL: not known yet */
    struct buf world;  /* below `world:`, indented */
    struct buf steps;  /* below `steps:`, indented */
};

/* Adds what --fault WORD asks for. false: an error was logged. */
MUST_CHECK bool draft_fault(struct draft *draft, const char *word);

/* The shipped id that this word means, "good/ios-ntlm" of "ios-ntlm", too;
 * NULL: an error was logged, which names the nearest. */
const char *new_shipped(struct arena *arena, const char *word);

#endif
