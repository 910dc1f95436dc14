/* interim: 1xx replies before the real one, asked for or not. */
#include "config.h"

#include <string.h>

#include "scenario/expand.h"
#include "scenario/fault.h"
#include "util/buf.h"
#include "util/number.h"

enum { INTERIM_TIMES_MAX = 1000 };

struct interim_params {
    const char *status; /* "100" ... "199", or "no" */
    unsigned times;
    bool times_given;
    struct headers headers;
};

#define AT(member)                                                             \
    .offset = offsetof(struct interim_params, member),                         \
    .size = sizeof(((struct interim_params *)0)->member)

static const struct setting params[] = {
    {{"interim", "100-199|no",
      "the status that comes first; no: the 100 that was asked for is left "
      "out, at http.continue alone"},
     .type = setting_text,
     AT(status)},
    {{"interim.status", "100-199", "the same, beside the others"},
     .type = setting_text,
     AT(status)},
    {{"interim.times", "number", "so many of them; by default 1"},
     .type = setting_count,
     AT(times),
     .given = offsetof(struct interim_params, times_given)},
    {{"interim.headers", "{NAME: text}", "their headers; by default none"},
     .type = setting_map,
     AT(headers)},
    {.info = {NULL, NULL, NULL}},
};

static bool is_no(const char *text)
{
    return strcmp(text, "no") == 0 || strcmp(text, "false") == 0;
}

static bool parse(const char *text, unsigned *out_status)
{
    uint64_t number;

    if (!number_parse(text, NUMBER_DECIMAL, 199, &number) || number < 100) {
        return false;
    }
    *out_status = (unsigned)number;
    return true;
}

static bool check_headers(const struct headers *headers, struct err *err)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *header = &headers->items[i];

        if (!header->value) {
            return err_set(err, "interim.headers: %s: expected a text",
                           header->name);
        }
        if (!expand_check(header->value, err)) {
            return err_wrap(err, "interim.headers");
        }
    }
    return true;
}

static bool interim_check(const void *data, enum point at, struct err *err)
{
    const struct interim_params *asked = data;
    unsigned status;

    if (!asked->status) {
        return err_set(err, "interim.status: expected 100 to 199");
    }
    if (is_no(asked->status)) {
        return at == POINT_HTTP_CONTINUE ||
               err_set(err,
                       "no 1xx reply is due at %s; there is one to leave out "
                       "at %s",
                       point_info(at)->name,
                       point_info(POINT_HTTP_CONTINUE)->name);
    }
    if (!parse(asked->status, &status)) {
        return err_set(err,
                       "expected a status from 100 to 199, or no, not "
                       "\"%s\"; `status` makes a final one",
                       asked->status);
    }
    if (asked->times > INTERIM_TIMES_MAX ||
        (asked->times_given && !asked->times)) {
        return err_set(err, "interim.times: expected 1 to %d, not %u",
                       INTERIM_TIMES_MAX, asked->times);
    }
    return check_headers(&asked->headers, err);
}

/* RFC 9110 section 15.2, RFC 2518 section 10.1, RFC 8297. */
static const char *reason_of(unsigned status)
{
    static const char *const reasons[] = {"Continue", "Switching Protocols",
                                          "Processing", "Early Hints"};

    return status - 100 < ARRAY_SIZE(reasons) ? reasons[status - 100]
                                              : "Informational";
}

static void interim_plan(const void *data, struct subject *subject)
{
    const struct interim_params *asked = data;

    if (subject->ex && is_no(asked->status)) {
        subject->ex->reply.plan.withhold = true;
    }
}

static void interim_reply(const void *data, struct subject *subject)
{
    const struct interim_params *asked = data;
    struct exchange *ex = subject->ex;
    unsigned times = asked->times ? asked->times : 1;
    unsigned status;
    AUTO_BUF one = {0};
    AUTO_BUF all = {0};

    if (!parse(asked->status, &status)) {
        return;
    }
    buf_printf(&one, "HTTP/1.1 %u %s\r\n", status, reason_of(status));
    for (size_t i = 0; i < asked->headers.count; i++) {
        const struct header *header = &asked->headers.items[i];

        buf_printf(&one, "%s: %s\r\n", header->name,
                   subject->forms->expand(subject->forms_ctx, header->value));
    }
    buf_add_text(&one, "\r\n");
    buf_add(&all, ex->reply.plan.interim);
    for (unsigned i = 0; i < times; i++) {
        buf_add(&all, buf_span(&one));
    }
    ex->reply.plan.interim = arena_copy(ex->arena, buf_span(&all));
    exchange_remark(ex, "interim", "%u, %u times, before the reply", status,
                    times);
}

extern const struct fault fault_interim;
const struct fault fault_interim = {
    .name = "interim",
    .title = "1xx replies before the real one",
    .doc = "A client must read any number of them, asked for or not, and wait "
           "for the reply behind. They go out at once; a `delay` keeps the "
           "real one back. 101 changes nothing here, though it says so. At "
           "http.continue `no` keeps the 100 back that the client asked for: "
           "it must not wait for ever, and sends its body.",
    .spec = "RFC 9110 sections 10.1.1 and 15.2",
    .example = "{status: 103, times: 2, headers: {Link: '</a>'}}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FRAME,
    .params = params,
    .size = sizeof(struct interim_params),
    .check = interim_check,
    .plan = interim_plan,
    .reply = interim_reply,
};
