/* content-length: a length that is not the body's. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenario/fault.h"
#include "util/number.h"

struct length_params {
    const char *says;
};

static const struct setting params[] = {
    {{"content-length", "+N|-N|N|none|twice|both",
      "off by so many bytes, this number, no such header, two that differ, or "
      "one beside Transfer-Encoding: chunked"},
     .type = setting_text,
     .offset = offsetof(struct length_params, says),
     .size = sizeof(const char *)},
    {.info = {NULL, NULL, NULL}},
};

struct lie {
    enum write_length length;
    int64_t number;
};

static bool parse(const char *text, struct lie *out_lie)
{
    static const struct {
        const char *word;
        struct lie lie;
    } words[] = {
        {"none", {WRITE_LENGTH_NONE, 0}},
        {"twice", {WRITE_LENGTH_TWICE, 1}},
        {"both", {WRITE_LENGTH_BOTH, 0}},
    };
    bool sign = *text == '+' || *text == '-';
    uint64_t number;

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strcasecmp(text, words[i].word) == 0) {
            *out_lie = words[i].lie;
            return true;
        }
    }
    if (!number_parse(text + sign, NUMBER_DECIMAL, INT64_MAX / 2, &number)) {
        return false;
    }
    *out_lie = (struct lie){sign ? WRITE_LENGTH_OFF : WRITE_LENGTH_SAYS,
                            *text == '-' ? -(int64_t)number : (int64_t)number};
    return true;
}

static bool length_check(const void *data, enum point at UNUSED,
                         struct err *err)
{
    const struct length_params *asked = data;
    struct lie lie;

    if (!parse(asked->says, &lie)) {
        return err_set(err,
                       "expected +N, -N, a number, none, twice or both, not "
                       "\"%s\"; `headers` sends any text",
                       asked->says);
    }
    return lie.length != WRITE_LENGTH_OFF || lie.number ||
           err_set(err, "expected a length that is wrong, not \"%s\"",
                   asked->says);
}

static void length_reply(const void *data, struct subject *subject)
{
    const struct length_params *asked = data;
    struct write_plan *write = exchange_write(subject->ex);
    struct lie lie = {0};

    parse(asked->says, &lie);
    write->length = lie.length;
    write->length_number = lie.number;
    if (lie.length == WRITE_LENGTH_BOTH && !write->chunk) {
        write->chunk = SIZE_MAX;
    }
}

static const struct fault_clash clashes[] = {
    {"chunks", "go ill together: a reply in chunks has no length (RFC 9112 "
               "6.2); content-length: both sends one all the same"},
    {NULL, NULL},
};

extern const struct fault fault_content_length;
const struct fault fault_content_length = {
    .name = "content-length",
    .title = "a Content-Length that is not the body's",
    .doc = "+10 says ten bytes more than there are: the client waits for "
           "them. -10 says ten less: they are left over, and a client that "
           "goes on reads them as the next reply. none leaves the end to the "
           "connection's, twice sends the right one and one more, both says "
           "chunked beside it. The connection ends with such a reply, unless "
           "`connection: {then: open}` stands beside it.",
    .spec = "RFC 9112 section 6.3",
    .example = "+10",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FRAME,
    .params = params,
    .size = sizeof(struct length_params),
    .clashes = clashes,
    .check = length_check,
    .reply = length_reply,
};
