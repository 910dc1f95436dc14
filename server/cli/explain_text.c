/* How an explanation looks, see explain.h. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "cli/explain.h"

enum { WIDTH = 76 };

bool tell_is_named(struct telling *telling, const char *name)
{
    nearest_try(&telling->nearest, span_text(name));
    return strcasecmp(name, telling->word) == 0;
}

bool tell_is_short_for(const struct telling *telling, const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && strcasecmp(dot + 1, telling->word) == 0;
}

void tell_heading(struct telling *telling, const char *name, const char *what)
{
    buf_printf(&telling->out, "%s%s: %s\n", telling->out.size ? "\n" : "", name,
               what);
}

void tell_line(struct telling *telling, const char *label, const char *text)
{
    if (text && *text) {
        buf_printf(&telling->out, "  %-9s %s\n", label, text);
    }
}

void tell_item(struct telling *telling, const char *name, const char *text)
{
    buf_printf(&telling->out, "  %-30s %s\n", name, text);
}

void tell_paragraph(struct telling *telling, const char *text)
{
    size_t column = 0;

    while (*text) {
        size_t length = strcspn(text, " ");

        if (column && column + 1 + length > WIDTH) {
            buf_add_u8(&telling->out, '\n');
            column = 0;
        }
        buf_add_text(&telling->out, column ? " " : "  ");
        buf_add(&telling->out, span_of(text, length));
        column += length + 1;
        text += length + (text[length] == ' ');
    }
    buf_add_u8(&telling->out, '\n');
}
