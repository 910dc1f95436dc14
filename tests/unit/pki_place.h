/* A directory for --ca-dir, made for one test. */
#ifndef TESTS_PKI_PLACE_H
#define TESTS_PKI_PLACE_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "pki/cert.h"
#include "pki_fixture.h"
#include "util/mem.h"

struct place {
    char parent[64];
    char dir[96];
    struct pki_options options;
};

static inline int place_setup(void **state)
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

static inline void empty_directory(const char *path)
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

static inline int place_teardown(void **state)
{
    struct place *place = *state;

    empty_directory(place->dir);
    unlink(place->dir);
    rmdir(place->parent);
    mem_free(place);
    return 0;
}

static inline char *path_in(const struct place *place, const char *name)
{
    return mem_printf("%s/%s", place->dir, name);
}

static inline unsigned mode_of(const char *path)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static inline void load_ca(const struct place *place, struct identity *out_ca)
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

#endif
