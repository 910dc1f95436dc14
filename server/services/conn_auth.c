/* Authentication state of one connection, see conn_auth.h. */
#include "config.h"

#include "services/conn_auth.h"

#include <string.h>

#include "util/mem.h"

struct conn_auth *conn_auth_new(void)
{
    struct conn_auth *auth = NEW(struct conn_auth);

    auth->references = 1;
    return auth;
}

struct conn_auth *conn_auth_ref(struct conn_auth *auth)
{
    auth->references++;
    return auth;
}

void conn_auth_drop_handshake(struct conn_auth *auth)
{
    if (auth->handle) {
        auth->method->end(auth->handle);
    }
    auth->handle = NULL;
    auth->method = NULL;
    auth->leg = 0;
    auth->armed = false;
}

void conn_auth_reset(struct conn_auth *auth)
{
    conn_auth_drop_handshake(auth);
    arena_free(auth->arena);
    auth->arena = NULL;
    auth->mechanism = NULL;
    auth->report = (struct auth_report){0};
    auth->proven_by = NULL;
    auth->user = NULL;
    world_unref(auth->world);
    auth->world = NULL;
}

static bool change_session(struct conn_auth *auth, struct session *session)
{
    bool known = auth->session && (auth->user || auth->handle);

    if (known) {
        conn_auth_reset(auth);
    }
    session_unref(auth->session);
    auth->session = session_ref(session);
    return known;
}

bool conn_auth_follow(struct conn_auth *auth, struct session *session,
                      struct world *world)
{
    const struct user *user;

    if (auth->session != session) {
        return change_session(auth, session);
    }
    if (!auth->user || auth->world == world) {
        return false;
    }
    user = world_user(world, auth->user->name);
    if (!user || user_state_now(user) == USER_UNKNOWN) {
        conn_auth_reset(auth);
        return true;
    }
    auth->user = user;
    world_ref(world);
    world_unref(auth->world);
    auth->world = world;
    return false;
}

void conn_auth_establish(struct conn_auth *auth, struct world *world,
                         const struct auth_method *method,
                         const struct auth_outcome *outcome)
{
    conn_auth_reset(auth);
    auth->world = world_ref(world);
    auth->user = outcome->user;
    auth->proven_by = method;
    auth->arena = arena_new();
    auth->mechanism = arena_strdup(auth->arena, outcome->mechanism);
    auth->report = auth_report_copy(auth->arena, &outcome->report);
}

void conn_auth_unref(struct conn_auth *auth)
{
    if (auth && --auth->references == 0) {
        conn_auth_reset(auth);
        session_unref(auth->session);
        mem_free(auth);
    }
}
