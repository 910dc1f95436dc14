/* truncate: the reply ends before it is whole. */
#include "config.h"

#include <string.h>

#include "scenario/fault.h"
#include "util/number.h"

struct truncate_params {
    const char *after;
    unsigned of;
    unsigned end;
};

#define AT(member)                                                             \
    .offset = offsetof(struct truncate_params, member),                        \
    .size = sizeof(((struct truncate_params *)0)->member)

static const struct setting params[] = {
    {{"truncate", "number|N%",
      "so many bytes of the body are sent, or this part of it"},
     .type = setting_text,
     AT(after)},
    {{"truncate.after", "number|N%", "the same, beside the others"},
     .type = setting_text,
     AT(after)},
    {{"truncate.of", "body|reply",
      "what is counted: the body, whose head is sent whole, or all bytes"},
     .type = setting_word,
     AT(of)},
    {{"truncate.end", "close|fin|reset|stall",
      "how the connection ends: as it should, with TLS told; by TCP alone; by "
      "a RST; or not at all, for as long as the client waits"},
     .type = setting_word,
     AT(end)},
    {.info = {NULL, NULL, NULL}},
};

struct place {
    uint64_t at;
    bool percent;
};

static bool parse(const char *text, struct place *out_place)
{
    size_t size = strlen(text);
    char digits[20];

    out_place->percent = size > 0 && text[size - 1] == '%';
    size -= out_place->percent;
    if (size >= sizeof(digits)) {
        return false;
    }
    memcpy(digits, text, size);
    digits[size] = '\0';
    return number_parse(digits, NUMBER_DECIMAL,
                        out_place->percent ? 100 : INT32_MAX, &out_place->at);
}

static bool truncate_check(const void *data, enum point at UNUSED,
                           struct err *err)
{
    const struct truncate_params *asked = data;
    struct place place;

    if (!asked->after) {
        return err_set(err, "truncate.after: expected how many bytes are sent");
    }
    if (!parse(asked->after, &place)) {
        return err_set(err,
                       "expected a number of bytes, or a percentage such as "
                       "50%%, not \"%s\"",
                       asked->after);
    }
    if (asked->of && place.percent) {
        return err_set(err, "truncate.of: a percentage is one of the body");
    }
    return true;
}

static void truncate_reply(const void *data, struct subject *subject)
{
    static const enum reply_cut ends[] = {REPLY_CUT_CLOSE, REPLY_CUT_FIN,
                                          REPLY_CUT_RESET, REPLY_CUT_HOLD};
    const struct truncate_params *asked = data;
    struct reply_plan *plan = &subject->ex->reply.plan;
    struct write_plan *write;
    struct place place = {0};

    parse(asked->after, &place);
    plan->cut = true;
    plan->cut_how = ends[asked->end];
    plan->cut_after = place.at;
    if (!asked->of) {
        write = exchange_write(subject->ex);
        write->cut_body = true;
        write->cut_percent = place.percent;
        write->cut_at = place.at;
    } else if (!place.at) {
        exchange_forget(subject->ex);
    }
}

#define WHERE                                                                  \
    "go ill together: each says where the reply ends; truncate.end is the "    \
    "way "                                                                     \
    "to say how"

static const struct fault_clash clashes[] = {
    {"close", WHERE},
    {"reset", WHERE},
    {"stall", WHERE},
    {NULL, NULL},
};

extern const struct fault fault_truncate;
const struct fault fault_truncate = {
    .name = "truncate",
    .title = "the reply ends before it is whole",
    .doc = "The head is as it would have been, Content-Length with it, and of "
           "the body so many bytes come, or this percentage of them. Then the "
           "connection ends, by default as a good one does. A part of a "
           "document is no document: a client must not take it for one. "
           "`cut-body` shortens the document and leaves HTTP whole; `reset`, "
           "`close` and `stall` also end a connection without any reply. "
           "Nothing that the good answer means is undone, unless no byte of "
           "it goes out.",
    .spec = "RFC 9112 section 8",
    .example = "{after: 50%, end: fin}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_BYTES,
    .params = params,
    .size = sizeof(struct truncate_params),
    .clashes = clashes,
    .check = truncate_check,
    .reply = truncate_reply,
};
