/* --ca-dir, see store.h. */
#include "config.h"

#include "pki/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "pki/ca.h"
#include "pki/ossl.h"
#include "util/buf.h"
#include "util/mem.h"

enum {
    STORE_FILE_MAX = 64 * 1024,
    MODE_OTHERS = 077,
};

/* A directory that is open and locked. */
struct store {
    const char *path;
    int fd;
};

static void store_clear(struct store *store)
{
    if (store->fd >= 0) {
        close(store->fd);
    }
}

#define AUTO_STORE __attribute__((cleanup(store_clear))) struct store

static void fd_clear(const int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

#define AUTO_FD __attribute__((cleanup(fd_clear))) int

/* Holds a key for a while. */
static void secret_clear(struct buf *buf)
{
    if (buf->data) {
        mem_wipe(buf->data, buf->capacity);
    }
    buf_clear(buf);
}

#define AUTO_SECRET __attribute__((cleanup(secret_clear))) struct buf

/* The lock is held until the directory is closed, at the end of store_open. */
static bool lock_directory(const char *path, struct store *out_store,
                           struct err *err)
{
    AUTO_STORE store = {path, -1};

    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return err_errno(err, "%s: cannot make the CA directory", path);
    }
    store.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store.fd < 0) {
        return err_errno(err, "%s: cannot open the CA directory", path);
    }
    if (flock(store.fd, LOCK_EX) != 0) {
        return err_errno(err, "%s: cannot lock the CA directory", path);
    }
    *out_store = store;
    store.fd = -1;
    return true;
}

static bool has_file(const struct store *store, const char *name)
{
    struct stat st;

    return fstatat(store->fd, name, &st, 0) == 0 || errno != ENOENT;
}

static bool read_all(int fd, struct buf *out)
{
    ssize_t got;

    /* All at once: a buf that grows would leave parts of a key behind. */
    buf_reserve(out, STORE_FILE_MAX);
    do {
        got = read(fd, out->data + out->size, STORE_FILE_MAX - out->size);
        if (got > 0) {
            buf_commit(out, (size_t)got);
        }
    } while (got > 0 || (got < 0 && errno == EINTR));
    return got == 0;
}

static bool check_file(int fd, bool secret, struct err *err)
{
    struct stat st;

    if (fstat(fd, &st) != 0) {
        return err_errno(err, "cannot be examined");
    }
    if (!S_ISREG(st.st_mode)) {
        return err_set(err, "is not a regular file");
    }
    if (st.st_size >= STORE_FILE_MAX) {
        return err_set(err, "is too big");
    }
    if (secret && (st.st_mode & MODE_OTHERS)) {
        return err_set(err,
                       "is open to others (mode %04o); run chmod 600 on it",
                       (unsigned)(st.st_mode & 07777));
    }
    return true;
}

static bool read_file(const struct store *store, const char *name, bool secret,
                      struct buf *out, struct err *err)
{
    AUTO_FD fd =
        openat(store->fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0) {
        return err_errno(err, "%s/%s: cannot be read", store->path, name);
    }
    if (!check_file(fd, secret, err)) {
        return err_wrap(err, "%s/%s", store->path, name);
    }
    return read_all(fd, out) ||
           err_errno(err, "%s/%s: cannot be read", store->path, name);
}

/* Instead of OpenSSL's, which would ask at the terminal. */
static int no_password(char *password UNUSED, int size UNUSED,
                       int writing UNUSED, void *data UNUSED)
{
    return -1;
}

static bool load_key(const struct store *store, EVP_PKEY **out_key,
                     struct err *err)
{
    AUTO_SECRET text = {0};
    AUTO(bio) bio = NULL;
    AUTO(pkey) key = NULL;

    if (!read_file(store, STORE_KEY, true, &text, err)) {
        return false;
    }
    bio = BIO_new_mem_buf(buf_text(&text), (int)text.size);
    key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
    if (!key) {
        return ossl_err(err, "%s/%s: no private key in PEM without a password",
                        store->path, STORE_KEY);
    }
    *out_key = take(&key);
    return true;
}

static bool load_certificate(const struct store *store, X509 **out_certificate,
                             struct err *err)
{
    AUTO_BUF text = {0};
    AUTO(bio) bio = NULL;
    AUTO(x509) certificate = NULL;

    if (!read_file(store, STORE_CERTIFICATE, false, &text, err)) {
        return false;
    }
    bio = BIO_new_mem_buf(buf_text(&text), (int)text.size);
    certificate = bio ? PEM_read_bio_X509(bio, NULL, no_password, NULL) : NULL;
    if (!certificate) {
        return ossl_err(err, "%s/%s: no certificate in PEM", store->path,
                        STORE_CERTIFICATE);
    }
    *out_certificate = take(&certificate);
    return true;
}

static bool load(const struct store *store, const struct pki_options *options,
                 struct identity *out_ca, struct err *err)
{
    AUTO_IDENTITY ca = {0};
    struct err why;

    if (!load_key(store, &ca.key, err) ||
        !load_certificate(store, &ca.certificate, err)) {
        return false;
    }
    if (!ca_check(options, &ca, &why)) {
        return err_set(err,
                       "%s/%s: %s; give another --ca-dir, or remove %s and %s "
                       "from this one to have a new CA made",
                       store->path, STORE_CERTIFICATE, why.text,
                       STORE_CERTIFICATE, STORE_KEY);
    }
    *out_ca = ca;
    ca = (struct identity){0};
    return true;
}

static bool write_all(int fd, struct span bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(fd, bytes.data, bytes.size);

        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            bytes = span_slice(bytes, (size_t)written, bytes.size);
        }
    }
    return fsync(fd) == 0;
}

/* rename(2) that does not replace, where the file system knows how. */
static int rename_new(int directory, const char *from, const char *to)
{
    int rc = renameat2(directory, from, directory, to, RENAME_NOREPLACE);

    if (rc != 0 && (errno == EINVAL || errno == ENOSYS)) {
        rc = renameat(directory, from, directory, to);
    }
    return rc;
}

/* A file is there whole or not at all. */
static bool write_file(const struct store *store, const char *name, mode_t mode,
                       struct span bytes, struct err *err)
{
    char hidden[64];
    AUTO_FD fd = -1;

    snprintf(hidden, sizeof(hidden), ".%s.%ld", name, (long)getpid());
    /* The lock is ours: what is there was left by a run that was killed. */
    unlinkat(store->fd, hidden, 0);
    fd = openat(store->fd, hidden, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                mode);
    if (fd < 0) {
        return err_errno(err, "%s/%s: cannot be written", store->path, name);
    }
    if (!write_all(fd, bytes) || rename_new(store->fd, hidden, name) != 0) {
        err_errno(err, "%s/%s: cannot be written", store->path, name);
        unlinkat(store->fd, hidden, 0);
        return false;
    }
    return true;
}

/* A memory BIO wipes what it held when it is freed. */
static bool save(const struct store *store, const struct identity *ca,
                 struct err *err)
{
    AUTO(bio) key = BIO_new(BIO_s_mem());
    AUTO(bio) certificate = BIO_new(BIO_s_mem());

    if (!key || !certificate ||
        !PEM_write_bio_PKCS8PrivateKey(key, ca->key, NULL, NULL, 0, NULL,
                                       NULL) ||
        !PEM_write_bio_X509(certificate, ca->certificate)) {
        return ossl_err(err, "%s: writing the CA as PEM", store->path);
    }
    if (!write_file(store, STORE_KEY, 0600, ossl_span(key), err)) {
        return false;
    }
    if (!write_file(store, STORE_CERTIFICATE, 0644, ossl_span(certificate),
                    err)) {
        unlinkat(store->fd, STORE_KEY, 0);
        return false;
    }
    return true;
}

static bool make(const struct store *store, const struct pki_options *options,
                 struct identity *out_ca, struct err *err)
{
    AUTO_IDENTITY ca = {0};

    if (!ca_make(options, CA_LIFE_KEPT, &ca, err) || !save(store, &ca, err)) {
        return false;
    }
    *out_ca = ca;
    ca = (struct identity){0};
    return true;
}

bool store_open(const struct pki_options *options, struct identity *out_ca,
                struct err *err)
{
    AUTO_STORE store = {NULL, -1};
    bool has_key;
    bool has_certificate;

    if (!lock_directory(options->ca_dir, &store, err)) {
        return false;
    }
    has_key = has_file(&store, STORE_KEY);
    has_certificate = has_file(&store, STORE_CERTIFICATE);
    if (has_key != has_certificate) {
        return err_set(err,
                       "%s: has %s but no %s; put the other one back, or "
                       "remove this one to have a new CA made",
                       store.path, has_key ? STORE_KEY : STORE_CERTIFICATE,
                       has_key ? STORE_CERTIFICATE : STORE_KEY);
    }
    return has_key ? load(&store, options, out_ca, err)
                   : make(&store, options, out_ca, err);
}
