/* The keys of all users, see derive.h. */
#include "config.h"

#include "keeper/derive.h"

#include <pthread.h>
#include <stdatomic.h>

#include "keeper/string_to_key.h"

enum {
    /* So few are derived before a thread has started. */
    DERIVE_ALONE = 2,
};

struct derivation {
    const struct keeper_realm *realm;
    struct krb_keys *keys;
    bool (*cancelled)(void *ctx);
    void *ctx;
    atomic_size_t next;
};

void derive_salt(struct buf *out, const char *realm,
                 const struct keeper_user *user)
{
    buf_add_text(out, realm);
    buf_add_text(out, user->names[0]);
}

void derive_user(const char *realm, const struct keeper_user *user,
                 struct krb_keys *out_keys)
{
    AUTO_BUF salt = {0};

    derive_salt(&salt, realm, user);
    string_to_key(out_keys, user->etypes ? user->etypes : KRB_AES_BITS,
                  span_text(user->password), buf_span(&salt));
}

/* False: there was no user left. */
static bool derive_next(struct derivation *derivation)
{
    const struct keeper_realm *realm = derivation->realm;
    size_t index = atomic_fetch_add(&derivation->next, 1);

    if (index >= realm->user_count) {
        return false;
    }
    derive_user(realm->realm, &realm->users[index], &derivation->keys[index]);
    return true;
}

static void *derive_in_thread(void *ctx)
{
    while (derive_next(ctx)) {
    }
    return NULL;
}

static bool derive_here(struct derivation *derivation)
{
    while (derive_next(derivation)) {
        if (derivation->cancelled(derivation->ctx)) {
            /* The other thread finds no user left. */
            atomic_store(&derivation->next, derivation->realm->user_count);
            return false;
        }
    }
    return true;
}

bool derive_users(const struct keeper_realm *realm, struct krb_keys *out_keys,
                  bool (*cancelled)(void *ctx), void *ctx)
{
    struct derivation derivation = {
        .realm = realm,
        .keys = out_keys,
        .cancelled = cancelled,
        .ctx = ctx,
    };
    pthread_t thread;
    bool both =
        realm->user_count > DERIVE_ALONE &&
        pthread_create(&thread, NULL, derive_in_thread, &derivation) == 0;
    bool done = derive_here(&derivation);

    if (both) {
        pthread_join(thread, NULL);
    }
    return done;
}
