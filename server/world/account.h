/*
 * Users of a world: what it says of their accounts, and what becomes of these
 * while it runs; a part of world.h. lockout.h counts wrong passwords.
 */
#ifndef WORLD_ACCOUNT_H
#define WORLD_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/krb_keys.h"

enum { USER_SID_SIZE = 28 };

enum user_state {
    USER_GOOD,
    USER_DISABLED,
    USER_LOCKED,
    USER_EXPIRED,     /* the password has expired */
    USER_MUST_CHANGE, /* the password must be changed at next logon */
    USER_NO_SIP,      /* authenticates, is not enabled for Lync */
    USER_UNKNOWN,     /* may be named, is not known to the server */
};

/* What moves while the world runs; one per user, the same in all copies of
 * the world. */
struct account_state {
    unsigned refused;  /* wrong passwords in a row */
    int64_t locked_at; /* by the threshold, world's time; 0: it is not */
    /* What a step has made of the account; else the world's own holds. */
    bool state_changed;
    enum user_state state;
    const struct account_password *password; /* NULL: not changed */
    /* All that it had, until the world goes: whoever was told one may still
     * look at it. */
    struct account_password *passwords;
};

struct account_password {
    struct account_password *next;
    char *text;
};

struct user {
    const char *name;    /* "alice": the key of the world */
    const char *account; /* whom the client signs in as; name by default */
    const char *account_domain; /* as set by name; NULL: none */
    bool account_given;
    const char *password; /* UTF-8 */
    const char *sip;      /* "alice@contoso.test", no scheme */
    bool sip_given;       /* set by name, not derived from the domain */
    enum user_state state;
    /* Index into world.pools; POOL_UNKNOWN, POOL_HOSTED. */
    int home;
    /* S-1-5-21-...: binary SID, MS-DTYP 2.4.2.2, 28 bytes. */
    uint8_t sid[USER_SID_SIZE];
    unsigned etypes; /* enum krb_etype_bit: types of Kerberos keys */
    struct account_state *live;
};

/* What the account is at this moment: as the world says, or a step since. */
enum user_state user_state_now(const struct user *user);
const char *user_password_now(const struct user *user);
/* From here on the account is like this, in all copies of the world. */
void user_change_state(const struct user *user, enum user_state state);
void user_change_password(const struct user *user, const char *password);

#endif
