/*
 * Name and password out of a UsernameToken. Clients put base64 of UTF-8 there,
 * in spite of #PasswordText; others, and people with curl, write them in clear
 * (protocol: webticket 4.3).
 */
#ifndef SERVICES_CREDENTIALS_H
#define SERVICES_CREDENTIALS_H

#include "services/service.h"
#include "wire/usertoken.h"

struct credentials {
    const char *name;
    const char *password;
};

/* Both by the one rule of 4.3; clear text gives a finding. */
struct credentials credentials_read(struct call *call,
                                    const struct usertoken *token);

/* Text that is base64 of UTF-8 without a NUL, decoded; NULL: it is none. */
const char *credentials_decode(struct arena *arena, const char *text);

/* Remarks on the token itself; what is wrong with it, rules find
 * (checks/rules_security.c). */
void credentials_note(struct call *call, const struct usertoken *token);

#endif
