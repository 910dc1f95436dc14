/* Tickets for libcurl, see kerberos.h. */
#include "config.h"

#include "probe/kerberos.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <krb5.h>

#include "util/kcrypt.h"
#include "util/mem.h"

/* libkrb5 and GSS-API share it within a process, and nobody else sees it. */
#define OWN_CACHE "MEMORY:lyncmock-probe"

enum { PROTOCOL_ERRORS = 128 };

/* What the thread does: all fields but the lock are its own until it is done.
 */
struct kerberos {
    struct kerberos_setup setup;
    pthread_mutex_t lock; /* guards the next two */
    pthread_cond_t ended;
    bool done;
    bool stuck;
    krb5_error_code (*task)(struct kerberos *kerberos);
    krb5_error_code code;
    krb5_context context;
    krb5_ccache cache;
    krb5_principal client;
    const char *client_name;
    char *host; /* of the service */
    krb5_creds *service;
};

/* ---- In the thread ---- */

static void *run(void *context)
{
    struct kerberos *kerberos = context;

    kerberos->code = kerberos->task(kerberos);
    pthread_mutex_lock(&kerberos->lock);
    kerberos->done = true;
    pthread_cond_signal(&kerberos->ended);
    pthread_mutex_unlock(&kerberos->lock);
    return NULL;
}

static krb5_error_code by_password(struct kerberos *kerberos)
{
    krb5_context context = kerberos->context;
    krb5_get_init_creds_opt *options = NULL;
    krb5_creds creds = {0};
    krb5_error_code code = krb5_get_init_creds_opt_alloc(context, &options);

    if (code == 0) {
        code = krb5_get_init_creds_opt_set_out_ccache(context, options,
                                                      kerberos->cache);
    }
    if (code == 0) {
        code = krb5_get_init_creds_password(context, &creds, kerberos->client,
                                            kerberos->setup.password, NULL,
                                            NULL, 0, NULL, options);
        krb5_free_cred_contents(context, &creds);
    }
    krb5_get_init_creds_opt_free(context, options);
    return code;
}

/* Caches may be daemons and kernels: they, too, are asked in the thread. */
static krb5_error_code by_cache(struct kerberos *kerberos)
{
    return krb5_cc_get_principal(kerberos->context, kerberos->cache,
                                 &kerberos->client);
}

static krb5_error_code for_service(struct kerberos *kerberos)
{
    krb5_context context = kerberos->context;
    krb5_creds wanted = {.client = kerberos->client};
    krb5_error_code code = krb5_sname_to_principal(
        context, kerberos->host, "HTTP", KRB5_NT_SRV_HST, &wanted.server);

    if (code == 0) {
        code = krb5_get_credentials(context, 0, kerberos->cache, &wanted,
                                    &kerberos->service);
    }
    krb5_free_principal(context, wanted.server);
    return code;
}

/* ---- Around it ---- */

static struct timespec time_of(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / ENV_NS_PER_SEC,
                             .tv_nsec = ns % ENV_NS_PER_SEC};
}

/* Runs the task; false: it is not done, and its thread is left to itself. */
static bool finish(struct kerberos *kerberos,
                   krb5_error_code (*task)(struct kerberos *kerberos))
{
    struct timespec until = time_of(kerberos->setup.deadline);
    pthread_t thread;
    int rc = 0;

    kerberos->task = task;
    kerberos->done = false;
    if (pthread_create(&thread, NULL, run, kerberos) != 0) {
        kerberos->code = ENOMEM;
        return true;
    }
    pthread_detach(thread);
    pthread_mutex_lock(&kerberos->lock);
    while (!kerberos->done && rc == 0) {
        rc = pthread_cond_timedwait(&kerberos->ended, &kerberos->lock, &until);
    }
    kerberos->stuck = !kerberos->done;
    pthread_mutex_unlock(&kerberos->lock);
    return !kerberos->stuck;
}

static const char *name_of(struct kerberos *kerberos, krb5_principal principal)
{
    char *text = NULL;
    const char *copy;

    if (krb5_unparse_name(kerberos->context, principal, &text) != 0) {
        return "?";
    }
    copy = arena_strdup(kerberos->setup.arena, text);
    krb5_free_unparsed_name(kerberos->context, text);
    return copy;
}

static const char *cache_name(struct kerberos *kerberos)
{
    char *text = NULL;
    const char *copy;

    if (krb5_cc_get_full_name(kerberos->context, kerberos->cache, &text) != 0) {
        return "?";
    }
    copy = arena_strdup(kerberos->setup.arena, text);
    krb5_free_string(kerberos->context, text);
    return copy;
}

/* ---- What went wrong ---- */

/* Errors of the library itself that users meet. */
static const struct {
    krb5_error_code code;
    const char *meaning;
    const char *advice;
} knowns[] = {
    {KRB5_KDC_UNREACH, "no KDC of the realm can be reached",
     "--krb5-conf FILE, or --ports-file of a lyncmock that offers Kerberos"},
    {KRB5_REALM_UNKNOWN, "no KDC is known for the realm",
     "--krb5-conf FILE, or --ports-file of a lyncmock that offers Kerberos"},
    {KRB5_REALM_CANT_RESOLVE, "the realm's KDC has no address",
     "--krb5-conf FILE"},
    {KRB5_FCC_NOFILE, "there is no ticket: the user has none",
     "kinit, --ccache CACHE, or a password"},
    {KRB5_CC_FORMAT, "it is empty, or no cache",
     "kinit, --ccache CACHE, or a password"},
    {KRB5_CC_NOTFOUND, "there is no ticket-granting ticket",
     "kinit, or a password"},
    {KRB5_PREAUTH_FAILED, "wrong password",
     "--user DOMAIN\\NAME, and the password anew"},
    {KRB5KRB_AP_ERR_MSG_TYPE, "what answers there is no KDC",
     "--krb5-conf FILE"},
    {KRB5_KDCREP_SKEW, "the clocks of client and KDC differ too much",
     "setting the clocks"},
    {KRB5_KDCREP_MODIFIED, "the KDC's reply does not fit the request", NULL},
    {KRB5_CONFIG_CANTOPEN, "krb5.conf cannot be read", "--krb5-conf FILE"},
    {KRB5_CONFIG_BADFORMAT, "krb5.conf cannot be understood",
     "--krb5-conf FILE"},
    {KRB5_CONFIG_NODEFREALM, "krb5.conf names no realm", "--krb5-conf FILE"},
    {KRB5_PARSE_MALFORMED, "the name is no principal", "--user DOMAIN\\NAME"},
};

static const char *words_of(struct kerberos *kerberos)
{
    const char *text =
        krb5_get_error_message(kerberos->context, kerberos->code);
    const char *copy = arena_strdup(kerberos->setup.arena, text);

    krb5_free_error_message(kerberos->context, text);
    return copy;
}

/* The client's library cannot open what the password should, or the KDC cannot
 * open the ticket-granting ticket. */
static void explain_integrity(const struct kerberos *kerberos,
                              struct kerberos_trouble *trouble)
{
    if (kerberos->task != for_service) {
        trouble->reason = "wrong password";
        trouble->advice = "--user DOMAIN\\NAME, and the password anew";
        return;
    }
    trouble->reason =
        kerberos->setup.password
            ? "the KDC cannot open the ticket-granting ticket that it gave"
            : "the KDC cannot open the ticket-granting ticket: the credential "
              "cache holds a ticket of another run of lyncmock, or of another "
              "KDC";
    trouble->advice = "kinit anew";
}

static void explain(struct kerberos *kerberos, struct kerberos_trouble *trouble)
{
    struct arena *arena = kerberos->setup.arena;
    krb5_error_code code = kerberos->code;
    krb5_error_code number = (krb5_error_code)(code - ERROR_TABLE_BASE_krb5);

    if (code == KRB5KRB_AP_ERR_BAD_INTEGRITY) {
        explain_integrity(kerberos, trouble);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(knowns); i++) {
        if (knowns[i].code == code) {
            trouble->reason = knowns[i].meaning;
            trouble->advice = knowns[i].advice;
            return;
        }
    }
    if (number > 0 && number < PROTOCOL_ERRORS) {
        trouble->reason = kerberos_error_text(arena, number);
        trouble->advice = kerberos_error_advice(number);
    } else {
        trouble->reason = words_of(kerberos);
    }
}

/* Always false. `what` could not be done. */
static bool failed(struct kerberos *kerberos, const char *what,
                   struct kerberos_trouble *out_trouble)
{
    struct kerberos_trouble trouble = {.too_late = kerberos->stuck};

    if (kerberos->stuck) {
        /* libkrb5 takes KDC_ERR_SVC_UNAVAILABLE for no answer, waits and asks
         * again, and tells nobody of it meanwhile. */
        trouble.reason = "no KDC has answered in time, or it said "
                         "KDC_ERR_SVC_UNAVAILABLE (29) each time";
    } else {
        explain(kerberos, &trouble);
    }
    trouble.reason =
        arena_printf(kerberos->setup.arena, "%s: %s", what, trouble.reason);
    *out_trouble = trouble;
    return false;
}

/* ---- The user's ticket ---- */

/* libcurl's GSS-API takes both from the environment alone. */
static void set_environment(const struct kerberos_setup *setup)
{
    const char *cache = setup->password ? OWN_CACHE : setup->ccache;

    if (setup->krb5_conf) {
        setenv("KRB5_CONFIG", setup->krb5_conf, 1);
    }
    if (cache) {
        setenv("KRB5CCNAME", cache, 1);
    }
}

static krb5_error_code open_client(struct kerberos *kerberos)
{
    krb5_context context = kerberos->context;
    char *realm = NULL;

    if (krb5_get_default_realm(context, &realm) != 0) {
        realm = NULL;
    }
    kerberos->client_name =
        kerberos_principal(kerberos->setup.arena, &kerberos->setup, realm);
    krb5_free_default_realm(context, realm);
    return krb5_parse_name(context, kerberos->client_name, &kerberos->client);
}

static krb5_error_code open_all(struct kerberos *kerberos)
{
    krb5_error_code code = krb5_init_context(&kerberos->context);

    if (code == 0) {
        code = krb5_cc_default(kerberos->context, &kerberos->cache);
    }
    if (code == 0 && kerberos->setup.password) {
        code = open_client(kerberos);
    }
    return code;
}

static void init_lock(struct kerberos *kerberos)
{
    pthread_condattr_t attributes;

    pthread_mutex_init(&kerberos->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&kerberos->ended, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool kerberos_new(const struct kerberos_setup *setup,
                  struct kerberos **out_kerberos,
                  struct kerberos_trouble *out_trouble)
{
    struct kerberos *kerberos = NEW(struct kerberos);

    *out_kerberos = kerberos;
    kerberos->setup = *setup;
    init_lock(kerberos);
    set_environment(setup);
    kerberos->code = open_all(kerberos);
    if (kerberos->code != 0) {
        return failed(kerberos, "no ticket", out_trouble);
    }
    if (!finish(kerberos, setup->password ? by_password : by_cache) ||
        kerberos->code != 0) {
        return failed(kerberos,
                      kerberos->client_name
                          ? arena_printf(setup->arena, "no ticket for %s",
                                         kerberos->client_name)
                          : arena_printf(setup->arena,
                                         "no ticket in the credential cache %s",
                                         cache_name(kerberos)),
                      out_trouble);
    }
    kerberos->client_name = name_of(kerberos, kerberos->client);
    return true;
}

static void close_cache(struct kerberos *kerberos)
{
    if (kerberos->cache && kerberos->setup.password) {
        krb5_cc_destroy(kerberos->context, kerberos->cache);
    } else if (kerberos->cache) {
        krb5_cc_close(kerberos->context, kerberos->cache);
    }
}

void kerberos_free(struct kerberos *kerberos)
{
    /* What a thread still works with must stay. */
    if (!kerberos || kerberos->stuck) {
        return;
    }
    if (kerberos->context) {
        krb5_free_creds(kerberos->context, kerberos->service);
        krb5_free_principal(kerberos->context, kerberos->client);
        close_cache(kerberos);
        krb5_free_context(kerberos->context);
    }
    pthread_cond_destroy(&kerberos->ended);
    pthread_mutex_destroy(&kerberos->lock);
    mem_free(kerberos->host);
    mem_free(kerberos);
}

bool kerberos_is_stuck(const struct kerberos *kerberos)
{
    return kerberos && kerberos->stuck;
}

const char *kerberos_client(const struct kerberos *kerberos)
{
    return kerberos->client_name;
}

/* ---- The service's ticket ---- */

static const char *etype_of_ticket(struct kerberos *kerberos)
{
    krb5_ticket *ticket = NULL;
    char name[64] = "an unknown encryption type";

    if (krb5_decode_ticket(&kerberos->service->ticket, &ticket) == 0) {
        if (krb5_enctype_to_name(ticket->enc_part.enctype, false, name,
                                 sizeof(name)) != 0) {
            snprintf(name, sizeof(name), "encryption type %d",
                     (int)ticket->enc_part.enctype);
        }
        krb5_free_ticket(kerberos->context, ticket);
    }
    return arena_strdup(kerberos->setup.arena, name);
}

bool kerberos_ticket_for(struct kerberos *kerberos, const char *host,
                         struct kerberos_ticket *out_ticket,
                         struct kerberos_trouble *out_trouble)
{
    struct arena *arena = kerberos->setup.arena;
    const krb5_creds *service;

    krb5_free_creds(kerberos->context, kerberos->service);
    kerberos->service = NULL;
    mem_free(kerberos->host);
    kerberos->host = mem_strdup(host);
    if (!finish(kerberos, for_service) || kerberos->code != 0) {
        return failed(kerberos,
                      arena_printf(arena, "no ticket of %s for HTTP/%s",
                                   kerberos->client_name, host),
                      out_trouble);
    }
    service = kerberos->service;
    *out_ticket = (struct kerberos_ticket){
        .client = kerberos->client_name,
        .service = name_of(kerberos, service->server),
        .etype = etype_of_ticket(kerberos),
        .key_type = service->keyblock.enctype,
        .key = arena_copy(arena, span_of(service->keyblock.contents,
                                         service->keyblock.length)),
        .end = (int64_t)(uint32_t)service->times.endtime * ENV_NS_PER_SEC,
    };
    return true;
}

/* libkrb5 takes no constant bytes. */
static void *writable(struct arena *arena, struct span bytes)
{
    void *copy = arena_alloc(arena, bytes.size + 1);

    if (bytes.size) {
        memcpy(copy, bytes.data, bytes.size);
    }
    return copy;
}

bool kerberos_proves(struct kerberos *kerberos,
                     const struct kerberos_ticket *ticket, int32_t etype,
                     struct span cipher)
{
    struct arena *arena = kerberos->setup.arena;
    const krb5_keyblock key = {
        .enctype = ticket->key_type,
        .length = (unsigned)ticket->key.size,
        .contents = writable(arena, ticket->key),
    };
    const krb5_enc_data enc = {
        .enctype = etype,
        .ciphertext = {.length = (unsigned)cipher.size,
                       .data = writable(arena, cipher)},
    };
    krb5_data plain = {.length = (unsigned)cipher.size,
                       .data = writable(arena, cipher)};

    return etype == ticket->key_type &&
           krb5_c_decrypt(kerberos->context, &key, KCRYPT_AP_REP, NULL, &enc,
                          &plain) == 0;
}
