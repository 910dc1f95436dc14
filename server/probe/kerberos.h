/*
 * Kerberos tickets for libcurl, whose GSS-API looks for them in this process'
 * default cache: one for the user, by password or as the user has it, and one
 * for each service. The only door to libkrb5. It waits for KDCs as long as it
 * likes, so that all of it runs in a thread of its own, and the probe goes on
 * when its time is up.
 */
#ifndef PROBE_KERBEROS_H
#define PROBE_KERBEROS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/env.h"
#include "util/span.h"

struct kerberos;

struct kerberos_setup {
    struct arena *arena;   /* owns what is told */
    const char *krb5_conf; /* NULL: the machine's */
    const char *ccache;    /* NULL: the default one */
    const char *user;      /* "CONTOSO\alice", "alice@contoso.test" */
    bool is_sip;           /* `user` is but a SIP address */
    const char *password;  /* NULL: the tickets are there */
    int64_t deadline;      /* on the monotonic clock */
};

/* Why there is no ticket. */
struct kerberos_trouble {
    const char *reason;
    const char *advice; /* NULL: none */
    bool too_late;      /* the deadline has come */
};

/* The ticket of a service. */
struct kerberos_ticket {
    const char *client;  /* "alice@CONTOSO.TEST" */
    const char *service; /* "HTTP/lyncweb.contoso.test@CONTOSO.TEST" */
    const char *etype;   /* of the ticket: "aes256-cts-hmac-sha1-96" */
    int32_t key_type;    /* of the session key */
    struct span key;
    int64_t end; /* ns since 1970 */
};

/*
 * The user's ticket. It sets KRB5_CONFIG and KRB5CCNAME of this process, once
 * and before any thread, where the setup says so: libcurl has no other ear.
 * On failure there may be an object all the same, which must be freed.
 */
MUST_CHECK bool kerberos_new(const struct kerberos_setup *setup,
                             struct kerberos **out_kerberos,
                             struct kerberos_trouble *out_trouble);
/* Forgets the tickets that it got itself. NULL is fine. */
void kerberos_free(struct kerberos *kerberos);
/* Is a thread still waiting for a KDC? Then the process must end by _exit. */
bool kerberos_is_stuck(const struct kerberos *kerberos);
/* Who signs in: "alice@CONTOSO.TEST". */
const char *kerberos_client(const struct kerberos *kerberos);

AUTO_DEFINE(kerberos, struct kerberos *, kerberos_free)

/* The ticket for HTTP on this host, asked for if need be. */
MUST_CHECK bool kerberos_ticket_for(struct kerberos *kerberos, const char *host,
                                    struct kerberos_ticket *out_ticket,
                                    struct kerberos_trouble *out_trouble);
/* RFC 4120 section 5.5.2: does the enc-part of an AP-REP prove that the server
 * has read the ticket? */
bool kerberos_proves(struct kerberos *kerberos,
                     const struct kerberos_ticket *ticket, int32_t etype,
                     struct span cipher);

/* ---- Words, without libkrb5 (kerberos_words.c) ---- */

/* An error of RFC 4120 section 7.5.9 in words: "the password has expired, or
 * must be changed (KDC_ERR_KEY_EXPIRED, 23)". */
const char *kerberos_error_text(struct arena *arena, int32_t code);
/* What a person could try; NULL: nothing comes to mind. */
const char *kerberos_error_advice(int32_t code);
/*
 * The name before the realm of who signs in, and the realm: that of krb5.conf
 * for an account without one, else what follows "@" in upper case, as Windows
 * has it. `default_realm` may be NULL.
 */
const char *kerberos_principal(struct arena *arena,
                               const struct kerberos_setup *setup,
                               const char *default_realm);

#endif
