/* Bytes that grow; owned by whoever holds the struct, released by buf_clear. */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include <stdint.h>
#include <string.h>

#include "util/attr.h"
#include "util/span.h"

struct buf {
    uint8_t *data;
    size_t size;
    size_t capacity;
};

void buf_clear(struct buf *buf);
/* Forgets the content, keeps the memory. */
void buf_reset(struct buf *buf);
/* The slow half of buf_reserve: more memory. */
uint8_t *buf_grow(struct buf *buf, size_t size);

/* Room for `size` more bytes; returns where they go. See buf_commit. */
static inline uint8_t *buf_reserve(struct buf *buf, size_t size)
{
    if (size > buf->capacity - buf->size) {
        return buf_grow(buf, size);
    }
    /* Adding zero to NULL is undefined. */
    return buf->size ? buf->data + buf->size : buf->data;
}

void buf_commit(struct buf *buf, size_t size);

static inline void buf_add(struct buf *buf, struct span bytes)
{
    if (bytes.size) {
        memcpy(buf_reserve(buf, bytes.size), bytes.data, bytes.size);
        buf->size += bytes.size;
    }
}

static inline void buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, span_text(text));
}

static inline void buf_add_u8(struct buf *buf, uint8_t value)
{
    *buf_reserve(buf, 1) = value;
    buf->size++;
}

void buf_add_u16le(struct buf *buf, uint16_t value);
void buf_add_u32le(struct buf *buf, uint32_t value);
void buf_add_u64le(struct buf *buf, uint64_t value);
void buf_add_u16be(struct buf *buf, uint16_t value);
void buf_add_u32be(struct buf *buf, uint32_t value);
/* In decimal digits. */
void buf_add_number(struct buf *buf, int64_t number);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF(2, 3);
/* Drops `size` bytes at the front. */
void buf_drop(struct buf *buf, size_t size);
/* The content as NUL-ended text; borrowed until the buf changes. */
const char *buf_text(struct buf *buf);

static inline struct span buf_span(const struct buf *buf)
{
    return span_of(buf->data, buf->size);
}

#define AUTO_BUF __attribute__((cleanup(buf_clear))) struct buf

#endif
