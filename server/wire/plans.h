/*
 * What a fault does to bytes: to a connection, to a TLS handshake, to a reply
 * on its way out. Faults write these plans, the edge
 * obeys them and does not ask whether they make sense. All zero: nothing.
 */
#ifndef WIRE_PLANS_H
#define WIRE_PLANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/span.h"
#include "wire/profile.h"

/* How a connection ends. */
enum reply_cut {
    REPLY_CUT_CLOSE, /* TLS close_notify, then FIN */
    REPLY_CUT_FIN,   /* FIN without close_notify */
    REPLY_CUT_RESET, /* a real RST */
    REPLY_CUT_HOLD,  /* nothing more, until the client leaves: a FIN is
                        its leave, also over plain HTTP */
    REPLY_CUT_HALF,  /* as FIN, and what the client sends is read on */
};

/* A port that takes no new connections. */
struct refuse_plan {
    bool refuse;
    int64_t time; /* ns; 0: for good */
};

/* A connection at some point of its life. */
struct conn_plan {
    int64_t delay; /* ns; nothing is read or sent for so long */
    bool ends;     /* ... and then, or at once: */
    enum reply_cut how;
    /* Not at once, but as soon as one of these is true; 0: not said. */
    uint64_t received; /* raw bytes from the client since it came */
    uint64_t sent;     /* raw bytes to the client from here on */
    int64_t idle;      /* ns without a request */
    struct refuse_plan refuse;
};

/* A TLS handshake whose ClientHello is here. */
struct hello_plan {
    struct alert_plan {
        bool send;
        bool warning;   /* and the handshake goes on; else fatal */
        uint8_t number; /* RFC 8446 6 */
    } alert;
    int minimum; /* TLS1_VERSION ...; 0: the edge's own setting */
    int maximum;
    enum client_certificate {
        CLIENT_CERTIFICATE_NOT_ASKED,
        CLIENT_CERTIFICATE_OPTIONAL, /* any, or none */
        CLIENT_CERTIFICATE_REQUIRED, /* any */
    } client_certificate;
    bool no_resumption; /* neither this session nor one that it makes */
    const char *alpn;   /* picked, offered or not; NULL: none is */
    bool alpn_refuse;   /* alert no_application_protocol */
    /* Another certificate than the world's. */
    bool certificate;
    enum cert_profile profile;
    const char *name; /* made out to; NULL: the name that was asked */
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
    enum reply_cut cut_how;
    int64_t delay;             /* ns before the first byte */
    uint64_t drip_bytes;       /* at most so many bytes ... */
    int64_t drip_every;        /* ... every so many ns; 0: no drip */
    struct refuse_plan refuse; /* the port, once the reply is planned */
};

/* A KRB-ERROR that a step wants (RFC 4120 section 5.9.1). */
struct krb_error_plan {
    bool forged;
    int32_t code;
    const char *text; /* e-text; NULL: none */
    int64_t clock;    /* ns; how far stime is from the real time */
};

/* What becomes of one request to the KDC. */
struct kdc_plan {
    bool drop;                   /* never answered */
    bool reset;                  /* TCP: RST; UDP: dropped */
    int64_t delay;               /* ns before the answer */
    struct krb_error_plan error; /* in place of the answer; nobody is asked */
    bool garbage;                /* bytes that are no message */
    size_t garbage_size;
    bool too_big; /* over UDP: KRB_ERR_RESPONSE_TOO_BIG, which means TCP */
    /* The ticket within the answer, opened, changed and closed again. */
    struct kdc_ticket_plan {
        bool changed;     /* false: it is left as it is */
        size_t padding;   /* bytes of authorization data, as of a large PAC */
        bool wrong_key;   /* closed with a key that the service has not */
        int32_t kvno;     /* 0: as it is */
        int64_t starts;   /* ns from now; 0: as it is */
        int64_t ends;     /* ns from now; 0: as it is */
        const char *name; /* another service in sname; NULL: as it is */
    } ticket;
};

/* How SPNEGO and Kerberos answer one token. */
struct negotiate_plan {
    enum negotiate_mech {
        NEGOTIATE_MECH_GOOD, /* the first of the client's that we have */
        NEGOTIATE_MECH_KRB5,
        NEGOTIATE_MECH_NTLM,
        NEGOTIATE_MECH_NEGOEX, /* which the client may not even have offered */
    } mech;
    bool reject; /* NegTokenResp with negState reject, and no more */
    enum negotiate_mic {
        NEGOTIATE_MIC_GOOD,
        NEGOTIATE_MIC_OMIT,
        NEGOTIATE_MIC_WRONG,
        NEGOTIATE_MIC_SEND, /* where none is due, too */
    } mech_list_mic;
    enum negotiate_mutual {
        NEGOTIATE_MUTUAL_GOOD,
        NEGOTIATE_MUTUAL_OMIT,
        NEGOTIATE_MUTUAL_CORRUPT,
    } mutual_token;
    struct krb_error_plan error; /* whatever the AP-REQ is worth */
};

#endif
