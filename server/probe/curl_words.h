/* What libcurl says of a request that failed, for people. */
#ifndef PROBE_CURL_WORDS_H
#define PROBE_CURL_WORDS_H

#include <stdbool.h>

#include <curl/curl.h>

#include "util/arena.h"

/* said: by libcurl of this request, or ""; begun: some of a head came. */
const char *curl_words(struct arena *arena, CURLcode code, const char *said,
                       bool begun);

#endif
