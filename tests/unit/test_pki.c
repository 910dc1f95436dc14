/* The run's CA, its leaves, --ca-dir. */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "pki/ca.h"
#include "pki/leaf.h"
#include "pki/ossl.h"
#include "pki/pki.h"
#include "util/buf.h"
#include "util/env.h"
#include "util/mem.h"

#define LONG_LABEL                                                             \
    "a23456789012345678901234567890123456789012345678901234567890"

static const char *const names[] = {
    "lyncdiscover.contoso.test",
    "lyncweb.contoso.test",
    LONG_LABEL ".contoso.test",
    "lyncdiscover.hosted.example",
    NULL,
};

static int64_t now(void)
{
    return (int64_t)time(NULL) * ENV_NS_PER_SEC;
}

static struct pki_options good_options(void)
{
    return (struct pki_options){
        .names = names,
        .domain = "contoso.test",
        .key = PKI_P256,
        .now = now(),
    };
}

static struct pki *make(const struct pki_options *options)
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
static int verify(X509 *ca, X509 *certificate, const char *host,
                  const char *address)
{
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
    assert_int_equal(X509_STORE_CTX_init(ctx, store, certificate, NULL), 1);
    X509_verify_cert(ctx);
    result = X509_STORE_CTX_get_error(ctx);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    return result;
}

static void ca_is_what_it_says(void **state UNUSED)
{
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);
    X509 *ca = pki_ca(pki);
    struct span pem = pki_ca_pem(pki);
    int critical = 0;
    ASN1_OCTET_STRING *id;
    void *constraints;

    assert_int_equal(X509_check_ca(ca), 1);
    assert_int_equal(X509_get_pathlen(ca), 0);
    assert_int_equal(X509_get_key_usage(ca), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
    assert_int_equal(X509_get_extension_flags(ca) & EXFLAG_SS, EXFLAG_SS);
    id = X509_get_ext_d2i(ca, NID_subject_key_identifier, &critical, NULL);
    assert_non_null(id);
    ASN1_OCTET_STRING_free(id);
    constraints = X509_get_ext_d2i(ca, NID_name_constraints, &critical, NULL);
    assert_non_null(constraints);
    assert_int_equal(critical, 0);
    NAME_CONSTRAINTS_free(constraints);
    assert_int_equal(X509_self_signed(ca, 1), 1);
    assert_true(span_starts(pem, "-----BEGIN CERTIFICATE-----\n"));
}

static void two_runs_two_cas(void **state UNUSED)
{
    struct pki_options options = good_options();
    AUTO(pki) one = make(&options);
    AUTO(pki) two = make(&options);

    assert_int_not_equal(X509_NAME_cmp(X509_get_subject_name(pki_ca(one)),
                                       X509_get_subject_name(pki_ca(two))),
                         0);
    assert_int_not_equal(ASN1_INTEGER_cmp(X509_get_serialNumber(pki_ca(one)),
                                          X509_get_serialNumber(pki_ca(two))),
                         0);
}

static const struct {
    const char *asked; /* SNI */
    const char *leaf;  /* which leaf that gives */
} asked_names[] = {
    {"lyncdiscover.contoso.test", "lyncdiscover.contoso.test"},
    {"LyncDiscover.CONTOSO.test", "lyncdiscover.contoso.test"},
    {"lyncweb.contoso.test", "lyncweb.contoso.test"},
    {LONG_LABEL ".contoso.test", LONG_LABEL ".contoso.test"},
    {"lyncdiscover.hosted.example", "lyncdiscover.hosted.example"},
    {NULL, "default"},
    {"", "default"},
    {"localhost", "default"},
    {"127.0.0.1", "default"},
    {"contoso.test", "default"},
    {"unknown.contoso.test", "default"},
    {"xlyncweb.contoso.test", "default"},
    {"*.contoso.test", "default"},
};

static void name_chooses_leaf(void **state UNUSED)
{
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);

    for (size_t i = 0; i < ARRAY_SIZE(asked_names); i++) {
        const struct pki_leaf *leaf = leaf_of(pki, asked_names[i].asked);

        assert_string_equal(leaf->name, asked_names[i].leaf);
        assert_ptr_equal(leaf, leaf_of(pki, asked_names[i].asked));
        assert_int_equal(X509_check_private_key(leaf->certificate, leaf->key),
                         1);
    }
}

static void leaf_is_good_for_its_name_alone(void **state UNUSED)
{
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);

    for (size_t i = 0; names[i]; i++) {
        X509 *leaf = leaf_of(pki, names[i])->certificate;

        for (size_t j = 0; names[j]; j++) {
            assert_int_equal(verify(pki_ca(pki), leaf, names[j], NULL),
                             i == j ? X509_V_OK : X509_V_ERR_HOSTNAME_MISMATCH);
            assert_int_equal(X509_check_host(leaf, names[j], 0, 0, NULL),
                             i == j);
        }
        assert_int_equal(X509_check_ip_asc(leaf, "127.0.0.1", 0), 0);
        assert_int_equal(X509_check_host(leaf, "localhost", 0, 0, NULL), 0);
    }
}

static void default_leaf_is_good_for_all(void **state UNUSED)
{
    static const char *const addresses[] = {"127.0.0.1", "::1"};
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);
    X509 *leaf = leaf_of(pki, NULL)->certificate;

    for (size_t i = 0; names[i]; i++) {
        assert_int_equal(verify(pki_ca(pki), leaf, names[i], NULL), X509_V_OK);
    }
    assert_int_equal(verify(pki_ca(pki), leaf, "localhost", NULL), X509_V_OK);
    for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
        assert_int_equal(verify(pki_ca(pki), leaf, NULL, addresses[i]),
                         X509_V_OK);
    }
    assert_int_equal(verify(pki_ca(pki), leaf, NULL, "127.0.0.2"),
                     X509_V_ERR_IP_ADDRESS_MISMATCH);
}

static int64_t seconds_of(const ASN1_TIME *time)
{
    struct tm tm = {0};

    assert_int_equal(ASN1_TIME_to_tm(time, &tm), 1);
    return timegm(&tm);
}

static void leaf_has_the_right_fields(void **state UNUSED)
{
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);
    X509 *leaf = leaf_of(pki, names[0])->certificate;
    int64_t begin = seconds_of(X509_get0_notBefore(leaf));
    int64_t end = seconds_of(X509_get0_notAfter(leaf));

    assert_int_equal(X509_get_version(leaf), X509_VERSION_3);
    assert_int_equal(X509_check_ca(leaf), 0);
    assert_int_equal(X509_get_key_usage(leaf), KU_DIGITAL_SIGNATURE);
    assert_int_equal(X509_get_extended_key_usage(leaf), XKU_SSL_SERVER);
    assert_non_null(X509_get0_authority_key_id(leaf));
    assert_non_null(X509_get0_subject_key_id(leaf));
    assert_int_equal(
        ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(leaf),
                              X509_get0_subject_key_id(pki_ca(pki))),
        0);
    assert_int_equal(begin, options.now / ENV_NS_PER_SEC - CERT_DAY);
    assert_true(end - begin <= 397 * CERT_DAY);
    assert_true(end <= seconds_of(X509_get0_notAfter(pki_ca(pki))));
    assert_int_equal(ASN1_STRING_length(X509_get_serialNumber(leaf)), 20);
}

static void long_name_is_no_subject(void **state UNUSED)
{
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);
    char text[256];

    X509_NAME_get_text_by_NID(
        X509_get_subject_name(leaf_of(pki, names[2])->certificate),
        NID_commonName, text, sizeof(text));
    assert_string_equal(text, "lyncmock");
    X509_NAME_get_text_by_NID(
        X509_get_subject_name(leaf_of(pki, names[0])->certificate),
        NID_commonName, text, sizeof(text));
    assert_string_equal(text, names[0]);
}

static void rsa_throughout(void **state UNUSED)
{
    struct pki_options options = good_options();
    const struct pki_leaf *leaf;

    options.key = PKI_RSA2048;

    AUTO(pki) pki = make(&options);

    leaf = leaf_of(pki, names[0]);
    assert_true(EVP_PKEY_is_a(leaf->key, "RSA"));
    assert_int_equal(EVP_PKEY_get_bits(leaf->key), 2048);
    assert_int_equal(X509_get_signature_nid(leaf->certificate),
                     NID_sha256WithRSAEncryption);
    assert_int_equal(X509_get_key_usage(leaf->certificate),
                     KU_DIGITAL_SIGNATURE | KU_KEY_ENCIPHERMENT);
    assert_int_equal(verify(pki_ca(pki), leaf->certificate, names[0], NULL),
                     X509_V_OK);
}

/* ---- RFC 5929, 4.1 ---- */

static X509 *signed_with(EVP_PKEY *key, const EVP_MD *digest)
{
    X509 *certificate = X509_new();

    X509_set_version(certificate, X509_VERSION_3);
    X509_set_pubkey(certificate, key);
    ASN1_TIME_set(X509_getm_notBefore(certificate), 0);
    ASN1_TIME_set(X509_getm_notAfter(certificate), 0);
    assert_true(X509_sign(certificate, key, digest) > 0);
    return certificate;
}

static void hash_follows_the_signature(void **state UNUSED)
{
    const struct {
        const EVP_MD *signature;
        const EVP_MD *hash;
    } rows[] = {
        {EVP_md5(), EVP_sha256()},    {EVP_sha1(), EVP_sha256()},
        {EVP_sha224(), EVP_sha224()}, {EVP_sha256(), EVP_sha256()},
        {EVP_sha384(), EVP_sha384()}, {EVP_sha512(), EVP_sha512()},
    };
    AUTO(pkey) key = EVP_RSA_gen(2048);
    struct err err;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(x509) certificate = signed_with(key, rows[i].signature);
        uint8_t hash[EVP_MAX_MD_SIZE];
        uint8_t expected[EVP_MAX_MD_SIZE];
        uint8_t *der = NULL;
        int der_size = i2d_X509(certificate, &der);
        unsigned expected_size = 0;
        size_t size = 0;

        assert_true(der_size > 0);
        EVP_Digest(der, (size_t)der_size, expected, &expected_size,
                   rows[i].hash, NULL);
        OPENSSL_free(der);
        assert_true(leaf_hash(certificate, hash, &size, &err));
        assert_int_equal(size, expected_size);
        assert_memory_equal(hash, expected, size);
    }
}

static void hash_of_ed25519_is_sha256(void **state UNUSED)
{
    AUTO(pkey) key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    AUTO(x509) certificate = signed_with(key, NULL);
    uint8_t hash[EVP_MAX_MD_SIZE];
    size_t size = 0;
    struct err err;

    assert_true(leaf_hash(certificate, hash, &size, &err));
    assert_int_equal(size, SHA256_DIGEST_LENGTH);
}

static void hash_of_a_leaf(void **state UNUSED)
{
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);
    const struct pki_leaf *leaf = leaf_of(pki, names[1]);
    uint8_t *der = NULL;
    int der_size = i2d_X509(leaf->certificate, &der);
    uint8_t expected[SHA256_DIGEST_LENGTH];

    SHA256(der, (size_t)der_size, expected);
    OPENSSL_free(der);
    assert_int_equal(leaf->hash.size, sizeof(expected));
    assert_memory_equal(leaf->hash.data, expected, sizeof(expected));
}

static void signer_signs(void **state UNUSED)
{
    static const enum pki_key kinds[] = {PKI_P256, PKI_RSA2048};
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);
    struct err err;

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        AUTO_BUF key_pem = {0};
        AUTO_BUF pem = {0};
        AUTO(bio) key_bio = NULL;
        AUTO(bio) bio = NULL;
        AUTO(pkey) key = NULL;
        AUTO(x509) certificate = NULL;
        X509_STORE *store = X509_STORE_new();
        X509_STORE_CTX *ctx = X509_STORE_CTX_new();
        char text[64];

        assert_true(pki_signer(pki, kinds[i], &key_pem, &pem, &err));
        assert_true(
            span_starts(buf_span(&key_pem), "-----BEGIN PRIVATE KEY-----\n"));
        key_bio = BIO_new_mem_buf(key_pem.data, (int)key_pem.size);
        bio = BIO_new_mem_buf(pem.data, (int)pem.size);
        key = PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL);
        certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        assert_non_null(key);
        assert_non_null(certificate);
        assert_int_equal(X509_check_private_key(certificate, key), 1);
        assert_true(EVP_PKEY_is_a(key, kinds[i] == PKI_P256 ? "EC" : "RSA"));
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate),
                                  NID_commonName, text, sizeof(text));
        assert_string_equal(text, "lyncmock web ticket service");
        assert_int_equal(X509_get_key_usage(certificate), KU_DIGITAL_SIGNATURE);
        X509_STORE_add_cert(store, pki_ca(pki));
        X509_STORE_CTX_init(ctx, store, certificate, NULL);
        assert_int_equal(X509_verify_cert(ctx), 1);
        X509_STORE_CTX_free(ctx);
        X509_STORE_free(store);
    }
}

static const struct {
    const char *name;
    bool valid;
} dns_names[] = {
    {"a", true},
    {"contoso.test", true},
    {"a-b.c.test", true},
    {"a_b.test", false},
    {LONG_LABEL ".test", true},
    {LONG_LABEL "1234.test", false},
    {"", false},
    {".test", false},
    {"contoso..test", false},
    {"contoso.test.", false},
    {"-a.test", false},
    {"a-.test", false},
    {"*.test", false},
    {"*.contoso.test", false},
    {"a b.test", false},
    {"a,DNS:b.test", false},
    {"a;b.test", false},
    {"j\303\266rg.test", false},
};

static void names_are_checked(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(dns_names); i++) {
        const char *const list[] = {dns_names[i].name, NULL};
        struct pki_options options = good_options();
        struct pki *pki = NULL;
        struct err err = {""};

        options.names = list;
        assert_int_equal(pki_new(&options, &pki, &err), dns_names[i].valid);
        if (!dns_names[i].valid) {
            assert_non_null(strstr(err.text, "is no DNS name"));
            assert_null(pki);
        }
        pki_free(pki);
    }
}

/* ---- --ca-dir ---- */

struct place {
    char parent[64];
    char dir[96];
    struct pki_options options;
};

static int place_setup(void **state)
{
    struct place *place = NEW(struct place);

    snprintf(place->parent, sizeof(place->parent), "/tmp/test_pki.XXXXXX");
    assert_non_null(mkdtemp(place->parent));
    snprintf(place->dir, sizeof(place->dir), "%s/ca", place->parent);
    place->options = good_options();
    place->options.ca_dir = place->dir;
    *state = place;
    return 0;
}

static void empty_directory(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        if (unlinkat(dirfd(dir), entry->d_name, 0) != 0) {
            unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
        }
    }
    if (dir) {
        closedir(dir);
    }
    rmdir(path);
}

static int place_teardown(void **state)
{
    struct place *place = *state;

    empty_directory(place->dir);
    unlink(place->dir);
    rmdir(place->parent);
    mem_free(place);
    return 0;
}

static char *path_in(const struct place *place, const char *name)
{
    return mem_printf("%s/%s", place->dir, name);
}

static unsigned mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void directory_is_made(void **state)
{
    struct place *place = *state;
    AUTO(str) key = path_in(place, "ca.key");
    AUTO(str) certificate = path_in(place, "ca.pem");
    AUTO(pki) pki UNUSED = make(&place->options);
    DIR *dir = opendir(place->dir);
    int entries = 0;

    assert_int_equal(mode_of(place->dir), 0700);
    assert_int_equal(mode_of(key), 0600);
    assert_int_equal(mode_of(certificate) & 0600, 0600);
    while (readdir(dir)) {
        entries++;
    }
    closedir(dir);
    assert_int_equal(entries, 4); /* "." and "..", nothing left behind */
}

static void ca_is_used_again(void **state)
{
    struct place *place = *state;
    AUTO(pki) first = make(&place->options);
    AUTO(pki) second = NULL;

    place->options.key = PKI_RSA2048; /* of the leaves: the CA stays */
    second = make(&place->options);
    assert_int_equal(X509_cmp(pki_ca(first), pki_ca(second)), 0);
    assert_int_equal(verify(pki_ca(first),
                            leaf_of(second, names[0])->certificate, names[0],
                            NULL),
                     X509_V_OK);
    assert_true(EVP_PKEY_is_a(leaf_of(second, names[0])->key, "RSA"));
}

static void kept_ca_outlives_leaves(void **state)
{
    struct place *place = *state;
    AUTO(pki) first = make(&place->options);
    int64_t year = INT64_C(365) * CERT_DAY;
    X509 *leaf;
    int64_t end;

    /* In its last year the CA's end is the end of its leaves. */
    place->options.now += (CA_LIFE_KEPT - year / 2) * ENV_NS_PER_SEC;

    AUTO(pki) second = make(&place->options);

    leaf = leaf_of(second, names[0])->certificate;
    end = seconds_of(X509_get0_notAfter(leaf));
    assert_int_equal(end, seconds_of(X509_get0_notAfter(pki_ca(first))));
}

static void load_ca(const struct place *place, struct identity *out_ca)
{
    AUTO(str) key_path = path_in(place, "ca.key");
    AUTO(str) path = path_in(place, "ca.pem");
    FILE *key = fopen(key_path, "r");
    FILE *certificate = fopen(path, "r");

    assert_non_null(key);
    assert_non_null(certificate);
    out_ca->key = PEM_read_PrivateKey(key, NULL, NULL, NULL);
    out_ca->certificate = PEM_read_X509(certificate, NULL, NULL, NULL);
    fclose(key);
    fclose(certificate);
    assert_non_null(out_ca->key);
    assert_non_null(out_ca->certificate);
}

static const struct {
    const char *name;
    int result;
} constrained[] = {
    {"contoso.test", X509_V_OK},
    {"lyncdiscover.contoso.test", X509_V_OK},
    {"a.b.contoso.test", X509_V_OK},
    {"localhost", X509_V_OK},
    {"lyncdiscover.hosted.example", X509_V_OK},
    {"example.com", X509_V_ERR_PERMITTED_VIOLATION},
    {"www.example.com", X509_V_ERR_PERMITTED_VIOLATION},
    {"xcontoso.test", X509_V_ERR_PERMITTED_VIOLATION},
    {"contoso.test.example.com", X509_V_ERR_PERMITTED_VIOLATION},
    {"hosted.example", X509_V_ERR_PERMITTED_VIOLATION},
    {"test", X509_V_ERR_PERMITTED_VIOLATION},
};

static void constraints_refuse_other_names(void **state)
{
    struct place *place = *state;
    AUTO(pki) pki UNUSED = make(&place->options);
    AUTO_IDENTITY ca = {0};
    struct err err;

    load_ca(place, &ca);
    for (size_t i = 0; i < ARRAY_SIZE(constrained); i++) {
        const char *const list[] = {constrained[i].name, NULL};
        AUTO(x509) leaf = NULL;

        assert_true(leaf_make(&ca, ca.key, list, false, place->options.now,
                              &leaf, &err));
        if (verify(ca.certificate, leaf, constrained[i].name, NULL) !=
            constrained[i].result) {
            fail_msg("%s", constrained[i].name);
        }
    }
}

static void constraints_refuse_other_addresses(void **state)
{
    static const struct {
        const char *alternative;
        int result;
    } rows[] = {
        {"IP:127.0.0.1", X509_V_OK},
        {"IP:127.9.9.9", X509_V_OK},
        {"IP:::1", X509_V_OK},
        {"IP:10.0.0.1", X509_V_ERR_PERMITTED_VIOLATION},
        {"IP:128.0.0.1", X509_V_ERR_PERMITTED_VIOLATION},
        {"IP:::2", X509_V_ERR_PERMITTED_VIOLATION},
    };
    struct place *place = *state;
    AUTO(pki) pki UNUSED = make(&place->options);
    AUTO_IDENTITY ca = {0};
    struct err err;

    load_ca(place, &ca);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct cert_extension extensions[] = {
            {NID_subject_alt_name, rows[i].alternative},
            {0, NULL},
        };
        struct cert_plan plan = {
            .common_name = "address",
            .issuer = &ca,
            .key = ca.key,
            .extensions = extensions,
        };
        AUTO(x509) leaf = NULL;

        cert_times(&plan, place->options.now);
        assert_true(cert_make(&plan, &leaf, &err));
        assert_int_equal(verify(ca.certificate, leaf, NULL, NULL),
                         rows[i].result);
    }
}

/* ---- Broken directories ---- */

static void write_text(const struct place *place, const char *name,
                       const char *text)
{
    AUTO(str) path = path_in(place, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void write_key(const struct place *place, EVP_PKEY *key,
                      const char *password)
{
    AUTO(str) path = path_in(place, "ca.key");
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(PEM_write_PKCS8PrivateKey(
                         file, key, password ? EVP_aes_128_cbc() : NULL,
                         password, password ? (int)strlen(password) : 0, NULL,
                         NULL),
                     1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

static void write_certificate(const struct place *place, X509 *certificate)
{
    AUTO(str) path = path_in(place, "ca.pem");
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    assert_int_equal(fclose(file), 0);
}

static void remove_file(const struct place *place, const char *name)
{
    AUTO(str) path = path_in(place, name);

    assert_int_equal(unlink(path), 0);
}

static void only_key(struct place *place)
{
    remove_file(place, "ca.pem");
}

static void only_certificate(struct place *place)
{
    remove_file(place, "ca.key");
}

static void key_open_to_others(struct place *place)
{
    AUTO(str) path = path_in(place, "ca.key");

    assert_int_equal(chmod(path, 0640), 0);
}

static void key_no_pem(struct place *place)
{
    write_text(place, "ca.key", "no key at all\n");
}

static void key_empty(struct place *place)
{
    write_text(place, "ca.key", "");
}

static void key_encrypted(struct place *place)
{
    AUTO_IDENTITY ca = {0};

    load_ca(place, &ca);
    write_key(place, ca.key, "secret");
}

static void key_is_directory(struct place *place)
{
    AUTO(str) path = path_in(place, "ca.key");

    only_certificate(place);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void key_is_fifo(struct place *place)
{
    AUTO(str) path = path_in(place, "ca.key");

    only_certificate(place);
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void key_of_another(struct place *place)
{
    AUTO(pkey) other = EVP_EC_gen("P-256");

    write_key(place, other, NULL);
}

static void certificate_no_pem(struct place *place)
{
    write_text(place, "ca.pem", "-----BEGIN CERTIFICATE-----\nxyz\n");
}

static void certificate_huge(struct place *place)
{
    AUTO(str) path = path_in(place, "ca.pem");

    assert_int_equal(truncate(path, 1024 * 1024), 0);
}

static void certificate_of_a_leaf(struct place *place)
{
    const char *const list[] = {names[0], NULL};
    AUTO_IDENTITY ca = {0};
    AUTO(x509) leaf = NULL;
    struct err err;

    load_ca(place, &ca);
    assert_true(
        leaf_make(&ca, ca.key, list, false, place->options.now, &leaf, &err));
    write_certificate(place, leaf);
}

static void self_signed(struct place *place, EVP_PKEY *key)
{
    AUTO(x509) certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_EXTENSION *extension = X509V3_EXT_nconf_nid(
        NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");

    X509_set_version(certificate, X509_VERSION_3);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *)"own", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -CERT_DAY);
    X509_gmtime_adj(X509_getm_notAfter(certificate), CERT_DAY);
    X509_set_pubkey(certificate, key);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    assert_true(X509_sign(certificate, key,
                          EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256()) >
                0);
    write_certificate(place, certificate);
    write_key(place, key, NULL);
}

static void key_short(struct place *place)
{
    AUTO(pkey) key = EVP_RSA_gen(1024);

    self_signed(place, key);
}

static void key_of_other_kind(struct place *place)
{
    AUTO(pkey) key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

    self_signed(place, key);
}

static void six_years_later(struct place *place)
{
    place->options.now += INT64_C(6) * 365 * CERT_DAY * ENV_NS_PER_SEC;
}

static void two_days_earlier(struct place *place)
{
    place->options.now -= INT64_C(2) * CERT_DAY * ENV_NS_PER_SEC;
}

static void other_world(struct place *place)
{
    static const char *const others[] = {"lyncdiscover.fabrikam.test", NULL};

    place->options.names = others;
    place->options.domain = "fabrikam.test";
}

static const struct {
    const char *name;
    void (*spoil)(struct place *place);
    const char *expected[3];
} broken[] = {
    {"only key", only_key, {"/ca: has ca.key but no ca.pem", "put the other"}},
    {"only certificate",
     only_certificate,
     {"/ca: has ca.pem but no ca.key", "remove this one"}},
    {"key open to others",
     key_open_to_others,
     {"/ca.key: is open to others (mode 0640)", "chmod 600"}},
    {"key no pem", key_no_pem, {"/ca.key: no private key in PEM"}},
    {"key empty", key_empty, {"/ca.key: no private key in PEM"}},
    {"key encrypted",
     key_encrypted,
     {"/ca.key: no private key in PEM without a "
      "password"}},
    {"key is directory", key_is_directory, {"/ca.key: is not a regular file"}},
    {"key is fifo", key_is_fifo, {"/ca.key: is not a regular file"}},
    {"key of another",
     key_of_another,
     {"/ca.pem: key and certificate are no pair", "give another --ca-dir"}},
    {"certificate no pem", certificate_no_pem, {"/ca.pem: no certificate"}},
    {"certificate huge", certificate_huge, {"/ca.pem: is too big"}},
    {"certificate of a leaf",
     certificate_of_a_leaf,
     {"/ca.pem: the certificate is not one of a CA"}},
    {"key short", key_short, {"/ca.pem: the key is too short"}},
    {"key of other kind",
     key_of_other_kind,
     {"/ca.pem: the key is neither RSA nor EC"}},
    {"expired",
     six_years_later,
     {"/ca.pem: the certificate has expired", "to have a new CA made"}},
    {"not yet valid",
     two_days_earlier,
     {"/ca.pem: the certificate is not valid yet"}},
    {"other world",
     other_world,
     {"/ca.pem: its name constraints do not permit "
      "lyncdiscover.fabrikam.test"}},
};

static void expect_error(const struct place *place, const char *name,
                         const char *const *expected, size_t count)
{
    struct pki *pki = NULL;
    struct err err = {""};

    if (pki_new(&place->options, &pki, &err)) {
        pki_free(pki);
        fail_msg("%s: accepted", name);
    }
    assert_null(pki);
    for (size_t i = 0; i < count && expected[i]; i++) {
        if (!strstr(err.text, expected[i])) {
            fail_msg("%s: \"%s\" lacks \"%s\"", name, err.text, expected[i]);
        }
    }
}

static void broken_directories_are_explained(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
        void *held = NULL;
        struct place *place;

        place_setup(&held);
        place = held;
        pki_free(make(&place->options));
        broken[i].spoil(place);
        expect_error(place, broken[i].name, broken[i].expected, 3);
        place_teardown(&held);
    }
}

static void own_ca_without_constraints(void **state)
{
    struct place *place = *state;
    AUTO(pkey) key = EVP_EC_gen("P-384");
    AUTO(pki) pki = NULL;

    assert_int_equal(mkdir(place->dir, 0700), 0);
    self_signed(place, key);
    pki = make(&place->options);
    assert_true(X509_get_key_usage(pki_ca(pki)) == UINT32_MAX);
    assert_int_equal(X509_check_host(leaf_of(pki, names[0])->certificate,
                                     names[0], 0, 0, NULL),
                     1);
}

static void directory_that_cannot_be(void **state)
{
    static const char *const is_file[] = {"/ca: cannot open", "directory"};
    static const char *const no_parent[] = {"/ca: cannot make", "No such file"};
    struct place *place = *state;
    int fd = open(place->dir, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    close(fd);
    expect_error(place, "a file", is_file, 2);
    place->options.ca_dir = "/nonexistent/ca";
    expect_error(place, "no parent", no_parent, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ca_is_what_it_says),
        cmocka_unit_test(two_runs_two_cas),
        cmocka_unit_test(name_chooses_leaf),
        cmocka_unit_test(leaf_is_good_for_its_name_alone),
        cmocka_unit_test(default_leaf_is_good_for_all),
        cmocka_unit_test(leaf_has_the_right_fields),
        cmocka_unit_test(long_name_is_no_subject),
        cmocka_unit_test(rsa_throughout),
        cmocka_unit_test(hash_follows_the_signature),
        cmocka_unit_test(hash_of_ed25519_is_sha256),
        cmocka_unit_test(hash_of_a_leaf),
        cmocka_unit_test(signer_signs),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test_setup_teardown(directory_is_made, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(ca_is_used_again, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(kept_ca_outlives_leaves, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(constraints_refuse_other_names,
                                        place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(constraints_refuse_other_addresses,
                                        place_setup, place_teardown),
        cmocka_unit_test(broken_directories_are_explained),
        cmocka_unit_test_setup_teardown(own_ca_without_constraints, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(directory_that_cannot_be, place_setup,
                                        place_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
