/* The keys of a run, as the files of this folder share them. */
#ifndef TICKET_KEYS_H
#define TICKET_KEYS_H

#include <stdint.h>

#include "ticket/ticket.h"

enum { TICKET_KEY_SIZE = 32 };

struct xmldsig_key;

struct ticket_keys {
    unsigned references;
    struct xmldsig_key *signer;
    char *certificate; /* of the signer, DER in base64; owned */
    uint8_t mac_key[TICKET_KEY_SIZE];
    uint8_t wrap_key[TICKET_KEY_SIZE];
};

/*
 * AES key wrap (RFC 3394) under the run's key: what a proof ticket carries for
 * the service that reads it. The size of `key` is a multiple of 8, at least 16.
 */
MUST_CHECK bool keys_wrap(const struct ticket_keys *keys, struct arena *arena,
                          struct span key, struct span *out_wrapped,
                          struct err *err);
/* false: not wrapped under this key. */
bool keys_unwrap(const struct ticket_keys *keys, struct arena *arena,
                 struct span wrapped, struct span *out_key);

#endif
