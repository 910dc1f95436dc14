/* The head of a request, see http_seen.h. */
#include "config.h"

#include "checks/http_seen.h"

#include <string.h>
#include <strings.h>

#include "checks/rule.h"

/* In the order of lengths. */
#define FIELDS(X)                                                              \
    X("TE", FIELD_TE)                                                          \
    X("Host", FIELD_HOST)                                                      \
    X("Accept", FIELD_ACCEPT)                                                  \
    X("Cookie", FIELD_COOKIE)                                                  \
    X("Expect", FIELD_EXPECT)                                                  \
    X("Referer", FIELD_REFERER)                                                \
    X("Upgrade", FIELD_UPGRADE)                                                \
    X("Connection", FIELD_CONNECTION)                                          \
    X("User-Agent", FIELD_USER_AGENT)                                          \
    X("Content-Type", FIELD_CONTENT_TYPE)                                      \
    X("Authorization", FIELD_AUTHORIZATION)                                    \
    X("If-None-Match", FIELD_IF_NONE_MATCH)                                    \
    X("Content-Length", FIELD_CONTENT_LENGTH)                                  \
    X("X-MS-WebTicket", FIELD_WEB_TICKET)                                      \
    X("Transfer-Encoding", FIELD_TRANSFER_ENCODING)                            \
    X("If-Modified-Since", FIELD_IF_MODIFIED_SINCE)                            \
    X("client-request-id", FIELD_REQUEST_ID)

#define FIELD_ROW(name, field) {name, sizeof(name) - 1, field},

static const struct {
    const char *name;
    size_t size;
    enum field field;
} fields[] = {FIELDS(FIELD_ROW)};

static enum field field_of(const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        if (fields[i].size > size) {
            break;
        }
        if (fields[i].size == size && strcasecmp(fields[i].name, name) == 0) {
            return fields[i].field;
        }
    }
    return FIELD_COUNT;
}

/* RFC 9110, 5.5: visible ASCII, blanks between; the rest is for old ones. */
static bool is_odd_byte(uint8_t c)
{
    return (c < ' ' && c != '\t') || c >= 0x7f;
}

/* Whether one of eight bytes may be odd: below a blank, DEL or above. */
static bool may_be_odd(uint64_t eight)
{
    static const uint64_t each = UINT64_C(0x0101010101010101);
    uint64_t not_del = eight ^ 0x7f * each;
    uint64_t below = (eight - ' ' * each) & ~eight;
    uint64_t del = (not_del - each) & ~not_del;

    return ((eight | below | del) & 0x80 * each) != 0;
}

static bool is_odd(const char *value)
{
    size_t size = strlen(value);
    uint64_t eight;

    for (; size >= sizeof(eight); size -= sizeof(eight)) {
        memcpy(&eight, value, sizeof(eight));
        if (may_be_odd(eight)) {
            break;
        }
        value += sizeof(eight);
    }
    while (*value && !is_odd_byte((uint8_t)*value)) {
        value++;
    }
    return *value != '\0';
}

static void see_field(struct http_seen *seen, const struct header *header)
{
    enum field field = field_of(header->name);
    unsigned bit = 1u << field;

    if (!seen->odd_name && is_odd(header->value)) {
        seen->odd_name = header->name;
        seen->odd_value = header->value;
    }
    if (field == FIELD_COUNT) {
        return;
    }
    seen->repeated |= seen->present & bit;
    if (!(seen->present & bit)) {
        seen->values[field] = header->value;
    }
    seen->present |= bit;
}

/* The bytes as they came tell what names and values do not. */
static void see_lines(struct http_seen *seen, struct span rest)
{
    while (rest.size) {
        const uint8_t *lf = memchr(rest.data, '\n', rest.size);
        size_t size = lf ? (size_t)(lf - rest.data) : rest.size;
        const uint8_t *cr = size ? memchr(rest.data, '\r', size) : NULL;

        if (!lf || size == 0 || (size == 1 && cr)) {
            return; /* the head ends here */
        }
        if (*rest.data == ' ' || *rest.data == '\t') {
            seen->folded = span_slice(rest, 0, size);
        }
        if (cr && cr != lf - 1) {
            seen->bare_cr = span_slice(rest, (size_t)(cr - rest.data), size);
        }
        rest = span_slice(rest, size + 1, SIZE_MAX);
    }
}

const struct http_seen *http_seen(struct check *check)
{
    const struct exchange *ex = check->ex;

    if (!check->http) {
        check->http = ARENA_NEW(check->arena, struct http_seen);
        for (size_t i = 0; i < ex->request.headers.count; i++) {
            see_field(check->http, &ex->request.headers.items[i]);
        }
        see_lines(check->http, ex->raw);
    }
    return check->http;
}

bool http_lists(const char *list, const char *item)
{
    size_t size = strlen(item);

    while (list && *list) {
        size_t length;

        list += strspn(list, ", \t");
        length = strcspn(list, ",");
        if (strncasecmp(list, item, size) == 0 &&
            size + strspn(list + size, " \t") == length) {
            return true;
        }
        list += length;
    }
    return false;
}
