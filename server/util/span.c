/* Borrowed bytes and checked reading, see span.h. */
#include "config.h"

#include "util/span.h"

#include <string.h>

bool span_equal(struct span a, struct span b)
{
    return a.size == b.size && (!a.size || !memcmp(a.data, b.data, a.size));
}

bool span_is_zero(struct span bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i]) {
            return false;
        }
    }
    return true;
}

size_t span_find(struct span hay, struct span needle, size_t from)
{
    const uint8_t *hit;

    if (from > hay.size || !hay.size || !needle.size) {
        return SIZE_MAX;
    }
    hit = memmem(hay.data + from, hay.size - from, needle.data, needle.size);
    return hit ? (size_t)(hit - hay.data) : SIZE_MAX;
}

bool span_starts(struct span whole, const char *prefix)
{
    size_t size = strlen(prefix);

    return whole.size >= size && (!size || !memcmp(whole.data, prefix, size));
}

static uint64_t rd_le(struct reader *rd, size_t size)
{
    struct span part = rd_bytes(rd, size);
    uint64_t value = 0;

    for (size_t i = part.size; i > 0; i--) {
        value = value << 8 | part.data[i - 1];
    }
    return value;
}

static uint64_t rd_be(struct reader *rd, size_t size)
{
    struct span part = rd_bytes(rd, size);
    uint64_t value = 0;

    for (size_t i = 0; i < part.size; i++) {
        value = value << 8 | part.data[i];
    }
    return value;
}

/* Without the loop: texts in UTF-16 are read so. */
uint16_t rd_u16le(struct reader *rd)
{
    struct span part = rd_bytes(rd, 2);
    unsigned value = 0;

    if (part.size) {
        value = part.data[0] | (unsigned)part.data[1] << 8;
    }
    return (uint16_t)value;
}

uint32_t rd_u32le(struct reader *rd)
{
    return (uint32_t)rd_le(rd, 4);
}

uint64_t rd_u64le(struct reader *rd)
{
    return rd_le(rd, 8);
}

uint16_t rd_u16be(struct reader *rd)
{
    return (uint16_t)rd_be(rd, 2);
}

uint32_t rd_u32be(struct reader *rd)
{
    return (uint32_t)rd_be(rd, 4);
}
