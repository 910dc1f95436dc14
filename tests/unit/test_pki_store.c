/* --ca-dir: kept, used again, refused. */
#include "config.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pki/ca.h"
#include "pki/leaf.h"
#include "pki/ossl.h"
#include "pki_place.h"

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

/* All that a device of 2013 sees must be RSA. */
static void phones_want_a_ca_with_rsa(void **state)
{
    struct place *place = *state;
    struct pki *pki = NULL;
    struct err err = {""};

    pki_free(make(&place->options));
    place->options.key = PKI_RSA2048;
    place->options.profile = CERT_PROFILE_PHONE;
    assert_false(pki_new(&place->options, &pki, &err));
    assert_null(pki);
    assert_non_null(strstr(err.text, place->dir));
    assert_non_null(strstr(err.text, "the key is not RSA"));
    assert_non_null(strstr(err.text, "name an empty directory"));
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
        const struct leaf_plan plan = {
            .ca = &ca,
            .key = ca.key,
            .names = list,
            .now = place->options.now,
            .profile = profile_of(CERT_PROFILE_GOOD),
        };
        AUTO(x509) leaf = NULL;

        assert_true(leaf_make(&plan, &leaf, &err));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(directory_is_made, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(phones_want_a_ca_with_rsa, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(ca_is_used_again, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(kept_ca_outlives_leaves, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(constraints_refuse_other_names,
                                        place_setup, place_teardown),
        cmocka_unit_test_setup_teardown(constraints_refuse_other_addresses,
                                        place_setup, place_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
