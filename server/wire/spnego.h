/*
 * SPNEGO tokens (RFC 4178 section 4, with what [MS-SPNG] adds). Decoders
 * judge, encoders write what they are told: a member that is absent (its
 * has_ is false) is left out, in either direction.
 */
#ifndef WIRE_SPNEGO_H
#define WIRE_SPNEGO_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/span.h"

/* Mechanisms in one token; real clients send five at most. */
enum { SPNEGO_MECHS_MAX = 32 };

/* What a token of an HTTP Negotiate header is, by its first bytes. */
enum spnego_kind {
    SPNEGO_UNKNOWN,
    SPNEGO_INIT,         /* NegTokenInit or NegTokenInit2 */
    SPNEGO_RESP,         /* NegTokenResp */
    SPNEGO_RAW_NTLM,     /* an NTLM message with nothing around it */
    SPNEGO_RAW_KERBEROS, /* a Kerberos token with nothing around it */
};

enum spnego_result {
    SPNEGO_OK,
    SPNEGO_NOT_SPNEGO,
    SPNEGO_MALFORMED,
    SPNEGO_TOO_MANY, /* mechanisms */
};

struct spnego_flaw {
    size_t offset;
    const char *field; /* the RFC's name, "mechTypes" */
    const char *why;
};

/* RFC 4178 section 4.2.2. */
enum spnego_state {
    SPNEGO_ACCEPT_COMPLETED = 0,
    SPNEGO_ACCEPT_INCOMPLETE = 1,
    SPNEGO_REJECT = 2,
    SPNEGO_REQUEST_MIC = 3,
};

/* 4.2.1; negHints is what [MS-SPNG] 2.2.1 puts before mechListMIC. */
struct spnego_init {
    bool framed;            /* within GSS-API's InitialContextToken */
    struct span mech_types; /* the whole MechTypeList: what the MIC covers */
    struct span mechs[SPNEGO_MECHS_MAX]; /* contents of the OIDs */
    size_t mech_count;
    bool has_flags;
    struct span req_flags; /* content of the BIT STRING */
    bool has_token;
    struct span mech_token;
    bool has_hints;
    struct span neg_hints; /* content of the SEQUENCE */
    bool has_mic;
    struct span mech_list_mic;
};

/* 4.2.2 */
struct spnego_resp {
    bool has_state;
    unsigned state; /* enum spnego_state, or any number */
    bool has_mech;
    struct span supported_mech; /* content of the OID */
    bool has_token;
    struct span response_token;
    bool has_mic;
    struct span mech_list_mic;
};

/* A mechanism that has a name. */
struct spnego_mech {
    struct span oid;  /* content */
    const char *name; /* "NTLMSSP" */
};

enum spnego_kind spnego_kind_of(struct span token);

enum spnego_result spnego_decode_init(struct span token,
                                      struct spnego_init *out,
                                      struct spnego_flaw *out_flaw);
enum spnego_result spnego_decode_resp(struct span token,
                                      struct spnego_resp *out,
                                      struct spnego_flaw *out_flaw);

/* Appends a token. Init: the list is made from `mechs`, not `mech_types`. */
void spnego_encode_init(struct buf *out, const struct spnego_init *init);
void spnego_encode_resp(struct buf *out, const struct spnego_resp *resp);
/* The MechTypeList alone, as the MIC covers it. */
void spnego_encode_mech_types(struct buf *out, const struct spnego_init *init);

/* The mechanism of this OID, or NULL. */
const struct spnego_mech *spnego_mech_of(struct span oid);
/* "accept-incomplete"; NULL: no such state. */
const char *spnego_state_name(unsigned state);

/* Contents of OIDs that code here speaks of. */
extern const struct span SPNEGO_OID_NTLM;
extern const struct span SPNEGO_OID_KRB5;
extern const struct span SPNEGO_OID_MS_KRB5;

#endif
