/* How often each point was reached, and who waits for that. */
#include "config.h"

#include <assert.h>

#include "scenario/session_parts.h"

uint64_t session_reached(const struct session *session, enum point point)
{
    assert(point < POINT_COUNT);
    return session->play.reached_at[point];
}

/* Those that are called may leave the list. */
static void ring(struct session *session, enum point point)
{
    struct session_watch *next;

    for (struct session_watch *watch = session->watches; watch; watch = next) {
        next = watch->next;
        if (watch->point == point &&
            session_reached(session, point) >= watch->times) {
            watch->reached(watch);
        }
    }
}

void session_count(struct session *session, enum point point)
{
    session->play.reached_at[point]++;
    if (session->watches) {
        ring(session, point);
    }
}

void session_watch(struct session *session, struct session_watch *watch)
{
    watch->next = session->watches;
    session->watches = watch;
}

void session_unwatch(struct session *session, struct session_watch *watch)
{
    struct session_watch **link = &session->watches;

    while (*link && *link != watch) {
        link = &(*link)->next;
    }
    if (*link) {
        *link = watch->next;
        watch->next = NULL;
    }
}

void session_tell_end(struct session *session)
{
    while (session->watches) {
        struct session_watch *watch = session->watches;

        session->watches = watch->next;
        watch->next = NULL;
        watch->ended(watch);
    }
}
