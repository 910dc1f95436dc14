/* How a connection ends: what close, reset and stall share. */
#ifndef FAULTS_ENDING_H
#define FAULTS_ENDING_H

#include "scenario/fault.h"

struct ending {
    unsigned now;      /* says nothing: the word alone means it */
    const char *after; /* bytes of the reply, or a percentage of its body */
    unsigned received;
    int64_t idle;
};

#define ENDING_AT(owner, member)                                               \
    .offset = offsetof(struct owner, ending.member),                           \
    .size = sizeof(((struct owner *)0)->ending.member)

/* The rows of a fault of this name; `owner` is its struct, with a member
 * `ending`. */
#define ENDING_ROWS(owner, name)                                               \
    {{name, "yes|true|on", "before the first byte"},                           \
     .type = setting_word,                                                     \
     ENDING_AT(owner, now),                                                    \
     .first = 1},                                                              \
        {{name ".after", "number|N%",                                          \
          "so many bytes are sent first, or this part of the body"},           \
         .type = setting_text,                                                 \
         ENDING_AT(owner, after)},                                             \
        {{name ".received", "number",                                          \
          "at tcp.accept, proxy.accept and proxy.tunnel: as soon as so many "  \
          "bytes came"},                                                       \
         .type = setting_count,                                                \
         ENDING_AT(owner, received)},                                          \
    {                                                                          \
        {name ".idle", "duration", "at tcp.idle: so long without a request"},  \
            .type = setting_positive_duration, ENDING_AT(owner, idle)          \
    }

/* Do the words fit the point? */
MUST_CHECK bool ending_check(const struct ending *asked, enum point at,
                             struct err *err);
/* At the points of TCP and TLS. */
void ending_plan(const struct ending *asked, enum reply_cut how,
                 struct conn_plan *plan);
/* In place of the reply, or behind its first bytes. */
void ending_reply(const struct ending *asked, enum reply_cut how,
                  struct exchange *ex);

#endif
