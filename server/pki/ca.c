/* The certification authority of a run, see ca.h. */
#include "config.h"

#include "pki/ca.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "pki/leaf.h"
#include "pki/ossl.h"
#include "util/buf.h"
#include "util/env.h"

/* That of RSA-2048; OpenSSL's level 2 wants it as well. */
enum { SECURITY_BITS = 112 };

AUTO_DEFINE(store, X509_STORE *, X509_STORE_free)
AUTO_DEFINE(verification, X509_STORE_CTX *, X509_STORE_CTX_free)

static bool is_below(const char *name, const char *domain)
{
    size_t size = strlen(name);
    size_t tail = strlen(domain);

    if (size < tail || strcasecmp(name + size - tail, domain) != 0) {
        return false;
    }
    return size == tail || name[size - tail - 1] == '.';
}

/*
 * Not critical: clients of 2013 refuse a critical extension that they do not
 * know, and those that know it obey all the same. A name of the world outside
 * of its domain (a hosting provider's) is permitted by itself.
 */
static void write_constraints(struct buf *out,
                              const struct pki_options *options)
{
    buf_printf(out, "permitted;DNS:%s,permitted;DNS:localhost,",
               options->domain);
    for (size_t i = 0; options->names[i]; i++) {
        if (!is_below(options->names[i], options->domain)) {
            buf_printf(out, "permitted;DNS:%s,", options->names[i]);
        }
    }
    if (!is_below(options->domain, CERT_OTHER_DOMAIN)) {
        buf_add_text(out, "permitted;DNS:" CERT_OTHER_DOMAIN ",");
    }
    buf_add_text(out, "permitted;IP:127.0.0.0/255.0.0.0,permitted;IP:::1/"
                      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

bool ca_make(const struct pki_options *options, int life,
             struct identity *out_ca, struct err *err)
{
    AUTO_IDENTITY ca = {0};
    AUTO_BUF constraints = {0};
    /* Several runs' CAs in one trust store must not look alike. */
    char name[CERT_CN_MAX];
    uint8_t tag[4];

    if (RAND_bytes(tag, sizeof(tag)) != 1) {
        return ossl_err(err, "random name of the CA");
    }
    snprintf(name, sizeof(name), "lyncmock CA %02x%02x%02x%02x", tag[0], tag[1],
             tag[2], tag[3]);
    write_constraints(&constraints, options);
    if (!(options->ca_dir ? cert_key_kept(options->key, &ca.key, err)
                          : cert_key(options->key, &ca.key, err))) {
        return false;
    }

    const struct cert_extension extensions[] = {
        {NID_basic_constraints, "critical,CA:TRUE,pathlen:1"},
        {NID_key_usage, "critical,keyCertSign,cRLSign"},
        {NID_name_constraints, buf_text(&constraints)},
        {0, NULL},
    };
    int64_t begin = options->now / ENV_NS_PER_SEC - CERT_BACKDATE;
    const struct cert_plan plan = {
        .common_name = name,
        .key = ca.key,
        .not_before = begin,
        .not_after = begin + life,
        .extensions = extensions,
    };

    if (!cert_make(&plan, &ca.certificate, err)) {
        return false;
    }
    *out_ca = ca;
    ca = (struct identity){0};
    return true;
}

bool ca_make_intermediate(const struct pki_options *options,
                          const struct identity *ca,
                          struct identity *out_intermediate, struct err *err)
{
    static const struct cert_extension extensions[] = {
        {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
        {NID_key_usage, "critical,keyCertSign,cRLSign"},
        {0, NULL},
    };
    AUTO_IDENTITY intermediate = {0};
    struct cert_plan plan = {
        .common_name = "lyncmock intermediate CA",
        .issuer = ca,
        .extensions = extensions,
    };

    /* A CA that was kept from earlier on may permit none below it. */
    if (X509_get_pathlen(ca->certificate) == 0) {
        return err_set(err, "the CA may have no intermediate CA below it "
                            "(pathlen:0); name an empty --ca-dir to have a new "
                            "one made");
    }
    if (!cert_key(options->key, &intermediate.key, err)) {
        return err_wrap(err, "intermediate CA");
    }
    plan.key = intermediate.key;
    cert_times(&plan, options->now);
    if (!cert_make(&plan, &intermediate.certificate, err)) {
        return err_wrap(err, "intermediate CA");
    }
    *out_intermediate = intermediate;
    intermediate = (struct identity){0};
    return true;
}

static bool check_times(const X509 *certificate, int64_t now, struct err *err)
{
    time_t seconds = (time_t)(now / ENV_NS_PER_SEC);

    if (X509_cmp_time(X509_get0_notAfter(certificate), &seconds) <= 0) {
        return err_set(err, "the certificate has expired");
    }
    if (X509_cmp_time(X509_get0_notBefore(certificate), &seconds) >= 0) {
        return err_set(err, "the certificate is not valid yet");
    }
    return true;
}

static bool check_key(const struct identity *ca, struct err *err)
{
    if (!EVP_PKEY_is_a(ca->key, "RSA") && !EVP_PKEY_is_a(ca->key, "EC")) {
        return err_set(err, "the key is neither RSA nor EC");
    }
    if (EVP_PKEY_get_security_bits(ca->key) < SECURITY_BITS) {
        return err_set(err, "the key is too short");
    }
    if (X509_check_private_key(ca->certificate, ca->key) != 1) {
        return ossl_err(err, "key and certificate are no pair");
    }
    return true;
}

/* What a client will make of a leaf: X509_V_OK, or why not. */
static bool verify(const struct identity *ca, X509 *leaf, int64_t now,
                   int *out_result, struct err *err)
{
    AUTO(store) store = X509_STORE_new();
    AUTO(verification) ctx = X509_STORE_CTX_new();

    if (!store || !ctx || X509_STORE_add_cert(store, ca->certificate) != 1 ||
        X509_STORE_CTX_init(ctx, store, leaf, NULL) != 1) {
        return ossl_err(err, "checking the CA");
    }
    X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN);
    X509_STORE_CTX_set_time(ctx, 0, (time_t)(now / ENV_NS_PER_SEC));
    X509_verify_cert(ctx);
    *out_result = X509_STORE_CTX_get_error(ctx);
    return true;
}

/* Tries a leaf that is never used: OpenSSL knows all forms of constraints. */
static bool check_name(const struct pki_options *options,
                       const struct identity *ca, const char *name,
                       bool loopback, struct err *err)
{
    const char *const names[] = {name, NULL};
    const struct leaf_plan plan = {
        .ca = ca,
        .key = ca->key,
        .names = names,
        .loopback = loopback,
        .now = options->now,
        .profile = profile_of(CERT_PROFILE_GOOD),
    };
    AUTO(x509) leaf = NULL;
    int result = X509_V_ERR_UNSPECIFIED;

    if (!leaf_make(&plan, &leaf, err) ||
        !verify(ca, leaf, options->now, &result, err)) {
        return false;
    }
    if (result == X509_V_ERR_PERMITTED_VIOLATION ||
        result == X509_V_ERR_EXCLUDED_VIOLATION) {
        return err_set(err, "its name constraints do not permit %s%s", name,
                       loopback ? " or loopback addresses" : "");
    }
    return result == X509_V_OK ||
           err_set(err, "%s", X509_verify_cert_error_string(result));
}

bool ca_permits(const struct pki_options *options, const struct identity *ca,
                const char *name, struct err *err)
{
    return check_name(options, ca, name, false, err);
}

static bool check_names(const struct pki_options *options,
                        const struct identity *ca, struct err *err)
{
    for (size_t i = 0; options->names[i]; i++) {
        if (!check_name(options, ca, options->names[i], false, err)) {
            return false;
        }
    }
    return check_name(options, ca, "localhost", true, err);
}

bool ca_check(const struct pki_options *options, const struct identity *ca,
              struct err *err)
{
    /* 1: version 3 with CA:TRUE, and keyCertSign where key usage is given. */
    if (X509_check_ca(ca->certificate) != 1) {
        return err_set(err, "the certificate is not one of a CA");
    }
    return check_key(ca, err) &&
           check_times(ca->certificate, options->now, err) &&
           check_names(options, ca, err);
}
