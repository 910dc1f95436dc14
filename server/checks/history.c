/* What rules remember, see history.h. */
#include "config.h"

#include "checks/history.h"

#include "checks/checks.h"
#include "checks/history_auth.h"
#include "checks/history_ticket.h"
#include "scenario/session.h"
#include "util/mem.h"

static void clear(struct history *history)
{
    mem_free(history->met);
    ticket_history_free(history->tickets);
    discover_forget(&history->discover);
    auth_history_free(history->auth);
    *history = (struct history){0};
}

static void release(void *data)
{
    clear(data);
    mem_free(data);
}

static size_t rule_count(void)
{
    size_t count = 0;

    while (rule_at(count)) {
        count++;
    }
    return count;
}

struct history *history_of(struct session *session, uint64_t era)
{
    struct history *history = session_kept(session, SESSION_CHECKS);

    if (!history) {
        history = NEW(struct history);
        session_keep(session, SESSION_CHECKS, history, release);
    }
    if (history->era != era || !history->met) {
        clear(history);
        history->era = era;
        history->met = mem_array(rule_count() + 1, sizeof(*history->met));
    }
    return history;
}

const struct history *history_peek(const struct session *session)
{
    return session_kept(session, SESSION_CHECKS);
}
