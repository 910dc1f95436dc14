/* What the files that read `expect` share. */
#ifndef SCENARIO_READ_EXPECT_H
#define SCENARIO_READ_EXPECT_H

#include "scenario/reading.h"

struct expecting {
    struct reading *reading;
    struct scenario *scenario;
    const struct node **nodes; /* of each expectation */
};

/* read_expect_words.c: a word whose meaning is its own, into its field. */
void read_expect_word(struct reading *reading, const struct key *key,
                      const struct node *entry,
                      struct expectation *expectation);
void check_answered(struct reading *reading, const struct node *node,
                    const struct expectation *expectation);

/* read_expect_order.c: what stands behind or before what, by their ids. */
void read_expect_order(struct expecting *expecting);

#endif
