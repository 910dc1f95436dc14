/*
 * Web tickets that a session issued lately, byte for byte, and what their proof
 * keys were made of: for the line that says why one was refused. As many as
 * there is room for; the oldest goes first.
 */
#ifndef SERVICES_ISSUED_H
#define SERVICES_ISSUED_H

#include "services/service.h"
#include "ticket/ticket.h"

enum {
    ISSUED_MAX = 16,
    ISSUED_TEXT_MAX = 16 * 1024, /* of a ticket; a longer one is not kept */
};

struct issued {
    const char *id;
    const char *user; /* account key; NULL: a guest */
    const char *pool;
    const char *audience; /* NULL: any */
    uint64_t exchange;
    bool broken; /* a step made something wrong of it */
    struct span text;
    struct span key;            /* the proof key; empty: a bearer ticket */
    struct span client_entropy; /* empty: there was none */
    struct span server_entropy;
};

/* Kept once the reply that is planned is sent. */
void issued_keep(struct call *call, const struct ticket *ticket,
                 const char *text, struct span client_entropy,
                 struct span server_entropy);

/* Those of this session, the newest first, copied into the call's arena. */
size_t issued_list(struct call *call, struct session *session,
                   struct issued out[ISSUED_MAX]);

/*
 * Why this ticket was refused, in one sentence; NULL: nothing is known. flaw,
 * ticket: as ticket_open and the audience's check left them.
 */
const char *issued_why(struct call *call, const char *presented,
                       enum ticket_flaw flaw, const struct ticket *ticket);

#endif
