/* reset: the connection ends with a real RST. */
#include "config.h"

#include "faults/ending.h"

struct reset_params {
    struct ending ending;
};

static const struct setting params[] = {
    ENDING_ROWS(reset_params, "reset"),
    {.info = {NULL, NULL, NULL}},
};

static bool reset_check(const void *data, enum point at, struct err *err)
{
    const struct reset_params *asked = data;

    return ending_check(&asked->ending, at, err);
}

static void reset_plan(const void *data, struct subject *subject)
{
    const struct reset_params *asked = data;

    if (subject->conn) {
        ending_plan(&asked->ending, REPLY_CUT_RESET, subject->conn);
    }
    if (subject->kdc) {
        subject->kdc->reset = true;
    }
}

static void reset_reply(const void *data, struct subject *subject)
{
    const struct reset_params *asked = data;

    ending_reply(&asked->ending, REPLY_CUT_RESET, subject->ex);
}

extern const struct fault fault_reset;
const struct fault fault_reset = {
    .name = "reset",
    .title = "the connection ends with a TCP reset",
    .doc = "At the points of TCP and TLS there and then: at tcp.accept as soon "
           "as the connection is there, or `received` bytes have come; at "
           "tls.handshake in answer to the ClientHello, or `after` so many "
           "raw bytes of our own flight; at tcp.idle behind a reply, or after "
           "so long without a request; at tcp.close in place of the FIN. At "
           "all other points in place of the reply, or after its first bytes, "
           "which have then arrived. Where no byte of a reply goes out, "
           "nothing that it would "
           "have meant has happened: no refused password is counted. Over UDP "
           "the KDC does not answer.",
    .spec = "RFC 9293 section 3.5.2",
    .example = "{after: 100}",
    .examples = (const char *const[]){"yes", NULL},
    .subjects = SUBJECT_CONNECTION | SUBJECT_REPLY | SUBJECT_KDC,
    .order = FAULT_BYTES,
    .ends = true,
    .params = params,
    .size = sizeof(struct reset_params),
    .check = reset_check,
    .plan = reset_plan,
    .reply = reset_reply,
};
