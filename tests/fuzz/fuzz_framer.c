/*
 * Where an HTTP message ends. Whatever the bytes are, and in whatever pieces
 * they come, the answer is the same and lies within them. The first byte says
 * what kind of message follows.
 */
#include "config.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edge/framer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REPLY = 1, TO_HEAD = 2 };

static struct framer read_head(struct span head, uint8_t kind)
{
    struct framer framer;

    if (kind & REPLY) {
        framer_reply(&framer, head, kind & TO_HEAD);
    } else {
        framer_request(&framer, head);
    }
    return framer;
}

/* Feeds the body by so many bytes; returns how many belong to it. */
static size_t pass(struct framer *framer, struct span body, size_t piece)
{
    size_t at = 0;

    while (at < body.size && !framer->done) {
        struct span part = span_slice(body, at, piece);
        size_t taken = framer_pass(framer, part);

        assert(taken <= part.size);
        at += taken;
        if (taken < part.size) {
            assert(framer->done || framer->body == FRAMER_NONE);
            break;
        }
    }
    return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t kind = size ? data[0] : 0;
    struct span bytes = span_slice(span_of(data, size), 1, SIZE_MAX);
    size_t head = framer_head_size(bytes, 0);
    struct framer whole;
    struct framer pieces;
    struct span body;

    assert(head <= bytes.size);
    for (size_t seen = 0; seen < head; seen++) {
        assert(framer_head_size(bytes, seen) == head);
    }
    whole = read_head(span_slice(bytes, 0, head), kind);
    pieces = whole;
    body = span_slice(bytes, head, SIZE_MAX);
    assert(pass(&whole, body, SIZE_MAX) == pass(&pieces, body, 1));
    assert(whole.done == pieces.done && whole.bad == pieces.bad);
    assert(whole.payload == pieces.payload && whole.passed == pieces.passed);
    assert(whole.passed <= body.size);
    return 0;
}
