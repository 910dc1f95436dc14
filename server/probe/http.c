/* Requests over libcurl, see http.h. */
#include "config.h"

#include "probe/http.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "probe/broken.h"
#include "probe/mask.h"
#include "probe/trust.h"
#include "util/mem.h"
#include "util/url.h"
#include "wire/profile.h"

struct http {
    struct http_setup setup;
    CURLM *multi;
    CURLSH *cookies; /* load balancers tell their servers by a cookie */
};

/* One request on its way. */
struct flight {
    struct http *http;
    struct http_answer *answer;
    CURL *easy;
    struct curl_slist *fields;
    struct curl_slist *route;
    struct certificate_watch watch;
    struct buf body;
    size_t head_size;
    bool too_big;
    bool looped;
    bool done;
    int64_t began;
    char problem[CURL_ERROR_SIZE];
};

/* ---- What comes in ---- */

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct flight *flight = context;
    size_t length = size * count;

    if (flight->body.size + length > HTTP_BODY_MAX) {
        flight->too_big = true;
        return 0;
    }
    buf_add(&flight->body, span_of(bytes, length));
    return length;
}

static struct span trimmed(struct span text)
{
    while (text.size && strchr(" \t\r\n", text.data[0])) {
        text = span_slice(text, 1, text.size);
    }
    while (text.size && strchr(" \t\r\n", text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

/* libcurl answers it by itself; the fields of that leg are forgotten. */
static void keep_challenge(struct http_answer *answer,
                           const struct http_field *field)
{
    if (strcasecmp(field->name, "WWW-Authenticate") == 0 &&
        strncasecmp(field->value, "NTLM ", 5) == 0) {
        answer->ntlm_challenge = field->value + 5;
    }
}

static void keep_field(struct flight *flight, struct span line)
{
    struct http_answer *answer = flight->answer;
    struct arena *arena = flight->http->setup.arena;
    size_t colon = span_find(line, span_text(":"), 0);

    if (colon == SIZE_MAX || answer->field_count == HTTP_FIELDS_MAX) {
        return;
    }
    const struct http_field field = {
        arena_text(arena, span_slice(line, 0, colon)),
        arena_text(arena, trimmed(span_slice(line, colon + 1, line.size)))};

    answer->fields[answer->field_count++] = field;
    keep_challenge(answer, &field);
}

/* RFC 9110 15.2: a status of 1xx says that the answer is still to come. */
static bool is_interim(struct span line)
{
    size_t space = span_find(line, span_text(" "), 0);

    return space < line.size - 1 && line.data[space + 1] == '1';
}

/* Each answer of a handshake begins with a status line; the last counts. */
static size_t on_head(char *bytes, size_t size, size_t count, void *context)
{
    struct flight *flight = context;
    struct span line = span_of(bytes, size * count);

    flight->head_size += line.size;
    if (flight->head_size > HTTP_HEAD_MAX) {
        flight->too_big = true;
        return 0;
    }
    if (span_starts(line, "HTTP/")) {
        flight->answer->field_count = 0;
        flight->answer->legs += !is_interim(line);
        flight->looped = flight->answer->legs > HTTP_LEGS_MAX;
        buf_reset(&flight->body);
    } else {
        keep_field(flight, line);
    }
    return flight->looped ? 0 : line.size;
}

static int on_debug(CURL *easy UNUSED, curl_infotype type, char *data,
                    size_t size, void *context UNUSED)
{
    if (type == CURLINFO_HEADER_IN || type == CURLINFO_HEADER_OUT) {
        AUTO_BUF out = {0};

        mask_head(&out, span_of(data, size),
                  type == CURLINFO_HEADER_IN ? "    < " : "    > ");
        fputs(buf_text(&out), stderr);
    }
    return 0;
}

/* ---- What goes out ---- */

/* Where the name really leads: "::ADDRESS:PORT" for libcurl. */
static void set_route(struct flight *flight, const char *text)
{
    const struct http_setup *setup = &flight->http->setup;
    struct url url;
    int port;

    if (!setup->address || !url_parse(setup->arena, text, &url) ||
        (!trust_within(url.host, setup->domain) &&
         !trust_within(url.host, CERT_OTHER_DOMAIN))) {
        return;
    }
    port =
        strcmp(url.scheme, "https") == 0 ? setup->https_port : setup->http_port;
    flight->route = curl_slist_append(
        NULL,
        *url.port
            ? arena_printf(setup->arena, "::%s:%s", setup->address, url.port)
            : arena_printf(setup->arena, "::%s:%d", setup->address, port));
    curl_easy_setopt(flight->easy, CURLOPT_CONNECT_TO, flight->route);
}

/* The TCP connection is there. */
static CURLcode on_ssl(CURL *easy UNUSED, void *ssl_ctx, void *context)
{
    struct flight *flight = context;

    flight->answer->phase = HTTP_PHASE_TLS;
    certificate_watch(ssl_ctx, &flight->watch);
    return CURLE_OK;
}

static void set_trust(struct flight *flight)
{
    const struct http_setup *setup = &flight->http->setup;
    CURL *easy = flight->easy;

    flight->watch =
        (struct certificate_watch){setup->arena, &flight->answer->certificate};
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_ssl);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, flight);
    /* Servers of 2013 may speak TLS 1.0; libcurl asks for the best first. */
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_0);
    if (setup->insecure) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (setup->ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, setup->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
}

static void set_callbacks(struct flight *flight)
{
    CURL *easy = flight->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, flight);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, flight->problem);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, flight);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, flight);
    if (flight->http->setup.verbose) {
        curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
        curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
    }
}

static void set_behaviour(struct flight *flight)
{
    const struct http_setup *setup = &flight->http->setup;
    CURL *easy = flight->easy;

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    /* NTLM belongs to a connection: HTTP/2 cannot carry it. */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    /* "" switches the proxies of the environment off. */
    curl_easy_setopt(easy, CURLOPT_PROXY, setup->proxy ? setup->proxy : "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    /* What a proxy says to CONNECT is no leg of a handshake. */
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, setup->user_agent);
    curl_easy_setopt(easy, CURLOPT_SHARE, flight->http->cookies);
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, "");
}

static void set_request(struct flight *flight,
                        const struct http_request *request)
{
    CURL *easy = flight->easy;

    for (const char *const *field = request->fields; field && *field; field++) {
        flight->fields = curl_slist_append(flight->fields, *field);
    }
    /* curl would wait for a "100 Continue" that servers need not send. */
    flight->fields = curl_slist_append(flight->fields, "Expect:");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, flight->fields);
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    if (request->body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE,
                         (long)strlen(request->body));
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body);
    }
    if (request->user) {
        /* ONLY: the first request goes without credentials, as from clients
         * that wait to be asked (webticket 6.5). */
        curl_easy_setopt(
            easy, CURLOPT_HTTPAUTH,
            (long)((request->negotiate ? CURLAUTH_NEGOTIATE : CURLAUTH_NTLM) |
                   CURLAUTH_ONLY));
        curl_easy_setopt(easy, CURLOPT_USERNAME, request->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, request->password);
    }
}

static int64_t time_left(const struct http *http)
{
    return http->setup.deadline - env_monotonic(http->setup.env);
}

static void take_off(struct flight *flight, struct http *http,
                     const struct http_request *request,
                     struct http_answer *out_answer)
{
    int64_t limit = time_left(http);

    *out_answer = (struct http_answer){.end = HTTP_BROKEN};
    *flight = (struct flight){.http = http, .answer = out_answer};
    flight->began = env_monotonic(http->setup.env);
    if (limit < ENV_NS_PER_MS) {
        out_answer->end = HTTP_TIMEOUT;
        out_answer->problem = "the time is up";
        flight->done = true;
        return;
    }
    flight->easy = curl_easy_init();
    if (limit > http->setup.limit) {
        limit = http->setup.limit;
    }
    curl_easy_setopt(flight->easy, CURLOPT_TIMEOUT_MS,
                     (long)(limit / ENV_NS_PER_MS));
    set_callbacks(flight);
    set_behaviour(flight);
    set_trust(flight);
    set_route(flight, request->url);
    set_request(flight, request);
    curl_multi_add_handle(http->multi, flight->easy);
}

/* ---- The end of a request ---- */

static const char *problem_of(const struct flight *flight, enum http_end end,
                              CURLcode code)
{
    if (end == HTTP_ANSWERED) {
        return NULL;
    }
    if (end == HTTP_TOO_BIG) {
        return "the answer is larger than 256 KiB";
    }
    if (end == HTTP_LOOPED) {
        return flight->answer->connections > 1
                   ? "the connection ends between the legs of the handshake"
                   : "the server answers the last leg with a challenge, on and "
                     "on";
    }
    return broken_words(flight->http->setup.arena, (int)code, flight->problem,
                        flight->answer->legs > 0);
}

static void finish(struct flight *flight, CURLcode code)
{
    long error = 0;

    struct http_answer *answer = flight->answer;
    long status = 0;
    long connections = 0;

    curl_easy_getinfo(flight->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(flight->easy, CURLINFO_NUM_CONNECTS, &connections);
    answer->connections = (int)connections;
    answer->end = flight->looped    ? HTTP_LOOPED
                  : flight->too_big ? HTTP_TOO_BIG
                                    : broken_end((int)code);
    answer->phase = broken_phase(flight->easy, answer->phase);
    curl_easy_getinfo(flight->easy, CURLINFO_OS_ERRNO, &error);
    answer->error = (int)error;
    answer->problem = problem_of(flight, answer->end, code);
    answer->status = answer->end == HTTP_ANSWERED ? (int)status : 0;
    answer->certificate.seen &= code == CURLE_PEER_FAILED_VERIFICATION;
    answer->body =
        arena_copy(flight->http->setup.arena, buf_span(&flight->body));
    answer->took = env_monotonic(flight->http->setup.env) - flight->began;
    flight->done = true;
}

static void cancel(struct flight *flight)
{
    flight->answer->end = HTTP_CANCELLED;
    flight->answer->problem = "given up: its twin was answered";
    flight->answer->took =
        env_monotonic(flight->http->setup.env) - flight->began;
    flight->done = true;
}

static void land(struct flight *flight)
{
    if (flight->easy) {
        curl_multi_remove_handle(flight->http->multi, flight->easy);
        curl_easy_cleanup(flight->easy);
    }
    curl_slist_free_all(flight->fields);
    curl_slist_free_all(flight->route);
    buf_clear(&flight->body);
}

static void collect(struct http *http)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        struct flight *flight = NULL;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &flight);
        finish(flight, message->data.result);
    }
}

/* false: nothing is on its way any more. */
static bool step(struct http *http)
{
    int running = 0;

    curl_multi_perform(http->multi, &running);
    collect(http);
    if (running) {
        curl_multi_poll(http->multi, NULL, 0, 50, NULL);
    }
    return running != 0;
}

/* What libcurl did not even begin must not be waited for. */
static void give_up(struct flight *flight)
{
    if (!flight->done) {
        flight->answer->problem = "libcurl did not take the request";
        flight->done = true;
    }
}

void http_ask(struct http *http, const struct http_request *request,
              struct http_answer *out_answer)
{
    struct flight flight;

    take_off(&flight, http, request, out_answer);
    while (!flight.done) {
        if (!step(http)) {
            give_up(&flight);
        }
    }
    land(&flight);
}

static bool is_good(const struct flight *flight)
{
    return flight->done && flight->answer->status == 200;
}

void http_ask_twins(struct http *http, const struct http_request requests[2],
                    struct http_answer out_answers[2])
{
    struct flight flights[2];
    int64_t until = INT64_MAX;

    for (int i = 0; i < 2; i++) {
        take_off(&flights[i], http, &requests[i], &out_answers[i]);
    }
    while (!flights[0].done || !flights[1].done) {
        if (!step(http)) {
            give_up(&flights[0]);
            give_up(&flights[1]);
        }
        if (is_good(&flights[0]) && !flights[1].done) {
            cancel(&flights[1]);
        }
        if (is_good(&flights[1]) && until == INT64_MAX) {
            until = env_monotonic(http->setup.env) + HTTP_GRACE;
        }
        if (!flights[0].done && env_monotonic(http->setup.env) >= until) {
            cancel(&flights[0]);
        }
    }
    land(&flights[0]);
    land(&flights[1]);
}

bool http_wait(struct http *http, int64_t ns)
{
    int64_t left = time_left(http);

    if (ns > left) {
        ns = left;
    }
    if (ns > 0) {
        curl_multi_poll(http->multi, NULL, 0, (int)(ns / ENV_NS_PER_MS), NULL);
    }
    return !http_out_of_time(http);
}

bool http_out_of_time(const struct http *http)
{
    return time_left(http) < ENV_NS_PER_MS;
}

const char *http_header(const struct http_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->field_count; i++) {
        if (strcasecmp(answer->fields[i].name, name) == 0) {
            return answer->fields[i].value;
        }
    }
    return NULL;
}

/* ---- Beginning and end ---- */

bool probe_http_new(const struct http_setup *setup, struct http **out_http,
                    struct err *err)
{
    struct http *http;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return err_set(err, "libcurl does not start");
    }
    http = NEW(struct http);
    http->setup = *setup;
    http->multi = curl_multi_init();
    http->cookies = curl_share_init();
    if (!http->multi || !http->cookies) {
        probe_http_free(http);
        return err_set(err, "libcurl does not start");
    }
    curl_share_setopt(http->cookies, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
    *out_http = http;
    return true;
}

void probe_http_free(struct http *http)
{
    if (http) {
        curl_multi_cleanup(http->multi);
        curl_share_cleanup(http->cookies);
        mem_free(http);
        curl_global_cleanup();
    }
}
