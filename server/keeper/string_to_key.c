/* Kerberos keys of a password, see string_to_key.h. */
#include "config.h"

#include "keeper/string_to_key.h"

#include <string.h>

#include <nettle/aes.h>
#include <nettle/md4.h>
#include <nettle/pbkdf2.h>

#include "util/buf.h"
#include "util/mem.h"
#include "util/utf.h"

/* Bit `index` of the text rotated right by 13 bits per repetition. */
static unsigned rotated_bit(struct span in, size_t index)
{
    size_t bits = in.size * 8;
    size_t turn = index / bits * 13 % bits;
    size_t from = (index % bits + bits - turn) % bits;

    return (unsigned)in.data[from / 8] >> (7 - from % 8) & 1u;
}

/* The least common multiple of both sizes. */
static size_t common_size(size_t a, size_t b)
{
    size_t x = a;
    size_t y = b;

    while (y) {
        size_t rest = x % y;

        x = y;
        y = rest;
    }
    return a / x * b;
}

void string_to_key_nfold(uint8_t *out, size_t out_size, struct span in)
{
    size_t total = common_size(in.size, out_size);
    unsigned carry = 0;

    memset(out, 0, out_size);
    for (size_t place = total; place-- > 0;) {
        unsigned sum = carry + out[place % out_size];

        for (size_t bit = 0; bit < 8; bit++) {
            sum += rotated_bit(in, place * 8 + bit) << (7 - bit);
        }
        out[place % out_size] = (uint8_t)sum;
        carry = sum >> 8;
    }
    /* One's complement: what is carried out at the front comes in behind. */
    for (size_t place = out_size; carry; place--) {
        if (place == 0) {
            place = out_size;
        }
        carry += out[place - 1];
        out[place - 1] = (uint8_t)carry;
        carry >>= 8;
    }
}

/* RFC 3961 section 5.1: DK(key, "kerberos"), in place. */
static void derive_kerberos(uint8_t *key, size_t size)
{
    uint8_t block[AES_BLOCK_SIZE];
    uint8_t made[AES256_KEY_SIZE];

    string_to_key_nfold(block, sizeof(block), span_text("kerberos"));
    if (size == AES128_KEY_SIZE) {
        struct aes128_ctx aes;

        aes128_set_encrypt_key(&aes, key);
        aes128_encrypt(&aes, sizeof(block), made, block);
        mem_wipe(&aes, sizeof(aes));
    } else {
        struct aes256_ctx aes;

        aes256_set_encrypt_key(&aes, key);
        aes256_encrypt(&aes, sizeof(block), made, block);
        aes256_encrypt(&aes, sizeof(block), made + sizeof(block), made);
        mem_wipe(&aes, sizeof(aes));
    }
    memcpy(key, made, size);
    mem_wipe(made, sizeof(made));
}

static struct krb_key *add_key(struct krb_keys *keys, int32_t etype)
{
    struct krb_key *key = &keys->items[keys->count++];

    key->etype = etype;
    key->size = krb_key_size(etype);
    return key;
}

static void add_aes(struct krb_keys *keys, int32_t etype,
                    const uint8_t *stretch)
{
    struct krb_key *key = add_key(keys, etype);

    memcpy(key->bytes, stretch, key->size);
    derive_kerberos(key->bytes, key->size);
}

void string_to_key_aes(struct krb_keys *out_keys, unsigned etypes,
                       struct span password, struct span salt,
                       unsigned iterations)
{
    uint8_t stretch[AES256_KEY_SIZE];

    *out_keys = (struct krb_keys){.kvno = 1};
    if (!(etypes & KRB_AES_BITS)) {
        return;
    }
    /* What AES-128 takes is the front of what AES-256 does: it is paid once. */
    pbkdf2_hmac_sha1(
        password.size, password.data, iterations, salt.size, salt.data,
        etypes & KRB_AES256_BIT ? AES256_KEY_SIZE : AES128_KEY_SIZE, stretch);
    if (etypes & KRB_AES256_BIT) {
        add_aes(out_keys, KRB_ETYPE_AES256, stretch);
    }
    if (etypes & KRB_AES128_BIT) {
        add_aes(out_keys, KRB_ETYPE_AES128, stretch);
    }
    mem_wipe(stretch, sizeof(stretch));
}

/* RFC 4757 section 2: MD4 of the password in UTF-16LE; there is no salt. */
static void add_rc4(struct krb_keys *keys, struct span password)
{
    struct krb_key *key = add_key(keys, KRB_ETYPE_RC4);
    AUTO_BUF utf16 = {0};
    struct md4_ctx md4;

    utf16le_add(&utf16, password);
    md4_init(&md4);
    md4_update(&md4, utf16.size, utf16.data);
    md4_digest(&md4, key->size, key->bytes);
    mem_wipe(utf16.data, utf16.size);
    mem_wipe(&md4, sizeof(md4));
}

void string_to_key(struct krb_keys *out_keys, unsigned etypes,
                   struct span password, struct span salt)
{
    string_to_key_aes(out_keys, etypes, password, salt,
                      STRING_TO_KEY_ITERATIONS);
    if (etypes & KRB_RC4_BIT) {
        add_rc4(out_keys, password);
    }
}
