/* Kerberos encryption with bare keys, see kcrypt.h. */
#include "config.h"

#include "util/kcrypt.h"

#include "util/mem.h"
#include "util/mit.h"

struct kcrypt {
    krb5_context context;
};

bool kcrypt_new(struct kcrypt **out_kcrypt, struct err *err)
{
    krb5_context context = NULL;

    if (!mit_context_new(&context, err)) {
        return false;
    }
    *out_kcrypt = NEW(struct kcrypt);
    (*out_kcrypt)->context = context;
    return true;
}

void kcrypt_free(struct kcrypt *kcrypt)
{
    if (kcrypt) {
        krb5_free_context(kcrypt->context);
        mem_free(kcrypt);
    }
}

/* The library takes data that are not const, and leaves them alone. */
static krb5_data data_of(struct span bytes)
{
    return (krb5_data){
        .magic = KV5M_DATA,
        .length = (unsigned)bytes.size,
        .data =
            (char *)(uintptr_t)(bytes.size ? bytes.data : (const uint8_t *)""),
    };
}

/* False: no type that the library knows, or no key of it. */
static bool key_of(const struct kcrypt *kcrypt, const struct kcrypt_key *key,
                   krb5_keyblock *out_block)
{
    size_t bytes;
    size_t length;

    if (!krb5_c_valid_enctype(key->etype) ||
        krb5_c_keylengths(kcrypt->context, key->etype, &bytes, &length) != 0 ||
        key->bytes.size != length) {
        return false;
    }
    *out_block = (krb5_keyblock){
        .magic = KV5M_KEYBLOCK,
        .enctype = key->etype,
        .length = (unsigned)length,
        .contents = (krb5_octet *)(uintptr_t)key->bytes.data,
    };
    return true;
}

static enum kcrypt_result result_of(krb5_error_code code)
{
    switch (code) {
    case 0:
        return KCRYPT_OK;
    case KRB5_BAD_MSIZE:
    case KRB5_CRYPTO_INTERNAL:
        return KCRYPT_SHORT;
    case KRB5_BAD_ENCTYPE:
    case KRB5_PROG_ETYPE_NOSUPP:
    case KRB5_PROG_SUMTYPE_NOSUPP:
    case KRB5_PROG_KEYTYPE_NOSUPP:
    case KRB5_BAD_KEYSIZE:
        return KCRYPT_UNSUPPORTED;
    default: /* NOLINT: not an enum of ours */
        return KCRYPT_WRONG_KEY;
    }
}

enum kcrypt_result kcrypt_decrypt(struct kcrypt *kcrypt,
                                  const struct kcrypt_key *key,
                                  enum kcrypt_usage usage, struct span cipher,
                                  struct buf *out)
{
    krb5_keyblock block;
    krb5_enc_data in = {
        .magic = KV5M_ENC_DATA,
        .enctype = key->etype,
        .ciphertext = data_of(cipher),
    };
    krb5_data plain = {.magic = KV5M_DATA, .length = (unsigned)cipher.size};
    krb5_error_code code;

    if (!key_of(kcrypt, key, &block)) {
        return KCRYPT_UNSUPPORTED;
    }
    if (cipher.size == 0) {
        return KCRYPT_SHORT;
    }
    plain.data = (char *)buf_reserve(out, cipher.size);
    code = krb5_c_decrypt(kcrypt->context, &block, (krb5_keyusage)usage, NULL,
                          &in, &plain);
    if (code == 0) {
        buf_commit(out, plain.length);
    }
    return result_of(code);
}

enum kcrypt_result kcrypt_encrypt(struct kcrypt *kcrypt,
                                  const struct kcrypt_key *key,
                                  enum kcrypt_usage usage, struct span plain,
                                  struct buf *out)
{
    krb5_keyblock block;
    krb5_data in = data_of(plain);
    krb5_enc_data cipher = {.magic = KV5M_ENC_DATA};
    krb5_error_code code;
    size_t size;

    if (!key_of(kcrypt, key, &block)) {
        return KCRYPT_UNSUPPORTED;
    }
    code =
        krb5_c_encrypt_length(kcrypt->context, key->etype, plain.size, &size);
    if (code == 0) {
        cipher.ciphertext.length = (unsigned)size;
        cipher.ciphertext.data = (char *)buf_reserve(out, size);
        code = krb5_c_encrypt(kcrypt->context, &block, (krb5_keyusage)usage,
                              NULL, &in, &cipher);
    }
    if (code == 0) {
        buf_commit(out, cipher.ciphertext.length);
    }
    return result_of(code);
}

enum kcrypt_result kcrypt_checksum(struct kcrypt *kcrypt,
                                   const struct kcrypt_key *key,
                                   enum kcrypt_usage usage, struct span data,
                                   int32_t *out_type, struct buf *out)
{
    krb5_keyblock block;
    krb5_data in = data_of(data);
    krb5_checksum sum = {.magic = KV5M_CHECKSUM};
    krb5_error_code code;

    if (!key_of(kcrypt, key, &block)) {
        return KCRYPT_UNSUPPORTED;
    }
    code = krb5_c_make_checksum(kcrypt->context, 0, &block,
                                (krb5_keyusage)usage, &in, &sum);
    if (code == 0) {
        *out_type = sum.checksum_type;
        buf_add(out, span_of(sum.contents, sum.length));
        krb5_free_checksum_contents(kcrypt->context, &sum);
    }
    return result_of(code);
}

enum kcrypt_result kcrypt_verify(struct kcrypt *kcrypt,
                                 const struct kcrypt_key *key,
                                 enum kcrypt_usage usage, struct span data,
                                 int32_t type, struct span checksum)
{
    krb5_keyblock block;
    krb5_data in = data_of(data);
    krb5_data bytes = data_of(checksum);
    krb5_checksum sum = {
        .magic = KV5M_CHECKSUM,
        .checksum_type = type,
        .length = bytes.length,
        .contents = (krb5_octet *)bytes.data,
    };
    krb5_boolean valid = 0;
    krb5_error_code code;

    /* A checksum without a key proves nothing, whatever it is. */
    if (!key_of(kcrypt, key, &block) || !krb5_c_valid_cksumtype(type) ||
        !krb5_c_is_keyed_cksum(type)) {
        return KCRYPT_UNSUPPORTED;
    }
    code = krb5_c_verify_checksum(kcrypt->context, &block, (krb5_keyusage)usage,
                                  &in, &sum, &valid);
    return code == 0 && !valid ? KCRYPT_WRONG_KEY : result_of(code);
}

enum kcrypt_result kcrypt_combine(struct kcrypt *kcrypt,
                                  const struct kcrypt_key *first,
                                  const char *first_pepper,
                                  const struct kcrypt_key *second,
                                  const char *second_pepper, struct buf *out)
{
    krb5_keyblock *made = NULL;
    krb5_keyblock blocks[2];
    krb5_error_code code;

    if (!key_of(kcrypt, first, &blocks[0]) ||
        !key_of(kcrypt, second, &blocks[1])) {
        return KCRYPT_UNSUPPORTED;
    }
    code = krb5_c_fx_cf2_simple(kcrypt->context, &blocks[0], first_pepper,
                                &blocks[1], second_pepper, &made);
    if (code == 0) {
        buf_add(out, span_of(made->contents, made->length));
        krb5_free_keyblock(kcrypt->context, made);
    }
    return result_of(code);
}

const char *kcrypt_result_text(enum kcrypt_result result)
{
    switch (result) {
    case KCRYPT_OK:
        return "is good";
    case KCRYPT_WRONG_KEY:
        return "was made with another key, or changed since";
    case KCRYPT_SHORT:
        return "is shorter than any message of its encryption type";
    case KCRYPT_UNSUPPORTED:
        return "is of an encryption type that this key is not of, or that is "
               "not supported";
    }
    return "?";
}
