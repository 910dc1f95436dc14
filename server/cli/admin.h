/* The admin port of a running server. */
#ifndef CLI_ADMIN_H
#define CLI_ADMIN_H

#include "cli/server.h"

/* Where the options want one. */
MUST_CHECK bool server_start_admin(struct server *server, struct err *err);

#endif
