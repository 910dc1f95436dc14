/* Bodies of lyncdiscover: which form answers which Accept, and how each form
 * is written. protocol: discover 2.4 and 2.6 to 2.9. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "services/accept.h"
#include "services/autodiscover.h"
#include "util/attr.h"
#include "wire/xml.h"

#define VND_XML  "application/vnd.microsoft.rtc.autodiscover+xml"
#define VND_JSON "application/vnd.microsoft.rtc.autodiscover+json"
#define BROWSER                                                                \
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

static struct body_choice choose(enum negotiation negotiation,
                                 const char *const accepts[2])
{
    AUTO(arena) arena = arena_new();
    struct headers headers = {0};

    headers_add(&headers, arena, "Host", "lyncdiscover.contoso.test");
    for (size_t i = 0; i < 2 && accepts[i]; i++) {
        headers_add(&headers, arena, "accept", accepts[i]);
    }
    return accept_choose(negotiation, &headers);
}

/* discover 2.4, each row under each profile. */
static void negotiates(void **state UNUSED)
{
    static const struct {
        const char *accepts[2];
        enum body_form rtm;
        enum body_form cu;
        enum body_form sfb;
    } rows[] = {
        {{VND_XML ";v=1"}, BODY_XML, BODY_XML, BODY_XML},
        {{VND_XML}, BODY_XML, BODY_XML, BODY_XML},
        {{VND_XML "; v=2"}, BODY_XML, BODY_XML, BODY_XML},
        {{"Application/VND.Microsoft.RTC.Autodiscover+XML;v=1"},
         BODY_XML,
         BODY_XML,
         BODY_XML},
        {{VND_JSON ";v=1"}, BODY_JSON, BODY_JSON, BODY_JSON},
        {{"application/json"}, BODY_JSON, BODY_UCWA_JSON, BODY_UCWA_JSON},
        {{"application/xml"}, BODY_XML, BODY_UCWA_XML, BODY_UCWA_XML},
        {{NULL}, BODY_JSON, BODY_JSON, BODY_UCWA_JSON},
        {{""}, BODY_JSON, BODY_JSON, BODY_UCWA_JSON},
        {{"*/*"}, BODY_JSON, BODY_JSON, BODY_UCWA_JSON},
        {{BROWSER}, BODY_JSON, BODY_JSON, BODY_UCWA_XML},
        {{"image/png"}, BODY_JSON, BODY_JSON, BODY_UCWA_JSON},
        /* The first known one of a list counts. */
        {{"image/png, " VND_XML ";v=1, application/json"},
         BODY_XML,
         BODY_XML,
         BODY_XML},
        {{"application/json, " VND_XML},
         BODY_JSON,
         BODY_UCWA_JSON,
         BODY_UCWA_JSON},
        {{"text/plain", VND_XML ";v=1"}, BODY_XML, BODY_XML, BODY_XML},
        /* No type that only begins or ends like a known one. */
        {{VND_XML "x"}, BODY_JSON, BODY_JSON, BODY_UCWA_JSON},
        {{"xapplication/json"}, BODY_JSON, BODY_JSON, BODY_UCWA_JSON},
        {{",,;,"}, BODY_JSON, BODY_JSON, BODY_UCWA_JSON},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        print_message("Accept: %s\n",
                      rows[i].accepts[0] ? rows[i].accepts[0] : "(none)");
        assert_int_equal(choose(NEGOTIATION_RTM2013, rows[i].accepts).form,
                         rows[i].rtm);
        assert_int_equal(choose(NEGOTIATION_CU2013, rows[i].accepts).form,
                         rows[i].cu);
        assert_int_equal(choose(NEGOTIATION_SFB2015, rows[i].accepts).form,
                         rows[i].sfb);
    }
}

static void names_the_type(void **state UNUSED)
{
    static const struct {
        enum negotiation negotiation;
        const char *accepts[2];
        const char *type;
    } rows[] = {
        {NEGOTIATION_CU2013, {VND_XML ";v=1"}, VND_XML "; v=1"},
        {NEGOTIATION_CU2013, {VND_JSON ";v=1"}, VND_JSON "; v=1"},
        {NEGOTIATION_CU2013, {"application/json"}, "application/json"},
        {NEGOTIATION_CU2013, {"application/xml"}, "application/xml"},
        {NEGOTIATION_CU2013, {NULL}, VND_JSON "; v=1"},
        {NEGOTIATION_RTM2013, {"application/json"}, "application/json"},
        {NEGOTIATION_RTM2013, {"application/xml"}, "application/xml"},
        {NEGOTIATION_SFB2015, {BROWSER}, "application/xml"},
        {NEGOTIATION_SFB2015, {NULL}, "application/json"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_string_equal(choose(rows[i].negotiation, rows[i].accepts).type,
                            rows[i].type);
    }
}

static void writes(const struct autodiscover *doc, enum body_form form,
                   const char *expected)
{
    AUTO_BUF out = {0};

    autodiscover_write(doc, form, &out);
    assert_string_equal(buf_text(&out), expected);
}

#define DECLARATION "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
#define OPEN(site)                                                             \
    DECLARATION "<AutodiscoverResponse"                                        \
                " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""     \
                " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""              \
                " AccessLocation=\"" site "\">"

/* discover 2.6, the four forms of one Root. */
static void writes_four_forms(void **state UNUSED)
{
    struct autodiscover doc = {
        .element = "Root",
        .rel = "root",
        .site = LOCATION_EXTERNAL,
        .self = "https://w/root?originalDomain=c",
    };

    autodiscover_link(&doc, "Domain", "https://w/root/domain");
    autodiscover_link(&doc, "User", "https://w/root/user");
    autodiscover_rel(&doc, "user", "https://w/root/oauth/user");
    writes(
        &doc, BODY_XML,
        OPEN("External") "<Root>"
                         "<Link token=\"Domain\" "
                         "href=\"https://w/root/domain\"/>"
                         "<Link token=\"User\" href=\"https://w/root/user\"/>"
                         "</Root></AutodiscoverResponse>");
    writes(&doc, BODY_JSON,
           "{\"AccessLocation\":\"External\",\"Root\":{\"Links\":["
           "{\"href\":\"https:\\/\\/w\\/root\\/domain\",\"token\":\"Domain\"},"
           "{\"href\":\"https:\\/\\/w\\/root\\/user\",\"token\":\"User\"}]}}");
    writes(&doc, BODY_UCWA_JSON,
           "{\"_links\":{"
           "\"self\":{\"href\":\"https://w/root?originalDomain=c\"},"
           "\"user\":{\"href\":\"https://w/root/oauth/user\"}}}");
    writes(&doc, BODY_UCWA_XML,
           DECLARATION
           "<resource rel=\"root\" href=\"https://w/root?originalDomain=c\""
           " xmlns=\"http://schemas.microsoft.com/rtc/2012/03/ucwa\">"
           "<link rel=\"user\" href=\"https://w/root/oauth/user\"/>"
           "</resource>");
}

/* discover 2.7: in JSON a lone Redirect is an object, not an array. */
static void writes_redirects(void **state UNUSED)
{
    struct autodiscover doc = {
        .element = "User",
        .rel = "user",
        .site = LOCATION_INTERNAL,
        .self = "https://w/root/user",
    };

    autodiscover_link(&doc, "Redirect", "https://w2/root");
    autodiscover_rel(&doc, "redirect", "https://w2/root");
    writes(
        &doc, BODY_XML,
        OPEN("Internal") "<User>"
                         "<Link token=\"Redirect\" href=\"https://w2/root\"/>"
                         "</User></AutodiscoverResponse>");
    writes(&doc, BODY_JSON,
           "{\"AccessLocation\":\"Internal\",\"User\":{\"Links\":"
           "{\"href\":\"https:\\/\\/w2\\/root\",\"token\":\"Redirect\"}}}");
    writes(&doc, BODY_UCWA_JSON,
           "{\"_links\":{\"self\":{\"href\":\"https://w/root/user\"},"
           "\"redirect\":{\"href\":\"https://w2/root\"}}}");
    writes(&doc, BODY_UCWA_XML,
           DECLARATION
           "<resource rel=\"user\" href=\"https://w/root/user\""
           " xmlns=\"http://schemas.microsoft.com/rtc/2012/03/ucwa\">"
           "<link rel=\"redirect\" href=\"https://w2/root\"/></resource>");
}

static void writes_servers_to_dial(void **state UNUSED)
{
    struct autodiscover doc = {
        .element = "User",
        .rel = "user",
        .site = LOCATION_EXTERNAL,
        .self = "https://w/",
    };

    autodiscover_access(&doc, "SipClientExternalAccess", "sip.c", 443);
    writes(
        &doc, BODY_XML,
        OPEN(
            "External") "<User>"
                        "<SipClientExternalAccess fqdn=\"sip.c\" port=\"443\"/>"
                        "</User></AutodiscoverResponse>");
    writes(&doc, BODY_JSON,
           "{\"AccessLocation\":\"External\",\"User\":{"
           "\"SipClientExternalAccess\":{\"fqdn\":\"sip.c\",\"port\":443},"
           "\"Links\":[]}}");
}

/* What comes from outside must not become markup. */
static void escapes(void **state UNUSED)
{
    struct autodiscover doc = {
        .element = "Root",
        .rel = "root",
        .site = LOCATION_EXTERNAL,
        .self = "https://w/?a=1&b=\"<>",
    };
    AUTO_BUF out = {0};

    autodiscover_link(&doc, "A\"><B", "https://w/?a=1&b=2");
    autodiscover_rel(&doc, "user", "https://w/?a=1&b=\"2");
    for (int form = BODY_XML; form <= BODY_UCWA_XML; form++) {
        AUTO(xml_doc) parsed = NULL;
        struct xml_report report;

        if (form == BODY_JSON || form == BODY_UCWA_JSON) {
            continue;
        }
        buf_reset(&out);
        autodiscover_write(&doc, (enum body_form)form, &out);
        assert_int_equal(xml_parse(buf_span(&out), &parsed, &report), XML_OK);
        assert_null(strstr(buf_text(&out), "<B"));
        assert_null(strstr(buf_text(&out), "a=1&b"));
    }
    buf_reset(&out);
    autodiscover_write(&doc, BODY_UCWA_JSON, &out);
    assert_non_null(strstr(buf_text(&out), "b=\\\"2"));
}

static void names_forms(void **state UNUSED)
{
    assert_string_equal(body_form_name(BODY_XML), "xml");
    assert_string_equal(body_form_name(BODY_JSON), "json");
    assert_string_equal(body_form_name(BODY_UCWA_JSON), "ucwa-json");
    assert_string_equal(body_form_name(BODY_UCWA_XML), "ucwa-xml");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(negotiates),
        cmocka_unit_test(names_the_type),
        cmocka_unit_test(writes_four_forms),
        cmocka_unit_test(writes_redirects),
        cmocka_unit_test(writes_servers_to_dial),
        cmocka_unit_test(escapes),
        cmocka_unit_test(names_forms),
    };
    int failed;

    xml_init();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    xml_cleanup();
    return failed;
}
