/*
 * What a sign-in showed of itself, as data: for endpoints that tell the client
 * what the server saw. Texts are UTF-8; NULL: nothing of the kind was sent.
 */
#ifndef AUTH_REPORT_H
#define AUTH_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"

/* Is the client tied to this TLS channel (RFC 5929, [MS-NLMP] 3.1.5.1.2)? */
enum auth_binding {
    AUTH_BINDING_NOT_CHECKED, /* nothing can carry it, or there is no TLS */
    AUTH_BINDING_ABSENT,
    AUTH_BINDING_MATCHED,
    AUTH_BINDING_MISMATCHED,
};

enum auth_mic {
    AUTH_MIC_ABSENT,
    AUTH_MIC_UNANNOUNCED, /* there, but MsvAvFlags does not say so */
    AUTH_MIC_VERIFIED,
    AUTH_MIC_WRONG, /* or announced, and not there */
};

/* MsvAvTimestamp of the challenge, seen in the answer. */
enum auth_timestamp {
    AUTH_TIMESTAMP_NONE, /* the challenge had none, or the answer is NTLMv1 */
    AUTH_TIMESTAMP_ECHOED,
    AUTH_TIMESTAMP_OWN, /* the client put its own clock in its place */
};

struct auth_ntlm_report {
    bool present;         /* NTLM took place */
    const char *response; /* "NTLMv2", "NTLMv1" ... */
    uint32_t flags;       /* as the client's last message has them */
    enum auth_mic mic;
    enum auth_timestamp timestamp;
    unsigned key_bits; /* strength of the sealing key; 0: none agreed on */
};

/* Of the ticket and the authenticator; times in s since 1970, 0: none. */
struct auth_krb5_report {
    bool present;       /* an AP-REQ was opened with one of our keys */
    const char *client; /* "alice@CONTOSO.TEST" */
    int32_t etype;      /* of the ticket: of the service's key */
    uint32_t kvno;      /* 0: the ticket has none */
    int32_t session_etype;
    uint32_t ticket_flags; /* TicketFlags, RFC 4120 section 5.3; bit 0 is the
                              highest */
    uint32_t gss_flags;    /* RFC 4121 section 4.1.1.1 */
    bool mutual;           /* the client wants to know who we are */
    bool delegated;        /* credentials came along */
    int64_t auth_time;
    int64_t start_time;
    int64_t end_time;
    int64_t renew_till;
    int64_t skew; /* s; how far the client is ahead of the service */
};

struct auth_report {
    const char *domain; /* as sent */
    const char *name;   /* as sent: "alice", "CONTOSO\alice" ... */
    const char *workstation;
    const char *spn; /* the service that the client meant to reach */
    enum auth_binding channel_binding;
    struct auth_ntlm_report ntlm;
    struct auth_krb5_report krb5;
};

/* "matched", "not checked" ...: the words that users see. */
const char *auth_binding_text(enum auth_binding binding);
const char *auth_mic_text(enum auth_mic mic);
const char *auth_timestamp_text(enum auth_timestamp timestamp);

/* A copy whose texts are in the arena. */
struct auth_report auth_report_copy(struct arena *arena,
                                    const struct auth_report *report);

#endif
