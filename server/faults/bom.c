/* bom: a byte order mark in front of the body */
#include "config.h"

#include "scenario/fault.h"
#include "util/buf.h"

static const struct span marks[] = {
    {(const uint8_t *)"\xef\xbb\xbf", 3},
    {(const uint8_t *)"\xff\xfe", 2},
    {(const uint8_t *)"\xfe\xff", 2},
};

struct bom_params {
    int mark; /* 1 + the index in marks */
};

static const struct setting params[] = {
    {{"bom", "utf-8|utf-16le|utf-16be", "whose mark it is"},
     .type = setting_word,
     .offset = offsetof(struct bom_params, mark),
     .size = sizeof(int),
     .first = 1},
    {.info = {NULL, NULL, NULL}},
};

static void bom_reply(const void *data, struct subject *subject)
{
    const struct bom_params *asked = data;
    struct exchange *ex = subject->ex;
    AUTO_BUF out = {0};

    buf_add(&out, marks[asked->mark - 1]);
    buf_add(&out, ex->reply.body);
    ex->reply.body = arena_copy(ex->arena, buf_span(&out));
}

extern const struct fault fault_bom;
const struct fault fault_bom = {
    .name = "bom",
    .title = "a byte order mark in front of the body",
    .doc =
        "In front of the body as it is, whatever its encoding. XML may begin "
        "with the mark of its own encoding; JSON may not, and readers "
        "differ in whether they forgive it.",
    .spec = "XML 1.0 appendix F.1; RFC 8259 8.1; protocol: discover 6, F-80",
    .example = "utf-8",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_ENCODING,
    .params = params,
    .size = sizeof(struct bom_params),
    .reply = bom_reply,
};
