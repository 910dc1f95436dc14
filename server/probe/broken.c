/* What it means where there is no answer, see broken.h. */
#include "config.h"

#include "probe/broken.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "util/attr.h"

/* By what libcurl says, and how far it had come: the more telling first. */
static const struct known {
    enum http_phase phase;
    const char *words;
    const char *meaning;
    const char *advice;
} knowns[] = {
    /* libcurl counts a connection that never came to be as none opened. */
    {HTTP_PHASE_REPLY, "Connection timed out",
     "nobody answers the attempt to connect; a firewall may drop it", NULL},
    {HTTP_PHASE_TLS, "timed out",
     "the TLS handshake did not come to an end in time", NULL},
    {HTTP_PHASE_TLS, "reset by peer",
     "the connection was reset in the TLS handshake; firewalls do that", NULL},
    {HTTP_PHASE_TLS, "unexpected eof",
     "the server closed the connection in the TLS handshake", NULL},
    {HTTP_PHASE_TLS, "SSL_ERROR_SYSCALL",
     "the server closed the connection in the TLS handshake", NULL},
    {HTTP_PHASE_TLS, "unrecognized name",
     "the server has no site of this name (alert unrecognized_name)",
     "another server for that name, or the name in its bindings"},
    {HTTP_PHASE_TLS, "legacy sigalg",
     "no version of TLS is left that both speak: the server's is too old for "
     "this machine",
     "TLS 1.2 on the server"},
    {HTTP_PHASE_TLS, "protocol version",
     "no version of TLS is left that both speak (alert protocol_version)",
     "TLS 1.2 on the server"},
    {HTTP_PHASE_TLS, "unsupported protocol",
     "no version of TLS is left that both speak", "TLS 1.2 on the server"},
    {HTTP_PHASE_TLS, "wrong version number", "what answers there is no TLS",
     NULL},
    {HTTP_PHASE_TLS, "certificate required",
     "the server wants a certificate of the client",
     "switching that off on the server: no Lync client has one at this point"},
    {HTTP_PHASE_REPLY, "certificate required",
     "the server wants a certificate of the client",
     "switching that off on the server: no Lync client has one at this point"},
    {HTTP_PHASE_REPLY, "unexpected eof",
     "the reply was broken off, and TLS did not say that it ends", NULL},
    {HTTP_PHASE_REPLY, "bytes remaining to read",
     "the reply was broken off before its end", NULL},
};

/* What else there is to say where libcurl tells what a proxy has answered to
 * CONNECT, "... response 407"; "" elsewhere. */
static const char *of_the_proxy(const char *words)
{
    static const char response[] = "CONNECT tunnel failed, response ";
    const char *status = strstr(words, response);

    if (!status) {
        return "";
    }
    status += strlen(response);
    if (strncmp(status, "407", 3) == 0) {
        return ": the proxy wants a password of its own";
    }
    if (strncmp(status, "511", 3) == 0 || *status == '3') {
        return ": the proxy leads elsewhere, as to a sign-in page of its own";
    }
    return *status == '5' ? ": the proxy does not reach the server"
                          : ": the proxy does not let this through";
}

const char *broken_words(struct arena *arena, int code, const char *said,
                         bool begun)
{
    const char *words = *said ? said : curl_easy_strerror((CURLcode)code);

    if (code == CURLE_UNSUPPORTED_PROTOCOL ||
        code == CURLE_WEIRD_SERVER_REPLY) {
        return arena_printf(arena, "what answers there speaks no HTTP (%s)",
                            words);
    }
    /* That is how libcurl says that a line is over its limit. */
    if (code == CURLE_OUT_OF_MEMORY && begun) {
        return "a header of the answer is longer than the 100 KB that clients "
               "read";
    }
    return arena_printf(arena, "%s%s", words, of_the_proxy(words));
}

enum http_end broken_end(int code)
{
    switch (code) {
    case CURLE_OK:
        return HTTP_ANSWERED;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return HTTP_NO_NAME;
    case CURLE_COULDNT_CONNECT:
        return HTTP_NO_CONNECTION;
    case CURLE_OPERATION_TIMEDOUT:
        return HTTP_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER:
        return HTTP_TLS;
    default:
        return HTTP_BROKEN;
    }
}

enum http_phase broken_phase(void *easy, enum http_phase seen)
{
    curl_off_t connected = 0;
    curl_off_t secured = 0;
    long opened = 0;

    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
    curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &secured);
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &opened);
    if (secured || (!opened && seen == HTTP_PHASE_TCP)) {
        return HTTP_PHASE_REPLY;
    }
    return seen == HTTP_PHASE_TCP && connected ? HTTP_PHASE_REPLY : seen;
}

static struct broken refused(struct arena *arena,
                             const struct http_answer *answer)
{
    return (struct broken){
        .reason = arena_printf(arena,
                               "the connection was refused: nothing listens at "
                               "that port (%s)",
                               answer->problem),
        .advice = "the port on the server and the firewall before it, or "
                  "--connect HOST:PORT where DNS does not know the names",
    };
}

struct broken broken_of(struct arena *arena, const struct http_answer *answer)
{
    if (answer->end == HTTP_NO_CONNECTION && answer->error == ECONNREFUSED) {
        return refused(arena, answer);
    }
    for (size_t i = 0; i < ARRAY_SIZE(knowns); i++) {
        if (knowns[i].phase == answer->phase &&
            strcasestr(answer->problem, knowns[i].words)) {
            return (struct broken){
                .reason = arena_printf(arena, "%s (%s)", knowns[i].meaning,
                                       answer->problem),
                .advice = knowns[i].advice,
            };
        }
    }
    return (struct broken){.reason = answer->problem};
}
