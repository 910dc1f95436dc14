/* huge-header: more head than a client may want to read. */
#include "config.h"

#include "scenario/fault.h"
#include "util/buf.h"

struct huge_params {
    unsigned size;
    unsigned count;
    bool count_given;
    const char *name;
};

#define AT(member)                                                             \
    .offset = offsetof(struct huge_params, member),                            \
    .size = sizeof(((struct huge_params *)0)->member)

static const struct setting params[] = {
    {{"huge-header", "bytes", "how long its value is"},
     .type = setting_bytes,
     AT(size)},
    {{"huge-header.size", "bytes", "the same, beside the others"},
     .type = setting_bytes,
     AT(size)},
    {{"huge-header.count", "number", "so many of them; by default 1"},
     .type = setting_count,
     AT(count),
     .given = offsetof(struct huge_params, count_given)},
    {{"huge-header.name", "text", "its name; by default X-Padding"},
     .type = setting_text,
     AT(name)},
    {.info = {NULL, NULL, NULL}},
};

static uint64_t all_of(const struct huge_params *asked)
{
    uint64_t count = asked->count ? asked->count : 1;

    return count * (asked->size + 64);
}

static bool huge_check(const void *data, enum point at UNUSED, struct err *err)
{
    const struct huge_params *asked = data;

    if (!asked->size) {
        return err_set(err, "huge-header.size: expected how many bytes");
    }
    if (asked->count_given && !asked->count) {
        return err_set(err, "huge-header.count: expected at least one");
    }
    return all_of(asked) <= 2 * SETTING_BYTES_MAX ||
           err_set(err,
                   "huge-header.count: %u headers of %u bytes are more "
                   "than 2 MiB",
                   asked->count, asked->size);
}

static void huge_reply(const void *data, struct subject *subject)
{
    const struct huge_params *asked = data;
    struct exchange *ex = subject->ex;
    char *value = arena_alloc(ex->arena, (size_t)asked->size + 1);

    for (size_t i = 0; i < asked->size; i++) {
        value[i] = (char)('a' + i % 26);
    }
    for (unsigned i = 0; i < (asked->count ? asked->count : 1); i++) {
        headers_put(&ex->reply.headers, ex->arena,
                    asked->name ? asked->name : "X-Padding", value);
    }
}

extern const struct fault fault_huge_header;
const struct fault fault_huge_header = {
    .name = "huge-header",
    .title = "a header of any size, or very many",
    .doc = "Letters from a to z, over and over. Clients limit what they read "
           "of a head, and say so or not: curl 100 KB for a line and 300 KB "
           "for all, Python 64 KB for a line and 100 headers, WinHTTP 64 KB.",
    .spec = "RFC 9110 section 5.4",
    .example = "{size: 64KiB, name: Set-Cookie}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_HEADERS,
    .params = params,
    .size = sizeof(struct huge_params),
    .check = huge_check,
    .reply = huge_reply,
};
