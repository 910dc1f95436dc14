/* How an explanation looks, see explain.h. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "cli/explain.h"
#include "cli/wrap.h"

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
    wrap_line(&telling->out, 2, 12, label, text);
}

void tell_item(struct telling *telling, const char *name, const char *text)
{
    if (strlen(name) >= 30) {
        buf_printf(&telling->out, "  %s\n", name);
        name = "";
    }
    wrap_line(&telling->out, 2, 33, name, text);
}

void tell_paragraph(struct telling *telling, const char *text)
{
    wrap_line(&telling->out, 2, 2, "", text);
}

void tell_example(struct telling *telling, const char *scenario)
{
    if (!scenario) {
        return;
    }
    buf_add_text(&telling->out, "  example\n");
    while (*scenario) {
        size_t length = strcspn(scenario, "\n");

        buf_add_text(&telling->out, "    ");
        buf_add(&telling->out, span_of(scenario, length));
        buf_add_u8(&telling->out, '\n');
        scenario += length + (scenario[length] == '\n');
    }
}
