/* Secrets in queries and forms, see secrets.h. */
#include "config.h"

#include "journal/secrets.h"

#include <string.h>

#include "journal/secrets_words.h"
#include "util/arena.h"
#include "util/url.h"

/* What ends a value is "&" alone: a password may hold all others. */
static const char name_starts[] = "=&?#;, \t\r\n\"'<>";

/* Where the name begins that ends at `end`, not before `least`. */
static size_t name_begin(struct span form, size_t end, size_t least)
{
    while (end > least &&
           (!form.data[end - 1] || !strchr(name_starts, form.data[end - 1]))) {
        end--;
    }
    return end;
}

static bool is_secret(struct span name)
{
    AUTO(arena) arena = NULL;

    if (span_find(name, span_text("%"), 0) == SIZE_MAX) {
        return secrets_is_parameter(name);
    }
    arena = arena_new();
    return secrets_is_parameter(span_text(url_decode(arena, name, true)));
}

void secrets_form(struct buf *out, struct span form)
{
    size_t done = 0;
    size_t at = 0;

    while ((at = span_find(form, span_text("="), at)) != SIZE_MAX) {
        size_t begin = name_begin(form, at, done);
        size_t end;

        at++;
        if (!is_secret(span_slice(form, begin, at - 1 - begin))) {
            continue;
        }
        end = span_find(form, span_text("&"), at);
        if (end == SIZE_MAX) {
            end = form.size;
        }
        buf_add(out, span_slice(form, done, at - done));
        secrets_mask(out, span_slice(form, at, end - at));
        done = end;
        at = end;
    }
    buf_add(out, span_slice(form, done, form.size));
}
