/* Documents that were really sent, and what they announced, see
 * history_discover.h. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/history.h"
#include "checks/history_parts.h"
#include "checks/rule.h"
#include "util/mem.h"

/* ---- What was sent ---- */

/* Of bytes that a step sends as they are. */
static const char *raw_header(const struct check *check, const char *name)
{
    struct span rest = check->ex->reply.raw;
    size_t length = strlen(name);

    while (rest.size) {
        const uint8_t *lf = memchr(rest.data, '\n', rest.size);
        size_t size = lf ? (size_t)(lf - rest.data) : rest.size;

        if (size > length && rest.data[length] == ':' &&
            strncasecmp((const char *)rest.data, name, length) == 0) {
            const char *text = arena_text(
                check->arena, span_slice(rest, length + 1, size - length - 1));

            text += strspn(text, " \t");
            return arena_text(check->arena, span_of(text, strcspn(text, "\r")));
        }
        rest = span_slice(rest, size + 1, SIZE_MAX);
    }
    return NULL;
}

const char *discover_sent(const struct check *check, const char *name)
{
    return check->ex->reply.raw.size
               ? raw_header(check, name)
               : headers_get(&check->ex->reply.headers, name);
}

static struct span sent_body(const struct exchange *ex)
{
    struct span raw = ex->reply.raw;
    size_t end = raw.size ? span_find(raw, span_text("\r\n\r\n"), 0) : 0;

    if (!raw.size) {
        return ex->reply.body;
    }
    return end == SIZE_MAX ? SPAN_NONE : span_slice(raw, end + 4, SIZE_MAX);
}

/* ---- Documents ---- */

static size_t type_size(const char *type)
{
    return strcspn(type, "; \t,");
}

/* Does the answer have a type that the client asked for? */
static bool fits(const char *accept, const char *type)
{
    size_t size = type ? type_size(type) : 0;

    if (!accept || strstr(accept, "*/*")) {
        return true;
    }
    for (; *accept; accept += *accept == ',') {
        accept += strspn(accept, " \t");
        if (size && type_size(accept) == size &&
            strncasecmp(accept, type, size) == 0) {
            return true;
        }
        accept += strcspn(accept, ",");
    }
    return false;
}

unsigned discover_flags(const struct check *check)
{
    const struct exchange *ex = check->ex;
    unsigned flags = ex->conn->tls ? 0 : ANNOUNCED_PLAIN;

    flags |= ex->step ? ANNOUNCED_CHANGED : 0u;
    flags |= (check->traits & TRAIT_USER) ? ANNOUNCED_TO_USER : 0u;
    if ((check->traits & TRAIT_DISCOVER) &&
        !fits(headers_get(&ex->request.headers, "Accept"),
              discover_sent(check, "Content-Type"))) {
        flags |= ANNOUNCED_WRONG_TYPE;
    }
    return flags;
}

static bool is_known(const struct memo *memo, struct span body, unsigned flags,
                     bool metadata)
{
    return memo->size && memo->size == body.size && memo->flags == flags &&
           memo->metadata == metadata &&
           memcmp(memo->body, body.data, body.size) == 0;
}

static void keep_memo(struct memo *memo, struct span body, unsigned flags,
                      bool metadata)
{
    memo->size = 0;
    if (!body.size || body.size > MEMO_MAX) {
        return;
    }
    memo->body = mem_resize(memo->body, body.size);
    memcpy(memo->body, body.data, body.size);
    memo->size = body.size;
    memo->flags = flags;
    memo->metadata = metadata;
}

static bool is_user(const struct link *links, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (links[i].kind == LINK_USER) {
            return true;
        }
    }
    return false;
}

static void locate(struct check *check, struct span body)
{
    struct discover_history *history = &check->history->discover;
    const char *location = links_location(check->arena, body);

    history->located =
        !location                               ? LOCATED_NOWHERE
        : strcasecmp(location, "Internal") == 0 ? LOCATED_INTERNAL
        : strcasecmp(location, "External") == 0 ? LOCATED_EXTERNAL
                                                : LOCATED_NOWHERE;
}

/* What a client reads there is what it would have read of the good answer. */
static bool says_the_same(const struct link *links, size_t count,
                          const struct link *good, size_t good_count)
{
    size_t found = 0;

    for (size_t i = 0; i < good_count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (strcmp(good[i].url, links[j].url) == 0 &&
                good[i].kind == links[j].kind) {
                found++;
                break;
            }
        }
    }
    return found == good_count && count == good_count;
}

static size_t read_links(struct check *check, struct span body, bool metadata,
                         struct link *out_links)
{
    return metadata ? links_of_metadata(check->arena, body, out_links)
                    : links_of_discovery(check->arena, body, out_links);
}

/* A step wrote it otherwise, and did nothing else to it. */
static bool is_dressed(struct check *check, struct span body, bool metadata,
                       const struct link *links, size_t count)
{
    const struct exchange *ex = check->ex;
    const struct reply_plan *plan = &ex->reply.plan;
    struct link good[LINKS_MAX] = {0};
    size_t good_count;

    if (!ex->planned || ex->planned->status != ex->sent.status ||
        ex->reply.raw.size || plan->delay || plan->drip_every || plan->pause ||
        plan->cut || ex->reply.write || span_equal(ex->planned->body, body)) {
        return false;
    }
    good_count = read_links(check, ex->planned->body, metadata, good);
    return says_the_same(links, count, good, good_count);
}

static void read_document(struct check *check, struct span body, unsigned flags,
                          bool metadata)
{
    struct discover_history *history = &check->history->discover;
    struct link links[LINKS_MAX];
    size_t count = read_links(check, body, metadata, links);

    history->blind |= count == 0 && (flags & ANNOUNCED_CHANGED);
    flags |= is_dressed(check, body, metadata, links, count) ? ANNOUNCED_DRESSED
                                                             : 0u;
    for (size_t i = 0; i < count; i++) {
        discover_announce(check, &links[i], flags);
    }
    if (!metadata && (check->traits & TRAIT_USER)) {
        locate(check, body);
    }
    history->metadata += metadata && count;
    history->roots +=
        !metadata && (check->traits & TRAIT_ROOT) && is_user(links, count);
}

void discover_read(struct check *check)
{
    struct discover_history *history = &check->history->discover;
    struct exchange *ex = check->ex;
    bool metadata = (check->traits & TRAIT_MEX) != 0;
    struct span body = sent_body(ex);
    unsigned flags = discover_flags(check);

    if (strcmp(ex->request.method, "HEAD") == 0) {
        return;
    }
    if (ex->sent.outcome != SENT_WHOLE) {
        history->blind = true;
        return;
    }
    if (history->redirects == 0 &&
        is_known(&history->memo, body, flags, metadata)) {
        return;
    }
    read_document(check, body, flags, metadata);
    keep_memo(&history->memo, body, flags, metadata);
}
