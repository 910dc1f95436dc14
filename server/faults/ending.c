/* How a connection ends, see ending.h. */
#include "config.h"

#include "faults/ending.h"

static bool refuse(const char *what, const char *where, enum point at,
                   struct err *err)
{
    return err_set(err, "%s makes sense %s alone, not at %s", what, where,
                   point_info(at)->name);
}

bool ending_check(const struct ending *asked, enum point at, struct err *err)
{
    const unsigned sends = SUBJECT_REPLY | SUBJECT_HELLO | SUBJECT_CERTIFICATE;

    if (asked->after && !(point_info(at)->subjects & sends)) {
        return err_set(err, "there is no reply of which to send %u bytes at %s",
                       asked->after, point_info(at)->name);
    }
    if (asked->received && at != POINT_TCP_ACCEPT) {
        return refuse("received", "at tcp.accept", at, err);
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
    plan->sent = asked->after;
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

    if (!asked->after) {
        forget(ex, how);
    }
    plan->cut = true;
    plan->cut_after = asked->after;
    plan->cut_how = how;
}
