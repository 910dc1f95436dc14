/*
 * The only door to xmlsec1: enveloped XML signatures over a whole element,
 * made and verified with one key that is given, never with what a message
 * brings along.
 */
#ifndef TICKET_XMLDSIG_H
#define TICKET_XMLDSIG_H

#include <stdbool.h>

#include <openssl/evp.h>

#include "util/attr.h"
#include "util/err.h"
#include "wire/xml.h"

struct xmldsig_key;

MUST_CHECK bool xmldsig_init(struct err *err);
void xmldsig_shutdown(void);

/* A private key, P-256 or RSA; referenced, the caller keeps its own. */
MUST_CHECK bool xmldsig_key_new(EVP_PKEY *pkey, struct xmldsig_key **out_key,
                                struct err *err);
void xmldsig_key_free(struct xmldsig_key *key);

/*
 * Signs `root`, whose attribute `id` holds its id: appends a ds:Signature with
 * exclusive canonicalisation, without KeyInfo. sha1: rsa-sha1, for RSA alone.
 * Returns the Signature element, borrowed from the document; NULL: see err.
 */
MUST_CHECK xmlNode *xmldsig_sign(const struct xmldsig_key *key, xmlNode *root,
                                 const char *id, bool sha1, struct err *err);

/* Another letter where the text of this descendant stands, "DigestValue". */
void xmldsig_break(xmlNode *signature, const char *name);
/* A new key of this kind, P-256, that is kept nowhere. */
MUST_CHECK bool xmldsig_key_other(struct xmldsig_key **out_key,
                                  struct err *err);

/*
 * Is `signature`, a child of `root`, made with this key over all of `root`?
 * Only the shape that xmldsig_sign makes will do: one Reference, to the id of
 * `root`, the two transforms, no id twice. Whatever KeyInfo says is not read.
 */
bool xmldsig_verify(const struct xmldsig_key *key, xmlNode *root,
                    const char *id, xmlNode *signature);

AUTO_DEFINE(xmldsig_key, struct xmldsig_key *, xmldsig_key_free)

#endif
