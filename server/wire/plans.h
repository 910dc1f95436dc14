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
    int64_t delay;       /* ns before the first byte */
    uint64_t drip_bytes; /* at most so many bytes ... */
    int64_t drip_every;  /* ... every so many ns; 0: no drip */
    /* Goes out before the reply, at once, and is no part of it: 1xx replies
     * (RFC 9110 15.2), or what looks like some. Copied by the edge. */
    struct span interim;
    bool withhold;     /* the 100 that the client asked for is not sent */
    int64_t pause;     /* ns in the middle of the reply ... */
    uint64_t pause_at; /* ... before this byte of it, from 0 */
    int64_t linger;    /* ns behind its last byte, before anything else */
    enum reply_then {
        REPLY_THEN_FRAMED, /* as its own framing says */
        REPLY_THEN_CLOSE,
        REPLY_THEN_OPEN, /* the next request is read, come what may */
        REPLY_THEN_RESET,
    } then;
    int64_t idle; /* ns that the connection may then idle; 0: the usual time */
    struct refuse_plan refuse; /* the port, once the reply is planned */
};

/*
 * How a reply is written down where that is not as RFC 9112 wants it. Faults
 * fill it in, http obeys. All zero: nothing is odd.
 */
struct write_plan {
    /* Section 4. A line of its own has no other part. */
    const char *line;    /* all of it but its end */
    const char *version; /* "HTTP/1.0" */
    const char *code;    /* instead of the status */
    const char *reason;  /* instead of the usual one; "": none */
    bool old;            /* HTTP/1.0: no chunks, and goes on by request alone */

    /* Section 5. */
    struct span first; /* lines with their ends, before all headers ... */
    struct span last;  /* ... and behind them */
    enum write_end {
        WRITE_END_CRLF,
        WRITE_END_LF,
        WRITE_END_CR,
    } end;
    enum write_case {
        WRITE_CASE_USUAL,
        WRITE_CASE_LOWER,
        WRITE_CASE_UPPER,
    } names;
    enum write_order {
        WRITE_ORDER_USUAL,
        WRITE_ORDER_REVERSED,
        WRITE_ORDER_SORTED,
    } order;
    bool fold;    /* each value in two lines (5.2) */
    bool tight;   /* no space behind the colon */
    bool endless; /* the empty line never comes */

    /* Section 6.2. */
    enum write_length {
        WRITE_LENGTH_GOOD,
        WRITE_LENGTH_OFF,   /* by so many bytes */
        WRITE_LENGTH_SAYS,  /* this number */
        WRITE_LENGTH_TWICE, /* the right one, and one more */
        WRITE_LENGTH_NONE,
        WRITE_LENGTH_BOTH, /* beside Transfer-Encoding */
    } length;
    int64_t length_number;

    /* Section 7.1; 0: no chunks. */
    size_t chunk;
    const char *chunk_extension; /* behind each size; NULL: none */
    struct span trailer;         /* lines with their ends */
    enum write_chunk {
        WRITE_CHUNK_GOOD,
        WRITE_CHUNK_BAD_SIZE, /* "xyz" where the second size should stand */
        WRITE_CHUNK_NO_SIZE,  /* an empty line there */
        WRITE_CHUNK_TOO_LONG, /* more is said there than comes */
        WRITE_CHUNK_HUGE,     /* a size beyond 64 bits there */
        WRITE_CHUNK_NEGATIVE,
        WRITE_CHUNK_NO_END, /* no CRLF behind the data */
        WRITE_CHUNK_LF,     /* lines end in LF alone */
        WRITE_CHUNK_NO_LAST,
        WRITE_CHUNK_NO_TRAILER, /* no empty line behind the last chunk */
    } chunk_flaw;

    bool body_anyway; /* to HEAD, and with 204 or 304 */
    struct span more; /* behind the reply: another one */

    /* Where the body is cut or halts, in bytes of it. */
    bool cut_body;
    bool cut_percent; /* `cut_at` is a percentage */
    uint64_t cut_at;
    bool pause_body; /* plan.pause lies between head and body */
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

/*
 * An NTLM CHALLENGE as it shall be on the wire ([MS-NLMP] 2.2.1.2), whatever it
 * should be; texts are hexadecimal. NULL, and what is not given: as it is.
 */
struct ntlm_message {
    bool fields_omitted; /* it ends behind ServerChallenge: 32 bytes */
    bool flags_given;
    bool type_given;
    bool name_length_given;
    bool name_max_given;
    bool name_offset_given;
    bool info_length_given;
    bool info_max_given;
    bool info_offset_given;
    bool truncate_given;
    const char *signature; /* 8 bytes */
    const char *reserved;  /* 8 bytes */
    const char *version;   /* 8 bytes */
    const char *av_pairs;  /* in this order, by blanks: names and "ID=HEX" */
    const char *bytes;     /* the whole message */
    uint32_t flags;
    unsigned type;
    unsigned name_length;
    unsigned name_max;
    unsigned name_offset;
    unsigned info_length;
    unsigned info_max;
    unsigned info_offset;
    unsigned truncate; /* so many bytes of it */
    unsigned padding;  /* so many zeros behind it */
};

/* How NTLM answers one leg. */
struct ntlm_plan {
    enum ntlm_turn {
        NTLM_TURN_GOOD,
        NTLM_TURN_CHALLENGE, /* by a fresh challenge, whatever came */
        NTLM_TURN_AGAIN,     /* by the challenge of this handshake once more */
        NTLM_TURN_BARE,      /* by the name of the scheme alone */
    } turn;
    enum ntlm_replay {
        NTLM_REPLAY_NONE,
        NTLM_REPLAY_STALE, /* that of an earlier handshake; another is judged */
        NTLM_REPLAY_REPEATED, /* the same, and it is judged */
    } replay;
    const struct ntlm_message *message; /* NULL: as it should be */
    struct span last; /* the challenge before, of whatever connection */
    struct span sent; /* set as one is made */
};

/*
 * A web ticket and the answer that carries it, not as they should be (protocol:
 * webticket 5). Zero: as they should.
 */
struct ticket_lies {
    enum ticket_signature {
        TICKET_SIGNATURE_GOOD,
        TICKET_SIGNATURE_BROKEN,    /* one letter of SignatureValue */
        TICKET_SIGNATURE_DIGEST,    /* ... of DigestValue */
        TICKET_SIGNATURE_OTHER_KEY, /* by a key that nobody knows */
        TICKET_SIGNATURE_OMIT,
    } signature;
    enum ticket_assertion {
        TICKET_ASSERTION_GOOD,
        TICKET_ASSERTION_OMIT,      /* RequestedSecurityToken is empty */
        TICKET_ASSERTION_NO_TOKEN,  /* ... or not there at all */
        TICKET_ASSERTION_INHERITED, /* its prefix is declared outside of it */
        TICKET_ASSERTION_REFERENCE, /* an AssertionIDReference stands before */
    } assertion;
    enum ticket_confirmation {
        TICKET_CONFIRMATION_ASKED,
        TICKET_CONFIRMATION_BEARER,
        TICKET_CONFIRMATION_KEY,
    } confirmation;
    enum ticket_secret {
        TICKET_SECRET_GOOD,
        TICKET_SECRET_OMIT,
        TICKET_SECRET_OTHER,  /* not the one that the key was made of */
        TICKET_SECRET_EARLY,  /* another one stands before it */
        TICKET_SECRET_SERVER, /* the key itself, made without the client */
    } secret;
    enum ticket_lifetime_form {
        TICKET_LIFETIME_GOOD,
        TICKET_LIFETIME_OMIT,
        TICKET_LIFETIME_NO_CREATED,
        TICKET_LIFETIME_NO_EXPIRES,
        TICKET_LIFETIME_PREFIXED,   /* wsu:Created, declared on Lifetime */
        TICKET_LIFETIME_REDECLARED, /* ... and on each of its children */
    } lifetime;
    enum ticket_times {
        TICKET_TIMES_UTC,
        TICKET_TIMES_FRACTION, /* .000Z */
        TICKET_TIMES_NO_ZONE,
        TICKET_TIMES_OFFSET, /* +00:00 */
        TICKET_TIMES_DATE,   /* as HTTP writes dates */
        TICKET_TIMES_EMPTY,
    } times;
    enum ticket_context {
        TICKET_CONTEXT_ECHO,
        TICKET_CONTEXT_OMIT,
        TICKET_CONTEXT_OTHER,
    } context;
    enum ticket_cwt {
        TICKET_CWT_GOOD,
        TICKET_CWT_TRUNCATED, /* its base64 ends early */
        TICKET_CWT_FLIPPED,   /* one bit of the MAC */
        TICKET_CWT_LENGTH,    /* a field says another length */
        TICKET_CWT_NO_LABEL,  /* without "cwt=" */
        TICKET_CWT_PADDED,    /* base64 as of old: +, / and = */
    } cwt;
    bool prefixed;          /* trust elements as t:... */
    bool no_collection;     /* RSTR without RSTRC */
    bool other_format;      /* CWT for SAML and the other way round */
    const char *applies_to; /* NULL: as asked; "omit": none */
    const char *token_type; /* NULL: as asked; "omit": none */
    bool said_given;        /* Lifetime says another end than the ticket: */
    int64_t said_lifetime;  /* ns from its issue */
    int64_t said_clock;     /* ns; moves Created and Expires alone */
};

/* A verdict that a step wants, whatever the credentials are worth. */
struct verdict_plan {
    bool forced;
    bool accepted;
    const char *reason; /* of a refusal, in the words of the fact; NULL: any */
    const char *user;   /* whom to take it for; NULL: who it says */
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
