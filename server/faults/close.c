/* close: the connection ends with a FIN, in good order or not. */
#include "config.h"

#include "faults/ending.h"

struct close_params {
    struct ending ending;
    bool without_notify;
    bool half;
};

static const struct setting params[] = {
    ENDING_ROWS(close_params, "close"),
    {{"close.without-notify", "yes|no",
      "over TLS: no close_notify before the FIN"},
     .type = setting_flag,
     .offset = offsetof(struct close_params, without_notify),
     .size = sizeof(bool)},
    {{"close.half", "yes|no",
      "a FIN alone, and what the client goes on to send is read, for as long "
      "as it stays"},
     .type = setting_flag,
     .offset = offsetof(struct close_params, half),
     .size = sizeof(bool)},
    {.info = {NULL, NULL, NULL}},
};

static enum reply_cut how(const struct close_params *asked)
{
    if (asked->half) {
        return REPLY_CUT_HALF;
    }
    return asked->without_notify ? REPLY_CUT_FIN : REPLY_CUT_CLOSE;
}

static bool close_check(const void *data, enum point at, struct err *err)
{
    const struct close_params *asked = data;

    if (at == POINT_TLS_CLOSE && how(asked) == REPLY_CUT_CLOSE) {
        return err_set(err, "a good end is what happens at tls.close anyway: "
                            "say {without-notify: yes} or {half: yes}");
    }
    if (at == POINT_TCP_CLOSE && !asked->half) {
        return err_set(err, "a FIN is what happens at tcp.close anyway: say "
                            "{half: yes}, or reset");
    }
    return ending_check(&asked->ending, at, err);
}

static void close_plan(const void *data, struct subject *subject)
{
    const struct close_params *asked = data;

    if (subject->conn) {
        ending_plan(&asked->ending, how(asked), subject->conn);
    }
}

static void close_reply(const void *data, struct subject *subject)
{
    const struct close_params *asked = data;

    ending_reply(&asked->ending, how(asked), subject->ex);
}

extern const struct fault fault_close;
const struct fault fault_close = {
    .name = "close",
    .title = "the connection ends with a FIN",
    .doc = "Without a reply, or after its first bytes; over TLS behind "
           "close_notify, unless that shall be missing. At the points of TCP "
           "and TLS there and then: at tcp.accept as soon as the connection "
           "is there, or `received` bytes have come; at tls.handshake in "
           "answer to the ClientHello, or `after` so many raw bytes of our "
           "own flight; at tcp.idle behind a reply that did not say so, or "
           "after so long without a request; at tcp.reuse as a request comes, "
           "which is the race that clients of kept connections lose now and "
           "then.",
    .spec = "RFC 9293 section 3.6, RFC 8446 section 6.1, RFC 9112 section 9.3",
    .example = "{after: 100}",
    .examples = (const char *const[]){"yes", "{half: yes}", NULL},
    .subjects = SUBJECT_CONNECTION | SUBJECT_REPLY,
    .order = FAULT_BYTES,
    .ends = true,
    .params = params,
    .size = sizeof(struct close_params),
    .check = close_check,
    .plan = close_plan,
    .reply = close_reply,
};
