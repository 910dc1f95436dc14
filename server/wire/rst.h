/*
 * The request for a web ticket: WS-Trust RequestSecurityToken as MS-OCAUTHWS
 * uses it, read with the tolerance of protocol: webticket 4. The three
 * namespaces of WS-Trust count as one, order is free, what is not known is
 * noted and nothing more.
 */
#ifndef WIRE_RST_H
#define WIRE_RST_H

#include "util/arena.h"
#include "util/span.h"
#include "wire/xml.h"

enum {
    RST_NOTES_MAX = 16,
    RST_ENTROPY_MAX = 1024, /* bytes */
};

enum rst_result {
    RST_OK,
    RST_NOT_AN_RST,  /* the body holds something else, or nothing */
    RST_BAD_ENTROPY, /* no base64, empty, or larger than RST_ENTROPY_MAX */
    RST_BAD_KEY_SIZE,
};

enum rst_token {
    RST_TOKEN_ABSENT,
    RST_TOKEN_SAML,
    RST_TOKEN_CWT,
    RST_TOKEN_ANON_CWT, /* a guest's */
    RST_TOKEN_UNKNOWN,
};

enum rst_key {
    RST_KEY_ABSENT,
    RST_KEY_SYMMETRIC,
    RST_KEY_BEARER, /* also spelled NoProofKey */
    RST_KEY_PUBLIC,
    RST_KEY_UNKNOWN,
};

/* Texts are trimmed and live in the arena; NULL: not there. */
struct rst {
    const char *trust; /* the namespace of the request as it was written */
    const char *context;
    const char *token_type;
    enum rst_token token;
    const char *request_type;
    bool issue; /* request_type says Issue */
    const char *applies_to;
    const char *claims_dialect;
    const char *claim_uri;   /* of the claim that is wanted */
    const char *claim_value; /* "sip:alice@contoso.test" */
    struct span entropy;     /* the client's; empty: none */
    const char *key_type;
    enum rst_key key;
    unsigned key_size; /* bits; 0: none given */
    const char *created;
    const char *expires;
    /* Children that are not known or come twice, for the journal. */
    const char *notes[RST_NOTES_MAX];
    size_t note_count;
};

/* out_text says what is wrong; out_rst is filled as far as it was read. */
enum rst_result rst_decode(struct arena *arena, const xmlNode *body,
                           struct rst *out_rst, const char **out_text);

#endif
