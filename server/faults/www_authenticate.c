/* www-authenticate: the grammar of what a reply offers and answers. */
#include "config.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "scenario/fault.h"
#include "util/buf.h"

#define FIELD "WWW-Authenticate"

enum form {
    FORM_GOOD,
    FORM_ONE_LINE,
    FORM_NO_BLANKS,
    FORM_LOWER_CASE,
    FORM_UPPER_CASE,
    FORM_TWICE,
    FORM_REVERSED,
    FORM_NO_TOKEN,
    FORM_EMPTY_TOKEN,
    FORM_BAD_TOKEN,
    FORM_UNPADDED,
    FORM_QUOTED,
    FORM_EMPTY,
    FORM_OMIT,
};

#define FORMS                                                                  \
    "one-line|no-blanks|lower-case|upper-case|twice|reversed|no-token|"        \
    "empty-token|bad-token|unpadded|quoted|empty|omit"

struct www_params {
    enum form form;
};

static const struct setting params[] = {
    {{"www-authenticate", FORMS,
      "one-line: all in one header, with commas and blanks; no-blanks: with "
      "commas alone; twice: each one twice; no-token: the scheme's name alone; "
      "empty-token: \"=\"; bad-token: no base64; unpadded: base64 without its "
      "\"=\"; quoted: in quotes; empty: a header with no value; omit: none"},
     .type = setting_word,
     .offset = offsetof(struct www_params, form),
     .size = sizeof(enum form),
     .first = FORM_ONE_LINE},
    {.info = {NULL, NULL, NULL}},
};

static const char *in_case(struct arena *arena, const char *value,
                           int (*change)(int))
{
    char *copy = arena_strdup(arena, value);

    for (char *at = copy; *at && *at != ' '; at++) {
        *at = (char)change((unsigned char)*at);
    }
    return copy;
}

/* "NTLM TlRMTVNT..." but with another token; a name alone has none. Basic and
 * its like have parameters, which are no token. */
static const char *with_token(struct arena *arena, const char *value,
                              const char *format, bool always)
{
    const char *blank = strchr(value, ' ');
    size_t name = blank ? (size_t)(blank - value) : strlen(value);

    if ((blank && strcspn(blank, "\"") != strlen(blank)) ||
        (!blank && !always)) {
        return value;
    }
    return arena_printf(arena, "%.*s%s", (int)name, value, format);
}

static const char *unpadded(struct arena *arena, const char *value)
{
    size_t size = strlen(value);

    while (size && value[size - 1] == '=') {
        size--;
    }
    return arena_text(arena, span_of(value, size));
}

static const char *quoted(struct arena *arena, const char *value)
{
    const char *blank = strchr(value, ' ');

    return blank && !strchr(value, '"')
               ? arena_printf(arena, "%.*s \"%s\"", (int)(blank - value), value,
                              blank + 1)
               : value;
}

static const char *changed(struct arena *arena, enum form form,
                           const char *value)
{
    switch (form) {
    case FORM_LOWER_CASE:
        return in_case(arena, value, tolower);
    case FORM_UPPER_CASE:
        return in_case(arena, value, toupper);
    case FORM_NO_TOKEN:
        return with_token(arena, value, "", true);
    case FORM_EMPTY_TOKEN:
        return with_token(arena, value, " =", true);
    case FORM_BAD_TOKEN:
        return with_token(arena, value, " *no base64*", true);
    case FORM_UNPADDED:
        return unpadded(arena, value);
    case FORM_QUOTED:
        return quoted(arena, value);
    case FORM_EMPTY:
        return "";
    case FORM_GOOD:
    case FORM_ONE_LINE:
    case FORM_NO_BLANKS:
    case FORM_TWICE:
    case FORM_REVERSED:
    case FORM_OMIT:
        break;
    }
    return value;
}

/* The values there are, in their order; they leave the reply. */
static struct headers take_out(struct exchange *ex)
{
    const struct headers *headers = &ex->reply.headers;
    struct headers found = {0};

    for (size_t i = 0; i < headers->count; i++) {
        if (strcasecmp(headers->items[i].name, FIELD) == 0) {
            headers_add(&found, ex->arena, FIELD, headers->items[i].value);
        }
    }
    headers_remove(&ex->reply.headers, FIELD);
    return found;
}

static void join(struct exchange *ex, const struct headers *found,
                 const char *between)
{
    const char *line = NULL;

    for (size_t i = 0; i < found->count; i++) {
        line = line ? arena_printf(ex->arena, "%s%s%s", line, between,
                                   found->items[i].value)
                    : found->items[i].value;
    }
    if (line) {
        exchange_header(ex, FIELD, "%s", line);
    }
}

static void www_reply(const void *data, struct subject *subject)
{
    const struct www_params *asked = data;
    struct exchange *ex = subject->ex;
    struct headers found = take_out(ex);
    size_t times = asked->form == FORM_TWICE ? 2 : 1;

    if (found.count == 0) {
        exchange_remark(ex, "step",
                        "www-authenticate changes nothing: the reply has no "
                        "such header");
    }
    if (asked->form == FORM_OMIT) {
        return;
    }
    if (asked->form == FORM_ONE_LINE || asked->form == FORM_NO_BLANKS) {
        join(ex, &found, asked->form == FORM_ONE_LINE ? ", " : ",");
        return;
    }
    for (size_t i = 0; i < found.count * times; i++) {
        size_t at = i / times;

        at = asked->form == FORM_REVERSED ? found.count - 1 - at : at;
        exchange_header(ex, FIELD, "%s",
                        changed(ex->arena, asked->form, found.items[at].value));
    }
}

extern const struct fault fault_www_authenticate;
const struct fault fault_www_authenticate = {
    .name = "www-authenticate",
    .title = "the same offer or token in another grammar",
    .doc = "What WWW-Authenticate says stays, and its form is another. A "
           "challenge whose token is not in the reply any more was never sent: "
           "its answer is out of turn. To say something else, `headers`; to "
           "offer other schemes, `offer: {windows: [NTLM]}` at http.request. "
           "Read without blanks or case a list in one line is legal.",
    .spec = "RFC 9110 sections 11.6.1, 11.3; protocol: discover 8.7",
    .example = "one-line",
    .subjects = SUBJECT_OFFER,
    .order = FAULT_HEADERS,
    .params = params,
    .size = sizeof(struct www_params),
    .reply = www_reply,
};
