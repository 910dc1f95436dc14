/* edge/head.c: heads that can be read in one way, and others. */
#include "config.h"

#include "edge/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edge/framer.h"
#include "util/attr.h"

#define LINE "GET / HTTP/1.1\r\n"
#define HOST "Host: a\r\n"

/* A literal's bytes, which may hold NULs. */
#define BYTES(text)                                                            \
    {                                                                          \
        (const uint8_t *)(text), sizeof(text) - 1                              \
    }

static void finds_flaws(void **state UNUSED)
{
    static const char nul[] = "a NUL";
    static const char first[] = "the request line";
    static const char header[] = "a header line";
    static const struct {
        struct span head;
        const char *flaw; /* a part of it; NULL: none */
    } rows[] = {
        {BYTES(LINE HOST "\r\n"), NULL},
        {BYTES(LINE "\r\n"), NULL},
        {BYTES("GET / HTTP/1.1\nHost: a\n\n"), NULL},
        {BYTES("M-SEARCH * HTTP/1.1\r\n\r\n"), NULL},
        {BYTES("GET http://a/b?c=d HTTP/1.0\r\n\r\n"), NULL},
        {BYTES("GET /\xc3\xb6\xff HTTP/1.1\r\n\r\n"), NULL},
        {BYTES("GET / HTTP/9.9\r\n\r\n"), NULL},
        {BYTES(LINE "Empty:\r\n" HOST "\r\n"), NULL},
        {BYTES(LINE "X: \xff\t\x01\r\n\r\n"), NULL},
        {BYTES(LINE "X: a\r\n b\r\n\tc\r\n\r\n"), NULL},
        {BYTES("GET /\0 HTTP/1.1\r\n\r\n"), nul},
        {BYTES(LINE "X: a\0b\r\n\r\n"), nul},
        {BYTES("GET\r\n\r\n"), first},
        {BYTES("GET \r\n\r\n"), first},
        {BYTES("GET /\r\n\r\n"), first},
        {BYTES("GET / \r\n\r\n"), first},
        {BYTES("GET HTTP/1.1\r\n\r\n"), first},
        {BYTES("GET  HTTP/1.1\r\n\r\n"), first},
        {BYTES("GET  / HTTP/1.1\r\n\r\n"), first},
        {BYTES("GET /  HTTP/1.1\r\n\r\n"), first},
        {BYTES("GET /a b HTTP/1.1\r\n\r\n"), first},
        {BYTES("GET / HTTP/1.1 \r\n\r\n"), first},
        {BYTES("GET / HTTP/1.1 x\r\n\r\n"), first},
        {BYTES("GET\t/\tHTTP/1.1\r\n\r\n"), first},
        {BYTES("GET / http/1.1\r\n\r\n"), first},
        {BYTES("GET / SIP/2.0\r\n\r\n"), first},
        {BYTES("G\xd6T / HTTP/1.1\r\n\r\n"), first},
        {BYTES("GET / HT\r\n\r\n"), first},
        {BYTES(LINE "nonsense\r\n\r\n"), header},
        {BYTES(LINE HOST ": a\r\n\r\n"), header},
        {BYTES(LINE "Host : a\r\n\r\n"), header},
        {BYTES(LINE "A b: c\r\n\r\n"), header},
        {BYTES(LINE "\xc3\xb6: c\r\n\r\n"), header},
        {BYTES(LINE " Host: a\r\n\r\n"), header},
        {BYTES(LINE "\tHost: a\r\n\r\n"), header},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *flaw = head_flaw(rows[i].head);
        bool right = rows[i].flaw ? flaw && strstr(flaw, rows[i].flaw) : !flaw;

        if (!right) {
            fail_msg("row %zu: %s", i, flaw ? flaw : "no flaw");
        }
    }
}

/* The sanitizers see to it, wherever the head is cut. */
static void reads_no_further(void **state UNUSED)
{
    static const char whole[] = LINE HOST "X: a\r\n b\r\n\r\n";

    for (size_t size = 0; size < sizeof(whole); size++) {
        uint8_t *copy = malloc(size ? size : 1);
        const char *flaw;

        memcpy(copy, whole, size);
        flaw = head_flaw((struct span){copy, size});
        free(copy);
        assert_true(flaw || size >= strlen("GET / HTTP/"));
        assert_true(!flaw || size < strlen(whole));
    }
}

/* The size stays, and the body as well. */
static void moves_white_space_before_values(void **state UNUSED)
{
    static const struct {
        const char *given;
        const char *tidy;
    } rows[] = {
        {LINE HOST "\r\n", LINE HOST "\r\n"},
        {LINE "A:b \r\n\r\n", LINE "A: b\r\n\r\n"},
        {LINE "A: b \t\r\nC:d\t\r\n\r\n", LINE "A:   b\r\nC: d\r\n\r\n"},
        {LINE "A: b c \n\n", LINE "A:  b c\n\n"},
        {LINE "A:\r\nB: \r\nC:\t \r\n\r\n", LINE "A:\r\nB: \r\nC:\t \r\n\r\n"},
        {LINE "A: b\r\n c:d \r\n \r\n\r\n", LINE "A: b\r\n  c:d\r\n \r\n\r\n"},
        {LINE "A: b \r\n\r\nA: b \r\n", LINE "A:  b\r\n\r\nA: b \r\n"},
        {"", ""},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct span given = span_text(rows[i].given);
        uint8_t *copy = malloc(given.size + 1);

        memcpy(copy, rows[i].given, given.size + 1);
        head_tidy(copy, framer_head_size(given, 0));
        assert_string_equal((const char *)copy, rows[i].tidy);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_flaws),
        cmocka_unit_test(reads_no_further),
        cmocka_unit_test(moves_white_space_before_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
