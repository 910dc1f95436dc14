/*
 * The KDC's database, made and changed through MIT's libkdb5. Used by one
 * thread. krb5kdc sees a change as soon as the function has returned.
 */
#ifndef KEEPER_DATABASE_H
#define KEEPER_DATABASE_H

#include <stdbool.h>

#include <krb5.h>

#include "keeper/protocol.h"
#include "util/attr.h"
#include "util/err.h"

struct database;

/* A context that reads the folder's profile alone. */
MUST_CHECK bool database_context(const char *folder, krb5_context *out_context,
                                 struct err *err);

/* With all but the users: master key, ticket-granting and other services.
 * The realm is borrowed. */
MUST_CHECK bool database_create(const struct keeper_realm *realm,
                                const char *folder,
                                struct database **out_database,
                                struct err *err);
void database_free(struct database *database);

/* Adds or changes all entries of the user. */
MUST_CHECK bool database_put_user(struct database *database,
                                  const struct keeper_user *user,
                                  const struct krb_keys *keys, struct err *err);
/* Adds a name to those of the service. */
MUST_CHECK bool database_put_service(struct database *database,
                                     const char *service, struct err *err);
MUST_CHECK bool database_put_users(struct database *database,
                                   const struct krb_keys *keys,
                                   struct err *err);

AUTO_DEFINE(database, struct database *, database_free)

#endif
