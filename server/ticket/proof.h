/*
 * The proof of possession in a Security header: a signature with the key of a
 * web ticket, over the Timestamp mostly (protocol: webticket 9.3). It is
 * read apart from the key, so that one key after another can be tried.
 */
#ifndef TICKET_PROOF_H
#define TICKET_PROOF_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/span.h"
#include "wire/xml.h"

enum { PROOF_REFERENCES_MAX = 8 };

struct proof {
    const char *ticket_id;   /* the KeyIdentifier's; NULL: none */
    struct span signed_info; /* canonical ... */
    struct span as_sent; /* ... and the bytes of the request; may be empty */
    struct span value;   /* SignatureValue */
    bool sha256;         /* HMAC-SHA256 instead of HMAC-SHA1 */
    /* Of what was signed: which digest does not fit, and why. NULL: all do. */
    const char *digest;
};

/*
 * NULL: it could be read; else what is wrong with its form. security holds the
 * Signature; body: the request that it stands in.
 */
const char *proof_read(struct arena *arena, struct span body,
                       const xmlNode *security, struct proof *out_proof);

/* The Signature in a Security header; NULL: there is none. */
xmlNode *proof_signature(const xmlNode *security);

/* Made with this key? out_as_sent: over the bytes as they were sent. */
bool proof_holds(const struct proof *proof, struct span key, bool *out_as_sent);

#endif
