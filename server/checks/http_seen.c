/* The head of a request, see http_seen.h. */
#include "config.h"

#include "checks/http_seen.h"

#include <strings.h>

#include "checks/rule.h"

static const struct {
    const char *name;
    enum field field;
} fields[] = {
    {"TE", FIELD_TE},
    {"Host", FIELD_HOST},
    {"Accept", FIELD_ACCEPT},
    {"Cookie", FIELD_COOKIE},
    {"Expect", FIELD_EXPECT},
    {"Referer", FIELD_REFERER},
    {"Upgrade", FIELD_UPGRADE},
    {"Connection", FIELD_CONNECTION},
    {"User-Agent", FIELD_USER_AGENT},
    {"Content-Type", FIELD_CONTENT_TYPE},
    {"Authorization", FIELD_AUTHORIZATION},
    {"If-None-Match", FIELD_IF_NONE_MATCH},
    {"Content-Length", FIELD_CONTENT_LENGTH},
    {"X-MS-WebTicket", FIELD_WEB_TICKET},
    {"Transfer-Encoding", FIELD_TRANSFER_ENCODING},
    {"If-Modified-Since", FIELD_IF_MODIFIED_SINCE},
    {"client-request-id", FIELD_REQUEST_ID},
};

/* The table is in the order of lengths. */
static enum field field_of(const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        size_t other = strlen(fields[i].name);

        if (other > size) {
            break;
        }
        if (other == size && strcasecmp(fields[i].name, name) == 0) {
            return fields[i].field;
        }
    }
    return FIELD_COUNT;
}

/* RFC 9110, 5.5: visible ASCII, blanks between; the rest is for old ones. */
static bool is_odd(const char *value)
{
    for (; *value; value++) {
        uint8_t c = (uint8_t)*value;

        if ((c < ' ' && c != '\t') || c >= 0x7f) {
            return true;
        }
    }
    return false;
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
