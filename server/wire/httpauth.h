/*
 * The HTTP header fields that carry authentication (RFC 9110 section 11,
 * RFC 4559 section 4): "scheme token68".
 */
#ifndef WIRE_HTTPAUTH_H
#define WIRE_HTTPAUTH_H

#include "util/arena.h"
#include "util/span.h"

enum httpauth_result {
    HTTPAUTH_OK,
    HTTPAUTH_EMPTY,      /* no scheme at all */
    HTTPAUTH_NO_TOKEN,   /* a scheme alone */
    HTTPAUTH_BAD_BASE64, /* the token is no base64 */
};

struct httpauth {
    const char *scheme; /* as sent */
    const char *text;   /* all that follows the scheme, trimmed */
    struct span token;  /* decoded; empty unless HTTPAUTH_OK */
};

/*
 * Reads an Authorization value whose credentials are one base64 token. Scheme
 * and text are filled in whatever the answer is; "" where there is none.
 */
enum httpauth_result httpauth_decode(struct arena *arena, const char *value,
                                     struct httpauth *out);

/* "Scheme", or "Scheme base64" where there is a token. */
char *httpauth_encode(struct arena *arena, const char *scheme,
                      struct span token);

#endif
