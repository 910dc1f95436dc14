/* Text for people, see wrap.h. */
#include "config.h"

#include "cli/wrap.h"

#include <string.h>

enum { WIDTH = 78 };

void wrap_line(struct buf *out, size_t indent, size_t column, const char *label,
               const char *text)
{
    size_t at = column;

    if (!text || !*text) {
        return;
    }
    buf_printf(out, "%*s%-*s", (int)indent, "", (int)(column - indent), label);
    while (*text) {
        size_t length = strcspn(text, " ");

        if (at > column && at + 1 + length > WIDTH) {
            buf_printf(out, "\n%*s", (int)column, "");
            at = column;
        } else if (at > column) {
            buf_add_u8(out, ' ');
            at++;
        }
        buf_add(out, span_of(text, length));
        at += length;
        text += length + (text[length] == ' ');
    }
    buf_add_u8(out, '\n');
}
