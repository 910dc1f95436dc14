/* Where a chunked body ends, see chunks.h. */
#include "config.h"

#include "edge/chunks.h"

/* More digits would not be a size, but a try at overflowing it. */
enum { DIGITS_MAX = 15 };

/* The value of a hexadecimal digit, or -1. */
static int digit_value(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

static void size_byte(struct chunks *chunks, uint8_t c)
{
    int value = digit_value(c);

    if (value >= 0 && chunks->digits < DIGITS_MAX) {
        chunks->left = chunks->left * 16 + (uint64_t)value;
        chunks->digits++;
    } else if (chunks->digits && (c == ';' || c == ' ' || c == '\t')) {
        chunks->state = CHUNKS_EXTENSION;
    } else {
        chunks->bad = true;
    }
}

static void line_end(struct chunks *chunks)
{
    switch (chunks->state) {
    case CHUNKS_SIZE:
    case CHUNKS_EXTENSION:
        chunks->bad = chunks->digits == 0;
        chunks->state = chunks->left ? CHUNKS_DATA : CHUNKS_TRAILER;
        break;
    case CHUNKS_DATA:
    case CHUNKS_DATA_END:
        chunks->state = CHUNKS_SIZE;
        chunks->digits = 0;
        break;
    case CHUNKS_TRAILER:
        chunks->done = true;
        break;
    case CHUNKS_TRAILER_LINE:
        chunks->state = CHUNKS_TRAILER;
        break;
    }
}

static void line_byte(struct chunks *chunks, uint8_t c)
{
    switch (chunks->state) {
    case CHUNKS_SIZE:
        size_byte(chunks, c);
        break;
    case CHUNKS_DATA:
    case CHUNKS_DATA_END:
        chunks->bad = true;
        break;
    case CHUNKS_TRAILER:
        chunks->state = CHUNKS_TRAILER_LINE;
        break;
    case CHUNKS_EXTENSION:
    case CHUNKS_TRAILER_LINE:
        break;
    }
}

/* A byte of the framing, not of data. */
static void framing_byte(struct chunks *chunks, uint8_t c)
{
    if (c == '\n' && chunks->strict && !chunks->cr) {
        chunks->bad = true;
    } else if (c == '\n') {
        chunks->cr = false;
        line_end(chunks);
    } else if (chunks->cr) {
        chunks->bad = true;
    } else if (c == '\r') {
        chunks->cr = true;
    } else {
        line_byte(chunks, c);
    }
}

static size_t data_bytes(struct chunks *chunks, size_t size)
{
    size_t part = size < chunks->left ? size : (size_t)chunks->left;

    chunks->left -= part;
    chunks->payload += part;
    if (chunks->left == 0) {
        chunks->state = CHUNKS_DATA_END;
    }
    return part;
}

size_t chunks_pass(struct chunks *chunks, struct span bytes)
{
    size_t at = 0;

    while (at < bytes.size && !chunks->done && !chunks->bad) {
        if (chunks->state == CHUNKS_DATA) {
            at += data_bytes(chunks, bytes.size - at);
        } else {
            framing_byte(chunks, bytes.data[at++]);
        }
    }
    return at;
}
