/* Places within a ticket, see why_place.h. */
#include "config.h"

#include "ticket/why_place.h"

#include <string.h>

#include "ticket/cwt.h"
#include "util/buf.h"

static bool is_name(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == ':' || c == '_' || c == '-';
}

/* The name that begins at this byte. */
static const char *name_at(struct arena *arena, struct span text, size_t at)
{
    size_t end = at;

    while (end < text.size && is_name(text.data[end])) {
        end++;
    }
    return arena_text(arena, span_slice(text, at, end - at));
}

static size_t before(struct span text, size_t at, char which)
{
    for (size_t i = at; i > 0; i--) {
        if (text.data[i - 1] == (uint8_t)which) {
            return i - 1;
        }
    }
    return SIZE_MAX;
}

/* The attribute whose value or name stands at this byte of a tag. */
static const char *attribute_at(struct arena *arena, struct span text,
                                size_t tag, size_t at)
{
    size_t begin = SIZE_MAX;
    bool quoted = false;

    for (size_t i = tag; i < at; i++) {
        if (text.data[i] == '"') {
            quoted = !quoted;
        } else if (text.data[i] == ' ' && !quoted) {
            begin = i + 1;
        }
    }
    return begin == SIZE_MAX ? NULL : name_at(arena, text, begin);
}

static const char *xml_place(struct arena *arena, struct span text, size_t at)
{
    size_t open = before(text, at + 1, '<');
    size_t close = before(text, at, '>');
    const char *attribute;
    const char *element;

    if (open == SIZE_MAX) {
        return "its first byte";
    }
    element =
        name_at(arena, text, open + 1 + (text.data[open + 1] == '/' ? 1 : 0));
    if (close != SIZE_MAX && close > open) {
        return arena_printf(arena, "the text of %s", element);
    }
    attribute = attribute_at(arena, text, open, at);
    return attribute
               ? arena_printf(arena, "attribute %s of %s", attribute, element)
               : arena_printf(arena, "the tag of %s", element);
}

const char *ticket_place(struct arena *arena, struct span ticket, size_t at)
{
    return ticket.size && ticket.data[0] == '<' ? xml_place(arena, ticket, at)
                                                : cwt_field_at(ticket, at);
}

/* Names in tags without prefixes, and "xmlns:p=" as "xmlns=". */
static struct span without_prefixes(struct arena *arena, struct span text)
{
    AUTO_BUF out = {0};
    bool tag = false;
    bool quoted = false;
    size_t name = 0; /* in out: where the name began that is being read */

    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];

        if (!quoted && (c == '<' || c == '>')) {
            tag = c == '<';
        }
        quoted = tag && c == '"' ? !quoted : quoted && tag;
        if (tag && !quoted && c == ':') {
            bool declares = out.size - name == 5 &&
                            memcmp(out.data + name, "xmlns", 5) == 0;

            while (declares && i + 1 < text.size && text.data[i + 1] != '=') {
                i++;
            }
            out.size = declares ? out.size : name;
            continue;
        }
        buf_add_u8(&out, c);
        name = is_name(c) ? name : out.size;
    }
    return arena_copy(arena, buf_span(&out));
}

bool ticket_same_but_prefixes(struct arena *arena, struct span a, struct span b)
{
    return span_equal(without_prefixes(arena, a), without_prefixes(arena, b));
}
