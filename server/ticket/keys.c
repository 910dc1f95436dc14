/* The keys of a run, see ticket.h and keys.h. */
#include "config.h"

#include "ticket/keys.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "ticket/xmldsig.h"
#include "util/base64.h"
#include "util/env.h"
#include "util/mem.h"
#include "util/refs.h"

enum {
    WRAP_BLOCK = 8, /* what wrapping adds, and the unit of key sizes */
    WRAP_KEY_LEAST = 16,
    WRAP_KEY_MOST = 1024,
};

AUTO_DEFINE(bio, BIO *, BIO_free_all)
AUTO_DEFINE(pkey, EVP_PKEY *, EVP_PKEY_free)
AUTO_DEFINE(x509, X509 *, X509_free)
AUTO_DEFINE(cipher, EVP_CIPHER_CTX *, EVP_CIPHER_CTX_free)

bool ticket_init(struct err *err)
{
    return xmldsig_init(err);
}

void ticket_shutdown(void)
{
    xmldsig_shutdown();
}

static char *certificate_base64(X509 *certificate)
{
    AUTO(arena) arena = arena_new();
    unsigned char *der = NULL;
    int size = i2d_X509(certificate, &der);
    char *text = NULL;

    if (size > 0) {
        text = mem_strdup(base64_text(arena, span_of(der, (size_t)size)));
    }
    OPENSSL_free(der);
    return text;
}

static bool read_certificate(struct span pem, EVP_PKEY *pkey, char **out_text,
                             struct err *err)
{
    AUTO(bio) bio = BIO_new_mem_buf(pem.data, (int)pem.size);
    AUTO(x509) certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);

    if (!certificate) {
        return err_set(err, "the ticket signer's certificate is no PEM");
    }
    if (X509_check_private_key(certificate, pkey) != 1) {
        return err_set(err, "the ticket signer's certificate is not that of "
                            "its key");
    }
    *out_text = certificate_base64(certificate);
    return *out_text ? true
                     : err_set(err, "the ticket signer's certificate has no "
                                    "DER form");
}

bool ticket_keys_new(struct span signer_key, struct span signer_certificate,
                     struct ticket_keys **out_keys, struct err *err)
{
    AUTO(bio) bio = BIO_new_mem_buf(signer_key.data, (int)signer_key.size);
    AUTO(pkey) pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    AUTO(xmldsig_key) signer = NULL;
    AUTO(str) certificate = NULL;
    struct ticket_keys *keys;

    if (!pkey) {
        return err_set(err, "the ticket signer's key is no PEM");
    }
    if (!read_certificate(signer_certificate, pkey, &certificate, err) ||
        !xmldsig_key_new(pkey, &signer, err)) {
        return false;
    }
    keys = NEW(struct ticket_keys);
    keys->references = 1;
    keys->signer = take(&signer);
    keys->certificate = take(&certificate);
    env_secret(keys->mac_key, sizeof(keys->mac_key));
    env_secret(keys->wrap_key, sizeof(keys->wrap_key));
    *out_keys = keys;
    return true;
}

struct ticket_keys *ticket_keys_ref(struct ticket_keys *keys)
{
    refs_take(&keys->references);
    return keys;
}

void ticket_keys_free(struct ticket_keys *keys)
{
    if (keys && refs_drop(&keys->references)) {
        xmldsig_key_free(keys->signer);
        mem_free(keys->certificate);
        mem_wipe(keys, sizeof(*keys));
        mem_free(keys);
    }
}

static EVP_CIPHER_CTX *new_cipher(const struct ticket_keys *keys, int encrypt)
{
    AUTO(cipher) cipher = EVP_CIPHER_CTX_new();

    if (!cipher) {
        return NULL;
    }
    EVP_CIPHER_CTX_set_flags(cipher, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    if (EVP_CipherInit_ex(cipher, EVP_aes_256_wrap(), NULL, keys->wrap_key,
                          NULL, encrypt) != 1) {
        return NULL;
    }
    return take(&cipher);
}

static bool transform(const struct ticket_keys *keys, int encrypt,
                      struct arena *arena, struct span from,
                      struct span *out_to)
{
    AUTO(cipher) cipher = new_cipher(keys, encrypt);
    uint8_t *to = arena_alloc(arena, from.size + 2 * (size_t)WRAP_BLOCK);
    int size = 0;

    if (!cipher ||
        EVP_CipherUpdate(cipher, to, &size, from.data, (int)from.size) != 1) {
        return false;
    }
    *out_to = span_of(to, (size_t)size);
    return true;
}

bool keys_wrap(const struct ticket_keys *keys, struct arena *arena,
               struct span key, struct span *out_wrapped, struct err *err)
{
    if (key.size < WRAP_KEY_LEAST || key.size > WRAP_KEY_MOST ||
        key.size % WRAP_BLOCK != 0 ||
        !transform(keys, 1, arena, key, out_wrapped)) {
        return err_set(err, "a proof key of %zu bytes cannot be wrapped",
                       key.size);
    }
    return true;
}

bool keys_unwrap(const struct ticket_keys *keys, struct arena *arena,
                 struct span wrapped, struct span *out_key)
{
    return wrapped.size >= WRAP_KEY_LEAST + WRAP_BLOCK &&
           wrapped.size <= WRAP_KEY_MOST + WRAP_BLOCK &&
           wrapped.size % WRAP_BLOCK == 0 &&
           transform(keys, 0, arena, wrapped, out_key);
}
