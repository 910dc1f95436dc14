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
    struct arena *arena; /* owns the texts of these two */
    const char *mechanism;
    struct auth_report report;
};

struct conn_auth *conn_auth_new(void);
struct conn_auth *conn_auth_ref(struct conn_auth *auth);
/* NULL is fine. The last one wipes what is left of a handshake. */
void conn_auth_unref(struct conn_auth *auth);

/* From here on it belongs to this session, to which it keeps a reference. */
void conn_auth_belong(struct conn_auth *auth, struct session *session);
/* Drops the handshake, keeps the identity. */
void conn_auth_drop_handshake(struct conn_auth *auth);
/* Drops both. */
void conn_auth_reset(struct conn_auth *auth);
/* The handshake succeeded: from here on the connection is this user. */
void conn_auth_establish(struct conn_auth *auth, struct world *world,
                         const struct auth_method *method,
                         const struct auth_outcome *outcome);

#endif
