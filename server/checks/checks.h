/*
 * The registry of rules, RULES in server/local.mk as a table, and their runs.
 */
#ifndef CHECKS_CHECKS_H
#define CHECKS_CHECKS_H

#include "checks/rule.h"

/* Sorted by id; NULL past the end. */
const struct rule *rule_at(size_t index);
/* By id, letter case does not matter; NULL: there is none. */
const struct rule *rule_find(const char *id);
/* "must", "should", "practice", "robustness". */
const char *rule_level_word(enum finding_level level);

/*
 * A decoder has seen this rule broken. Level and section are the catalogue's,
 * which must know it. `where` and the evidence are borrowed from the exchange's
 * arena, or live for ever.
 */
void check_report(struct exchange *ex, const char *rule, const char *where,
                  struct span evidence, const char *format, ...) PRINTF(5, 6);
/* The same as a finding, for those who have no exchange at hand (auth_find). */
struct finding check_finding(const char *id, struct span evidence,
                             const char *text);

/*
 * An exchange has ended: runs the rules that it concerns, and tells its session
 * of all that was found in it. world: as the exchange saw it; NULL: as its
 * session has it.
 */
void checks_exchange(struct exchange *ex, const struct world *world);
/* The session is about to be judged: runs the rules of TRAIT_SESSION. */
void checks_session(struct session *session, struct arena *arena);

/* How often the rule of this index (rule_at) had a say in the session. */
uint64_t checks_met(const struct session *session, size_t index);

#endif
