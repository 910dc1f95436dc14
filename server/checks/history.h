/*
 * What rules remember of a session, so that one exchange can be judged by an
 * earlier one. Each family has a struct of its own below; everything in them is
 * bounded, since a client decides how much comes. It begins afresh when the
 * session plays another scenario.
 */
#ifndef CHECKS_HISTORY_H
#define CHECKS_HISTORY_H

#include <stdint.h>

#include "checks/history_discover.h"

struct auth_history;
struct session;
struct ticket_history;

struct history {
    uint64_t era;  /* of the session, that this is of */
    uint64_t *met; /* how often each rule had a say, by rule_at's index */
    struct ticket_history *tickets; /* NULL: none so far */
    struct discover_history discover;
    struct auth_history *auth; /* see history_auth.h; NULL: nothing so far */
};

/* The session's, made at the first call; of this era. */
struct history *history_of(struct session *session, uint64_t era);
/* What is there, of whatever era; NULL: nothing so far. */
const struct history *history_peek(const struct session *session);

#endif
