/* Counts of references that several threads hold. */
#ifndef UTIL_REFS_H
#define UTIL_REFS_H

#include <stdbool.h>

#include "util/attr.h"

static inline void refs_take(unsigned *references)
{
    __atomic_add_fetch(references, 1, __ATOMIC_RELAXED);
}

/* True: this was the last one. */
static inline MUST_CHECK bool refs_drop(unsigned *references)
{
    return __atomic_sub_fetch(references, 1, __ATOMIC_ACQ_REL) == 0;
}

#endif
