/*
 * The server's end of the pair whose other end the KDC's keeper has, and the
 * keeper's process: see keeper/protocol.h.
 */
#ifndef KDC_LINK_H
#define KDC_LINK_H

#include <sys/types.h>

#include "edge/loop.h"
#include "keeper/protocol.h"
#include "util/attr.h"
#include "util/err.h"

struct env;
struct link;

enum {
    LINK_END_SECONDS = 2, /* for the keeper to clean up; then it is killed */
};

struct link_options {
    struct loop *loop;
    struct env *env;
    void *ctx;
    /* A message of the keeper's; borrowed for the call. */
    void (*message)(void *ctx, const struct keeper_message *message);
    /* The keeper has ended by itself, once; `why` is a sentence without its
     * full stop. */
    void (*lost)(void *ctx, const char *why);
};

/* Starts the keeper. */
MUST_CHECK bool link_new(const struct link_options *options,
                         struct link **out_link, struct err *err);
/*
 * Sends, or keeps until there is room; false: it will not fit in a packet. A
 * keeper that has gone is told by `lost`.
 */
MUST_CHECK bool link_send(struct link *link,
                          const struct keeper_message *message,
                          struct err *err);
/* A child of this process has ended, with this status of wait(2): the keeper,
 * or another one. */
void link_child_ended(struct link *link, pid_t pid, int status);
/* The keeper's process; 0: it has ended. */
pid_t link_keeper(const struct link *link);
/* Lets the keeper end, waits for it; NULL is fine. */
void link_free(struct link *link);

#endif
