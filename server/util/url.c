/* URLs, see url.h. */
#include "config.h"

#include "util/url.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static struct span between(const char *from, const char *to)
{
    return span_of(from, (size_t)(to - from));
}

void url_authority(struct arena *arena, const char *authority,
                   const char **out_host, const char **out_port)
{
    const char *end = authority + strlen(authority);
    bool v6 = *authority == '[';
    const char *close = v6 ? strchr(authority, ']') : NULL;
    const char *host = close ? authority + 1 : authority;
    const char *host_end = v6 ? close : strchr(authority, ':');
    const char *port = close ? close + 1 : host_end;

    if (!host_end) {
        host_end = end;
    }
    *out_host = arena_lower(arena, arena_text(arena, between(host, host_end)));
    *out_port = port && *port == ':' ? arena_strdup(arena, port + 1) : "";
}

static bool valid_scheme(struct span scheme)
{
    if (!scheme.size || !isalpha(scheme.data[0])) {
        return false;
    }
    for (size_t i = 0; i < scheme.size; i++) {
        if (!isalnum(scheme.data[i]) && !strchr("+-.", scheme.data[i])) {
            return false;
        }
    }
    return true;
}

/* The authority without "user:password@", which is no part of the host. */
static const char *host_and_port(struct arena *arena, struct span authority)
{
    const char *text = arena_text(arena, authority);
    const char *at = strrchr(text, '@');

    return at ? at + 1 : text;
}

bool url_parse(struct arena *arena, const char *text, struct url *out_url)
{
    const char *colon = strstr(text, "://");
    struct url url = {.path = "/", .query = ""};
    const char *authority;
    const char *path;
    const char *query;

    if (!colon || !valid_scheme(between(text, colon))) {
        return false;
    }
    authority = colon + 3;
    path = authority + strcspn(authority, "/?#");
    query = path + strcspn(path, "?#");
    url.scheme = arena_lower(arena, arena_text(arena, between(text, colon)));
    url_authority(arena, host_and_port(arena, between(authority, path)),
                  &url.host, &url.port);
    if (query > path) {
        url.path = arena_text(arena, between(path, query));
    }
    if (*query == '?') {
        query++;
        url.query =
            arena_text(arena, between(query, query + strcspn(query, "#")));
    }
    if (url.host[0] == '\0' || url.host[0] == '[') {
        return false;
    }
    *out_url = url;
    return true;
}

static int hex_value(uint8_t c)
{
    return isdigit(c) ? c - '0' : isxdigit(c) ? (c | 0x20) - 'a' + 10 : -1;
}

char *url_decode(struct arena *arena, struct span text, bool plus_is_space)
{
    char *out = arena_alloc(arena, text.size + 1);
    size_t used = 0;

    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        int high = i + 2 < text.size ? hex_value(text.data[i + 1]) : -1;
        int low = i + 2 < text.size ? hex_value(text.data[i + 2]) : -1;

        if (c == '%' && high >= 0 && low >= 0 && (high | low) != 0) {
            c = (uint8_t)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        out[used++] = (char)c;
    }
    return out;
}

char *url_encode(struct arena *arena, const char *text, const char *keep)
{
    static const char digits[] = "0123456789ABCDEF";
    char *out = arena_alloc(arena, strlen(text) * 3 + 1);
    char *to = out;

    for (const char *c = text; *c; c++) {
        unsigned char byte = (unsigned char)*c;

        if (isalnum(byte) || strchr("-._~", *c) || strchr(keep, *c)) {
            *to++ = *c;
        } else {
            *to++ = '%';
            *to++ = digits[byte >> 4];
            *to++ = digits[byte & 15];
        }
    }
    return out;
}

char *url_query(struct arena *arena, const char *query, const char *name)
{
    while (*query) {
        size_t length = strcspn(query, "&");
        const char *equals = memchr(query, '=', length);
        const char *key_end = equals ? equals : query + length;
        char *key = url_decode(arena, between(query, key_end), true);

        if (strcasecmp(key, name) == 0) {
            const char *value = equals ? equals + 1 : key_end;

            return url_decode(arena, between(value, query + length), true);
        }
        query += length;
        query += *query == '&';
    }
    return NULL;
}
