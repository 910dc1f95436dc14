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

static void mask_pairs(struct buf *out, struct span form)
{
    size_t done = 0;
    size_t at = 0;

    if (!form.data) {
        return;
    }
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

/* Where a password of a URL ends that begins at `from`, behind "://": its "@";
 * SIZE_MAX: there is none. */
static size_t password_end(struct span text, size_t from)
{
    size_t last = SIZE_MAX;

    for (size_t i = from; i < text.size; i++) {
        uint8_t c = text.data[i];

        if (c && strchr("/?# \t\r\n\"<>", c)) {
            break;
        }
        last = c == '@' ? i : last;
    }
    return last;
}

/* RFC 3986, 3.2.1: what stands behind the first colon is a secret. */
static size_t mask_password(struct buf *out, struct span text, size_t from)
{
    size_t end = password_end(text, from);
    size_t colon =
        end == SIZE_MAX ? SIZE_MAX : span_find(text, span_text(":"), from);

    if (colon == SIZE_MAX || colon >= end) {
        return from;
    }
    buf_add(out, span_slice(text, from, colon + 1 - from));
    secrets_mask(out, span_slice(text, colon + 1, end - colon - 1));
    return end;
}

void secrets_authority(struct buf *out, struct span text)
{
    size_t done = mask_password(out, text, 0);

    buf_add(out, span_slice(text, done, text.size));
}

static void mask_urls(struct buf *out, struct span text)
{
    static const char mark[] = "://";
    size_t done = 0;
    size_t at;

    while ((at = span_find(text, span_text(mark), done)) != SIZE_MAX) {
        at += strlen(mark);
        buf_add(out, span_slice(text, done, at - done));
        done = mask_password(out, text, at);
    }
    buf_add(out, span_slice(text, done, text.size));
}

void secrets_form(struct buf *out, struct span form)
{
    AUTO_BUF urls = {0};

    if (span_find(form, span_text("@"), 0) == SIZE_MAX) {
        mask_pairs(out, form);
        return;
    }
    mask_urls(&urls, form);
    mask_pairs(out, buf_span(&urls));
}

void secrets_target(struct buf *out, struct span target)
{
    AUTO_BUF authority = {0};

    if (span_starts(target, "/") ||
        span_find(target, span_text("://"), 0) != SIZE_MAX) {
        secrets_form(out, target);
        return;
    }
    secrets_authority(&authority, target);
    secrets_form(out, buf_span(&authority));
}
