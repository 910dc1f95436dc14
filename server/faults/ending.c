/* How a connection ends, see ending.h. */
#include "config.h"

#include "faults/ending.h"

#include <string.h>

#include "util/number.h"

struct place {
    uint64_t at;
    bool percent;
};

/* NULL: nothing is sent first. */
static bool parse(const char *text, struct place *out_place)
{
    size_t size = text ? strlen(text) : 0;
    char digits[20];

    *out_place = (struct place){0};
    if (!text) {
        return true;
    }
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

static struct place place_of(const struct ending *asked)
{
    struct place place;

    (void)parse(asked->after, &place); /* ending_check has seen it */
    return place;
}

static bool check_after(const char *after, enum point at, struct err *err)
{
    const unsigned sends = SUBJECT_REPLY | SUBJECT_HELLO | SUBJECT_CERTIFICATE;
    bool tunnel = at == POINT_PROXY_TUNNEL;
    unsigned subjects = point_info(at)->subjects;
    struct place place;

    if (!parse(after, &place)) {
        return err_set(err,
                       "after: expected a number of bytes, or a percentage "
                       "such as 50%%, not \"%s\"",
                       after);
    }
    if (place.at && !(subjects & sends) && !tunnel) {
        return err_set(err, "there is no reply of which to send %s%s at %s",
                       after, place.percent ? "" : " bytes",
                       point_info(at)->name);
    }
    return !place.percent || (subjects & SUBJECT_REPLY) ||
           err_set(err,
                   "after: a percentage is one of a reply's body, and there "
                   "is none at %s; expected a number of bytes",
                   point_info(at)->name);
}

static bool refuse(const char *what, const char *where, enum point at,
                   struct err *err)
{
    return err_set(err, "%s makes sense %s alone, not at %s", what, where,
                   point_info(at)->name);
}

bool ending_check(const struct ending *asked, enum point at, struct err *err)
{
    if (!check_after(asked->after, at, err)) {
        return false;
    }
    if (asked->received && at != POINT_TCP_ACCEPT && at != POINT_PROXY_ACCEPT &&
        at != POINT_PROXY_TUNNEL) {
        return refuse("received",
                      "at tcp.accept, proxy.accept and proxy.tunnel", at, err);
    }
    if (asked->idle && at != POINT_TCP_IDLE) {
        return refuse("idle", "at tcp.idle", at, err);
    }
    return true;
}

void ending_plan(const struct ending *asked, enum reply_cut how,
                 struct conn_plan *plan)
{
    plan->ends = true;
    plan->how = how;
    plan->received = asked->received;
    plan->sent = (unsigned)place_of(asked).at;
    plan->idle = asked->idle;
}

/* Nothing of the good reply has happened, but what it would have said, and why,
 * is half of what a reader of the log looks for. */
static void forget(struct exchange *ex, enum reply_cut how)
{
    static const char *const does[] = {
        [REPLY_CUT_CLOSE] = "closes the connection",
        [REPLY_CUT_FIN] = "closes the connection",
        [REPLY_CUT_RESET] = "resets the connection",
        [REPLY_CUT_HOLD] = "keeps the answer back",
    };
    const char *why = ex->why;

    exchange_forget(ex);
    if (why) {
        ex->why = arena_printf(ex->arena, "%s, and a step %s", why, does[how]);
    }
}

void ending_reply(const struct ending *asked, enum reply_cut how,
                  struct exchange *ex)
{
    struct reply_plan *plan = &ex->reply.plan;
    const struct place place = place_of(asked);
    struct write_plan *write;

    if (!place.at && !place.percent) {
        forget(ex, how);
    }
    plan->cut = true;
    plan->cut_after = place.at;
    if (place.percent) {
        write = exchange_write(ex);
        write->cut_body = true;
        write->cut_percent = true;
        write->cut_at = place.at;
    }
    plan->cut_how = how;
}
