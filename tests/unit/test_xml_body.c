/* XPath on a request's body: what holds, what is refused, what is bounded. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "util/buf.h"
#include "wire/uris.h"
#include "wire/xml.h"
#include "wire/xml_body.h"

#define BODY                                                                   \
    "<s:Envelope xmlns:s='" URI_SOAP11 "'><s:Body>"                            \
    "<t:RequestSecurityToken xmlns:t='" URI_TRUST "' Context='c1'>"            \
    "<t:TokenType>" URI_TOKEN_SAML "</t:TokenType>"                            \
    "<t:KeySize>256</t:KeySize></t:RequestSecurityToken>"                      \
    "</s:Body></s:Envelope>"

static bool holds(const char *bytes, const char *expression)
{
    AUTO(arena) arena = arena_new();
    struct xml_body *body = xml_body_new(arena, span_text(bytes));
    bool held = xml_body_holds(body, expression);

    assert_int_equal(xml_body_holds(body, expression), held);
    xml_body_clear(body);
    return held;
}

static void expressions(void **state)
{
    static const struct {
        const char *expression;
        bool holds;
    } rows[] = {
        {"//wst:TokenType", true},
        {"//wst05:TokenType", false},
        {"/soap:Envelope/soap:Body/wst:RequestSecurityToken", true},
        {"//*[local-name()='TokenType']", true},
        {"//TokenType", true}, /* of any namespace */
        {"//tokentype", false},
        {"//wst:TokenType[contains(., 'SAML')]", true},
        {"//wst:TokenType[contains(., 'cwt')]", false},
        {"//wst:KeySize > 128", true},
        {"//wst:KeySize > 256", false},
        {"//@Context = 'c1'", true},
        {"count(//*)", true},
        {"count(//wst:Nothing)", false},
        {"not(//wst:Claims)", true},
        {"string(//wst:Nothing)", false},
        {"'a text'", true},
        {"''", false},
        {"child::soap:Envelope", false}, /* from the root element on */
        {"self::soap:Envelope", true},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct err err;

        if (!xml_path_check(rows[i].expression, &err)) {
            fail_msg("%s: %s", rows[i].expression, err.text);
        }
        if (holds(BODY, rows[i].expression) != rows[i].holds) {
            fail_msg("%s", rows[i].expression);
        }
    }
}

static void no_xml_is_nothing(void **state)
{
    (void)state;
    assert_false(holds("", "true()"));
    assert_false(holds("{}", "true()"));
    assert_false(holds("<a>", "true()"));
    assert_false(holds("<!DOCTYPE a []><a/>", "true()"));
    assert_true(holds("<a/>", "true()"));
    assert_false(xml_body_holds(NULL, "true()"));
}

static void wrong_expressions(void **state)
{
    static const struct {
        const char *expression;
        const char *why;
    } rows[] = {
        {"", "expected an expression"},
        {"//wst:x[", "no expression of XPath 1.0, from character 9 on"},
        {"//wts:x", "unknown prefix \"wts\"; the nearest is \"wst\""},
        {"/a[foo:b]", "unknown prefix \"foo\""},
        {"//a[contain(., 'x')]", "the nearest is \"contains\""},
        {"//a[frobnicate('x')]", "XPath 1.0 has no function"},
        {"$x", "a variable"},
        {"contains('x')", "too many or too few"},
        {"//a[", "no expression"},
    };
    struct err err;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (xml_path_check(rows[i].expression, &err)) {
            fail_msg("%s", rows[i].expression);
        }
        if (!strstr(err.text, rows[i].why)) {
            fail_msg("%s: %s", rows[i].expression, err.text);
        }
    }
    /* What stands in quotes is no name. */
    assert_true(xml_path_check("//*[. = 'foo:bar(1)']", &err));
    assert_true(xml_path_check("(//a) and (//b)", &err));
}

static void long_ones_are_refused(void **state)
{
    AUTO_BUF text = {0};
    struct err err;

    (void)state;
    for (int i = 0; i < XML_PATH_MAX; i++) {
        buf_add_text(&text, "(");
    }
    buf_add(&text, span_of("1", 2));
    assert_false(xml_path_check((const char *)text.data, &err));
}

/* Each looks at all nodes for each node, and copies the text each time. */
static void dear_ones_end(void **state)
{
    enum { NODES = 6000, SECONDS = 10 };
    AUTO_BUF text = {0};
    AUTO(arena) arena = arena_new();
    struct xml_body *body;
    clock_t began = clock();

    (void)state;
    buf_add_text(&text, "<a>");
    for (int i = 0; i < NODES; i++) {
        buf_add_text(&text, "<b>x</b>");
    }
    buf_add_text(&text, "</a>");
    body = xml_body_new(arena, buf_span(&text));
    assert_true(xml_body_holds(body, "//b"));
    assert_null(xml_body_trouble(body));
    for (int i = 0; i < 100; i++) {
        assert_false(xml_body_holds(
            body, "//b[contains(string(/), 'y')][count(//b[//b]) > 9]"));
    }
    assert_non_null(xml_body_trouble(body));
    xml_body_clear(body);
    assert_true((clock() - began) / CLOCKS_PER_SEC < SECONDS);
}

/* Functions that go through a text letter by letter count as such. */
static void letters_count(void **state)
{
    static const char *const dear[] = {
        "//b[translate(/, 'x', 'y') = 'q']",
        "//b[normalize-space(/) = 'q']",
        "//b[concat(/, /, /, /, /, /, /, /, /, /, /, /) = 'q']",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(dear); i++) {
        AUTO_BUF text = {0};
        AUTO(arena) arena = arena_new();
        struct xml_body *body;

        buf_add_text(&text, "<a>");
        for (int n = 0; n < 6000; n++) {
            buf_add_text(&text, "<b/>xxxxx");
        }
        buf_add_text(&text, "</a>");
        body = xml_body_new(arena, buf_span(&text));
        assert_true(xml_body_holds(body, "translate('Ab', 'A', 'a') = 'ab'"));
        assert_true(xml_body_holds(body, "concat('a', 1, //b) = 'a1'"));
        assert_true(xml_body_holds(body, "normalize-space(' a  b ') = 'a b'"));
        assert_false(xml_body_holds(body, dear[i]));
        assert_non_null(xml_body_trouble(body));
        xml_body_clear(body);
    }
}

static void long_bodies_are_left_alone(void **state)
{
    AUTO_BUF text = {0};
    AUTO(arena) arena = arena_new();
    struct xml_body *body;

    (void)state;
    buf_add_text(&text, "<a>");
    while (text.size <= XML_BODY_MAX) {
        buf_add_text(&text, "                                ");
    }
    buf_add_text(&text, "</a>");
    body = xml_body_new(arena, buf_span(&text));
    assert_false(xml_body_holds(body, "/a"));
    assert_non_null(strstr(xml_body_trouble(body), "64 KiB"));
    xml_body_clear(body);
}

static int set_up(void **state)
{
    (void)state;
    xml_init();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    xml_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions),
        cmocka_unit_test(no_xml_is_nothing),
        cmocka_unit_test(wrong_expressions),
        cmocka_unit_test(long_ones_are_refused),
        cmocka_unit_test(dear_ones_end),
        cmocka_unit_test(letters_count),
        cmocka_unit_test(long_bodies_are_left_alone),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
