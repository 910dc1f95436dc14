/* --ca-dir: what cannot be used is refused, and the error says why. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "pki/leaf.h"
#include "pki/ossl.h"
#include "pki_place.h"

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
    struct leaf_plan plan;
    struct err err;

    load_ca(place, &ca);
    plan = (struct leaf_plan){
        .ca = &ca,
        .key = ca.key,
        .names = list,
        .now = place->options.now,
        .profile = profile_of(CERT_PROFILE_GOOD),
    };
    assert_true(leaf_make(&plan, &leaf, &err));
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
        cmocka_unit_test(broken_directories_are_explained),
        cmocka_unit_test_setup_teardown(own_ca_without_constraints, place_setup,
                                        place_teardown),
        cmocka_unit_test_setup_teardown(directory_that_cannot_be, place_setup,
                                        place_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
