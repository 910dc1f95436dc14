/* Kerberos keys as data, see krb_keys.h. */
#include "config.h"

#include "wire/krb_keys.h"

#include "util/attr.h"

/* Strongest first. */
static const struct {
    int32_t etype;
    unsigned bit;
    size_t size;
} types[] = {
    {KRB_ETYPE_AES256, KRB_AES256_BIT, 32},
    {KRB_ETYPE_AES128, KRB_AES128_BIT, 16},
    {KRB_ETYPE_RC4, KRB_RC4_BIT, 16},
};

unsigned krb_etype_bit(int32_t etype)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (types[i].etype == etype) {
            return types[i].bit;
        }
    }
    return 0;
}

size_t krb_key_size(int32_t etype)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (types[i].etype == etype) {
            return types[i].size;
        }
    }
    return 0;
}

void krb_keys_make(struct krb_keys *out_keys, unsigned etypes, uint32_t kvno,
                   void (*secret)(void *out, size_t size))
{
    *out_keys = (struct krb_keys){.kvno = kvno};
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        struct krb_key *key = &out_keys->items[out_keys->count];

        if (etypes & types[i].bit) {
            key->etype = types[i].etype;
            key->size = types[i].size;
            secret(key->bytes, key->size);
            out_keys->count++;
        }
    }
}

const struct krb_key *krb_keys_find(const struct krb_keys *keys, int32_t etype)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (keys->items[i].etype == etype) {
            return &keys->items[i];
        }
    }
    return NULL;
}
