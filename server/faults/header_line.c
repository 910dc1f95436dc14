/* header-line: a line in the head that need not be a header at all. */
#include "config.h"

#include <string.h>

#include "scenario/fault.h"
#include "util/buf.h"
#include "util/number.h"

struct line_params {
    const char *text;
    const char *hex;
    unsigned place;
};

#define AT(member)                                                             \
    .offset = offsetof(struct line_params, member),                            \
    .size = sizeof(((struct line_params *)0)->member)

static const struct setting params[] = {
    {{"header-line", "text", "the line; CRLF is added"},
     .type = setting_text,
     AT(text)},
    {{"header-line.text", "text", "the same, beside header-line.place"},
     .type = setting_text,
     AT(text)},
    {{"header-line.hex", "hexadecimal digits",
      "the line's bytes, as 582D41 3A00FF; nothing is added"},
     .type = setting_text,
     AT(hex)},
    {{"header-line.place", "last|first",
      "behind all headers (by default), or between them and the first line"},
     .type = setting_word,
     AT(place)},
    {.info = {NULL, NULL, NULL}},
};

/* Blanks may stand between the bytes. */
static bool add_hex(struct buf *out, const char *hex)
{
    while (*(hex += strspn(hex, " "))) {
        char digits[3] = {hex[0], hex[1], '\0'};
        uint64_t value;

        if (!hex[1] || !number_parse(digits, NUMBER_HEX, UINT8_MAX, &value)) {
            return false;
        }
        buf_add_u8(out, (uint8_t)value);
        hex += 2;
    }
    return out->size > 0;
}

static bool line_check(const void *data, enum point at UNUSED, struct err *err)
{
    const struct line_params *asked = data;
    AUTO_BUF bytes = {0};

    if (!asked->text == !asked->hex) {
        return err_set(err,
                       "expected one of header-line.text and header-line.hex");
    }
    return !asked->hex || add_hex(&bytes, asked->hex) ||
           err_set(err,
                   "header-line.hex: expected pairs of hexadecimal digits, "
                   "not \"%s\"",
                   asked->hex);
}

static void line_reply(const void *data, struct subject *subject)
{
    const struct line_params *asked = data;
    struct exchange *ex = subject->ex;
    struct write_plan *write = exchange_write(ex);
    struct span *place = asked->place ? &write->first : &write->last;
    AUTO_BUF bytes = {0};

    buf_add(&bytes, *place);
    if (asked->text) {
        buf_add_text(&bytes, asked->text);
        buf_add_text(&bytes, "\r\n");
    } else {
        add_hex(&bytes, asked->hex);
    }
    *place = arena_copy(ex->arena, buf_span(&bytes));
}

extern const struct fault fault_header_line;
const struct fault fault_header_line = {
    .name = "header-line",
    .title = "a line in the head that need not be a header",
    .doc = "Without a colon, without a name, with bytes that are no text, with "
           "a NUL, or one that goes on the header before: it stands in the "
           "head as it is. Good headers are the business of `headers`.",
    .spec = "RFC 9112 section 5; RFC 9110 section 5.5",
    .example = "\"X-No-Colon\"",
    .examples = (const char *const[]){"{hex: 582D41 3A00FF}",
                                      "{text: X-No-Colon, place: first}", NULL},
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FRAME,
    .params = params,
    .size = sizeof(struct line_params),
    .check = line_check,
    .reply = line_reply,
};
