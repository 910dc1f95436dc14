/* What the Kerberos acceptor keeps between sign-ins, see krb5.h. */
#include "config.h"

#include "auth/krb5.h"

#include <string.h>
#include <strings.h>

#include <profile.h>

#include "auth/krb5_parts.h"
#include "util/env.h"
#include "util/mem.h"
#include "world/world.h"

/* The library's error as text; its messages are the context's. */
static bool fail(struct err *err, krb5_context context, krb5_error_code code,
                 const char *what)
{
    const char *text = krb5_get_error_message(context, code);

    err_set(err, "%s: %s", what, text);
    krb5_free_error_message(context, text);
    return false;
}

static void release_profile(profile_t profile)
{
    profile_release(profile);
}

AUTO_DEFINE(profile, profile_t, release_profile)

/*
 * Tickets and session keys of every type that a KDC of today makes: which of
 * them the service takes is the world's say. A list of our own, since newer
 * releases of the library leave RC4 out of theirs.
 */
static krb5_error_code permit_etypes(krb5_context context)
{
    static const krb5_enctype etypes[] = {
        ENCTYPE_AES256_CTS_HMAC_SHA384_192,
        ENCTYPE_AES128_CTS_HMAC_SHA256_128,
        ENCTYPE_AES256_CTS_HMAC_SHA1_96,
        ENCTYPE_AES128_CTS_HMAC_SHA1_96,
        ENCTYPE_ARCFOUR_HMAC,
        0,
    };

    return krb5_set_default_tgs_enctypes(context, etypes);
}

/* With an empty profile krb5.conf and KRB5_CONFIG are not looked for; a trace
 * (KRB5_TRACE) is the client's. */
static bool make_context(krb5_context *out_context, struct err *err)
{
    AUTO(profile) profile = NULL;
    krb5_error_code code;

    if (profile_init(NULL, &profile) != 0) {
        return err_set(err, "Kerberos: no memory for a profile");
    }
    code = krb5_init_context_profile(profile, KRB5_INIT_CONTEXT_SECURE,
                                     out_context);
    if (code != 0) {
        return fail(err, NULL, code, "Kerberos: no context");
    }
    krb5_set_trace_callback(*out_context, NULL, NULL);
    code = permit_etypes(*out_context);
    return code == 0 || fail(err, *out_context, code, "Kerberos: etypes");
}

static krb5_error_code add_key(krb5_context context, krb5_keytab keytab,
                               krb5_principal principal,
                               const struct krb_key *key, uint32_t kvno)
{
    krb5_keytab_entry entry = {
        .principal = principal,
        .vno = kvno,
        .key = {.enctype = key->etype,
                .length = (unsigned)key->size,
                /* The library copies it. */
                .contents = (krb5_octet *)(uintptr_t)key->bytes},
    };

    return krb5_kt_add_entry(context, keytab, &entry);
}

/*
 * One principal is enough: the library tries each key of the ticket's type,
 * whatever name it stands under, and which names are ours krb5_verify.c asks
 * first. Its name is unique while the acceptor lives, and the keytab goes with
 * the last handle.
 */
static bool make_keytab(struct krb5_acceptor *acceptor,
                        const struct krb_keys *keys, const char *realm,
                        krb5_keytab *out_keytab, struct err *err)
{
    char *name =
        arena_printf(acceptor->arena, "MEMORY:lyncmock-%p", (const void *)keys);
    krb5_context context = acceptor->context;
    krb5_principal principal = NULL;
    krb5_error_code code = krb5_kt_resolve(context, name, out_keytab);

    if (code == 0) {
        code =
            krb5_build_principal(context, &principal, (unsigned)strlen(realm),
                                 realm, "HTTP", (char *)NULL);
    }
    for (size_t i = 0; i < keys->count && code == 0; i++) {
        code = add_key(context, *out_keytab, principal, &keys->items[i],
                       keys->kvno);
    }
    krb5_free_principal(context, principal);
    return code == 0 || fail(err, context, code, "Kerberos: keytab in memory");
}

static const char *const *copy_services(struct arena *arena,
                                        const char *const *services)
{
    size_t count = 0;
    const char **copy;

    while (services[count]) {
        count++;
    }
    copy = arena_alloc(arena, (count + 1) * sizeof(*copy));
    for (size_t i = 0; i < count; i++) {
        copy[i] = arena_strdup(arena, services[i]);
    }
    return copy;
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

bool krb5_acceptor_new(const struct world *world, const struct krb_keys *keys,
                       const char *const *services,
                       struct krb5_acceptor **out_acceptor, struct err *err)
{
    AUTO(krb5_acceptor) acceptor = NEW(struct krb5_acceptor);

    acceptor->arena = arena_new();
    acceptor->services = copy_services(acceptor->arena, services);
    acceptor->keys = *keys;
    make_other_keys(keys, &acceptor->other_keys);
    acceptor->replay = krb5_replay_new();
    if (!kcrypt_new(&acceptor->kcrypt, err) ||
        !make_context(&acceptor->context, err) ||
        !make_keytab(acceptor, &acceptor->keys, world->realm, &acceptor->keytab,
                     err) ||
        !make_keytab(acceptor, &acceptor->other_keys, world->realm,
                     &acceptor->other_keytab, err)) {
        return false;
    }
    *out_acceptor = take(&acceptor);
    return true;
}

static void close_keytab(krb5_context context, krb5_keytab keytab)
{
    if (keytab) {
        krb5_kt_close(context, keytab);
    }
}

void krb5_acceptor_free(struct krb5_acceptor *acceptor)
{
    if (!acceptor) {
        return;
    }
    close_keytab(acceptor->context, acceptor->keytab);
    close_keytab(acceptor->context, acceptor->other_keytab);
    if (acceptor->context) {
        krb5_free_context(acceptor->context);
    }
    kcrypt_free(acceptor->kcrypt);
    krb5_replay_free(acceptor->replay);
    arena_free(acceptor->arena);
    mem_wipe(acceptor, sizeof(*acceptor));
    mem_free(acceptor);
}

int64_t krb5_acceptor_clock(struct krb5_acceptor *acceptor,
                            const struct auth_context *ctx)
{
    int64_t now = env_now(ctx->env) + ctx->world->krb5.clock;
    int64_t micro = now / 1000;
    int64_t second = micro / 1000000;

    /* A time that is no KerberosTime stays what the library's 32 bits make
     * of it. */
    krb5_set_real_time(acceptor->context, (krb5_timestamp)(uint32_t)second,
                       (krb5_int32)(micro % 1000000));
    return now;
}

const struct krb_keys *krb5_acceptor_keys(const struct krb5_acceptor *acceptor,
                                          const struct world *world)
{
    return world->krb5.wrong_key ? &acceptor->other_keys : &acceptor->keys;
}

const char *krb5_acceptor_service(const struct krb5_acceptor *acceptor,
                                  const char *name)
{
    for (const char *const *service = acceptor->services; *service; service++) {
        if (strcasecmp(*service, name) == 0) {
            return *service;
        }
    }
    return NULL;
}
