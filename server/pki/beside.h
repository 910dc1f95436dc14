/*
 * A key that is made on a thread of its own, while the caller makes another:
 * old devices want two of RSA before the first of them can be let in.
 */
#ifndef PKI_BESIDE_H
#define PKI_BESIDE_H

#include "pki/pki.h"

struct key_beside;

/* NULL: no thread is to be had. */
struct key_beside *key_beside_start(enum pki_key kind);
/* Waits for it. The caller owns the key; NULL: there is none, or beside is
 * NULL. Frees beside. */
EVP_PKEY *key_beside_take(struct key_beside *beside);

#endif
