/* Replies in odd ways: exactly these bytes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "http/internal.h"

#define BODY "0123456789"
#define HEAD "HTTP/1.1 200 OK\r\nA: b\r\n"

static const struct row {
    const char *name;
    const char *method;
    unsigned status;
    struct write_plan write;
    const char *bytes;
} rows[] = {
    {"nothing odd", "GET", 200, {0}, HEAD "Content-Length: 10\r\n\r\n" BODY},
    /* The status line. */
    {"a line of its own",
     "GET",
     200,
     {.line = "ICY 200"},
     "ICY 200\r\nA: b\r\nContent-Length: 10\r\n\r\n" BODY},
    {"version, code and reason",
     "GET",
     200,
     {.version = "http/9", .code = "2OO", .reason = "Fine"},
     "http/9 2OO Fine\r\nA: b\r\nContent-Length: 10\r\n\r\n" BODY},
    {"no reason",
     "GET",
     200,
     {.reason = ""},
     "HTTP/1.1 200 \r\nA: b\r\nContent-Length: 10\r\n\r\n" BODY},
    {"HTTP/1.0",
     "GET",
     200,
     {.old = true, .length = WRITE_LENGTH_NONE},
     "HTTP/1.0 200 OK\r\nA: b\r\n\r\n" BODY},
    /* Headers. */
    {"lines before and behind",
     "GET",
     200,
     {.first = {(const uint8_t *)"x\r\n", 3},
      .last = {(const uint8_t *)"y\0z", 3}},
     "HTTP/1.1 200 OK\r\nx\r\nA: b\r\nContent-Length: 10\r\n"
     "y\0z\r\n" BODY},
    {"LF, lower case, reversed, tight",
     "GET",
     200,
     {.end = WRITE_END_LF,
      .names = WRITE_CASE_LOWER,
      .order = WRITE_ORDER_REVERSED,
      .tight = true},
     "HTTP/1.1 200 OK\ncontent-length:10\na:b\n\n" BODY},
    {"CR, upper case, sorted, folded",
     "GET",
     200,
     {.end = WRITE_END_CR,
      .names = WRITE_CASE_UPPER,
      .order = WRITE_ORDER_SORTED,
      .fold = true},
     "HTTP/1.1 200 OK\rA: \r b\rCONTENT-LENGTH: \r 10\r\r" BODY},
    {"no end",
     "GET",
     200,
     {.endless = true},
     HEAD "Content-Length: 10\r\n" BODY},
    /* Content-Length. */
    {"more",
     "GET",
     200,
     {.length = WRITE_LENGTH_OFF, .length_number = 10},
     HEAD "Content-Length: 20\r\n\r\n" BODY},
    {"less than nothing",
     "GET",
     200,
     {.length = WRITE_LENGTH_OFF, .length_number = -11},
     HEAD "Content-Length: -1\r\n\r\n" BODY},
    {"a number",
     "GET",
     200,
     {.length = WRITE_LENGTH_SAYS, .length_number = 7},
     HEAD "Content-Length: 7\r\n\r\n" BODY},
    {"twice",
     "GET",
     200,
     {.length = WRITE_LENGTH_TWICE, .length_number = 1},
     HEAD "Content-Length: 10\r\nContent-Length: 11\r\n\r\n" BODY},
    {"none", "GET", 200, {.length = WRITE_LENGTH_NONE}, HEAD "\r\n" BODY},
    {"both",
     "GET",
     200,
     {.length = WRITE_LENGTH_BOTH, .chunk = SIZE_MAX},
     HEAD "Content-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n"
          "a\r\n" BODY "\r\n0\r\n\r\n"},
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"
    {"chunks",
     "GET",
     200,
     {.chunk = 4},
     CHUNKED "4\r\n0123\r\n4\r\n4567\r\n2\r\n89\r\n0\r\n\r\n"},
    {"an extension and a trailer",
     "GET",
     200,
     {.chunk = 10,
      .chunk_extension = "a=b",
      .trailer = {(const uint8_t *)"T: u\r\n", 6}},
     CHUNKED "a;a=b\r\n" BODY "\r\n0;a=b\r\nT: u\r\n\r\n"},
    {"a bad size",
     "GET",
     200,
     {.chunk = 5, .chunk_flaw = WRITE_CHUNK_BAD_SIZE},
     CHUNKED "5\r\n01234\r\nxyz\r\n56789\r\n0\r\n\r\n"},
    {"a bad size of the only one",
     "GET",
     200,
     {.chunk = 10, .chunk_flaw = WRITE_CHUNK_BAD_SIZE},
     CHUNKED "xyz\r\n" BODY "\r\n0\r\n\r\n"},
    {"no size",
     "GET",
     200,
     {.chunk = 5, .chunk_flaw = WRITE_CHUNK_NO_SIZE},
     CHUNKED "5\r\n01234\r\n\r\n56789\r\n0\r\n\r\n"},
    {"too long",
     "GET",
     200,
     {.chunk = 5, .chunk_flaw = WRITE_CHUNK_TOO_LONG},
     CHUNKED "5\r\n01234\r\n10005\r\n56789\r\n0\r\n\r\n"},
    {"huge",
     "GET",
     200,
     {.chunk = 5, .chunk_flaw = WRITE_CHUNK_HUGE},
     CHUNKED "5\r\n01234\r\n1ffffffffffffffff\r\n56789\r\n0\r\n\r\n"},
    {"negative",
     "GET",
     200,
     {.chunk = 5, .chunk_flaw = WRITE_CHUNK_NEGATIVE},
     CHUNKED "5\r\n01234\r\n-5\r\n56789\r\n0\r\n\r\n"},
    {"no end behind the data",
     "GET",
     200,
     {.chunk = 5, .chunk_flaw = WRITE_CHUNK_NO_END},
     CHUNKED "5\r\n01234\r\n5\r\n567890\r\n\r\n"},
    {"LF",
     "GET",
     200,
     {.chunk = 10, .chunk_flaw = WRITE_CHUNK_LF},
     CHUNKED "a\n" BODY "\n0\n\n"},
    {"no last chunk",
     "GET",
     200,
     {.chunk = 10, .chunk_flaw = WRITE_CHUNK_NO_LAST},
     CHUNKED "a\r\n" BODY "\r\n"},
    {"no end of the trailer",
     "GET",
     200,
     {.chunk = 10, .chunk_flaw = WRITE_CHUNK_NO_TRAILER},
     CHUNKED "a\r\n" BODY "\r\n0\r\n"},
    /* Bodies. */
    {"none to HEAD", "HEAD", 200, {0}, HEAD "Content-Length: 10\r\n\r\n"},
    {"one to HEAD",
     "HEAD",
     200,
     {.body_anyway = true},
     HEAD "Content-Length: 10\r\n\r\n" BODY},
    {"one with 204",
     "GET",
     204,
     {.body_anyway = true},
     "HTTP/1.1 204 No Content\r\nA: b\r\n\r\n" BODY},
    {"one more reply",
     "GET",
     200,
     {.more = {(const uint8_t *)"HTTP/1.1 404 No\r\n\r\n", 19}},
     HEAD "Content-Length: 10\r\n\r\n" BODY "HTTP/1.1 404 No\r\n\r\n"},
};

static struct exchange *exchange_for(const struct row *row)
{
    static const struct conn_facts conn = {.id = 1, .peer = "127.0.0.1:1"};
    struct exchange *ex = exchange_new(1, &conn);

    ex->request.method = row->method;
    ex->request.version = "HTTP/1.1";
    exchange_reply(ex, row->status);
    *exchange_write(ex) = row->write;
    exchange_header(ex, "A", "b");
    /* A connection that goes on says nothing of it; there is none here. */
    headers_add(&ex->reply.without, ex->arena, "Connection", "");
    ex->reply.body = span_text(BODY);
    return ex;
}

static void are_written_as_they_are_planned(void **state)
{
    struct http http = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct http_request rq = {.http = &http, .ex = exchange_for(&rows[i])};
        struct reply_plan plan = {0};
        struct span got = http_written_bytes(&rq, NULL, &plan);
        size_t size = strlen(rows[i].bytes);

        /* One of them has a NUL within. */
        if (rows[i].write.last.size) {
            size += 1 + strlen(rows[i].bytes + size + 1);
        }
        if (!span_equal(got, span_of(rows[i].bytes, size))) {
            fail_msg("%s: %.*s", rows[i].name, (int)got.size,
                     (const char *)got.data);
        }
        exchange_unref(rq.ex);
    }
    buf_clear(&http.reply);
}

/* Places in the body become places in the reply. */
static void places_follow_the_head(void **state)
{
    static const struct {
        struct write_plan write;
        uint64_t cut_after; /* behind the head */
    } places[] = {
        {{.cut_body = true, .cut_at = 3}, 3},
        {{.cut_body = true, .cut_percent = true, .cut_at = 50}, 5},
        {{.cut_body = true, .cut_percent = true, .cut_at = 100}, 10},
        {{.cut_body = true, .cut_at = 0}, 0},
        /* Of a body in chunks its bytes as they are sent: 20. */
        {{.cut_body = true, .cut_percent = true, .cut_at = 50, .chunk = 10},
         10},
    };
    struct http http = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        const struct row row = {"", "GET", 200, places[i].write, ""};
        struct http_request rq = {.http = &http, .ex = exchange_for(&row)};
        struct reply_plan plan = {.pause = 1};
        struct span got;
        size_t head;

        rq.ex->reply.write->pause_body = true;
        got = http_written_bytes(&rq, NULL, &plan);
        head = span_find(got, span_text("\r\n\r\n"), 0) + 4;
        assert_int_equal(plan.cut_after, head + places[i].cut_after);
        assert_int_equal(plan.pause_at, head);
        exchange_unref(rq.ex);
    }
    buf_clear(&http.reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(are_written_as_they_are_planned),
        cmocka_unit_test(places_follow_the_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
