/* connection: what the reply says of its connection, and what becomes of it. */
#include "config.h"

#include "scenario/fault.h"

enum connection_word {
    WORD_NONE,
    WORD_CLOSE,  /* says so, and does it */
    WORD_DROP,   /* does it, and has not said so */
    WORD_BROKEN, /* says that it stays, and closes */
    WORD_STAY,   /* says that it closes, and stays */
};

enum connection_says {
    SAYS_USUAL,
    SAYS_CLOSE,
    SAYS_KEEP_ALIVE,
    SAYS_NOTHING,
};

struct connection_params {
    unsigned word;
    unsigned says;
    unsigned then; /* enum reply_then */
    int64_t idle;
};

#define AT(member)                                                             \
    .offset = offsetof(struct connection_params, member),                      \
    .size = sizeof(((struct connection_params *)0)->member)

static const struct setting params[] = {
    {{"connection", "close|drop|keep-alive-lie|close-lie",
      "close: says so and does it; drop: ends without a word; "
      "keep-alive-lie: says that it goes on, and ends; close-lie: says that it "
      "ends, and goes on"},
     .type = setting_word,
     .first = WORD_CLOSE,
     AT(word)},
    {{"connection.says", "usual|close|keep-alive|nothing",
      "the header Connection; keep-alive comes with Keep-Alive: timeout=120"},
     .type = setting_word,
     AT(says)},
    {{"connection.then", "usual|close|open|reset",
      "what happens behind the last byte"},
     .type = setting_word,
     AT(then)},
    {{"connection.idle", "duration",
      "how long it may be idle before it is closed; by default 120s"},
     .type = setting_positive_duration,
     AT(idle)},
    {.info = {NULL, NULL, NULL}},
};

static struct connection_params plain(const struct connection_params *asked)
{
    static const struct connection_params words[] = {
        [WORD_CLOSE] = {.says = SAYS_CLOSE, .then = REPLY_THEN_CLOSE},
        [WORD_DROP] = {.says = SAYS_NOTHING, .then = REPLY_THEN_CLOSE},
        [WORD_BROKEN] = {.says = SAYS_KEEP_ALIVE, .then = REPLY_THEN_CLOSE},
        [WORD_STAY] = {.says = SAYS_CLOSE, .then = REPLY_THEN_OPEN},
    };

    return asked->word ? words[asked->word] : *asked;
}

/* Behind what is no request nobody knows where the next one begins. */
static bool ends_there(enum point at)
{
    return at == POINT_HTTP_MALFORMED || at == POINT_HTTP_TOO_LONG ||
           at == POINT_HTTP_TOO_LARGE;
}

static bool connection_check(const void *data, enum point at, struct err *err)
{
    struct connection_params asked = plain(data);
    bool stays = asked.then == REPLY_THEN_OPEN || asked.idle;

    if (!asked.says && !asked.then && !asked.idle) {
        return err_set(err, "expected something that is not as usual");
    }
    if (asked.idle &&
        (asked.then == REPLY_THEN_CLOSE || asked.then == REPLY_THEN_RESET)) {
        return err_set(err, "connection.idle: it is not idle, it ends");
    }
    if (stays && ends_there(at)) {
        return err_set(err,
                       "the connection cannot go on behind %s: where the next "
                       "request begins is not known",
                       point_info(at)->name);
    }
    return true;
}

static void say(struct exchange *ex, enum connection_says says)
{
    struct reply *reply = &ex->reply;

    if (says == SAYS_USUAL) {
        return;
    }
    headers_remove(&reply->headers, "Connection");
    headers_remove(&reply->headers, "Keep-Alive");
    if (says == SAYS_CLOSE) {
        headers_add(&reply->headers, ex->arena, "Connection", "close");
    } else if (says == SAYS_KEEP_ALIVE) {
        headers_add(&reply->headers, ex->arena, "Connection", "Keep-Alive");
        headers_add(&reply->headers, ex->arena, "Keep-Alive", "timeout=120");
    } else {
        headers_add(&reply->without, ex->arena, "Connection", "");
    }
}

static void connection_reply(const void *data, struct subject *subject)
{
    struct connection_params asked = plain(data);
    struct reply_plan *plan = &subject->ex->reply.plan;

    say(subject->ex, (enum connection_says)asked.says);
    plan->then = (enum reply_then)asked.then;
    plan->idle = asked.idle;
}

extern const struct fault fault_connection;
const struct fault fault_connection = {
    .name = "connection",
    .title = "what a reply says of its connection, and what becomes of it",
    .doc = "A reply may end its connection, with a word or without, and may "
           "say the one and do the other. Between the legs of a handshake "
           "each of them breaks it. `then: open` goes on behind a reply whose "
           "length is wrong; `idle: 5s` is a load balancer that forgets idle "
           "connections, and `then: reset` one that tells nobody.",
    .spec = "RFC 9112 section 9",
    .example = "{says: keep-alive, then: reset}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FRAME,
    .params = params,
    .size = sizeof(struct connection_params),
    .check = connection_check,
    .reply = connection_reply,
};
