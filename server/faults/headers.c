/*
 * headers: other headers in the reply. What libmicrohttpd would refuse, and
 * what would break HTTP's framing, goes out all the same, as it is said.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "scenario/expand.h"
#include "scenario/fault.h"

#define EVERY "*"

struct headers_params {
    struct headers headers; /* a value of NULL: not this one */
};

static const struct setting params[] = {
    {{"headers", "{NAME: text, [texts] or null}",
      "replaces all headers of this name, by several, or by none; '*': null "
      "removes every header but those named here"},
     .type = setting_map,
     .offset = offsetof(struct headers_params, headers),
     .size = sizeof(struct headers)},
    {.info = {NULL, NULL, NULL}},
};

static bool headers_check(const void *data, enum point at UNUSED,
                          struct err *err)
{
    const struct headers_params *asked = data;

    if (asked->headers.count == 0) {
        return err_set(err, "expected at least one header");
    }
    for (size_t i = 0; i < asked->headers.count; i++) {
        const struct header *header = &asked->headers.items[i];

        if (header->value && strcmp(header->name, EVERY) == 0) {
            return err_set(err, "\"*\" stands for every header and takes null "
                                "alone; others beside it are sent");
        }
        if (header->value && !expand_check(header->value, err)) {
            return err_wrap(err, "%s", header->name);
        }
    }
    return true;
}

/* Also those that http would add by itself: Date, Content-Length. */
static void take_out(struct exchange *ex, const char *name, bool for_good)
{
    struct reply *reply = &ex->reply;

    if (strcmp(name, EVERY) == 0) {
        reply->headers.count = 0;
    }
    headers_remove(&reply->headers, name);
    headers_remove(&reply->without, name);
    if (for_good) {
        headers_add(&reply->without, ex->arena, name, "");
    }
}

/* What http adds by itself is not among the reply's own. */
static bool is_added_later(const char *name)
{
    static const char *const names[] = {
        "*",    "Connection",       "Content-Length", "Content-Type",
        "Date", "Transfer-Encoding"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcasecmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void note_absent(struct exchange *ex, const struct header *asked)
{
    if (!asked->value && !is_added_later(asked->name) &&
        !headers_get(&ex->reply.headers, asked->name)) {
        exchange_unchanged(ex, "step", "headers: the reply has no %s to remove",
                           asked->name);
    }
}

static void headers_reply(const void *data, struct subject *subject)
{
    const struct headers_params *asked = data;
    const struct headers *headers = &asked->headers;
    struct exchange *ex = subject->ex;

    for (size_t i = 0; i < headers->count; i++) {
        note_absent(ex, &headers->items[i]);
        take_out(ex, headers->items[i].name, !headers->items[i].value);
    }
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *header = &headers->items[i];

        if (header->value) {
            headers_add(
                &ex->reply.headers, ex->arena, header->name,
                subject->forms->expand(subject->forms_ctx, header->value));
        }
    }
}

extern const struct fault fault_headers;
const struct fault fault_headers = {
    .name = "headers",
    .title = "other headers",
    .doc = "A text replaces all headers of this name, a list of texts sends "
           "one header for each, null removes them, also those that every "
           "reply has (Date, Content-Length). '*': null removes every header "
           "and leaves those that are named here: the page of a load "
           "balancer. Nothing is checked: names with "
           "spaces, two lengths, a header of 100 KB go out as they stand "
           "here. A reply without its length ends with the connection. "
           "${...} is replaced.",
    .spec = "RFC 9110 section 5",
    .example = "{Retry-After: '2', X-MS-Server-Fqdn: null}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_HEADERS,
    .params = params,
    .size = sizeof(struct headers_params),
    .check = headers_check,
    .reply = headers_reply,
};
