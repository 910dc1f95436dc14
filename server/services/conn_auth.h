/*
 * Authentication state of one connection. RFC 4559 section 6: the identity
 * belongs to the connection, and the legs of a handshake stay on it.
 */
#ifndef SERVICES_CONN_AUTH_H
#define SERVICES_CONN_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/auth.h"
#include "scenario/session.h"
#include "world/world.h"

/* A handshake that is half open for longer is forgotten. */
#define CONN_AUTH_HALF_OPEN (60 * INT64_C(1000000000))

struct conn_auth {
    unsigned references;     /* the connection, and each request on it */
    uint64_t requests;       /* that came on this connection so far */
    struct session *session; /* that all this belongs to; NULL: none so far */
    struct world *world;     /* the snapshot that `user` belongs to */
    /* The handshake under way; NULL: none. */
    const struct auth_method *method;
    struct auth_handle *handle;
    int leg;
    int64_t began; /* monotonic ns, of the last challenge */
    bool armed;    /* the challenge really went out */
    /* Who this connection is; NULL: nobody. The rest is how we know. */
    const struct user *user;
    const struct auth_method *proven_by;
    struct arena *arena; /* owns the texts here */
    const char *mechanism;
    struct auth_report report;
};

struct conn_auth *conn_auth_new(void);
struct conn_auth *conn_auth_ref(struct conn_auth *auth);
/* NULL is fine. The last one wipes what is left of a handshake. */
void conn_auth_unref(struct conn_auth *auth);

/*
 * The next request belongs to this session and world. Where a reload has put
 * another world in place, the connection stays who it is, by the world's key;
 * whom the new world does not know is nobody from then on. So is everybody
 * where the request is another session's. true: that has happened, and
 * somebody was forgotten.
 */
bool conn_auth_follow(struct conn_auth *auth, struct session *session,
                      struct world *world);
/* Drops the handshake, keeps the identity. */
void conn_auth_drop_handshake(struct conn_auth *auth);
/* Drops both. */
void conn_auth_reset(struct conn_auth *auth);
/* The handshake succeeded: from here on the connection is this user. */
void conn_auth_establish(struct conn_auth *auth, struct world *world,
                         const struct auth_method *method,
                         const struct auth_outcome *outcome);

#endif
