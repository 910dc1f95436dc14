/* Where an HTTP/1.1 message ends. RFC 9112 sections 2.2, 6 and 7.1. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edge/framer.h"
#include "util/attr.h"

static void finds_the_end_of_a_head(void **state UNUSED)
{
    static const struct {
        const char *bytes;
        size_t size;
    } rows[] = {
        {"", 0},
        {"\n", 0},
        {"GET / HTTP/1.1\r\n", 0},
        {"GET / HTTP/1.1\r\n\r", 0},
        {"GET / HTTP/1.1\r\n\r\n", 18},
        {"GET / HTTP/1.1\r\n\r\nGET", 18},
        {"GET / HTTP/1.1\n\n", 16},
        {"GET / HTTP/1.1\n\r\n", 17},
        {"GET / HTTP/1.1\r\n\n", 17},
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\nbody\r\n\r\n", 27},
        {"GET / HTTP/1.1\r\r\n", 0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct span all = span_text(rows[i].bytes);

        assert_int_equal(framer_head_size(all, 0), rows[i].size);
        /* Wherever an earlier look has stopped, the end is found. */
        for (size_t seen = 0; seen < rows[i].size; seen++) {
            assert_int_equal(framer_head_size(all, seen), rows[i].size);
            assert_int_equal(framer_head_size(span_slice(all, 0, seen), 0), 0);
        }
    }
}

/* The outcome in one letter, so that a table shows it. */
static char letter_of(const struct framer *framer)
{
    if (framer->bad) {
        return 'b';
    }
    if (framer->unknown_coding) {
        return 'u';
    }
    switch (framer->body) {
    case FRAMER_NONE:
        return 'n';
    case FRAMER_SIZED:
        return 's';
    case FRAMER_CHUNKED:
        return 'c';
    case FRAMER_OPEN:
        return 'o';
    }
    return '?';
}

#define LINE "POST /a HTTP/1.1\r\n"

static const struct {
    const char *head;
    char letter;
    uint64_t size;
    bool close;
} requests[] = {
    {LINE "\r\n", 'n', 0, false},
    {LINE "Host: x\n\n", 'n', 0, false},
    {"nonsense\r\n\r\n", 'n', 0, false},
    {LINE "Content-Length: 0\r\n\r\n", 's', 0, false},
    {LINE "Content-Length: 5\r\n\r\n", 's', 5, false},
    {LINE "content-LENGTH:5\r\n\r\n", 's', 5, false},
    {LINE "Content-Length:\t 5 \t\r\n\r\n", 's', 5, false},
    {LINE "Content-Length: 18446744073709551615\r\n\r\n", 's', UINT64_MAX,
     false},
    {LINE "X-Content-Length: 5\r\n\r\n", 'n', 0, false},
    /* twice the same is one; RFC 9112, 6.3 */
    {LINE "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 's', 5, false},
    {LINE "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 'b', 0, true},
    {LINE "Content-Length: 5, 5\r\n\r\n", 'b', 0, true},
    {LINE "Content-Length: 18446744073709551616\r\n\r\n", 'b', 0, true},
    {LINE "Content-Length: +5\r\n\r\n", 'b', 0, true},
    {LINE "Content-Length: -5\r\n\r\n", 'b', 0, true},
    {LINE "Content-Length: 0x5\r\n\r\n", 'b', 0, true},
    {LINE "Content-Length: \r\n\r\n", 'b', 0, true},
    {LINE "Content-Length\r\n\r\n", 'b', 0, true},
    {LINE "Content-Length : 5\r\n\r\n", 'b', 0, true},
    {LINE "Content-Length: 5\r\n 1\r\n\r\n", 'b', 0, true},
    {LINE "X: 5\r\n 1\r\n\r\n", 'n', 0, false},
    {LINE "Transfer-Encoding: chunked\r\n\r\n", 'c', 0, false},
    {LINE "Transfer-Encoding: CHUNKED\r\n\r\n", 'c', 0, false},
    {LINE "Transfer-Encoding: gzip, chunked\r\n\r\n", 'u', 0, true},
    {LINE "Transfer-Encoding: identity\r\n\r\n", 'u', 0, true},
    {LINE "Transfer-Encoding:\r\n chunked\r\n\r\n", 'b', 0, true},
    {LINE "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     'b', 0, true},
    {LINE "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 'b', 0,
     true},
    {LINE "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 'b', 0,
     true},
    /* a lone CR may look like the end of a line to others */
    {LINE "A: b\rContent-Length: 5\r\n\r\n", 'b', 0, true},
    {LINE "A: b\r\r\n\r\n", 'b', 0, true},
    {LINE "Connection: close\r\n\r\n", 'n', 0, true},
    {LINE "Connection: te, Close\r\n\r\n", 'n', 0, true},
    {LINE "Connection: closed\r\n\r\n", 'n', 0, false},
    {"GET / HTTP/1.0\r\n\r\n", 'n', 0, true},
    {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", 'n', 0, false},
};

static void reads_requests(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
        struct framer framer;

        framer_request(&framer, span_text(requests[i].head));
        if (letter_of(&framer) != requests[i].letter ||
            framer.payload != requests[i].size ||
            framer.close != requests[i].close) {
            fail_msg("row %zu: %c %llu %d", i, letter_of(&framer),
                     (unsigned long long)framer.payload, framer.close);
        }
        assert_int_equal(framer.done, framer.body == FRAMER_NONE ||
                                          (framer.body == FRAMER_SIZED &&
                                           !requests[i].size));
    }
}

static void reads_replies(void **state UNUSED)
{
    static const struct {
        const char *head;
        bool to_head;
        unsigned status;
        char letter;
        uint64_t size;
        bool close;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", false, 200, 's', 7,
         false},
        {"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", true, 200, 'n', 0,
         false},
        {"HTTP/1.1 204 No\r\nContent-Length: 7\r\n\r\n", false, 204, 'n', 0,
         false},
        {"HTTP/1.1 304 Same\r\nContent-Length: 7\r\n\r\n", false, 304, 'n', 0,
         false},
        {"HTTP/1.1 100 Continue\r\n\r\n", false, 100, 'n', 0, false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", false, 200,
         'c', 0, false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", false, 200, 'o',
         0, true},
        {"HTTP/1.1 200 OK\r\n\r\n", false, 200, 'o', 0, true},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n",
         false, 200, 's', 1, true},
        {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", false, 200, 's', 1,
         true},
        {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
         "Content-Length: 1\r\n\r\n",
         false, 200, 's', 1, false},
        {"HTTP/1.1 20x OK\r\nContent-Length: 1\r\n\r\n", false, 0, 's', 1,
         false},
        {"HTTP/1.1 401 Go Away Now\r\nName : v\r\nFold: a\r\n b\r\nEmpty:\r\n"
         "Content-Length: 0\r\n\r\n",
         false, 401, 's', 0, false},
        {"garbage\n\n", false, 0, 'o', 0, true},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct framer framer;

        framer_reply(&framer, span_text(rows[i].head), rows[i].to_head);
        if (framer.status != rows[i].status ||
            letter_of(&framer) != rows[i].letter ||
            framer.payload != rows[i].size || framer.close != rows[i].close) {
            fail_msg("row %zu: %u %c %llu %d", i, framer.status,
                     letter_of(&framer), (unsigned long long)framer.payload,
                     framer.close);
        }
    }
}

/* ---- Bodies ---- */

struct passage {
    size_t passed;
    uint64_t payload;
    bool done;
    bool bad;
};

/* Feeds the body in pieces of so many bytes. */
static struct passage pass(const char *head, struct span body, size_t piece)
{
    struct framer framer;
    size_t at = 0;

    framer_request(&framer, span_text(head));
    while (at < body.size && !framer.done) {
        struct span part = span_slice(body, at, piece);
        size_t taken = framer_pass(&framer, part);

        at += taken;
        if (taken < part.size) {
            assert_true(framer.done);
        }
    }
    assert_int_equal(framer.passed, at);
    return (struct passage){at, framer.payload, framer.done, framer.bad};
}

static void counts_sized_bodies(void **state UNUSED)
{
    const char *head = LINE "Content-Length: 5\r\n\r\n";

    for (size_t piece = 1; piece < 9; piece++) {
        struct passage whole = pass(head, span_text("helloGET"), piece);
        struct passage part = pass(head, span_text("hell"), piece);

        assert_int_equal(whole.passed, 5);
        assert_true(whole.done);
        assert_int_equal(part.passed, 4);
        assert_false(part.done);
    }
}

static void counts_chunks(void **state UNUSED)
{
    static const struct {
        const char *body;
        size_t passed; /* 0: all */
        uint64_t payload;
        char end; /* done, bad, or open: more has to come */
    } rows[] = {
        {"0\r\n\r\nGET", 5, 0, 'd'},
        {"5\r\nhello\r\n0\r\n\r\nGET", 15, 5, 'd'},
        {"5\nhello\n0\n\nGET", 11, 5, 'd'},
        {"A\r\n0123456789\r\n00\r\n\r\n", 0, 10, 'd'},
        {"a;x=\"1\";y\r\n0123456789\r\n0;z\r\n\r\n", 0, 10, 'd'},
        {"1 \r\nx\r\n0\r\n\r\n", 0, 1, 'd'},
        {"1\r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\nGET", 23, 1, 'd'},
        {"1\r\nx\r\n0\r\n", 0, 1, 'o'},
        {"5\r\nhel", 0, 3, 'o'},
        {"5\r\nhello\r", 0, 5, 'o'},
        {"5", 0, 0, 'o'},
        {"5\r\nhelloX\r\n0\r\n\r\n", 0, 5, 'b'},
        {"x\r\n", 0, 0, 'b'},
        {"\r\n", 0, 0, 'b'},
        {";a\r\n", 0, 0, 'b'},
        {"-1\r\n", 0, 0, 'b'},
        {"0x5\r\nhello\r\n", 0, 0, 'b'},
        {"5\rhello\r\n", 0, 0, 'b'},
        {"5;a\rb\r\nhello\r\n", 0, 0, 'b'},
        {"fffffffffffffff\r\n", 0, 0, 'o'},
        {"ffffffffffffffff\r\n", 0, 0, 'b'},
        {"00000000000000000005\r\nhello\r\n", 0, 0, 'b'},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct span body = span_text(rows[i].body);
        size_t expected = rows[i].passed ? rows[i].passed : body.size;

        for (size_t piece = 1; piece <= body.size; piece++) {
            struct passage p =
                pass(LINE "Transfer-Encoding: chunked\r\n\r\n", body, piece);
            char end = p.bad ? 'b' : p.done ? 'd' : 'o';

            if (p.passed != expected || p.payload != rows[i].payload ||
                end != rows[i].end) {
                fail_msg("row %zu by %zu: %zu %llu %c", i, piece, p.passed,
                         (unsigned long long)p.payload, end);
            }
        }
    }
}

static void reads_status_lines(void **state UNUSED)
{
    static const struct {
        const char *line;
        unsigned status;
    } rows[] = {
        {"HTTP/1.1 200 OK", 200}, {"HTTP/1.1 099", 99}, {"HTTP/1.1 20", 0},
        {"HTTP/1.1  200", 0},     {"http/1.1 200", 0},  {"", 0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(framer_status(span_text(rows[i].line)),
                         rows[i].status);
    }
}

static void knows_what_a_request_begins_with(void **state UNUSED)
{
    static const char *const good = "GgZz09-!~";
    static const uint8_t bad[] = {0,   0x16, ' ', '\r', '"',  '(', '/',
                                  ':', '<',  '{', 0x7f, 0x80, 0xff};

    for (const char *c = good; *c; c++) {
        assert_true(framer_token_char((uint8_t)*c));
    }
    for (size_t i = 0; i < sizeof(bad); i++) {
        assert_false(framer_token_char(bad[i]));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_end_of_a_head),
        cmocka_unit_test(reads_requests),
        cmocka_unit_test(reads_replies),
        cmocka_unit_test(counts_sized_bodies),
        cmocka_unit_test(counts_chunks),
        cmocka_unit_test(reads_status_lines),
        cmocka_unit_test(knows_what_a_request_begins_with),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
