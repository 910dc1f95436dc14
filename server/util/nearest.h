/*
 * The nearest valid word, for messages about a word that is not known. Words
 * are compared without regard to ASCII case; "-", "." and "/" part them.
 */
#ifndef UTIL_NEAREST_H
#define UTIL_NEAREST_H

#include <stddef.h>

#include "util/span.h"

/* Why a word is meant, the best reason first. */
enum near_kind {
    NEAR_SLIP,    /* it was mistyped */
    NEAR_PART,    /* one is in the other, or they share whole parts */
    NEAR_LETTERS, /* some letters differ */
    NEAR_NOT,
};

struct nearness {
    enum near_kind kind;
    size_t common;   /* NEAR_PART: letters that are in both */
    size_t distance; /* see nearest_distance */
};

struct nearest {
    struct span word; /* what was written; borrowed */
    struct span best; /* the nearest candidate; empty: none comes near */
    struct nearness nearness; /* of the best */
};

void nearest_init(struct nearest *nearest, const char *word);
/* The candidate is borrowed; the first of several as near wins. */
void nearest_try(struct nearest *nearest, struct span candidate);

/* The nearest of a list that ends with NULL; NULL where none comes near. */
const char *nearest_word(const char *word, const char *const *candidates);

/*
 * Letters to insert, delete, replace or swap with their neighbour to get from
 * one word to the other. Only the first NEAREST_LENGTH_MAX bytes count.
 */
size_t nearest_distance(struct span a, struct span b);

enum { NEAREST_LENGTH_MAX = 64 };

#endif
