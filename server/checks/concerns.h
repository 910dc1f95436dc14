/*
 * Which rules an exchange concerns, by what it is (enum trait). A set for each
 * trait is made once; what is left for an exchange is a few words to combine,
 * however many rules there are.
 */
#ifndef CHECKS_CONCERNS_H
#define CHECKS_CONCERNS_H

#include <stddef.h>
#include <stdint.h>

struct rule;

enum {
    RULE_MAX = 512,
    TRAIT_BITS = 32,
    RULE_WORD_BITS = 64,
    RULE_WORDS = RULE_MAX / RULE_WORD_BITS,
};

/* Indexes of rules, a bit for each. */
struct rule_set {
    uint64_t words[RULE_WORDS];
};

/* Of all rules. Never changes once it is made. */
struct concerns {
    size_t words;   /* of the sets below, that are in use */
    unsigned asked; /* traits that some rule asks for */
    struct rule_set all;
    struct rule_set asking[TRAIT_BITS]; /* those whose `on` has this trait */
};

void concerns_make(const struct rule *const *rules, struct concerns *out);
/* Those whose `on` lies within these traits; `words` of it are written. */
void concerns_of(const struct concerns *concerns, unsigned traits,
                 struct rule_set *out);

#endif
