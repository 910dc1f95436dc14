/* What the tests of pki/ share. */
#ifndef TESTS_PKI_FIXTURE_H
#define TESTS_PKI_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/x509v3.h>

#include "pki/pki.h"
#include "util/env.h"

#define LONG_LABEL                                                             \
    "a23456789012345678901234567890123456789012345678901234567890"

static const char *const names[] = {
    "lyncdiscover.contoso.test",
    "lyncweb.contoso.test",
    LONG_LABEL ".contoso.test",
    "lyncdiscover.hosted.example",
    NULL,
};

static inline int64_t now(void)
{
    return (int64_t)time(NULL) * ENV_NS_PER_SEC;
}

static inline struct pki_options good_options(void)
{
    return (struct pki_options){
        .names = names,
        .domain = "contoso.test",
        .key = PKI_P256,
        .now = now(),
    };
}

static inline struct pki *make(const struct pki_options *options)
{
    struct pki *pki = NULL;
    struct err err = {""};

    if (!pki_new(options, &pki, &err)) {
        fail_msg("pki_new: %s", err.text);
    }
    return pki;
}

static const struct pki_leaf *leaf_of(struct pki *pki, const char *name)
{
    const struct pki_leaf *leaf = NULL;
    struct err err = {""};

    if (!pki_leaf(pki, name, &leaf, &err)) {
        fail_msg("pki_leaf: %s", err.text);
    }
    return leaf;
}

/* What a TLS client does; X509_V_OK or why not. */
static inline int verify_chain(X509 *ca, X509 *intermediate, X509 *certificate,
                               const char *host, const char *address)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
    int result;

    X509_STORE_add_cert(store, ca);
    X509_STORE_set_flags(store, X509_V_FLAG_X509_STRICT);
    X509_STORE_set_purpose(store, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_auth_level(param, 2);
    if (host) {
        X509_VERIFY_PARAM_set1_host(param, host, 0);
    }
    if (address) {
        X509_VERIFY_PARAM_set1_ip_asc(param, address);
    }
    if (intermediate) {
        sk_X509_push(chain, intermediate);
    }
    assert_int_equal(X509_STORE_CTX_init(ctx, store, certificate, chain), 1);
    X509_verify_cert(ctx);
    result = X509_STORE_CTX_get_error(ctx);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    sk_X509_free(chain);
    return result;
}

static inline int verify(X509 *ca, X509 *certificate, const char *host,
                         const char *address)
{
    return verify_chain(ca, NULL, certificate, host, address);
}

static inline int64_t seconds_of(const ASN1_TIME *time)
{
    struct tm tm = {0};

    assert_int_equal(ASN1_TIME_to_tm(time, &tm), 1);
    return timegm(&tm);
}

#endif
