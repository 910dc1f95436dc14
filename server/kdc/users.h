/*
 * The users of worlds as the KDC knows them: which principals they are, what
 * the KDC was last told of each, and what is true now. Every account name is
 * one: a world takes none with "/", "@" or "\". Active Directory compares names
 * without regard to letter case, and MIT's KDC byte by byte; so it learns of
 * another spelling when a client brings it. protocol: kerberos 1.1
 */
#ifndef KDC_USERS_H
#define KDC_USERS_H

#include <stddef.h>
#include <stdint.h>

#include "kdc/account.h"
#include "keeper/protocol.h"
#include "util/attr.h"
#include "world/world.h"

struct kdc_users;

enum {
    /* Names that clients write in another way than those above, of each user:
     * one more stays unknown. */
    KDC_SPELLINGS_MAX = 16,
    /* Accounts of sessions but the default one, over the run: one more is
     * unknown to the KDC. What is in the realm stays there. */
    KDC_SESSION_USERS_MAX = 4096,
};

struct kdc_users_options {
    struct world *world; /* at the start */
    int64_t now;         /* its time then, ns */
    const char *run_dir;
    const char *const *ccaches; /* names of users; ends with NULL */
    uint32_t *serial;           /* the last one given out */
    /* Sends KEEPER_USER; an answer comes by kdc_users_done, or, if there will
     * be none, kdc_users_lost. */
    void (*tell)(void *ctx, const struct keeper_message *message);
    void *ctx;
};

struct kdc_users *kdc_users_new(const struct kdc_users_options *options);
/* Who still waits is not called. */
void kdc_users_free(struct kdc_users *users);

/* Those who are in the realm from the start, as they are now: for KEEPER_REALM,
 * once. Borrowed for as long as the users live. Who is unknown gets there when
 * that changes. */
const struct keeper_user *kdc_users_first(struct kdc_users *users,
                                          size_t *out_count);
/* See relay_options.sync. */
bool kdc_users_sync(struct kdc_users *users, const struct kdc_account *who,
                    const char *name, void (*done)(void *), void *done_ctx);
/* KEEPER_DONE with this number came. */
void kdc_users_done(struct kdc_users *users, uint32_t serial);
/* The keeper has gone: calls all who wait, and lets nobody wait any more. */
void kdc_users_lost(struct kdc_users *users);

/* Where this user's credential cache is; NULL: none was asked for. */
const char *kdc_users_ccache(const struct kdc_users *users,
                             const struct user *user);

AUTO_DEFINE(kdc_users, struct kdc_users *, kdc_users_free)

#endif
