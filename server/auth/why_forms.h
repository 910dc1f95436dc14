/*
 * In which wrong forms clients send or hash a password that they were given
 * right: for the line that says why a sign-in was refused. The server knows
 * what is right, so it can try them all; what fits is told by its name alone,
 * never by the password.
 */
#ifndef AUTH_WHY_FORMS_H
#define AUTH_WHY_FORMS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/span.h"

/* A password longer than this has no other forms: trying costs. */
enum { WHY_FORMS_MAX = 48, WHY_PASSWORD_MAX = 256 };

struct why_form {
    const char *text; /* UTF-8; NULL: it is no text, and `wide` alone is it */
    struct span wide; /* what NTOWFv1 hashes of it ([MS-NLMP] 3.3.1) */
    const char *how;  /* "with a newline at its end" */
};

/*
 * All that differ from the password and from one another, the likeliest first.
 * Returns how many. An empty password has none. bytes: also those that only a
 * hash can be made of, such as UTF-8 in the place of UTF-16LE.
 */
size_t why_forms(struct arena *arena, const char *password, bool bytes,
                 struct why_form out_forms[WHY_FORMS_MAX]);

#endif
