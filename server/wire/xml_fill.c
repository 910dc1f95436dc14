/* XML by templates, see xml.h. Nothing here needs libxml2. */
#include "config.h"

#include "wire/xml.h"

#include <assert.h>
#include <string.h>

#include "util/utf.h"

/* XML 1.0, 2.2: these have no form in XML at all, escaped or not. */
static bool has_no_form(struct span sequence)
{
    const uint8_t *c = sequence.data;

    if (sequence.size == 1) {
        return *c < 0x20 && *c != '\t' && *c != '\n' && *c != '\r';
    }
    return sequence.size == 3 && c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe;
}

/* The length of the character in front; what XML cannot carry is `*bad`. */
static size_t next_character(struct span text, bool *bad)
{
    size_t size = utf8_sequence(text);

    *bad = size == 0 || has_no_form(span_slice(text, 0, size));
    return size ? size : 1;
}

static const char *escape_of(uint8_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\t':
        return "&#9;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

#define REPLACEMENT_CHARACTER "\xef\xbf\xbd"

/* How many bytes at the front are ASCII that stands for itself. */
static size_t plain_run(struct span text)
{
    static const bool plain[256] = {[' ' ... '!'] = true,
                                    ['#' ... '%'] = true,
                                    ['\'' ... ';'] = true,
                                    ['='] = true,
                                    ['?' ... '~'] = true};
    size_t size = 0;

    while (size < text.size && plain[text.data[size]]) {
        size++;
    }
    return size;
}

static void add_character(struct buf *out, struct span character, bool bad,
                          bool escape)
{
    const char *instead = escape ? escape_of(character.data[0]) : NULL;

    if (bad) {
        instead = REPLACEMENT_CHARACTER;
    }
    if (instead) {
        buf_add_text(out, instead);
    } else {
        buf_add(out, character);
    }
}

void xml_clean(struct buf *out, const char *text, bool escape)
{
    struct span left = span_text(text);

    while (left.size) {
        bool bad;
        size_t size = plain_run(left);

        if (size) {
            buf_add(out, span_slice(left, 0, size));
        } else {
            size = next_character(left, &bad);
            add_character(out, span_slice(left, 0, size), bad, escape);
        }
        left = span_slice(left, size, left.size);
    }
}

static const struct xml_hole *hole_named(const struct xml_hole *holes,
                                         struct span name)
{
    while (holes->name && !span_equal(span_text(holes->name), name)) {
        holes++;
    }
    assert(holes->name && holes->text);
    return holes;
}

void xml_fill(struct buf *out, const char *template,
              const struct xml_hole *holes)
{
    const char *open;

    while ((open = strchr(template, '{')) != NULL) {
        const char *close = strchr(open, '}');
        const struct xml_hole *hole;

        assert(close);
        hole = hole_named(holes, span_of(open + 1, (size_t)(close - open - 1)));
        buf_add(out, span_of(template, (size_t)(open - template)));
        if (hole->markup) {
            buf_add_text(out, hole->text);
        } else {
            xml_clean(out, hole->text, true);
        }
        template = close + 1;
    }
    buf_add_text(out, template);
}
