/* Authentication tokens as JSON, for the journal. */
#ifndef WIRE_TOKEN_H
#define WIRE_TOKEN_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/json.h"
#include "util/span.h"

/*
 * Writes one object that tells what a token of an HTTP NTLM or Negotiate
 * header says: SPNEGO and NTLM down to the last field, Kerberos by name. It
 * takes anything: what cannot be decoded is told with the reason and the
 * offset. `name` as in json.h. What proves a password, and keys, appear only
 * with `secrets`; their sizes always do.
 */
void token_describe(struct arena *arena, const char *name, struct span token,
                    bool secrets, struct json *json);

/* The members of an NTLM message, into an object that is open. */
void token_describe_ntlm(struct arena *arena, struct span token, bool secrets,
                         struct json *json);

#endif
