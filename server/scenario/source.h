/* Where the text of a scenario comes from: a file, or compiled in. */
#ifndef SCENARIO_SOURCE_H
#define SCENARIO_SOURCE_H

#include "util/arena.h"
#include "util/attr.h"
#include "util/err.h"
#include "util/span.h"

struct source {
    const char *label;    /* FILE of messages: as the user gave it */
    const char *id;       /* "good/ios-ntlm" where it is shipped; else NULL */
    const char *folder;   /* of the file, "" or with a "/" at its end */
    const char *identity; /* two names of one file have the same */
    struct span text;
    bool sealed; /* opens no files */
};

/* As named on the command line: a path that exists, else a shipped id, or its
 * last part. */
MUST_CHECK bool source_open(struct arena *arena, const char *name,
                            struct source *out_source, struct err *err);
/* A shipped id alone, or its last part. */
MUST_CHECK bool source_shipped(struct arena *arena, const char *name,
                               struct source *out_source, struct err *err);
/* As named in another one: a path relative to it, else a shipped id, in full:
 * what is kept must mean the same when there are more of them. */
MUST_CHECK bool source_beside(struct arena *arena, const struct source *beside,
                              const char *name, struct source *out_source,
                              struct err *err);
/* Where such a file would be; NULL: none, `beside` is compiled in. */
const char *source_path(struct arena *arena, const struct source *beside,
                        const char *name);
/* The same for any file that a scenario names, no scenario itself. */
MUST_CHECK bool source_file(struct arena *arena, const struct source *beside,
                            const char *name, struct span *out_bytes,
                            struct err *err);

#endif
