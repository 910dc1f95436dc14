/* Authentication state of one connection, see conn_auth.h. */
#include "config.h"

#include "services/conn_auth.h"

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
    mem_free(auth->mechanism);
    auth->mechanism = NULL;
    auth->user = NULL;
    world_unref(auth->world);
    auth->world = NULL;
}

void conn_auth_establish(struct conn_auth *auth, struct world *world,
                         const struct user *user, const char *mechanism)
{
    conn_auth_reset(auth);
    auth->world = world_ref(world);
    auth->user = user;
    auth->mechanism = mem_strdup(mechanism);
}

void conn_auth_unref(struct conn_auth *auth)
{
    if (auth && --auth->references == 0) {
        conn_auth_reset(auth);
        mem_free(auth);
    }
}
