/*
 * What became of a web ticket on its way from the server to the client and
 * back: which bytes differ from those that were issued, and what makes such a
 * difference. For the line that says why a ticket was refused. Tickets are
 * secrets: places and names are told, never their text.
 */
#ifndef TICKET_WHY_H
#define TICKET_WHY_H

#include "util/arena.h"
#include "util/span.h"

/* One that was issued: the text of RequestedSecurityToken, see ticket_issue. */
struct ticket_copy {
    const char *id;
    struct span text;
};

struct ticket_change {
    const struct ticket_copy *copy; /* that it was; NULL: none of these */
    /* What was done to it, "escaped for XML once more"; NULL: nothing. */
    const char *what;
};

/* presented: as ticket_open takes it. */
void ticket_why(struct arena *arena, const char *presented,
                const struct ticket_copy *copies, size_t count,
                struct ticket_change *out_change);

#endif
