/* Authentication tokens as JSON, for the journal and for people. */
#ifndef WIRE_TOKEN_H
#define WIRE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/json.h"
#include "util/kcrypt.h"
#include "util/span.h"

/* What opens tickets. Any key of the right encryption type is tried, whosever
 * it is: accounts have many names. */
struct krb_opener {
    struct kcrypt *kcrypt;
    const struct kcrypt_key *keys;
    size_t count;
};

/* The first thing that could not be decoded. */
struct token_flaw {
    bool found;
    char text[128]; /* "mechTypes ends too early" */
    size_t offset;  /* within the message that it is of */
};

struct token_view {
    /* Also what proves a password, and keys. Their sizes are always told. */
    bool secrets;
    const struct krb_opener *opener; /* NULL: tickets stay closed */
    struct token_flaw *flaw;         /* NULL: nobody asks */
};

/*
 * Writes one object that tells what a token of an HTTP NTLM or Negotiate
 * header says, or a message between a client and its KDC: down to the last
 * field, or to what is encrypted. It takes anything: what cannot be decoded is
 * told with the reason and the offset within its message. `name` as in json.h.
 */
void token_describe(struct arena *arena, const char *name, struct span token,
                    const struct token_view *view, struct json *json);

/* The members of an NTLM message, into an object that is open. */
void token_describe_ntlm(struct arena *arena, struct span token,
                         const struct token_view *view, struct json *json);
/* The same of Kerberos: a message, or what carries one. */
void token_describe_krb(struct arena *arena, struct span token,
                        const struct token_view *view, struct json *json);

/* What is wrong, into an object that is open, and into view->flaw. */
void token_tell_flaw(const struct token_view *view, struct json *json,
                     const char *text, size_t offset);

#endif
