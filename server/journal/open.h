/* Exchanges that have begun and not ended, by id. */
#ifndef JOURNAL_OPEN_H
#define JOURNAL_OPEN_H

#include <stdbool.h>
#include <stddef.h>

#include "wire/exchange.h"

/* Sorted by id. Starts as zeros. */
struct open_set {
    struct exchange **items;
    size_t count;
    size_t capacity;
};

void open_clear(struct open_set *set);
void open_add(struct open_set *set, struct exchange *ex);
/* false: it was not there. */
bool open_remove(struct open_set *set, const struct exchange *ex);

#endif
