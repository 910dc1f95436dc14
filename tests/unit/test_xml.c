/* XML from the network: what is refused, and where; the tree; writing. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/xml.h"

#define TEXT(t) t, sizeof(t) - 1

struct row {
    const char *name;
    const char *text;
    size_t size;
    enum xml_result result;
};

static const struct row rows[] = {
    {"an element", TEXT("<a/>"), XML_OK},
    {"a declaration", TEXT("<?xml version=\"1.0\"?>\r\n<a/>"), XML_OK},
    {"a comment", TEXT("<!-- c --><a><!-- d --></a>"), XML_OK},
    {"CDATA", TEXT("<a><![CDATA[<b>]]></a>"), XML_OK},
    {"the five entities", TEXT("<a>&lt;&gt;&amp;&apos;&quot;</a>"), XML_OK},
    {"a byte order mark", TEXT("\xef\xbb\xbf<a/>"), XML_OK},
    {"nothing", TEXT(""), XML_EMPTY},
    {"white space alone", TEXT("  \r\n"), XML_MALFORMED},
    {"no XML", TEXT("hello"), XML_MALFORMED},
    {"a NUL", TEXT("<a>\0</a>"), XML_MALFORMED},
    {"cut short", TEXT("<a><b></b>"), XML_MALFORMED},
    {"two roots", TEXT("<a/><b/>"), XML_MALFORMED},
    {"text behind", TEXT("<a/>x"), XML_MALFORMED},
    {"wrong end tag", TEXT("<a></b>"), XML_MALFORMED},
    {"attribute twice", TEXT("<a b='1' b='2'/>"), XML_MALFORMED},
    {"prefix not declared", TEXT("<p:a/>"), XML_MALFORMED},
    {"attribute prefix not declared", TEXT("<a p:b=''/>"), XML_MALFORMED},
    {"unknown entity", TEXT("<a>&b;</a>"), XML_MALFORMED},
    {"invalid UTF-8", TEXT("<a>\xff</a>"), XML_MALFORMED},
    {"overlong UTF-8", TEXT("<a>\xc0\xbc</a>"), XML_MALFORMED},
    {"unknown encoding", TEXT("<?xml version='1.0' encoding='no-such'?><a/>"),
     XML_MALFORMED},
    {"empty DTD", TEXT("<!DOCTYPE a><a/>"), XML_HAS_DTD},
    {"internal entity", TEXT("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
     XML_HAS_DTD},
    {"external entity",
     TEXT("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
     XML_HAS_DTD},
    {"parameter entity",
     TEXT("<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://127.0.0.1:1/'> %b;]><a/>"),
     XML_HAS_DTD},
    {"external DTD", TEXT("<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/'><a/>"),
     XML_HAS_DTD},
    {"a billion laughs",
     TEXT("<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;&b;&b;&b;'>"
          "<!ENTITY d '&c;&c;&c;&c;&c;&c;'><!ENTITY e '&d;&d;&d;&d;&d;'>"
          "]><a>&e;&e;&e;&e;</a>"),
     XML_HAS_DTD},
    {"an instruction in front", TEXT("<?b c?><a/>"), XML_HAS_PI},
    {"an instruction within", TEXT("<a><?b c?></a>"), XML_HAS_PI},
    {"an instruction behind", TEXT("<a/><?b c?>"), XML_HAS_PI},
};

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(xml_doc) doc = NULL;
        struct xml_report report;
        enum xml_result result =
            xml_parse(span_of(rows[i].text, rows[i].size), &doc, &report);

        if (result != rows[i].result) {
            fail_msg("%s: result %d: %s", rows[i].name, result, report.text);
        }
        assert_true((doc != NULL) == (result == XML_OK));
        assert_true((report.text[0] != '\0') == (result != XML_OK));
    }
}

static void test_report_says_where(void **state)
{
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;

    (void)state;
    assert_int_equal(
        xml_parse(span_text("<a>\n <b>\n </c>\n</a>"), &doc, &report),
        XML_MALFORMED);
    assert_int_equal(report.line, 3);
    assert_int_not_equal(report.column, 0);
    assert_non_null(strstr(report.text, "mismatch"));
    assert_null(strchr(report.text, '\n'));
}

static void nest(struct buf *out, size_t depth)
{
    for (size_t i = 0; i < depth; i++) {
        buf_add_text(out, "<a>");
    }
    for (size_t i = 0; i < depth; i++) {
        buf_add_text(out, "</a>");
    }
}

static enum xml_result parse_buf(struct buf *text)
{
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;

    return xml_parse(buf_span(text), &doc, &report);
}

static void test_depth(void **state)
{
    AUTO_BUF good = {0};
    AUTO_BUF deep = {0};
    AUTO_BUF very_deep = {0};

    (void)state;
    nest(&good, XML_DEPTH_MAX);
    nest(&deep, XML_DEPTH_MAX + 1);
    nest(&very_deep, 30000);
    assert_int_equal(parse_buf(&good), XML_OK);
    assert_int_equal(parse_buf(&deep), XML_TOO_DEEP);
    assert_int_equal(parse_buf(&very_deep), XML_TOO_DEEP);
}

/* A root with `count` of something within. */
static enum xml_result parse_many(const char *within, size_t count)
{
    AUTO_BUF text = {0};

    buf_add_text(&text, "<r>");
    for (size_t i = 0; i < count; i++) {
        buf_add_text(&text, within);
    }
    buf_add_text(&text, "</r>");
    return parse_buf(&text);
}

static void test_counts(void **state)
{
    AUTO_BUF attributes = {0};

    (void)state;
    assert_int_equal(parse_many("<a/>", XML_NODES_MAX - 1), XML_OK);
    assert_int_equal(parse_many("<a/>", XML_NODES_MAX), XML_TOO_MANY);
    assert_int_equal(parse_many("<!---->", XML_NODES_MAX), XML_TOO_MANY);
    assert_int_equal(parse_many("<a xmlns='b' c=''/>", XML_NODES_MAX / 3),
                     XML_OK);
    assert_int_equal(parse_many("<a xmlns='b' c=''/>", XML_NODES_MAX / 3 + 1),
                     XML_TOO_MANY);
    buf_add_text(&attributes, "<r");
    for (int i = 0; i < XML_NODES_MAX; i++) {
        buf_printf(&attributes, " a%d=''", i);
    }
    buf_add_text(&attributes, "/>");
    assert_int_equal(parse_buf(&attributes), XML_TOO_MANY);
}

static void test_size(void **state)
{
    (void)state;
    assert_int_equal(parse_many("x", XML_SIZE_MAX - 7), XML_OK);
    assert_int_equal(parse_many("x", XML_SIZE_MAX - 6), XML_TOO_BIG);
}

/* The same element in several encodings comes out the same. */
static void test_encodings(void **state)
{
    static const struct {
        const char *text;
        size_t size;
    } forms[] = {
        {TEXT("<a>j\xc3\xb6rg</a>")},
        {TEXT("<a>j&#xf6;rg</a>")},
        {TEXT("<?xml version='1.0' encoding='ISO-8859-1'?><a>j\xf6rg</a>")},
        {TEXT("\xff\xfe<\0a\0>\0j\0\xf6\0r\0g\0<\0/\0a\0>\0")},
        {TEXT("\xfe\xff\0<\0a\0>\0j\0\xf6\0r\0g\0<\0/\0a\0>")},
    };
    AUTO(arena) arena = arena_new();

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        AUTO(xml_doc) doc = NULL;
        struct xml_report report;

        assert_int_equal(
            xml_parse(span_of(forms[i].text, forms[i].size), &doc, &report),
            XML_OK);
        assert_string_equal(xml_text(arena, xml_root(doc)), "j\xc3\xb6rg");
    }
}

static void test_tree(void **state)
{
    static const char *const uris[] = {"urn:a", "urn:b", NULL};
    static const char *const others[] = {"urn:x", NULL};
    static const char text[] =
        "<r xmlns='urn:x' i='7' j=''> <a>no</a><!-- c -->"
        "<p:a xmlns:p='urn:b' p:i='8'>\r\n one <i>and</i><![CDATA[ two]]> \t"
        "</p:a><a xmlns='urn:a'/><z xmlns=''/></r>";
    AUTO(arena) arena = arena_new();
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    xmlNode *root;
    xmlNode *a;

    (void)state;
    assert_int_equal(xml_parse(span_text(text), &doc, &report), XML_OK);
    root = xml_root(doc);
    a = xml_child(root, uris, "a");
    assert_string_equal(xml_text(arena, a), "one and two");
    assert_string_equal(xml_text(arena, xml_next(a)), "");
    assert_string_equal(xml_text(arena, xml_child(root, NULL, "a")), "no");
    assert_null(xml_child(root, uris, "z"));
    assert_non_null(xml_child(root, NULL, "z"));
    assert_null(xml_child(NULL, uris, "a"));
    assert_null(xml_text(arena, NULL));
    assert_ptr_equal(xml_first(root), xml_child(root, others, "a"));
    assert_string_equal(xml_attribute(arena, root, "i"), "7");
    assert_string_equal(xml_attribute(arena, root, "j"), "");
    assert_null(xml_attribute(arena, root, "k"));
    assert_null(xml_attribute(arena, a, "i"));
    assert_null(xml_attribute(arena, NULL, "i"));
    assert_true(xml_register_id(root, "i"));
    assert_false(xml_register_id(root, "k"));
}

static void test_write_tree(void **state)
{
    AUTO(xml_doc) doc = xml_new("p", "urn:a", "r");
    xmlNode *root = xml_root(doc);
    xmlNode *child;
    AUTO_BUF out = {0};

    (void)state;
    xml_set(root, "b", "\"<&\x01j\xc3\xb6\xff");
    xml_add_text(root, "c", "1 < 2 & 3 > 2 \xef\xbf\xbe");
    child = xml_add_ns(root, NULL, "urn:d", "d");
    xml_add(child, "e");
    xml_write(&out, root);
    assert_string_equal(
        buf_text(&out),
        "<p:r xmlns:p=\"urn:a\""
        " b=\"&quot;&lt;&amp;\xef\xbf\xbdj\xc3\xb6\xef\xbf\xbd\">"
        "<p:c>1 &lt; 2 &amp; 3 &gt; 2 \xef\xbf\xbd</p:c>"
        "<d xmlns=\"urn:d\"><e/></d></p:r>");
    assert_int_equal(parse_buf(&out), XML_OK);
}

static void test_fill(void **state)
{
    const struct xml_hole holes[] = {
        {"", "<&>\"'\r\n\t\x07", false},
        {"raw", "<b/>", true},
        {NULL, NULL, false},
    };
    AUTO_BUF out = {0};

    (void)state;
    xml_fill(&out, "<a c=\"{}\">{raw}{raw}</a>", holes);
    assert_string_equal(buf_text(&out),
                        "<a c=\"&lt;&amp;&gt;&quot;'&#13;&#10;&#9;"
                        "\xef\xbf\xbd\"><b/><b/></a>");
    assert_int_equal(parse_buf(&out), XML_OK);
}

static int start(void **state)
{
    (void)state;
    xml_init();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    xml_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse), cmocka_unit_test(test_report_says_where),
        cmocka_unit_test(test_depth), cmocka_unit_test(test_counts),
        cmocka_unit_test(test_size),  cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_tree),  cmocka_unit_test(test_write_tree),
        cmocka_unit_test(test_fill),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
