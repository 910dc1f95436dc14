/*
 * What a server says in WWW-Authenticate: Negotiate (RFC 4559): SPNEGO, or a
 * Kerberos token with nothing around it.
 */
#ifndef PROBE_NEGOTIATE_H
#define PROBE_NEGOTIATE_H

#include <stdbool.h>

#include "probe/http.h"
#include "util/arena.h"
#include "wire/krb.h"

struct negotiate_told {
    bool token;       /* one came */
    bool readable;    /* it is what may come from a server */
    bool has_state;   /* of SPNEGO */
    unsigned state;   /* enum spnego_state */
    const char *mech; /* that the server chose, by name; NULL: not told */
    bool kerberos;    /* `mech` is Kerberos, or not told */
    bool has_reply;
    struct krb_encrypted reply; /* the enc-part of an AP-REP */
    bool has_error;
    struct krb_error error; /* of a KRB-ERROR */
};

/* Of the last answer. */
void negotiate_read(struct arena *arena, const struct http_answer *answer,
                    struct negotiate_told *out_told);

#endif
