/* URLs: RFC 3986, as far as HTTP request targets and SOAP addresses go. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/attr.h"
#include "util/url.h"

static const struct {
    const char *text;
    struct url url; /* scheme NULL: refused */
} urls[] = {
    {"http://h", {"http", "h", "", "/", ""}},
    {"http://h/", {"http", "h", "", "/", ""}},
    {"HTTPS://LyncWeb.Contoso.TEST:8443/A/b?c=D#e",
     {"https", "lyncweb.contoso.test", "8443", "/A/b", "c=D"}},
    {"http://h?a=b", {"http", "h", "", "/", "a=b"}},
    {"http://h#f", {"http", "h", "", "/", ""}},
    {"http://h/a#b?c", {"http", "h", "", "/a", ""}},
    {"http://h/a?b?c#d", {"http", "h", "", "/a", "b?c"}},
    {"http://h/?", {"http", "h", "", "/", ""}},
    {"http://h:/", {"http", "h", "", "/", ""}},
    {"http://[::1]/a", {"http", "::1", "", "/a", ""}},
    {"http://[FE80::1]:80/", {"http", "fe80::1", "80", "/", ""}},
    {"http://u@h:1/", {"http", "h", "1", "/", ""}},
    {"http://u:p@h:1/", {"http", "h", "1", "/", ""}},
    {"http://good.test:80@evil.test/", {"http", "evil.test", "", "/", ""}},
    {"http://h/a@b:c", {"http", "h", "", "/a@b:c", ""}},
    {"a+b-c.d://h", {"a+b-c.d", "h", "", "/", ""}},
    {"http://h/%41?%42", {"http", "h", "", "/%41", "%42"}},
    {"http://h//a//b", {"http", "h", "", "//a//b", ""}},
    {"", {0}},
    {"h", {0}},
    {"/a/b", {0}},
    {"//h/a", {0}},
    {"http:", {0}},
    {"http:/h", {0}},
    {"http://", {0}},
    {"http:///a", {0}},
    {"http://?a", {0}},
    {"http://:80/", {0}},
    {"http://u@/", {0}},
    {"http://[::1/", {0}},
    {"://h", {0}},
    {"1http://h", {0}},
    {"ht tp://h", {0}},
    {" http://h", {0}},
    {"a/b?c=http://h", {0}},
    {"sip:alice@contoso.test", {0}},
    {"urn:a:b", {0}},
};

static void parsing(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(urls); i++) {
        AUTO(arena) arena = arena_new();
        struct url url = {"-", "-", "-", "-", "-"};
        bool good = url_parse(arena, urls[i].text, &url);

        if (good != (urls[i].url.scheme != NULL)) {
            fail_msg("%s", urls[i].text);
        }
        if (!good) {
            assert_string_equal(url.scheme, "-");
            continue;
        }
        assert_string_equal(url.scheme, urls[i].url.scheme);
        assert_string_equal(url.host, urls[i].url.host);
        assert_string_equal(url.port, urls[i].url.port);
        assert_string_equal(url.path, urls[i].url.path);
        assert_string_equal(url.query, urls[i].url.query);
    }
}

static const struct {
    const char *text;
    const char *host;
    const char *port;
} authorities[] = {
    {"", "", ""},
    {"h", "h", ""},
    {"H.Test:80", "h.test", "80"},
    {"h:", "h", ""},
    {":80", "", "80"},
    {"h:80:90", "h", "80:90"},
    {"[::1]", "::1", ""},
    {"[::1]:80", "::1", "80"},
    {"[::1]x", "::1", ""},
    {"[::1", "[::1", ""},
    {"[", "[", ""},
    {"[]", "", ""},
    {"]:80", "]", "80"},
};

static void splitting(void **state UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(authorities); i++) {
        AUTO(arena) arena = arena_new();
        const char *host = NULL;
        const char *port = NULL;

        url_authority(arena, authorities[i].text, &host, &port);
        assert_string_equal(host, authorities[i].host);
        assert_string_equal(port, authorities[i].port);
    }
}

static const struct {
    const char *text;
    const char *plain; /* "+" stays */
    const char *form;  /* "+" is a space */
} decodings[] = {
    {"", "", ""},
    {"abc", "abc", "abc"},
    {"a+b", "a+b", "a b"},
    {"%41%62%2B+", "Ab++", "Ab+ "},
    {"%c3%A4", "\303\244", "\303\244"},
    {"%", "%", "%"},
    {"%4", "%4", "%4"},
    {"a%4", "a%4", "a%4"},
    {"%41", "A", "A"},
    {"%4x", "%4x", "%4x"},
    {"%x4", "%x4", "%x4"},
    {"%%41", "%A", "%A"},
    {"%2541", "%41", "%41"},
    {"%00", "%00", "%00"}, /* would end the text */
    {"a%00b", "a%00b", "a%00b"},
    {"%01", "\x01", "\x01"},
    {"%ff", "\xff", "\xff"},
};

static void decoding(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(decodings); i++) {
        struct span text = span_text(decodings[i].text);

        assert_string_equal(url_decode(arena, text, false), decodings[i].plain);
        assert_string_equal(url_decode(arena, text, true), decodings[i].form);
    }
    /* What is behind the span is not looked at. */
    assert_string_equal(url_decode(arena, span_of("%41", 2), false), "%4");
    assert_string_equal(url_decode(arena, SPAN_NONE, false), "");
}

static const struct {
    const char *text;
    const char *keep;
    const char *encoded;
} encodings[] = {
    {"", "", ""},
    {"azAZ09-._~", "", "azAZ09-._~"},
    {"a b+c", "", "a%20b%2Bc"},
    {"sip:a@b", "", "sip%3Aa%40b"},
    {"sip:a@b", ":@", "sip:a@b"},
    {"\303\244\xff", "", "%C3%A4%FF"},
    {"%41", "", "%2541"},
    {"\x01/?", "/", "%01/%3F"},
};

static void encoding(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(encodings); i++) {
        char *encoded = url_encode(arena, encodings[i].text, encodings[i].keep);

        assert_string_equal(encoded, encodings[i].encoded);
        assert_string_equal(url_decode(arena, span_text(encoded), false),
                            encodings[i].text);
    }
}

static const struct {
    const char *query;
    const char *name;
    const char *value; /* NULL: there is none */
} queries[] = {
    {"", "a", NULL},
    {"a=b", "a", "b"},
    {"a=b", "A", "b"},
    {"sipURI=sip:x", "sipuri", "sip:x"},
    {"a=b", "b", NULL},
    {"a=b", "", NULL},
    {"ab=c", "a", NULL},
    {"a=b&c=d", "c", "d"},
    {"a=1&a=2", "a", "1"},
    {"a&a=2", "a", ""},
    {"a", "a", ""},
    {"a=", "a", ""},
    {"a==b=", "a", "=b="},
    {"&&a=b&", "a", "b"},
    {"&", "a", NULL},
    {"=b", "", "b"},
    {"x=1&a=%41+%2b", "a", "A +"},
    {"%61=b", "a", "b"},
    {"a%3Db=c", "a", NULL},
    {"a%3Db=c", "a=b", "c"},
    {"x=a=b&y=1", "a", NULL},
    {"a=%4", "a", "%4"},
    {"a=%4&1=x", "a", "%4"}, /* an escape does not reach across "&" */
};

static void looking_up(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
        const char *value = url_query(arena, queries[i].query, queries[i].name);

        if (!queries[i].value) {
            assert_null(value);
        } else {
            assert_non_null(value);
            assert_string_equal(value, queries[i].value);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parsing),    cmocka_unit_test(splitting),
        cmocka_unit_test(decoding),   cmocka_unit_test(encoding),
        cmocka_unit_test(looking_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
