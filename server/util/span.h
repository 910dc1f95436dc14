/*
 * Bytes that somebody else owns. Text is char * and ends in NUL; bytes are a
 * span. The two never mix.
 */
#ifndef UTIL_SPAN_H
#define UTIL_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const uint8_t *data;
    size_t size;
};

#define SPAN_NONE ((struct span){NULL, 0})

static inline struct span span_of(const void *data, size_t size)
{
    return (struct span){data, size};
}

/* The bytes of a text, without its NUL. NULL gives the empty span. */
static inline struct span span_text(const char *text)
{
    return text ? span_of(text, strlen(text)) : SPAN_NONE;
}

/* Part of a span; clipped to what is there. */
static inline struct span span_slice(struct span whole, size_t offset,
                                     size_t size)
{
    if (offset > whole.size) {
        offset = whole.size;
    }
    if (size > whole.size - offset) {
        size = whole.size - offset;
    }
    /* Adding zero to NULL is undefined: an empty span stays as it is. */
    return size ? span_of(whole.data + offset, size) : SPAN_NONE;
}

bool span_equal(struct span a, struct span b);
bool span_is_zero(struct span bytes);
/* Offset of the first occurrence at or after `from`, or SIZE_MAX. */
size_t span_find(struct span hay, struct span needle, size_t from);
bool span_starts(struct span whole, const char *prefix);

/*
 * A checked reader over a span: a read past the end sets `short_read`, yields
 * zero or the empty span, and every later read does the same.
 */
struct reader {
    struct span bytes;
    size_t offset;
    bool short_read;
};

static inline struct reader rd_init(struct span bytes)
{
    return (struct reader){bytes, 0, false};
}

static inline size_t rd_left(const struct reader *rd)
{
    return rd->short_read ? 0 : rd->bytes.size - rd->offset;
}

static inline struct span rd_bytes(struct reader *rd, size_t size)
{
    struct span part;

    if (size > rd_left(rd)) {
        rd->short_read = true;
        return SPAN_NONE;
    }
    part = span_slice(rd->bytes, rd->offset, size);
    rd->offset += size;
    return part;
}

static inline uint8_t rd_u8(struct reader *rd)
{
    struct span byte = rd_bytes(rd, 1);

    return byte.size ? byte.data[0] : 0;
}

uint16_t rd_u16le(struct reader *rd);
uint32_t rd_u32le(struct reader *rd);
uint64_t rd_u64le(struct reader *rd);
uint16_t rd_u16be(struct reader *rd);
uint32_t rd_u32be(struct reader *rd);

#endif
