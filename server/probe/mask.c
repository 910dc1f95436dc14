/* Text of a peer made fit for a terminal, see mask.h. */
#include "config.h"

#include "probe/mask.h"

#include <ctype.h>
#include <strings.h>

#include "util/attr.h"
#include "util/utf.h"

static bool is_control(struct span text, size_t length)
{
    if (length == 2) {
        return text.data[0] == 0xc2 && text.data[1] < 0xa0; /* C1 */
    }
    return length == 1 && (text.data[0] < 0x20 || text.data[0] == 0x7f);
}

void mask_text(struct buf *out, struct span text)
{
    while (text.size) {
        size_t length = utf8_sequence(text);

        if (length == 0 || is_control(text, length)) {
            buf_add_text(out, "?");
            length = length ? length : 1;
        } else {
            buf_add(out, span_slice(text, 0, length));
        }
        text = span_slice(text, length, text.size);
    }
}

static bool is_secret(struct span name)
{
    static const char *const secrets[] = {
        "authorization",  "cookie",           "set-cookie",
        "x-ms-webticket", "www-authenticate", "proxy-authorization",
    };

    for (size_t i = 0; i < ARRAY_SIZE(secrets); i++) {
        struct span secret = span_text(secrets[i]);

        if (name.size == secret.size &&
            strncasecmp((const char *)name.data, secrets[i], name.size) == 0) {
            return true;
        }
    }
    return false;
}

/* How much of the value may be seen: the scheme in front of credentials. */
static size_t open_part(struct span value)
{
    size_t letters = 1;

    while (letters < value.size && isalpha(value.data[letters])) {
        letters++;
    }
    return letters == value.size || (letters > 1 && value.data[letters] == ' ')
               ? letters
               : 0;
}

static void mask_line(struct buf *out, struct span line)
{
    size_t colon = span_find(line, span_text(":"), 0);
    size_t open = line.size;

    if (colon != SIZE_MAX && is_secret(span_slice(line, 0, colon))) {
        open = colon + 1 + open_part(span_slice(line, colon + 1, line.size));
    }
    mask_text(out, span_slice(line, 0, open));
    if (open < line.size) {
        buf_printf(out, " ***(%zu bytes)", line.size - open);
    }
}

void mask_head(struct buf *out, struct span head, const char *prefix)
{
    while (head.size) {
        size_t end = span_find(head, span_text("\n"), 0);
        struct span line = span_slice(head, 0, end);

        head = span_slice(head, line.size + 1, head.size);
        if (line.size && line.data[line.size - 1] == '\r') {
            line.size--;
        }
        if (line.size) {
            buf_add_text(out, prefix);
            mask_line(out, line);
            buf_add_text(out, "\n");
        }
    }
}
