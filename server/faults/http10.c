/* http10: the reply of a server, or of a proxy, that speaks HTTP/1.0. */
#include "config.h"

#include "scenario/fault.h"

struct http10_params {
    unsigned how; /* enum below, from 1 */
};

enum { WITH_LENGTH = 1, WITHOUT_LENGTH };

static const struct setting params[] = {
    {{"http10", "length|no-length",
      "with Content-Length, or with none: then the body ends with the "
      "connection"},
     .type = setting_word,
     .offset = offsetof(struct http10_params, how),
     .size = sizeof(unsigned),
     .first = WITH_LENGTH},
    {.info = {NULL, NULL, NULL}},
};

static void http10_reply(const void *data, struct subject *subject)
{
    const struct http10_params *asked = data;
    struct write_plan *write = exchange_write(subject->ex);

    write->old = true;
    if (asked->how == WITHOUT_LENGTH) {
        write->length = WRITE_LENGTH_NONE;
    }
}

extern const struct fault fault_http10;
const struct fault fault_http10 = {
    .name = "http10",
    .title = "a reply in HTTP/1.0",
    .doc = "HTTP/1.0 in the first line, no Connection header, and the "
           "connection ends behind it. A handshake of NTLM dies of it: each "
           "leg meets a new connection. Old proxies answer like that.",
    .spec = "RFC 9112 section 9.3; RFC 1945 section 1.3",
    .example = "no-length",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FRAME,
    .params = params,
    .size = sizeof(struct http10_params),
    .reply = http10_reply,
};
