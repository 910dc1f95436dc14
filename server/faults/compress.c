/* compress: a body that is compressed though nobody asked, or only said to. */
#include "config.h"

#include <assert.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "scenario/fault.h"

enum compress_how {
    HOW_GZIP = 1,
    HOW_DEFLATE,
    HOW_RAW,
    HOW_NONE,
};

enum compress_broken {
    BROKEN_NOT,
    BROKEN_CHECKSUM,
    BROKEN_CUT,
};

struct compress_params {
    unsigned how;
    unsigned broken;
    const char *label;
};

#define AT(member)                                                             \
    .offset = offsetof(struct compress_params, member),                        \
    .size = sizeof(((struct compress_params *)0)->member)

#define WORDS "gzip|deflate|raw-deflate|none"

static const struct setting params[] = {
    {{"compress", WORDS,
      "how; deflate is that of zlib, as RFC 9110 says, raw-deflate the one "
      "without its frame that some servers send under this name"},
     .type = setting_word,
     .first = HOW_GZIP,
     AT(how)},
    {{"compress.how", WORDS, "the same, beside the others"},
     .type = setting_word,
     .first = HOW_GZIP,
     AT(how)},
    {{"compress.label", "text",
      "what Content-Encoding says instead; '': there is no such header"},
     .type = setting_text,
     AT(label)},
    {{"compress.broken", "no|checksum|cut",
      "with a wrong checksum, or with its last bytes cut off"},
     .type = setting_word,
     AT(broken)},
    {.info = {NULL, NULL, NULL}},
};

static bool compress_check(const void *data, enum point at UNUSED,
                           struct err *err)
{
    const struct compress_params *asked = data;

    if (!asked->how) {
        return err_set(err, "compress.how: expected one of " WORDS);
    }
    if (asked->how == HOW_NONE && (!asked->label || !*asked->label)) {
        return err_set(err, "compress.label: what is not compressed needs a "
                            "label, or nothing is wrong");
    }
    if (asked->broken && (asked->how == HOW_NONE || asked->how == HOW_RAW)) {
        return err_set(err, "compress.broken: gzip and deflate alone have a "
                            "checksum");
    }
    return true;
}

/* zlib's word for each: 16 more is gzip (RFC 1952), less than zero no frame
 * at all (RFC 1951), else RFC 1950. The header's time stays zero, so that the
 * same body gives the same bytes. */
static int window_bits(enum compress_how how)
{
    return how == HOW_GZIP  ? MAX_WBITS + 16
           : how == HOW_RAW ? -MAX_WBITS
                            : MAX_WBITS;
}

static struct span compressed(struct arena *arena, struct span body,
                              enum compress_how how)
{
    z_stream stream = {.next_in = body.data, .avail_in = (uInt)body.size};
    uLong room;
    int result;

    result = deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED,
                          window_bits(how), 8, Z_DEFAULT_STRATEGY);
    assert(result == Z_OK);
    room = deflateBound(&stream, (uLong)body.size);
    stream.next_out = arena_alloc(arena, room);
    stream.avail_out = (uInt)room;
    result = deflate(&stream, Z_FINISH);
    assert(result == Z_STREAM_END);
    deflateEnd(&stream);
    return span_of(stream.next_out - stream.total_out, stream.total_out);
}

/* The last eight bytes are the checksum and the size, or the last four. */
static struct span broken(struct arena *arena, struct span bytes,
                          const struct compress_params *asked)
{
    size_t tail = asked->how == HOW_GZIP ? 8 : 4;
    uint8_t *data = arena_alloc(arena, bytes.size);

    if (asked->broken == BROKEN_CUT) {
        return span_slice(bytes, 0, bytes.size - tail);
    }
    memcpy(data, bytes.data, bytes.size);
    data[bytes.size - tail] ^= 0xff;
    return span_of(data, bytes.size);
}

static void compress_reply(const void *data, struct subject *subject)
{
    static const char *const labels[] = {
        [HOW_GZIP] = "gzip", [HOW_DEFLATE] = "deflate", [HOW_RAW] = "deflate"};
    const struct compress_params *asked = data;
    struct exchange *ex = subject->ex;
    struct reply *reply = &ex->reply;
    const char *label = asked->label ? asked->label : labels[asked->how];

    if (!reply->body.size) {
        exchange_remark(ex, "step",
                        "compress changes nothing: the reply has no body");
        return;
    }
    if (asked->how != HOW_NONE) {
        reply->body =
            compressed(ex->arena, reply->body, (enum compress_how)asked->how);
    }
    if (asked->broken) {
        reply->body = broken(ex->arena, reply->body, asked);
    }
    if (*label) {
        headers_set(&reply->headers, ex->arena, "Content-Encoding", label);
    }
}

extern const struct fault fault_compress;
const struct fault fault_compress = {
    .name = "compress",
    .title = "a body that is compressed though nobody asked",
    .doc = "Whatever Accept-Encoding says, the body is compressed and "
           "Content-Encoding says how; compress.label says something else, or "
           "nothing. `{how: none, label: gzip}` is a plain body under a "
           "false name. A client that cannot decode it must say so, and not "
           "that the document is broken. Replies without a body stay as they "
           "are.",
    .spec = "RFC 9110 section 8.4",
    .example = "{how: gzip, label: ''}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_CODING,
    .params = params,
    .size = sizeof(struct compress_params),
    .check = compress_check,
    .reply = compress_reply,
};
