/*
 * From the wire to services and back, over a real edge and a real
 * libmicrohttpd. The services are fakes of this file, so that every kind of
 * reply can be planned. The client is a thread with a plain blocking socket.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http.h"
#include "services/conn_auth.h"
#include "sessions_fixture.h"
#include "util/env.h"
#include "util/log.h"
#include "util/mem.h"

enum {
    TEST_SECONDS = 20,
    DELAY_MS = 20,
    HUGE_HEADER = 200 * 1000,
    /* Of the rows below, those that services see, and /stop; whether they see
     * the request of the client that leaves is up to the kernel. */
    REQUESTS_LEAST = 25,
    REQUESTS_ON_KEPT = 7, /* not the first of their connection */
};

static struct env env;
static struct loop *loop;
static int port;
static struct loop_timer timer;
static void (*pending_resume)(void *);
static void *pending_ctx;
static struct exchange *pending_exchange;
static int requests;     /* that services saw */
static int fresh_states; /* of a connection, among them */

/* ---- The fake services ---- */

static void expired(struct loop_timer *unused UNUSED)
{
    struct exchange *ex = pending_exchange;

    exchange_reply(ex, 200);
    exchange_body(ex, "text/plain", span_text("late"));
    pending_resume(pending_ctx);
    exchange_unref(ex);
}

static void plan_odd(struct exchange *ex)
{
    exchange_reply(ex, 299);
    exchange_header(ex, "Bad Name", "value");
    exchange_header(ex, "Content-Length", "3");
    exchange_body(ex, "text/plain", span_text("odd"));
}

static void plan_huge(struct exchange *ex)
{
    char *value = arena_alloc(ex->arena, HUGE_HEADER + 1);

    memset(value, 'h', HUGE_HEADER);
    exchange_header(ex, "X-Huge", "%s", value);
    exchange_body(ex, "text/plain", span_text("huge"));
}

/* A scenario's null takes out what every reply has. */
static void plan_bare(struct exchange *ex)
{
    headers_add(&ex->reply.without, ex->arena, "content-length", "");
    headers_add(&ex->reply.without, ex->arena, "date", "");
    exchange_body(ex, "text/plain", span_text("bare"));
}

static void plan(struct exchange *ex)
{
    const char *path = ex->request.path;

    exchange_reply(ex, 200);
    if (strcmp(path, "/stop") == 0) {
        loop_stop(loop);
    } else if (strcmp(path, "/echo") == 0) {
        exchange_header(ex, "X-Query", "%s", ex->request.query);
        exchange_header(ex, "X-Host", "%s|%s", ex->request.host,
                        ex->request.port);
        exchange_header(ex, "X-Said", "(%s)",
                        headers_get(&ex->request.headers, "X-Say"));
        exchange_body(ex, "text/plain", ex->request.body);
    } else if (strcmp(path, "/odd") == 0) {
        plan_odd(ex);
    } else if (strcmp(path, "/huge") == 0) {
        plan_huge(ex);
    } else if (strcmp(path, "/bare") == 0) {
        plan_bare(ex);
    } else if (strcmp(path, "/undated") == 0) {
        headers_add(&ex->reply.without, ex->arena, "Date", "");
        exchange_body(ex, "text/plain", span_text("undated"));
    } else if (strcmp(path, "/raw") == 0) {
        ex->reply.raw = span_text("HTTP/1.1 200 Fine By Me\r\nX : y\r\n"
                                  "Content-Length: 2\r\n\r\nok");
    } else if (strcmp(path, "/close") == 0) {
        ex->reply.close = true;
    } else if (strcmp(path, "/empty") == 0) {
        exchange_reply(ex, 304);
    }
}

struct pipeline {
    struct exchange *ex;
    bool early;
};

struct pipeline *services_begin(const struct services_context *services,
                                struct exchange *ex, struct conn_auth *auth,
                                bool *out_early)
{
    struct pipeline *line = ARENA_NEW(ex->arena, struct pipeline);

    (void)services;
    /* The same state for all of a connection, a fresh one for each. */
    fresh_states += auth->leg++ == 0;
    requests++;
    *line = (struct pipeline){ex, strcmp(ex->request.path, "/early") == 0};
    if (line->early) {
        exchange_reply(ex, 403);
        exchange_body(ex, "text/plain", span_text("too early"));
    }
    ex->reply.plan.withhold = strcmp(ex->request.query, "withhold") == 0;
    *out_early = line->early;
    return line;
}

bool services_refused(const struct services_context *services UNUSED,
                      struct exchange *ex UNUSED, enum point point UNUSED,
                      const char *host UNUSED)
{
    return false;
}

enum services_result services_go_on(struct pipeline *line,
                                    void (*resume)(void *), void *resume_ctx)
{
    struct exchange *ex = line->ex;

    if (strcmp(ex->request.path, "/wait") == 0) {
        pending_exchange = exchange_ref(ex);
        pending_resume = resume;
        pending_ctx = resume_ctx;
        timer.expired = expired;
        loop_start(loop, &timer, (int64_t)DELAY_MS * ENV_NS_PER_MS);
        return SERVICES_PENDING;
    }
    plan(ex);
    return SERVICES_DONE;
}

/* ---- The client ---- */

static int dial(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

/* Sends all, with a pause at each "~", then reads until the server closes. */
static char *converse(const char *text)
{
    static char answer[2 * HUGE_HEADER];
    size_t size = 0;
    ssize_t got;
    int fd = dial();

    while (*text) {
        size_t part = strcspn(text, "~");

        assert_int_equal(write(fd, text, part), part);
        text += part;
        if (*text) {
            text++;
            usleep(DELAY_MS * 1000);
        }
    }
    while (size < sizeof(answer) - 1 &&
           (got = read(fd, answer + size, sizeof(answer) - 1 - size)) > 0) {
        size += (size_t)got;
    }
    answer[size] = '\0';
    close(fd);
    return answer;
}

/* Requests on one connection, and what must be in the answer, in order. */
static const struct row {
    const char *name;
    const char *send;
    const char *parts[6];
} rows[] = {
    {"echo with query and port",
     "POST /echo?a=b%20c HTTP/1.1\r\nHost: LyncWeb.Contoso.TEST:8443\r\n"
     "Content-Length: 5\r\nConnection: close\r\n\r\nhello",
     {"HTTP/1.1 200 OK\r\n", "X-Query: a=b%20c\r\n",
      "X-Host: lyncweb.contoso.test|8443\r\n", "Date: ", "\r\n\r\nhello"}},
    {"absolute form",
     "GET http://x/echo?q HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n",
     {"HTTP/1.1 200 OK", "X-Query: q\r\n", "X-Host: x|\r\n"}},
    {"chunked upload",
     "POST /echo HTTP/1.1\r\nHost: y\r\nTransfer-Encoding: chunked\r\n"
     "Connection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
     {"HTTP/1.1 200 OK", "\r\n\r\nabcde"}},
    {"HEAD has no body",
     "HEAD /odd HTTP/1.1\r\nHost: y\r\n\r\n"
     "GET /close HTTP/1.1\r\nHost: y\r\n\r\n",
     {"HTTP/1.1 299 ", "HTTP/1.1 200 OK"}},
    {"what libmicrohttpd would refuse goes out raw; the connection is kept",
     "GET /odd HTTP/1.1\r\nHost: y\r\n\r\nGET /raw HTTP/1.1\r\nHost: y\r\n\r\n"
     "GET /close HTTP/1.1\r\nHost: y\r\n\r\n",
     {"HTTP/1.1 299 ", "Bad Name: value\r\n", "\r\n\r\nodd",
      "HTTP/1.1 200 Fine By Me\r\nX : y\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\n", "Connection: close\r\n"}},
    {"a header of any size goes out; the connection is kept",
     "GET /huge HTTP/1.1\r\nHost: y\r\n\r\n"
     "GET /close HTTP/1.1\r\nHost: y\r\n\r\n",
     {"HTTP/1.1 200 OK", "X-Huge: hhhh", "h\r\n", "\r\n\r\nhuge",
      "HTTP/1.1 200 OK\r\n"}},
    {"no Date and no length: the reply ends with the connection",
     "GET /bare HTTP/1.1\r\nHost: y\r\n\r\n",
     {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nbare"}},
    {"no Date",
     "GET /undated HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n",
     {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
      "Content-Length: 7\r\nConnection: close\r\n\r\nundated"}},
    {"a reply that comes later",
     "GET /wait HTTP/1.1\r\nHost: y\r\n\r\n"
     "GET /close HTTP/1.1\r\nHost: y\r\n\r\n",
     {"HTTP/1.1 200 OK", "\r\n\r\nlate", "HTTP/1.1 200 OK"}},
    {"no body with 304",
     "GET /empty HTTP/1.1\r\nHost: y\r\n\r\n"
     "GET /close HTTP/1.1\r\nHost: y\r\n\r\n",
     {"HTTP/1.1 304 Not Modified", "HTTP/1.1 200 OK"}},
    {"a request without Host",
     "GET /echo HTTP/1.1\r\n\r\n",
     {"HTTP/1.1 400 Bad Request\r\n", "Connection: close\r\n",
      "Invalid Hostname"}},
    {"a request with two",
     "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
     {"HTTP/1.1 400 Bad Request\r\n", "Connection: close\r\n",
      "Invalid Hostname"}},
    {"HTTP/1.0 needs none",
     "GET /echo?old HTTP/1.0\r\n\r\n",
     {"HTTP/1.1 200 OK", "X-Query: old\r\n"}},
    {"an answer before the body is here, which ends the connection",
     "POST /early HTTP/1.1\r\nHost: y\r\nContent-Length: 5\r\n\r\n~he",
     {"HTTP/1.1 403 Forbidden\r\n", "Connection: close\r\n",
      "\r\n\r\ntoo early"}},
    {"the same in place of 100",
     "POST /early HTTP/1.1\r\nHost: y\r\nContent-Length: 5\r\n"
     "Expect: 100-continue\r\n\r\n",
     {"HTTP/1.1 403 Forbidden\r\n", "\r\n\r\ntoo early"}},
    {"the same where the body has come: the connection is kept",
     "POST /early HTTP/1.1\r\nHost: y\r\nContent-Length: 5\r\n\r\nhello"
     "GET /close HTTP/1.1\r\nHost: y\r\n\r\n",
     {"HTTP/1.1 403 Forbidden\r\n", "too earlyHTTP/1.1 200 OK\r\n"}},
    {"100 and then the answer",
     "POST /echo HTTP/1.1\r\nHost: y\r\nContent-Length: 5\r\n"
     "Expect: 100-continue\r\nConnection: close\r\n\r\n~hello",
     {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK", "hello"}},
    {"a 100 that is kept back",
     "POST /echo?withhold HTTP/1.1\r\nHost: y\r\nContent-Length: 5\r\n"
     "Expect: 100-continue\r\nConnection: close\r\n\r\n~hello",
     {"HTTP/1.1 200 OK\r\nX-Query: withhold", "hello"}},
    {"no request at all", "NONSENSE\r\n\r\n", {"HTTP/1.1 400 Bad Request"}},
};

#define ECHO(version, more, eol, body)                                         \
    "POST /echo?a HTTP/" version eol "Host: y:1" eol "X-Say: \t a b \t" eol    \
    "Connection: close" eol more eol eol body

/* One request, whole and in ways that libmicrohttpd reads: the same answer. */
static const char *const ways[] = {
    ECHO("1.1", "Content-Length: 5", "\r\n", "hello"),
    ECHO("1.1", "Content-Length: 5", "\r\n", "he~llo"),
    ECHO("1.1", "Content-Length: 5", "\r\n", "~hello"),
    ECHO("1.1", "Content-Length: 5", "\n", "hello"),
    ECHO("1.1", "Content-Length: 5\r\nX-Folded: a\r\n b", "\r\n", "hello"),
    ECHO("1.1", "Transfer-Encoding: chunked", "\r\n",
         "5\r\nhello\r\n0\r\n\r\n"),
    ECHO("1.0", "Content-Length: 5", "\r\n", "hello"),
};

static const char *failed; /* of the client thread: cmocka is not for threads */

static void check_row(const struct row *row)
{
    const char *rest = converse(row->send);

    for (size_t i = 0; i < ARRAY_SIZE(row->parts) && row->parts[i]; i++) {
        const char *hit = strstr(rest, row->parts[i]);

        if (!hit) {
            fprintf(stderr, "%s: \"%s\" is not in:\n%s\n", row->name,
                    row->parts[i], rest);
            failed = row->name;
            return;
        }
        rest = hit + 1;
    }
}

/* Without the value of Date, whose second may have passed. */
static char *answer_to(const char *request)
{
    char *text = mem_strdup(converse(request));
    char *date = strstr(text, "Date: ");

    for (char *c = date ? date : text; date && *c != '\r' && *c; c++) {
        *c = '-';
    }
    return text;
}

static void check_ways(void)
{
    char *whole = answer_to(ways[0]);

    if (!strstr(whole, "X-Said: (a b)\r\n") ||
        !strstr(whole, "\r\n\r\nhello")) {
        failed = "ways";
    }
    for (size_t i = 1; i < ARRAY_SIZE(ways); i++) {
        char *other = answer_to(ways[i]);

        if (strcmp(whole, other) != 0) {
            fprintf(stderr, "%s\nis answered with\n%s\nnot\n%s\n", ways[i],
                    other, whole);
            failed = "ways";
        }
        mem_free(other);
    }
    mem_free(whole);
}

static void *client(void *unused UNUSED)
{
    int fd;

    check_ways();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        check_row(&rows[i]);
    }
    /* Gone before the reply is made: it has nowhere to go, no more. */
    fd = dial();
    assert_int_equal(write(fd, "GET /wait HTTP/1.1\r\nHost: y\r\n\r\n", 31),
                     31);
    usleep(DELAY_MS * 100);
    close(fd);
    usleep(DELAY_MS * 3000);
    converse("GET /stop HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n");
    return NULL;
}

/* ---- The server ---- */

static void serves(void **state)
{
    static const char *const addresses[] = {"127.0.0.1", NULL};
    struct edge_options edge_options = {
        .addresses = addresses,
        .https_port = -1,
    };
    struct world *world = world_good();
    struct services_context services = {.sessions = sessions_playing(world),
                                        .env = &env};
    struct journal_options journal_options = {.memory_limit = 1 << 20};
    struct http_options options = {.services = &services,
                                   .header_limit = EDGE_HEADER_LIMIT};
    struct http *http;
    pthread_t thread;
    struct err err;

    (void)state;
    alarm(TEST_SECONDS);
    env_system(&env, 1);
    assert_true(loop_new(&env, &loop, &err));
    assert_true(journal_open(&journal_options, &env, &options.journal, &err));
    assert_true(edge_new(&edge_options, loop, &options.edge, &err));
    options.loop = loop;
    assert_true(http_new(&options, &http, &err));
    assert_true(edge_start(options.edge, &err));
    port = edge_http_port(options.edge);
    assert_int_equal(pthread_create(&thread, NULL, client, NULL), 0);
    loop_run(loop);
    edge_free(options.edge);
    http_free(http);
    pthread_join(thread, NULL);
    journal_close(options.journal);
    loop_free(loop);
    sessions_free(services.sessions);
    world_unref(world);
    assert_null(failed);
    assert_true(requests >= REQUESTS_LEAST);
    assert_int_equal(requests - fresh_states, REQUESTS_ON_KEPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(serves),
    };

    log_setup(LOG_ERROR, LOG_TEXT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
