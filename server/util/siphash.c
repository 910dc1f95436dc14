/* SipHash-2-4, see siphash.h. */
#include "config.h"

#include "util/siphash.h"

#include <endian.h>
#include <string.h>

enum { WORD = 8, ROUNDS = 2, LAST_ROUNDS = 4 };

struct state {
    uint64_t v0;
    uint64_t v1;
    uint64_t v2;
    uint64_t v3;
};

static uint64_t read_word(const uint8_t *bytes, size_t size)
{
    uint64_t word = 0;

    if (size) {
        memcpy(&word, bytes, size);
    }
    return le64toh(word);
}

static void write_word(uint8_t *bytes, uint64_t word)
{
    word = htole64(word);
    memcpy(bytes, &word, WORD);
}

static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void mix(struct state *s, int rounds)
{
    while (rounds-- > 0) {
        s->v0 += s->v1;
        s->v1 = rotate(s->v1, 13) ^ s->v0;
        s->v0 = rotate(s->v0, 32);
        s->v2 += s->v3;
        s->v3 = rotate(s->v3, 16) ^ s->v2;
        s->v0 += s->v3;
        s->v3 = rotate(s->v3, 21) ^ s->v0;
        s->v2 += s->v1;
        s->v1 = rotate(s->v1, 17) ^ s->v2;
        s->v2 = rotate(s->v2, 32);
    }
}

static void take_word(struct state *s, uint64_t word)
{
    s->v3 ^= word;
    mix(s, ROUNDS);
    s->v0 ^= word;
}

static uint64_t result(struct state *s)
{
    mix(s, LAST_ROUNDS);
    return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* "somepseudorandomlygeneratedbytes", and a mark of the long output. */
static struct state begin(const uint8_t key[SIPHASH_KEY_SIZE])
{
    uint64_t k0 = read_word(key, WORD);
    uint64_t k1 = read_word(key + WORD, WORD);

    return (struct state){
        .v0 = k0 ^ UINT64_C(0x736f6d6570736575),
        .v1 = k1 ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
        .v2 = k0 ^ UINT64_C(0x6c7967656e657261),
        .v3 = k1 ^ UINT64_C(0x7465646279746573),
    };
}

void siphash(const uint8_t key[SIPHASH_KEY_SIZE], struct span bytes,
             uint8_t out[SIPHASH_SIZE])
{
    struct state s = begin(key);
    size_t left = bytes.size;
    const uint8_t *at = bytes.data;

    for (; left >= WORD; left -= WORD) {
        take_word(&s, read_word(at, WORD));
        at += WORD;
    }
    take_word(&s, read_word(at, left) | (uint64_t)bytes.size << 56);
    s.v2 ^= 0xee;
    write_word(out, result(&s));
    s.v1 ^= 0xdd;
    write_word(out + WORD, result(&s));
}
