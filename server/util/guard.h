/*
 * The one lock of a server with several workers. What they share is touched
 * while it is held: sessions and what they count, accounts, the journal's
 * memory, replays. It is taken where a loop's callback comes up from the edge,
 * and let go around what takes long: signing, proving, decrypting, reading and
 * writing. A server with one worker never takes it.
 */
#ifndef UTIL_GUARD_H
#define UTIL_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "util/span.h"

/* Before the second thread that serves begins, and after it has ended. */
void guard_start(void);
void guard_stop(void);
/* Are there several workers? */
bool guard_needed(void);

/* Does this thread have what it needs to touch what is shared? For assert. */
bool guard_held(void);

/* May be nested. */
void guard_enter(void);
void guard_leave(void);

/* Nothing is written while the lock is held: where it is, this keeps a line of
 * the log until it is let go, and says true. */
bool guard_keep(struct span line);
/* Writes it now, on stderr. */
void guard_print(struct span line);

/* Lets go, however deep; what it returns is for guard_resume. Whoever is called
 * in between must not find half of anything. */
unsigned guard_pause(void);
void guard_resume(unsigned held);

static inline bool guard_scope_begin(void)
{
    guard_enter();
    return true;
}

static inline void guard_scope_end(const bool *held)
{
    if (*held) {
        guard_leave();
    }
}

/* Held from here to the end of the block. */
#define GUARDED                                                                \
    __attribute__((cleanup(guard_scope_end), unused)) const bool guard_held =  \
        guard_scope_begin()

#endif
