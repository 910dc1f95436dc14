/* Text on a terminal, see columns.h. */
#include "config.h"

#include "report/columns.h"

#include <string.h>

#include "util/utf.h"

/* Of ranges that Unicode 15's EastAsianWidth.txt calls W, the ones that a
 * terminal shows: CJK, Hangul, kana, full-width forms, emoji. */
static const struct {
    uint32_t first;
    uint32_t last;
} wide[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},
    {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
    {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

static const struct {
    uint32_t first;
    uint32_t last;
} narrow[] = {
    {0x300, 0x36f},   {0x200b, 0x200f}, {0x202a, 0x202e},
    {0x2060, 0x2064}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
};

/* Of the sequence at the front, which is well-formed and `length` bytes. */
static uint32_t code_at(const uint8_t *bytes, size_t length)
{
    static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = bytes[0] & masks[length];

    for (size_t i = 1; i < length; i++) {
        code = code << 6 | (bytes[i] & 0x3f);
    }
    return code;
}

static size_t width_of_code(uint32_t code)
{
    for (size_t i = 0; i < ARRAY_SIZE(narrow); i++) {
        if (code >= narrow[i].first && code <= narrow[i].last) {
            return 0;
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(wide); i++) {
        if (code >= wide[i].first && code <= wide[i].last) {
            return 2;
        }
    }
    return 1;
}

/* The character at the front: its bytes, at least one, and its columns. */
static size_t step(struct span text, size_t *out_columns)
{
    size_t length = utf8_sequence(text);

    *out_columns = length ? width_of_code(code_at(text.data, length)) : 1;
    return length ? length : 1;
}

size_t columns_of(const char *text)
{
    struct span rest = span_text(text);
    size_t columns = 0;

    while (rest.size) {
        size_t width;
        size_t length = step(rest, &width);

        columns += width;
        rest = span_slice(rest, length, rest.size);
    }
    return columns;
}

static bool is_direction(struct span text)
{
    uint32_t code = utf8_sequence(text) == 3 ? code_at(text.data, 3) : 0;

    /* Marks that turn what a terminal shows around. */
    return (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

const char *columns_printable(struct arena *arena,
                              const struct report_style *style,
                              const char *text)
{
    AUTO_BUF printable = {0};
    AUTO_BUF out = {0};
    struct span rest;

    utf8_add_printable(&printable, span_text(text));
    rest = buf_span(&printable);
    while (rest.size) {
        size_t length = utf8_sequence(rest);

        if (length > 1 && (!style->unicode || is_direction(rest))) {
            buf_printf(&out, "\\u{%x}", code_at(rest.data, length));
        } else {
            buf_add(&out, span_slice(rest, 0, length));
        }
        rest = span_slice(rest, length, rest.size);
    }
    return arena_text(arena, buf_span(&out));
}

/* The longest part at the front that takes no more columns. */
static size_t front(const char *text, size_t most)
{
    struct span rest = span_text(text);
    size_t columns = 0;

    while (rest.size) {
        size_t width;
        size_t length = step(rest, &width);

        if (columns + width > most) {
            break;
        }
        columns += width;
        rest = span_slice(rest, length, rest.size);
    }
    return strlen(text) - rest.size;
}

/* Where the shortest rest begins that leaves no more columns. */
static size_t back(const char *text, size_t most)
{
    size_t columns = columns_of(text);
    struct span rest = span_text(text);

    while (columns > most) {
        size_t width;
        size_t length = step(rest, &width);

        columns -= width;
        rest = span_slice(rest, length, rest.size);
    }
    return strlen(text) - rest.size;
}

const char *columns_cut(struct arena *arena, const struct report_style *style,
                        const char *text, size_t most)
{
    const char *dots = style->unicode ? "\xe2\x80\xa6" : "~";
    const char *shown = columns_printable(arena, style, text);
    size_t head;

    if (columns_of(shown) <= most || most < 3) {
        return most < 3 ? "" : shown;
    }
    head = front(shown, (most - 1) / 2);
    return arena_printf(arena, "%.*s%s%s", (int)head, shown, dots,
                        shown + back(shown, most / 2));
}

void columns_pad(struct buf *out, size_t columns)
{
    while (columns-- > 0) {
        buf_add_u8(out, ' ');
    }
}

void columns_tone(struct buf *out, const struct report_style *style,
                  enum columns_tone tone, const char *text)
{
    static const char *const codes[] = {
        [TONE_GOOD] = "32", [TONE_BAD] = "31;1", [TONE_WARN] = "33",
        [TONE_DIM] = "2",   [TONE_BOLD] = "1",
    };

    if (!style->colour || tone == TONE_PLAIN) {
        buf_add_text(out, text);
    } else {
        buf_printf(out, "\x1b[%sm%s\x1b[0m", codes[tone], text);
    }
}

static void add_part(struct buf *out, const struct report_style *style,
                     enum columns_tone tone, struct span part)
{
    AUTO_BUF text = {0};

    buf_add(&text, part);
    columns_tone(out, style, tone, buf_text(&text));
}

/* Up to the last blank that fits; a word that does not fit at all is cut. */
static size_t line_end(const char *text, size_t most)
{
    size_t fits = front(text, most);
    size_t end = fits;

    if (!text[fits]) {
        return fits;
    }
    while (end > 0 && text[end] != ' ') {
        end--;
    }
    /* A long word, such as a URL, is cut rather than to leave a gap. */
    return end > most / 3 ? end : fits ? fits : 1;
}

void columns_wrap(struct buf *out, const struct report_style *style,
                  size_t indent, enum columns_tone tone, const char *text)
{
    AUTO(arena) arena = arena_new();
    const char *rest = columns_printable(arena, style, text);
    size_t width = style->width > indent + 20 ? style->width - indent : 20;

    do {
        size_t end = line_end(rest, width);

        add_part(out, style, tone, span_slice(span_text(rest), 0, end));
        buf_add_u8(out, '\n');
        rest += end;
        rest += strspn(rest, " ");
        if (*rest) {
            columns_pad(out, indent);
        }
    } while (*rest);
}
