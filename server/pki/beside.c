/* A key made beside another, see beside.h. */
#include "config.h"

#include "pki/beside.h"

#include <pthread.h>
#include <signal.h>

#include "pki/cert.h"
#include "util/log.h"
#include "util/mem.h"

struct key_beside {
    pthread_t thread;
    enum pki_key kind;
    EVP_PKEY *key;
};

static void *make(void *data)
{
    struct key_beside *beside = data;
    struct err err;

    if (!cert_key(beside->kind, &beside->key, &err)) {
        log_debug("a key beside another: %s", err.text);
    }
    return NULL;
}

/* Signals are for the thread that runs the loop. */
static int start_thread(struct key_beside *beside)
{
    sigset_t all;
    sigset_t old;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    rc = pthread_create(&beside->thread, NULL, make, beside);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return rc;
}

struct key_beside *key_beside_start(enum pki_key kind)
{
    struct key_beside *beside = NEW(struct key_beside);

    beside->kind = kind;
    if (start_thread(beside) != 0) {
        mem_free(beside);
        return NULL;
    }
    return beside;
}

EVP_PKEY *key_beside_take(struct key_beside *beside)
{
    EVP_PKEY *key;

    if (!beside) {
        return NULL;
    }
    pthread_join(beside->thread, NULL);
    key = beside->key;
    mem_free(beside);
    return key;
}
