/* Rules by the traits that they ask for, see concerns.h. */
#include "config.h"

#include "checks/concerns.h"

#include <assert.h>

#include "checks/rule.h"

static void put(struct rule_set *set, size_t index)
{
    set->words[index / RULE_WORD_BITS] |= UINT64_C(1) << index % RULE_WORD_BITS;
}

void concerns_make(const struct rule *const *rules, struct concerns *out)
{
    size_t count = 0;

    *out = (struct concerns){0};
    for (; rules[count]; count++) {
        assert(count < RULE_MAX);
        put(&out->all, count);
        out->asked |= rules[count]->on;
        for (unsigned bit = 0; bit < TRAIT_BITS; bit++) {
            if (rules[count]->on >> bit & 1u) {
                put(&out->asking[bit], count);
            }
        }
    }
    out->words = (count + RULE_WORD_BITS - 1) / RULE_WORD_BITS;
}

void concerns_of(const struct concerns *concerns, unsigned traits,
                 struct rule_set *out)
{
    unsigned lacking = concerns->asked & ~traits;

    *out = concerns->all;
    for (; lacking; lacking &= lacking - 1) {
        const struct rule_set *asking =
            &concerns->asking[__builtin_ctz(lacking)];

        for (size_t i = 0; i < concerns->words; i++) {
            out->words[i] &= ~asking->words[i];
        }
    }
}
