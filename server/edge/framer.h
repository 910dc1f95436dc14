/*
 * Where an HTTP/1.1 message ends (RFC 9112, section 6), and nothing else of
 * HTTP. A head is read in one piece; a body passes by in any pieces.
 *
 * Requests are judged strictly: one that two readers could frame differently
 * is `bad`, and the last of its connection.
 */
#ifndef EDGE_FRAMER_H
#define EDGE_FRAMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "edge/chunks.h"
#include "util/span.h"

struct framer {
    enum framer_body {
        FRAMER_NONE, /* the message ends with its head */
        FRAMER_SIZED,
        FRAMER_CHUNKED,
        FRAMER_OPEN, /* ends with the connection */
    } body;
    bool done;           /* all of the message has passed */
    bool close;          /* it is the last one of its connection */
    bool bad;            /* that cannot be framed safely */
    bool unknown_coding; /* a transfer coding other than "chunked" */
    bool head_method;    /* a HEAD request: its reply has no body */
    unsigned status;     /* of a reply; 0: no status line */
    uint64_t payload;    /* body size: declared, or without chunk framing */
    uint64_t passed;     /* body bytes so far, chunk framing included */

    uint64_t left; /* of a sized body */
    struct chunks chunks;
};

/*
 * The size of the head in front of `bytes`, its empty line included; 0 where
 * that has not come yet. Nothing before `from` is looked at: the size that an
 * earlier call has seen. A line may end in LF alone (RFC 9112, 2.2).
 */
size_t framer_head_size(struct span bytes, size_t from);

/* Reads a complete head; what follows it goes through framer_pass. */
void framer_request(struct framer *framer, struct span head);
void framer_reply(struct framer *framer, struct span head, bool to_head);

/* How many of the bytes belong to the body. Sets `done` at its end. */
size_t framer_pass(struct framer *framer, struct span bytes);

/* "HTTP/1.1 200 ...": 200; 0 where the bytes do not begin like that. */
unsigned framer_status(struct span bytes);
/* Can an HTTP request begin with this byte? (RFC 9110, 5.6.2: token) */
bool framer_token_char(uint8_t c);

#endif
