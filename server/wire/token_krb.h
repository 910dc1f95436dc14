/* What the files that tell Kerberos tokens share. */
#ifndef WIRE_TOKEN_KRB_H
#define WIRE_TOKEN_KRB_H

#include "wire/krb.h"
#include "wire/token.h"

struct krb_telling {
    struct arena *arena;
    const struct token_view *view;
    struct json *json;
};

void krb_tell_flaw(const struct krb_telling *t, const struct krb_flaw *flaw);
/* The name of a number, or the number. */
void krb_tell_type(const struct krb_telling *t, const char *member,
                   const char *name, int32_t number);
/* "flags": "0x...", "flagNames": [...] */
void krb_tell_flags(const struct krb_telling *t, const char *member,
                    uint32_t flags, const char *(*name)(unsigned bit));
void krb_tell_time(const struct krb_telling *t, const char *member,
                   int64_t time);
/* Nothing, where there is none. */
void krb_tell_name(const struct krb_telling *t, const char *member,
                   const struct krb_name *name);

/*
 * Members of an object that is open: the ticket and, if it can be opened, what
 * is in it. out_key: the session key, in the arena; no bytes: it stays
 * unknown.
 */
void krb_tell_ticket(const struct krb_telling *t,
                     const struct krb_ticket *ticket,
                     struct krb_block *out_key);
/* session_key as from krb_tell_ticket. */
void krb_tell_authenticator(const struct krb_telling *t,
                            const struct krb_encrypted *part,
                            enum kcrypt_usage usage,
                            const struct krb_block *session_key);
/* Encryption type, key version, size. */
void krb_tell_encrypted(const struct krb_telling *t,
                        const struct krb_encrypted *part);

#endif
