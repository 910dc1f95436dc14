/* Bytes that grow, see buf.h. */
#include "config.h"

#include "util/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/mem.h"
#include "util/number.h"

enum {
    FIRST_CAPACITY = 256,
    PRINTF_ROOM = 64,
};

void buf_clear(struct buf *buf)
{
    mem_free(buf->data);
    *buf = (struct buf){0};
}

void buf_reset(struct buf *buf)
{
    buf->size = 0;
}

uint8_t *buf_grow(struct buf *buf, size_t size)
{
    size_t needed = buf->size + size;
    size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;

    assert(needed >= size && needed <= SIZE_MAX / 2);
    while (capacity < needed) {
        capacity *= 2;
    }
    buf->data = mem_resize(buf->data, capacity);
    buf->capacity = capacity;
    return buf->data + buf->size;
}

void buf_commit(struct buf *buf, size_t size)
{
    assert(size <= buf->capacity - buf->size);
    buf->size += size;
}

static void add_le(struct buf *buf, uint64_t value, size_t size)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    buf_add(buf, span_of(bytes, size));
}

static void add_be(struct buf *buf, uint64_t value, size_t size)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    }
    buf_add(buf, span_of(bytes, size));
}

void buf_add_u16le(struct buf *buf, uint16_t value)
{
    add_le(buf, value, 2);
}

void buf_add_u32le(struct buf *buf, uint32_t value)
{
    add_le(buf, value, 4);
}

void buf_add_u64le(struct buf *buf, uint64_t value)
{
    add_le(buf, value, 8);
}

void buf_add_u16be(struct buf *buf, uint16_t value)
{
    add_be(buf, value, 2);
}

void buf_add_u32be(struct buf *buf, uint32_t value)
{
    add_be(buf, value, 4);
}

void buf_add_number(struct buf *buf, int64_t number)
{
    char room[NUMBER_TEXT];

    buf_add_text(buf, number_text(room, number));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_list again;
    /* A guess that is nearly always enough. */
    char *room = (char *)buf_reserve(buf, PRINTF_ROOM);
    size_t left = buf->capacity - buf->size;
    int length;

    va_start(args, format);
    va_copy(again, args);
    length = vsnprintf(room, left, format, args);
    va_end(args);
    assert(length >= 0);
    if ((size_t)length >= left) {
        room = (char *)buf_reserve(buf, (size_t)length + 1);
        vsnprintf(room, (size_t)length + 1, format, again);
    }
    va_end(again);
    buf->size += (size_t)length;
}

void buf_drop(struct buf *buf, size_t size)
{
    assert(size <= buf->size);
    if (size && size < buf->size) {
        memmove(buf->data, buf->data + size, buf->size - size);
    }
    buf->size -= size;
}

const char *buf_text(struct buf *buf)
{
    *buf_reserve(buf, 1) = '\0';
    return (const char *)buf->data;
}
