/* Libcurl's words, where they say what is wrong; see curl_words.h. */
#include "config.h"

#include "probe/curl_words.h"

#include <string.h>

const char *curl_words(struct arena *arena, CURLcode code, const char *said,
                       bool begun)
{
    const char *words = *said ? said : curl_easy_strerror(code);

    if (code == CURLE_UNSUPPORTED_PROTOCOL ||
        code == CURLE_WEIRD_SERVER_REPLY) {
        return arena_printf(arena, "what answers there speaks no HTTP (%s)",
                            words);
    }
    /* That is how it says that a line is over its limit. */
    if (code == CURLE_OUT_OF_MEMORY && begun) {
        return "a header of the answer is longer than the 100 KB that clients "
               "read";
    }
    if (strstr(words, "response 407")) {
        return arena_printf(arena, "%s: the proxy wants a password of its own",
                            words);
    }
    return arena_strdup(arena, words);
}
