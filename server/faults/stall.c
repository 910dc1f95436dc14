/* stall: no answer, and the connection stays open. */
#include "config.h"

#include "faults/ending.h"

struct stall_params {
    struct ending ending;
};

static const struct setting params[] = {
    ENDING_ROWS(stall_params, "stall"),
    {.info = {NULL, NULL, NULL}},
};

static bool stall_check(const void *data, enum point at, struct err *err)
{
    const struct stall_params *asked = data;

    return ending_check(&asked->ending, at, err);
}

static void stall_plan(const void *data, struct subject *subject)
{
    const struct stall_params *asked = data;

    if (subject->conn) {
        ending_plan(&asked->ending, REPLY_CUT_HOLD, subject->conn);
    }
    if (subject->kdc) {
        subject->kdc->drop = true;
    }
}

static void stall_reply(const void *data, struct subject *subject)
{
    const struct stall_params *asked = data;

    ending_reply(&asked->ending, REPLY_CUT_HOLD, subject->ex);
}

extern const struct fault fault_stall;
const struct fault fault_stall = {
    .name = "stall",
    .title = "no answer, and the connection stays open",
    .doc = "For as long as the client waits, at most an hour. At tcp.accept "
           "nothing is ever read, or no more than the `received` first bytes; "
           "at tls.handshake the ClientHello is not answered (or so many "
           "bytes of the answer are sent); at tcp.idle the next request is "
           "not read, as behind a firewall that has forgotten the connection; "
           "at tls.close and tcp.close the connection stays open though it "
           "was to end. At all other points the reply does not come, or stops "
           "after its first bytes. "
           "A client that closes its side has left. Where no byte of a reply "
           "goes out, nothing that it would have meant has happened. At the "
           "KDC's points the request is lost, as a datagram is.",
    .spec = "a pool that hangs; a firewall that drops what it has let in",
    .example = "yes",
    .examples = (const char *const[]){"{after: 50%}", NULL},
    .subjects = SUBJECT_CONNECTION | SUBJECT_REPLY | SUBJECT_KDC,
    .order = FAULT_BYTES,
    .ends = true,
    .params = params,
    .size = sizeof(struct stall_params),
    .check = stall_check,
    .plan = stall_plan,
    .reply = stall_reply,
};
