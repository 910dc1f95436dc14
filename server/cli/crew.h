/*
 * The workers beside the first one (--workers N): each a thread with a loop, an
 * edge on the same ports, an HTTP engine and a Kerberos acceptor of its own.
 * KDC, admin port, signals and files are the first one's business.
 */
#ifndef CLI_CREW_H
#define CLI_CREW_H

#include "util/attr.h"
#include "util/err.h"

struct crew;
struct edge_tuning;
struct server;

/* Makes them; they accept nothing yet. One worker: `out_crew` is NULL. */
MUST_CHECK bool crew_new(struct server *server, struct crew **out_crew,
                         struct err *err);
/* They serve from here on, and the lock is needed. */
MUST_CHECK bool crew_start(struct crew *crew, struct err *err);
/* They have ended when this returns; what is theirs stays for crew_free. */
void crew_stop(struct crew *crew);
void crew_free(struct crew *crew);

/* See krb5_acceptor_doubt, edge_tune. NULL is fine. */
void crew_doubt(struct crew *crew);
void crew_tune(struct crew *crew, const struct edge_tuning *tuning);

#endif
