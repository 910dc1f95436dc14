/* What it means where there is no answer: which layer broke off, and how. */
#ifndef PROBE_BROKEN_H
#define PROBE_BROKEN_H

#include "probe/http.h"

struct broken {
    const char *reason; /* in words */
    const char *advice; /* NULL: nothing comes to mind */
};

/* Of a CURLcode, and what libcurl said of this request, or ""; begun: some of a
 * head came. */
const char *broken_words(struct arena *arena, int code, const char *said,
                         bool begun);
/* Of a CURLcode. */
enum http_end broken_end(int code);

/* Of a transfer of libcurl that has ended; seen: as far as it is known to have
 * come. */
enum http_phase broken_phase(void *easy, enum http_phase seen);

/* Of an answer that did not come, for reasons other than a certificate. */
struct broken broken_of(struct arena *arena, const struct http_answer *answer);

#endif
