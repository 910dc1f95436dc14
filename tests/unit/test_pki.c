/* The run's CA and its leaves. */
#include "config.h"

#include <string.h>

#include <openssl/pem.h>
#include <openssl/sha.h>

#include "pki/leaf.h"
#include "pki/ossl.h"
#include "pki_fixture.h"
#include "util/buf.h"

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
    assert_int_equal(X509_get_pathlen(ca), 1);
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
