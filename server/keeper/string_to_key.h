/* Kerberos keys of a password: string-to-key of RFC 3962 and RFC 4757. */
#ifndef KEEPER_STRING_TO_KEY_H
#define KEEPER_STRING_TO_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "util/span.h"
#include "wire/krb_keys.h"

enum {
    /* RFC 3962 section 4: where the client is told no other number. */
    STRING_TO_KEY_ITERATIONS = 4096,
};

/* Keys of these types, strongest first, version 1. The password is UTF-8. */
void string_to_key(struct krb_keys *out_keys, unsigned etypes,
                   struct span password, struct span salt);

/* The same for the AES types, after so many iterations. */
void string_to_key_aes(struct krb_keys *out_keys, unsigned etypes,
                       struct span password, struct span salt,
                       unsigned iterations);

/* n-fold of RFC 3961 section 5.1: `out_size` bytes made of all of `in`. */
void string_to_key_nfold(uint8_t *out, size_t out_size, struct span in);

#endif
