/* What the Kerberos acceptor keeps between sign-ins, see krb5.h. */
#include "config.h"

#include "auth/krb5.h"

#include "auth/krb5_parts.h"
#include "util/env.h"
#include "util/mem.h"
#include "util/mit.h"
#include "world/world.h"

static bool ready_keys(krb5_context context, struct krb5_keyset *set,
                       struct err *err)
{
    for (size_t i = 0; i < set->keys.count; i++) {
        struct krb_key *key = &set->keys.items[i];
        krb5_keyblock block = {
            .enctype = key->etype,
            .length = (unsigned)key->size,
            .contents = key->bytes,
        };
        krb5_error_code code =
            krb5_k_create_key(context, &block, &set->ready[i]);

        if (code != 0) {
            return mit_fail(context, code, err, "Kerberos: key of the service");
        }
    }
    return true;
}

/* Keys that fit nothing, as of an account whose password was changed. */
static void make_other_keys(const struct krb_keys *keys,
                            struct krb_keys *out_other)
{
    *out_other = *keys;
    for (size_t i = 0; i < out_other->count; i++) {
        env_secret(out_other->items[i].bytes, out_other->items[i].size);
    }
}

AUTO_DEFINE(krb5_acceptor, struct krb5_acceptor *, krb5_acceptor_free)

static bool begin(struct krb5_acceptor *made,
                  struct krb5_acceptor **out_acceptor, struct err *err)
{
    AUTO(krb5_acceptor) acceptor = made;

    if (!mit_context_new(&acceptor->context, err) ||
        !ready_keys(acceptor->context, &acceptor->own, err) ||
        !ready_keys(acceptor->context, &acceptor->other, err)) {
        return false;
    }
    *out_acceptor = take(&acceptor);
    return true;
}

bool krb5_acceptor_new(const struct krb_keys *keys,
                       struct krb5_acceptor **out_acceptor, struct err *err)
{
    struct krb5_acceptor *acceptor = NEW(struct krb5_acceptor);

    acceptor->own.keys = *keys;
    make_other_keys(keys, &acceptor->other.keys);
    acceptor->replay = krb5_replay_new();
    return begin(acceptor, out_acceptor, err);
}

bool krb5_acceptor_beside(const struct krb5_acceptor *first,
                          struct krb5_acceptor **out_acceptor, struct err *err)
{
    struct krb5_acceptor *acceptor = NEW(struct krb5_acceptor);

    acceptor->own.keys = first->own.keys;
    acceptor->other.keys = first->other.keys;
    acceptor->replay = krb5_replay_ref(first->replay);
    acceptor->tickets_change = first->tickets_change;
    return begin(acceptor, out_acceptor, err);
}

void krb5_acceptor_doubt(struct krb5_acceptor *acceptor)
{
    __atomic_store_n(&acceptor->tickets_change, true, __ATOMIC_RELAXED);
}

static void free_keys(krb5_context context, struct krb5_keyset *set)
{
    for (size_t i = 0; i < set->keys.count; i++) {
        krb5_k_free_key(context, set->ready[i]);
    }
}

void krb5_acceptor_free(struct krb5_acceptor *acceptor)
{
    if (!acceptor) {
        return;
    }
    free_keys(acceptor->context, &acceptor->own);
    free_keys(acceptor->context, &acceptor->other);
    if (acceptor->context) {
        krb5_free_context(acceptor->context);
    }
    krb5_replay_free(acceptor->replay);
    mem_wipe(acceptor, sizeof(*acceptor));
    mem_free(acceptor);
}

const struct krb5_keyset *
krb5_acceptor_keys(const struct krb5_acceptor *acceptor,
                   const struct world *world)
{
    return world->krb5.wrong_key ? &acceptor->other : &acceptor->own;
}
