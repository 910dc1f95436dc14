/*
 * What a fault does to bytes: to a connection before its first byte, to a TLS
 * handshake, to a reply on its way out. Faults write these plans, the edge
 * obeys them and does not ask whether they make sense. All zero: nothing.
 */
#ifndef WIRE_PLANS_H
#define WIRE_PLANS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/span.h"

/* A connection before its first request. */
struct accept_plan {
    bool reset;   /* RST at once */
    bool silence; /* accepted, never answered */
};

/* A TLS handshake whose ClientHello is here. */
struct hello_plan {
    bool abort;           /* close at ClientHello */
    bool reset;           /* RST at ClientHello */
    bool stall;           /* never answer the ClientHello */
    int alert;            /* fatal alert of choice (RFC 8446 6); 0: none */
    bool stall_in_flight; /* stop after so many raw bytes of our flight: */
    uint64_t stall_after;
    int minimum; /* TLS1_VERSION ...; 0: the edge's own setting */
    int maximum;
    bool ask_client_certificate;
};

/* The bytes of one reply. */
struct reply_plan {
    struct span raw;    /* not empty: sent in place of the engine's reply;
                           copied by the edge. The connection goes on where
                           these bytes are just one reply, as their own
                           framing says, that does not close it */
    bool cut;           /* end the connection after `cut_after` bytes ... */
    uint64_t cut_after; /* ... of the reply, counted as plaintext; where it
                           has fewer, after its end */
    enum reply_cut {
        REPLY_CUT_CLOSE, /* TLS close_notify, then FIN */
        REPLY_CUT_FIN,   /* FIN without close_notify */
        REPLY_CUT_RESET, /* a real RST */
        REPLY_CUT_HOLD,  /* nothing more, until the client leaves: a FIN is
                            its leave, also over plain HTTP */
    } cut_how;
    int64_t delay;       /* ns before the first byte */
    uint64_t drip_bytes; /* at most so many bytes ... */
    int64_t drip_every;  /* ... every so many ns; 0: no drip */
};

#endif
