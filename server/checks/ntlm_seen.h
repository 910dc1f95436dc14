/*
 * What an exchange's Authorization says, decoded once for all rules, and the
 * challenge that it answers, as that really went out: a client is judged by
 * what it was told, never by what would have been good.
 */
#ifndef CHECKS_NTLM_SEEN_H
#define CHECKS_NTLM_SEEN_H

#include <stdbool.h>

#include "checks/history_auth.h"
#include "checks/rule.h"
#include "wire/httpauth.h"
#include "wire/krb.h"
#include "wire/ntlmssp.h"
#include "wire/ntlmssp_av.h"
#include "wire/spnego.h"

/* Where the fields of messages stand, [MS-NLMP] 2.2.1.1 and 2.2.1.3. */
enum {
    NTLM_AT_TYPE = 8,
    NTLM1_AT_FLAGS = 12,
    NTLM1_AT_DOMAIN = 16,
    NTLM1_AT_WORKSTATION = 24,
    NTLM1_AT_VERSION = 32,
    NTLM3_AT_LM = 12,
    NTLM3_AT_NT = 20,
    NTLM3_AT_DOMAIN = 28,
    NTLM3_AT_USER = 36,
    NTLM3_AT_WORKSTATION = 44,
    NTLM3_AT_KEY = 52,
    NTLM3_AT_FLAGS = 60,
    NTLM3_AT_VERSION = 64,
    NTLM3_AT_MIC = 72,
};

enum auth_scheme {
    SCHEME_NTLM,
    SCHEME_NEGOTIATE,
    SCHEME_BASIC,
    SCHEME_OTHER,
};

/* How an AUTHENTICATE proves the password, by the size of its response. */
enum ntlm_response {
    RESPONSE_NONE,
    RESPONSE_LM,
    RESPONSE_V1,
    RESPONSE_V2,
    RESPONSE_BROKEN,
};

struct ntlm_seen {
    const char *value; /* of Authorization, as sent */
    enum httpauth_result result;
    struct httpauth sent;
    enum auth_scheme scheme;

    /* SCHEME_NEGOTIATE: what is around the mechanism's token. */
    enum spnego_kind kind;
    bool decoded; /* `init` or `resp` holds, as `kind` says */
    struct spnego_flaw spnego_flaw;
    struct spnego_init init;
    struct spnego_resp resp;

    /* An NTLM message, whatever is around it. */
    struct span message;
    enum ntlmssp_type type; /* NTLMSSP_NONE: there is none */
    bool readable;          /* `negotiate` or `answer` holds, as `type` says */
    struct ntlmssp_flaw flaw;
    struct ntlmssp_negotiate negotiate;
    struct ntlmssp_authenticate answer;
    enum ntlm_response response;
    bool has_v2;
    struct ntlmssp_v2_response v2;

    /* What was sent to this client before, on this connection. */
    struct auth_conn before;
    bool challenged; /* `challenge` holds: an answer to it is due */
    struct ntlmssp_challenge challenge;
    struct span challenge_bytes;

    /* A Kerberos AP-REQ, whatever is around it. */
    bool has_ap;
    struct krb_ap_req ap;

    /* The last leg of a handshake: an answer of NTLM, or an AP-REQ. */
    bool last_leg;
    /* What came back: a token of the handshake. */
    struct span token_out;
    struct auth_conn *conn; /* as it is now, with this exchange in it */
    unsigned offered;       /* to this host before: 1 << enum auth_scheme */
};

/* Of an exchange with TRAIT_AUTHORIZATION. */
struct ntlm_seen *ntlm_seen(struct check *check);
/* The same, where the message is of this type and could be read; else NULL. */
struct ntlm_seen *ntlm_message(struct check *check, enum ntlmssp_type type);
/* The same, where it answers a challenge that is known. */
struct ntlm_seen *ntlm_answer(struct check *check);
/* The same, by NTLMv2. */
struct ntlm_seen *ntlm_v2_answer(struct check *check);
/* The AV pairs that the challenge brought; empty: none. */
struct span ntlm_told(const struct ntlm_seen *seen);
/* A list of AV pairs that are whole, with an end. */
bool ntlm_list_ends(struct span list);
/* The flags of the message. */
uint32_t ntlm_flags(const struct ntlm_seen *seen);

/* Flags of the answer that the client has from the challenge alone, never
 * having asked for them: who only echoes them has not broken a rule. */
uint32_t ntlm_forced(const struct ntlm_seen *seen);

/* "Authorization: NTLM type 3, NegotiateFlags at offset 60" */
const char *ntlm_where(struct check *check, const struct ntlm_seen *seen,
                       const char *field, size_t offset);
/* A piece of the message for a finding. */
struct span ntlm_piece(const struct ntlm_seen *seen, size_t offset,
                       size_t size);
/* Where a piece of the message stands in it. */
size_t ntlm_offset(const struct ntlm_seen *seen, struct span piece);

/* The host's last offer; a 401 that is no leg of a handshake makes a new one.
 */
struct auth_offer *ntlm_offer(struct check *check);

/* A header of the reply as it went out; NULL: it had none of this name. */
const char *sent_header(struct check *check, const char *name);
/* The token that the reply carried for this scheme; empty: none. */
struct span sent_token(struct check *check, const char *scheme);

#endif
