/* chunks: the body in chunks of any size, good ones or broken ones. */
#include "config.h"

#include "scenario/expand.h"
#include "scenario/fault.h"

enum { USUAL_CHUNK = 1024 };

struct chunks_params {
    unsigned size;
    bool size_given;
    unsigned flaw; /* enum write_chunk */
    const char *extension;
    struct headers trailer;
};

#define AT(member)                                                             \
    .offset = offsetof(struct chunks_params, member),                          \
    .size = sizeof(((struct chunks_params *)0)->member)

#define GIVEN(member) .given = offsetof(struct chunks_params, member)

static const struct setting params[] = {
    {{"chunks", "bytes", "so many bytes in each chunk"},
     .type = setting_bytes,
     AT(size),
     GIVEN(size_given)},
    {{"chunks.size", "bytes", "the same, beside the others; by default 1024"},
     .type = setting_bytes,
     AT(size),
     GIVEN(size_given)},
    {{"chunks.broken",
      "no|bad-size|no-size|too-long|huge|negative|no-end|lf|no-last|"
      "no-trailer",
      "what is wrong in the second chunk, or in the first where there is no "
      "other; lf: lines end in LF alone; no-last: the chunk of size 0 never "
      "comes, and the connection closes unless `connection: {then: open}` "
      "stands beside it; no-trailer: it comes, and the empty line behind it "
      "does not"},
     .type = setting_word,
     AT(flaw)},
    {{"chunks.extension", "text", "behind each size, after a semicolon"},
     .type = setting_text,
     AT(extension)},
    {{"chunks.trailer", "{NAME: text}", "headers behind the last chunk"},
     .type = setting_map,
     AT(trailer)},
    {.info = {NULL, NULL, NULL}},
};

static bool chunks_check(const void *data, enum point at UNUSED,
                         struct err *err)
{
    const struct chunks_params *asked = data;

    if (asked->size_given && !asked->size) {
        return err_set(err, "chunks.size: expected at least one byte");
    }
    for (size_t i = 0; i < asked->trailer.count; i++) {
        const struct header *header = &asked->trailer.items[i];

        if (!header->value) {
            return err_set(err, "chunks.trailer: %s: expected a text",
                           header->name);
        }
        if (!expand_check(header->value, err)) {
            return err_wrap(err, "chunks.trailer");
        }
    }
    return true;
}

static struct span trailer_of(const struct chunks_params *asked,
                              struct subject *subject)
{
    const char *lines = "";

    for (size_t i = 0; i < asked->trailer.count; i++) {
        const struct header *header = &asked->trailer.items[i];

        lines = arena_printf(
            subject->ex->arena, "%s%s: %s\r\n", lines, header->name,
            subject->forms->expand(subject->forms_ctx, header->value));
    }
    return span_text(lines);
}

static void chunks_reply(const void *data, struct subject *subject)
{
    const struct chunks_params *asked = data;
    struct write_plan *write = exchange_write(subject->ex);

    write->chunk = asked->size ? asked->size : USUAL_CHUNK;
    write->chunk_flaw = (enum write_chunk)asked->flaw;
    write->chunk_extension = asked->extension;
    write->trailer = trailer_of(asked, subject);
}

static const struct fault_clash clashes[] = {
    {"http10", "go ill together: HTTP/1.0 knows no chunks; status-line: "
               "{version: HTTP/1.0} sends them all the same"},
    {NULL, NULL},
};

extern const struct fault fault_chunks;
const struct fault fault_chunks = {
    .name = "chunks",
    .title = "the body comes in chunks, good ones or broken ones",
    .doc = "Transfer-Encoding: chunked in place of Content-Length. Good "
           "chunks, also of one byte each, with extensions and a trailer, "
           "must be read by every client of HTTP/1.1. A broken one is an "
           "error, and what was read before it no whole answer. The "
           "connection ends where the chunks are broken, unless `connection: "
           "{then: open}` stands beside it.",
    .spec = "RFC 9112 section 7.1",
    .example = "{size: 100, broken: no-last}",
    .examples = (const char *const[]){"{trailer: {X-Checksum: none}}", NULL},
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FRAME,
    .params = params,
    .size = sizeof(struct chunks_params),
    .clashes = clashes,
    .check = chunks_check,
    .reply = chunks_reply,
};
