/* Authentication in HTTP header fields, see httpauth.h. */
#include "config.h"

#include "wire/httpauth.h"

#include <string.h>

#include "util/base64.h"

static const char blanks[] = " \t";

static struct span trimmed(const char *text)
{
    size_t skip = strspn(text, blanks);
    struct span rest = span_text(text + skip);

    while (rest.size > 0 && strchr(blanks, rest.data[rest.size - 1])) {
        rest.size--;
    }
    return rest;
}

enum httpauth_result httpauth_decode(struct arena *arena, const char *value,
                                     struct httpauth *out)
{
    struct span whole = trimmed(value);
    char *text = arena_text(arena, whole);
    size_t length = strcspn(text, blanks);
    struct httpauth auth = {.token = SPAN_NONE};

    auth.scheme = arena_text(arena, span_slice(whole, 0, length));
    auth.text = text + length + strspn(text + length, blanks);
    *out = auth;
    if (length == 0) {
        return HTTPAUTH_EMPTY;
    }
    if (auth.text[0] == '\0') {
        return HTTPAUTH_NO_TOKEN;
    }
    if (strpbrk(auth.text, blanks) ||
        !base64_decode(arena, span_text(auth.text), &auth.token)) {
        return HTTPAUTH_BAD_BASE64;
    }
    *out = auth;
    return HTTPAUTH_OK;
}

char *httpauth_encode(struct arena *arena, const char *scheme,
                      struct span token)
{
    if (!token.size) {
        return arena_strdup(arena, scheme);
    }
    return arena_printf(arena, "%s %s", scheme, base64_text(arena, token));
}
