/*
 * Requests that came whole. Of what the edge lets pass, everything that is read
 * is text without line ends, and the body is what the framer says it is.
 */
#include "config.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "edge/framer.h"
#include "edge/head.h"
#include "http/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
    assert(text && !strpbrk(text, "\r\n"));
}

static void check(const struct request *request, struct span body)
{
    check_text(request->target);
    check_text(request->method);
    assert(*request->method && !strchr(request->method, ' '));
    assert(*request->target && !strchr(request->target, ' '));
    assert(strcmp(request->version, "HTTP/1.1") == 0);
    for (size_t i = 0; i < request->headers.count; i++) {
        const struct header *header = &request->headers.items[i];
        size_t length = strlen(header->value);

        check_text(header->name);
        check_text(header->value);
        assert(*header->name && !strpbrk(header->name, " \t:"));
        assert(!length || !strchr(" \t", header->value[0]));
        assert(!length || !strchr(" \t", header->value[length - 1]));
    }
    assert(span_equal(request->body, body));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_of(data, size);
    struct conn_facts facts = {.peer = "fuzz"};
    size_t head = framer_head_size(bytes, 0);
    struct framer framer;
    struct exchange *ex;
    size_t body;

    if (!head || head_flaw(span_slice(bytes, 0, head))) {
        return 0;
    }
    framer_request(&framer, span_slice(bytes, 0, head));
    body = framer_pass(&framer, span_slice(bytes, head, SIZE_MAX));
    if (framer.bad || framer.unknown_coding || !framer.done ||
        framer.body == FRAMER_CHUNKED) {
        return 0;
    }
    ex = exchange_new(1, &facts);
    ex->raw = arena_copy(ex->arena, span_slice(bytes, 0, head + body));
    if (http_whole_read(ex)) {
        check(&ex->request, span_slice(bytes, head, body));
    }
    exchange_unref(ex);
    return 0;
}
