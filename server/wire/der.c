/* Reads and writes DER (ITU-T X.690), see der.h. */
#include "config.h"

#include "wire/der.h"

#include <inttypes.h>
#include <string.h>

enum {
    HIGH_TAG = 0x1f,     /* 8.1.2.4: the tag number follows in more bytes */
    LONG_FORM = 0x80,    /* 8.1.3.5 */
    LENGTH_BYTES = 4,    /* of the long form, at most */
    LENGTH_ROOM = 1 + 8, /* of what the writer makes */
};

static enum der_result read_length(struct reader *rd, size_t *out_length)
{
    uint8_t first = rd_u8(rd);
    size_t count = first & 0x7f;
    size_t length = 0;

    if (!(first & LONG_FORM)) {
        *out_length = first;
        return rd->short_read ? DER_SHORT : DER_OK;
    }
    if (count == 0 || count > LENGTH_BYTES) {
        return DER_FORM;
    }
    for (size_t i = 0; i < count; i++) {
        length = length << 8 | rd_u8(rd);
    }
    *out_length = length;
    return rd->short_read ? DER_SHORT : DER_OK;
}

enum der_result der_next(struct reader *rd, struct der *out)
{
    struct reader ahead = *rd;
    struct der element = {.tag = rd_u8(&ahead)};
    size_t length = 0;
    enum der_result result;

    if ((element.tag & HIGH_TAG) == HIGH_TAG) {
        return DER_FORM;
    }
    result = read_length(&ahead, &length);
    if (result != DER_OK) {
        return result;
    }
    element.content = rd_bytes(&ahead, length);
    if (ahead.short_read) {
        return DER_SHORT;
    }
    element.whole =
        span_slice(rd->bytes, rd->offset, ahead.offset - rd->offset);
    *rd = ahead;
    *out = element;
    return DER_OK;
}

enum der_result der_expect(struct reader *rd, uint8_t tag, struct der *out)
{
    struct reader ahead = *rd;
    struct der element;
    enum der_result result = der_next(&ahead, &element);

    if (result != DER_OK) {
        return result;
    }
    if (element.tag != tag) {
        return DER_UNEXPECTED;
    }
    *rd = ahead;
    *out = element;
    return DER_OK;
}

bool der_integer(struct span content, int64_t *out_number)
{
    bool negative = content.size > 0 && content.data[0] & 0x80;
    uint8_t sign = negative ? 0xff : 0;
    uint64_t number = negative ? UINT64_MAX : 0;
    size_t start = 0;

    if (content.size == 0) {
        return false;
    }
    while (start < content.size && content.data[start] == sign) {
        start++;
    }
    if (content.size - start > sizeof(number)) {
        return false;
    }
    for (size_t i = start; i < content.size; i++) {
        number = number << 8 | content.data[i];
    }
    /* What was left out of the front said otherwise than the first bit does. */
    if ((number >> 63 != 0) != negative) {
        return false;
    }
    *out_number = (int64_t)number;
    return true;
}

const char *der_result_text(enum der_result result)
{
    switch (result) {
    case DER_OK:
        return "is well-formed";
    case DER_SHORT:
        return "ends too early";
    case DER_UNEXPECTED:
        return "is an element of another type";
    case DER_FORM:
        return "has a tag or length that DER does not know";
    }
    return "?";
}

/* Tag and length, DER's shortest form; returns how many bytes. */
static size_t make_head(uint8_t head[1 + LENGTH_ROOM], uint8_t tag,
                        size_t length)
{
    size_t count = 0;

    head[0] = tag;
    if (length < LONG_FORM) {
        head[1] = (uint8_t)length;
        return 2;
    }
    for (size_t rest = length; rest > 0; rest >>= 8) {
        count++;
    }
    head[1] = (uint8_t)(LONG_FORM | count);
    for (size_t i = 0; i < count; i++) {
        head[2 + i] = (uint8_t)(length >> (8 * (count - 1 - i)));
    }
    return 2 + count;
}

void der_add(struct buf *out, uint8_t tag, struct span content)
{
    uint8_t head[1 + LENGTH_ROOM];
    size_t size = make_head(head, tag, content.size);

    buf_add(out, span_of(head, size));
    buf_add(out, content);
}

void der_add_integer(struct buf *out, int64_t number)
{
    uint8_t bytes[sizeof(number)];
    size_t start = 0;

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)((uint64_t)number >> (8 * (sizeof(bytes) - 1 - i)));
    }
    /* 8.3.2: the first nine bits are not all the same. */
    while (start + 1 < sizeof(bytes) &&
           bytes[start] == (number < 0 ? 0xff : 0) &&
           (bytes[start + 1] & 0x80) == (number < 0 ? 0x80 : 0)) {
        start++;
    }
    der_add(out, DER_INTEGER, span_of(bytes + start, sizeof(bytes) - start));
}

void der_wrap(struct buf *buf, size_t start, uint8_t tag)
{
    uint8_t head[1 + LENGTH_ROOM];
    size_t length = buf->size - start;
    size_t size = make_head(head, tag, length);

    buf_reserve(buf, size);
    memmove(buf->data + start + size, buf->data + start, length);
    memcpy(buf->data + start, head, size);
    buf_commit(buf, size);
}

char *der_oid_text(struct arena *arena, struct span oid)
{
    AUTO_BUF out = {0};
    uint64_t arc = 0;

    /* 8.19.2: a last byte with its high bit set leaves an arc unfinished. */
    if (oid.size == 0 || oid.data[oid.size - 1] & 0x80) {
        return arena_strdup(arena, "?");
    }
    for (size_t i = 0; i < oid.size; i++) {
        arc = arc << 7 | (oid.data[i] & 0x7fU);
        if (oid.data[i] & 0x80) {
            continue;
        }
        if (out.size == 0) { /* 8.19.4: the first two arcs share a number */
            uint64_t first = arc < 80 ? arc / 40 : 2;

            buf_printf(&out, "%" PRIu64 ".%" PRIu64, first, arc - first * 40);
        } else {
            buf_printf(&out, ".%" PRIu64, arc);
        }
        arc = 0;
    }
    return arena_text(arena, buf_span(&out));
}
