/*
 * The UsernameToken of a message's Security header: WS-Security UsernameToken
 * Profile 1.0, as far as protocol: webticket 4.3 needs it. What the texts mean
 * is the caller's business.
 */
#ifndef WIRE_USERTOKEN_H
#define WIRE_USERTOKEN_H

#include "util/arena.h"
#include "wire/soap.h"

enum usertoken_flaw {
    USERTOKEN_GOOD,
    USERTOKEN_NO_SECURITY, /* no Security header */
    USERTOKEN_NO_TOKEN,    /* no UsernameToken in it */
    USERTOKEN_NO_NAME,
    USERTOKEN_NO_PASSWORD,
    USERTOKEN_TWO_HEADERS, /* two Security headers */
    USERTOKEN_TWICE,       /* two of what is in one, and to be there once */
    USERTOKEN_DIGEST,      /* Password is a digest */
};

/* Texts are as they stand there, with white space; NULL: not there. */
struct usertoken {
    bool must_understand; /* of the Security header */
    const char *name;
    const char *password;
    const char *type; /* of Password */
    bool nonce;
    bool created;
    const char *nonce_text;
    const char *created_text;
};

/* out_token is filled as far as it was read; out_text says what is wrong. */
enum usertoken_flaw usertoken_decode(struct arena *arena,
                                     const struct soap *soap,
                                     struct usertoken *out_token,
                                     const char **out_text);

#endif
