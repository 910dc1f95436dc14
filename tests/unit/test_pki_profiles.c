/* Certificates that are wrong on purpose, as a TLS client judges them. */
#include "config.h"

#include <string.h>

#include <openssl/rsa.h>

#include "pki/cert.h"
#include "pki/ossl.h"
#include "pki/profile.h"
#include "pki_fixture.h"
#include "util/buf.h"

/* The words of the setting and the rows of the table: one order. */
static void words_name_the_rows(void **state UNUSED)
{
    AUTO_BUF words = {0};

    for (int i = 0; i < CERT_PROFILE_COUNT; i++) {
        buf_printf(&words, "%s%s", i ? "|" : "",
                   profile_of((enum cert_profile)i)->name);
    }
    assert_string_equal(buf_text(&words), CERT_PROFILE_WORDS);
}

static const struct {
    enum cert_profile profile;
    int result; /* of verify; security level 2 */
} rows[] = {
    {CERT_PROFILE_GOOD, X509_V_OK},
    {CERT_PROFILE_PHONE, X509_V_OK},
    {CERT_PROFILE_EXPIRED, X509_V_ERR_CERT_HAS_EXPIRED},
    {CERT_PROFILE_NOT_YET_VALID, X509_V_ERR_CERT_NOT_YET_VALID},
    {CERT_PROFILE_WRONG_NAME, X509_V_ERR_HOSTNAME_MISMATCH},
    {CERT_PROFILE_SELF_SIGNED, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT},
    {CERT_PROFILE_UNKNOWN_CA, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
    {CERT_PROFILE_WEAK, X509_V_ERR_EE_KEY_TOO_SMALL},
    {CERT_PROFILE_SHA1, X509_V_ERR_CA_MD_TOO_WEAK},
    {CERT_PROFILE_INTERMEDIATE, X509_V_OK},
    {CERT_PROFILE_MISSING_INTERMEDIATE,
     X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
    {CERT_PROFILE_WILDCARD, X509_V_OK},
    /* OpenSSL itself still looks at the subject, where there is no other. */
    {CERT_PROFILE_WILDCARD_CN, X509_V_OK},
    {CERT_PROFILE_NO_SAN, X509_V_OK},
    {CERT_PROFILE_OTHER_DOMAIN, X509_V_ERR_HOSTNAME_MISMATCH},
    {CERT_PROFILE_WRONG_USAGE, X509_V_ERR_INVALID_PURPOSE},
};

static const struct pki_leaf *
leaf_as(struct pki *pki, enum cert_profile profile, const char *name)
{
    const struct pki_leaf *leaf = NULL;
    struct err err = {""};

    if (!pki_leaf_as(pki, profile, name, &leaf, &err)) {
        fail_msg("%s", err.text);
    }
    return leaf;
}

static void each_is_refused_for_its_reason(void **state UNUSED)
{
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);

    assert_int_equal(ARRAY_SIZE(rows), CERT_PROFILE_COUNT);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct pki_leaf *leaf = leaf_as(pki, rows[i].profile, names[1]);

        print_message("%s\n", profile_of(rows[i].profile)->name);
        assert_int_equal(verify_chain(pki_ca(pki), leaf->intermediate,
                                      leaf->certificate, names[1], NULL),
                         rows[i].result);
        assert_int_equal(X509_check_private_key(leaf->certificate, leaf->key),
                         1);
        assert_string_equal(leaf->name, names[1]);
        /* Minted once. */
        assert_ptr_equal(leaf, leaf_as(pki, rows[i].profile, names[1]));
    }
}

static void options_choose_a_profile(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct pki_options options = good_options();

        options.profile = rows[i].profile;

        AUTO(pki) pki = make(&options);

        assert_ptr_equal(leaf_of(pki, names[0]),
                         leaf_as(pki, rows[i].profile, names[0]));
        /* The default leaf, too. */
        assert_int_equal(
            verify_chain(pki_ca(pki), leaf_of(pki, NULL)->intermediate,
                         leaf_of(pki, NULL)->certificate, names[0], NULL),
            rows[i].result);
    }
}

static void phone_is_rsa_and_weak_is_short(void **state UNUSED)
{
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);
    const struct pki_leaf *phone = leaf_as(pki, CERT_PROFILE_PHONE, names[0]);
    const struct pki_leaf *weak = leaf_as(pki, CERT_PROFILE_WEAK, names[0]);

    assert_true(EVP_PKEY_is_a(phone->key, "RSA"));
    assert_int_equal(EVP_PKEY_get_bits(phone->key), 2048);
    assert_true(EVP_PKEY_is_a(weak->key, "RSA"));
    assert_int_equal(EVP_PKEY_get_bits(weak->key), 1024);
    assert_int_equal(X509_get_signature_nid(weak->certificate),
                     NID_ecdsa_with_SHA1);
    assert_int_equal(X509_get_signature_nid(phone->certificate),
                     NID_ecdsa_with_SHA256);
    /* RFC 5929 4.1: SHA-256 in place of SHA-1. */
    assert_int_equal(weak->hash.size, 32);
}

/* What clients that look at alternative names alone have to go by. */
static void names_in_the_subject_alone(void **state UNUSED)
{
    static const struct {
        enum cert_profile profile;
        const char *subject;
        bool alternatives;
    } those[] = {
        {CERT_PROFILE_WILDCARD, "*.contoso.test", true},
        {CERT_PROFILE_WILDCARD_CN, "*.contoso.test", false},
        {CERT_PROFILE_NO_SAN, "lyncweb.contoso.test", false},
    };
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);

    for (size_t i = 0; i < ARRAY_SIZE(those); i++) {
        X509 *leaf =
            leaf_as(pki, those[i].profile, "lyncweb.contoso.test")->certificate;
        char subject[128];

        X509_NAME_get_text_by_NID(X509_get_subject_name(leaf), NID_commonName,
                                  subject, sizeof(subject));
        assert_string_equal(subject, those[i].subject);
        assert_int_equal(X509_get_ext_by_NID(leaf, NID_subject_alt_name, -1) >=
                             0,
                         those[i].alternatives);
    }
}

/* Signed well, so that nothing but the name is wrong. */
static void names_of_others(void **state UNUSED)
{
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);
    X509 *other =
        leaf_as(pki, CERT_PROFILE_OTHER_DOMAIN, "lyncweb.contoso.test")
            ->certificate;
    const struct pki_leaf *named = NULL;
    const struct pki_leaf *again = NULL;
    struct err err;

    assert_int_equal(
        verify(pki_ca(pki), other, "lyncweb." CERT_OTHER_DOMAIN, NULL),
        X509_V_OK);
    assert_true(pki_site_leaf_for(pki, NULL, CERT_PROFILE_GOOD,
                                  "mail.contoso.test", &named, &err));
    assert_int_equal(
        verify(pki_ca(pki), named->certificate, "mail.contoso.test", NULL),
        X509_V_OK);
    assert_true(pki_site_leaf_for(pki, NULL, CERT_PROFILE_GOOD,
                                  "MAIL.contoso.test", &again, &err));
    assert_ptr_equal(named, again);
    assert_true(pki_site_leaf_for(pki, NULL, CERT_PROFILE_GOOD,
                                  "mail.elsewhere.test", &named, &err));
    assert_int_equal(
        verify(pki_ca(pki), named->certificate, "mail.elsewhere.test", NULL),
        X509_V_ERR_PERMITTED_VIOLATION);
}

static void the_wrong_name_is_in_the_domain(void **state UNUSED)
{
    struct pki_options options = good_options();
    AUTO(pki) pki = make(&options);
    X509 *leaf = leaf_as(pki, CERT_PROFILE_WRONG_NAME, NULL)->certificate;

    assert_int_equal(verify(pki_ca(pki), leaf, "wrong-name.contoso.test", NULL),
                     X509_V_OK);
    assert_int_equal(X509_check_ip_asc(leaf, "127.0.0.1", 0), 0);
    assert_int_equal(X509_check_host(leaf, "localhost", 0, 0, NULL), 0);
}

/* Moved leaves are moved whole, past the CA's own end. */
static void the_clock_moves_leaves(void **state UNUSED)
{
    static const struct {
        int64_t days;
        enum cert_profile profile;
        int result;
    } moves[] = {
        {-396, CERT_PROFILE_GOOD, X509_V_ERR_CERT_HAS_EXPIRED},
        {-390, CERT_PROFILE_GOOD, X509_V_OK},
        {2, CERT_PROFILE_GOOD, X509_V_ERR_CERT_NOT_YET_VALID},
        {10, CERT_PROFILE_EXPIRED, X509_V_OK},
        {-4650, CERT_PROFILE_GOOD, X509_V_ERR_CERT_HAS_EXPIRED},
    };

    for (size_t i = 0; i < ARRAY_SIZE(moves); i++) {
        struct pki_options options = good_options();
        const struct pki_leaf *leaf;

        options.leaf_clock = moves[i].days * CERT_DAY * ENV_NS_PER_SEC;

        AUTO(pki) pki = make(&options);

        print_message("%d days\n", (int)moves[i].days);
        leaf = leaf_as(pki, moves[i].profile, names[0]);
        assert_int_equal(verify(pki_ca(pki), leaf->certificate, names[0], NULL),
                         moves[i].result);
        assert_int_equal(seconds_of(X509_get0_notAfter(leaf->certificate)) -
                             seconds_of(X509_get0_notBefore(leaf->certificate)),
                         397 * CERT_DAY);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_name_the_rows),
        cmocka_unit_test(each_is_refused_for_its_reason),
        cmocka_unit_test(options_choose_a_profile),
        cmocka_unit_test(phone_is_rsa_and_weak_is_short),
        cmocka_unit_test(names_in_the_subject_alone),
        cmocka_unit_test(names_of_others),
        cmocka_unit_test(the_wrong_name_is_in_the_domain),
        cmocka_unit_test(the_clock_moves_leaves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
