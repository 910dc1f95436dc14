/* Which session serves a name, see sessions.h. */
#include "config.h"

#include "scenario/sessions.h"

#include "util/mem.h"

struct sessions {
    struct session *fallback;
};

struct sessions *sessions_new(struct scenario *scenario)
{
    struct sessions *sessions = NEW(struct sessions);

    sessions->fallback = session_new("default", scenario);
    return sessions;
}

void sessions_free(struct sessions *sessions)
{
    if (sessions) {
        session_unref(sessions->fallback);
        mem_free(sessions);
    }
}

struct session *sessions_default(const struct sessions *sessions)
{
    return sessions->fallback;
}

struct session *sessions_of(struct sessions *sessions, const char *host UNUSED)
{
    return sessions->fallback;
}
