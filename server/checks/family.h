/* Families of rules: the letters that an id begins with, and what they mean. */
#ifndef CHECKS_FAMILY_H
#define CHECKS_FAMILY_H

#include <stddef.h>

struct rule_family {
    const char *prefix; /* "WT", of "WT-031" */
    const char *title;
};

/* In the order of a sign-in; NULL past the end. */
const struct rule_family *rule_family_at(size_t index);
/* That of an id, or of a prefix alone, in any letter case; NULL: none. */
const struct rule_family *rule_family_of(const char *id);

#endif
