/*
 * lyncdiscover through the pipeline: Root, Domain and XFrame, which are open
 * to everybody. protocol: discover 2 and 8.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "discovering.h"

/* ---- Root ---- */

/* discover 1.3: plain HTTP answers 200 and a lone Redirect, never a 3xx. */
static void http_leads_to_https(void **state)
{
    static const struct {
        const char *path;
        const char *query;
        const char *port;
        const char *target;
    } rows[] = {
        {"/", "", "", LYNCWEB ROOT},
        {"/", "sipuri=alice@contoso.test", "",
         LYNCWEB ROOT "?sipuri=alice@contoso.test"},
        {"/", "sipuri=alice@contoso.test", "40080",
         LYNCWEB ":40443" ROOT "?sipuri=alice@contoso.test"},
        {"/", "sipuri=alice@contoso.test", "80",
         LYNCWEB ROOT "?sipuri=alice@contoso.test"},
        {ROOT, "SipUri=sip%3Aalice%40contoso.test", "",
         LYNCWEB ROOT "?sipuri=sip:alice@contoso.test"},
        {ROOT, "sipuri=a&originalDomain=contoso.test&Domain=contoso.test", "",
         LYNCWEB ROOT "?sipuri=a&Domain=contoso.test"
                      "&originalDomain=contoso.test"},
        {"/", "sipuri=%22%3E%3Cx%3E", "", LYNCWEB ROOT "?sipuri=%22%3E%3Cx%3E"},
        /* A foreign domain is judged by the https Root. */
        {"/", "sipuri=x@fabrikam.test", "",
         LYNCWEB ROOT "?sipuri=x@fabrikam.test"},
        /* Credentials do not belong here: also the others lead to Root. */
        {USER, "", "", LYNCWEB ROOT},
        {OAUTH_USER, "", "", LYNCWEB ROOT},
        {DOMAIN, "", "", LYNCWEB ROOT},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ASK(f, .http = true, .path = rows[i].path, .query = rows[i].query,
            .port = rows[i].port, .ticket = ISSUE(f));
        redirects(f, "Root", rows[i].target);
        assert_null(header(f, "Location"));
    }
}

/* Letter case, a slash at the end, names and sipuri forms. */
static void https_answers_root(void **state)
{
    static const struct {
        const char *host;
        const char *path;
        const char *query;
    } rows[] = {
        {"lyncdiscover.contoso.test", "/", ""},
        {"lyncdiscover.contoso.test", "/", "sipuri=alice@contoso.test"},
        {"lyncdiscover.contoso.test", "/", "sipuri=sip:alice@contoso.test"},
        {"lyncdiscover.contoso.test", "/", "sipuri=ALICE%40Contoso.Test"},
        {"lyncdiscover.contoso.test", "/", "Domain=contoso.test"},
        {"lyncdiscover.contoso.test", "/", "x=y&&="},
        {"lyncdiscoverinternal.contoso.test", "/", ""},
        {"lyncweb.contoso.test", ROOT, ""},
        {"lyncweb.contoso.test", ROOT "/", ""},
        {"lyncweb.contoso.test", "/autodiscover/AUTODISCOVERSERVICE.SVC/Root",
         ""},
        {"lyncdiscover.contoso.test", ROOT, "sipuri=alice@contoso.test"},
        /* Malformed: answered as if it were absent. */
        {"lyncdiscover.contoso.test", "/", "sipuri="},
        {"lyncdiscover.contoso.test", "/", "sipuri=alice"},
        {"lyncdiscover.contoso.test", "/", "sipuri=alice@"},
        {"lyncdiscover.contoso.test", "/", "sipuri=alice@-x-"},
        {"lyncdiscover.contoso.test", "/", "sipuri=%00@@%ff"},
        /* An unknown user of our own domain: no other server knows better. */
        {"lyncdiscover.contoso.test", "/", "sipuri=nobody@contoso.test"},
        /* Homed on the other pool: User tells, once they are known. */
        {"lyncdiscover.contoso.test", "/", "sipuri=away@contoso.test"},
        /* A name of another domain that leads here: not back to itself. */
        {"lyncdiscover.fabrikam.test", "/", ""},
        {"lyncdiscover.fabrikam.test", "/", "sipuri=x@fabrikam.test"},
        {"localhost", "/", ""},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ASK(f, .host = rows[i].host, .path = rows[i].path,
            .query = rows[i].query);
        answers_root(f, LYNCWEB USER);
    }
}

static void root_is_complete(void **state)
{
    struct fixture *f = *state;
    struct body read;

    ASK(f, .port = "40443");
    read = read_body(f);
    assert_string_equal(read.location, "External");
    assert_string_equal(href(f, &read, "Domain"), LYNCWEB ":40443" DOMAIN);
    assert_string_equal(href(f, &read, "User"), LYNCWEB ":40443" USER);
    assert_string_equal(href(f, &read, "OAuth"), LYNCWEB ":40443" OAUTH_USER);
    xmlFreeDoc(read.doc);
    assert_string_equal(header(f, "Cache-Control"), "no-cache");
    assert_string_equal(header(f, "X-MS-Server-Fqdn"), "fe01.contoso.test");
}

/* discover 2.2: whom we cannot serve is sent where they can be served. */
static void root_redirects_strangers(void **state)
{
    static const struct {
        const char *query;
        const char *target;
    } rows[] = {
        {"sipuri=x@fabrikam.test",
         "https://lyncdiscover.fabrikam.test" ROOT "?sipuri=x@fabrikam.test"},
        {"sipuri=sip:x@Fabrikam.Test&originalDomain=contoso.test",
         "https://lyncdiscover.fabrikam.test" ROOT
         "?sipuri=sip:x@Fabrikam.Test&originalDomain=contoso.test"},
        {"originalDomain=fabrikam.test",
         "https://lyncdiscover.fabrikam.test" ROOT
         "?originalDomain=fabrikam.test"},
        {"Domain=fabrikam.test",
         "https://lyncdiscover.fabrikam.test" ROOT "?Domain=fabrikam.test"},
        /* The first of a name counts, and sipuri before the others. */
        {"sipuri=x@fabrikam.test&sipuri=alice@contoso.test",
         "https://lyncdiscover.fabrikam.test" ROOT "?sipuri=x@fabrikam.test"},
        {"Domain=contoso.test&sipuri=x@fabrikam.test",
         "https://lyncdiscover.fabrikam.test" ROOT
         "?sipuri=x@fabrikam.test&Domain=contoso.test"},
        /* Hosted domain, hosted user. */
        {"sipuri=x@cloud.test", HOSTED},
        {"sipuri=x@CLOUD.test&originalDomain=cloud.test",
         HOSTED "?originalDomain=cloud.test"},
        {"sipuri=bob@contoso.test", HOSTED},
    };
    struct fixture *f = *state;

    set(f, "hosted.url", HOSTED);
    set(f, "hosted.domain", "cloud.test");
    set(f, "user.bob.home", "hosted");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ASK(f, .query = rows[i].query, .port = "40443");
        redirects(f, "Root", rows[i].target);
    }
    ASK(f, .host = "lyncdiscover.cloud.test");
    redirects(f, "Root", HOSTED);
    ASK(f, .query = "sipuri=alice@contoso.test");
    answers_root(f, LYNCWEB USER);
}

static void keeps_original_domain(void **state)
{
    struct fixture *f = *state;
    struct body read;

    ASK(f, .query = "originalDomain=contoso.test");
    answers_root(f, LYNCWEB USER "?originalDomain=contoso.test");
    ASK(f, .query = "originalDomain=contoso.test",
        .accept = "application/json");
    assert_string_equal(
        body(f), "{\"_links\":{\"self\":{\"href\":\"" LYNCWEB ROOT
                 "?originalDomain=contoso.test\"},\"user\":{\"href\":\"" LYNCWEB
                     OAUTH_USER "?originalDomain=contoso.test\"},"
                 "\"xframe\":{\"href\":\"" LYNCWEB
                 "/Autodiscover/XFrame/XFrame.html\"}}}");
    ASK(f, .host = "lyncweb.contoso.test", .path = USER, .ticket = ISSUE(f),
        .query = "originalDomain=contoso.test");
    read = read_body(f);
    assert_string_equal(href(f, &read, "Self"),
                        LYNCWEB USER "?originalDomain=contoso.test");
    xmlFreeDoc(read.doc);
}

/* discover 2.4 and 2.6: the same Root in all forms. */
static void root_has_four_forms(void **state)
{
    static const struct {
        const char *accept;
        const char *type;
        const char *start;
    } rows[] = {
        {ACCEPT_XML, XML_TYPE "; v=1", "<?xml"},
        {"application/vnd.microsoft.rtc.autodiscover+json;v=1",
         "application/vnd.microsoft.rtc.autodiscover+json; v=1",
         "{\"AccessLocation\":\"External\",\"Root\":{\"Links\":[{\"href\":"
         "\"https:\\/\\/lyncweb.contoso.test\\/Autodiscover\\/"
         "AutodiscoverService.svc\\/root\\/domain\",\"token\":\"Domain\"}"},
        {"application/json", "application/json",
         "{\"_links\":{\"self\":{\"href\":\"" LYNCWEB ROOT
         "?originalDomain=contoso.test\"}"},
        {"application/xml", "application/xml",
         "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<resource rel=\"root\""},
        {"", "application/vnd.microsoft.rtc.autodiscover+json; v=1",
         "{\"AccessLocation\""},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(ASK(f, .accept = rows[i].accept), 200);
        assert_string_equal(header(f, "Content-Type"), rows[i].type);
        assert_int_equal(strncmp(body(f), rows[i].start, strlen(rows[i].start)),
                         0);
    }
}

/* discover 2.7: a Redirect in JSON is one object, not an array. */
static void redirects_in_json(void **state)
{
    struct fixture *f = *state;

    ASK(f, .http = true, .accept = "");
    assert_string_equal(
        body(f), "{\"AccessLocation\":\"External\",\"Root\":{\"Links\":{"
                 "\"href\":\"https:\\/\\/lyncweb.contoso.test\\/Autodiscover"
                 "\\/AutodiscoverService.svc\\/root\",\"token\":"
                 "\"Redirect\"}}}");
    ASK(f, .http = true, .accept = "application/json");
    assert_string_equal(body(f),
                        "{\"_links\":{\"self\":{\"href\":\"" LYNCWEB ROOT
                        "\"},\"redirect\":{\"href\":\"" LYNCWEB ROOT "\"}}}");
}

/* discover 1.5: the site decides, and its web names are given out. */
static void location_decides(void **state)
{
    static const struct {
        const char *location;
        const char *host;
        const char *shown;
        const char *web;
    } rows[] = {
        {"external", "lyncdiscoverinternal.contoso.test", "External",
         "https://lyncweb.contoso.test" USER},
        {"internal", "lyncdiscover.contoso.test", "Internal",
         "https://lyncint.contoso.test" USER},
        {"both", "lyncdiscover.contoso.test", "External",
         "https://lyncweb.contoso.test" USER},
        {"both", "lyncdiscoverinternal.contoso.test", "Internal",
         "https://lyncint.contoso.test" USER},
        {"both", "lyncint2.contoso.test", "Internal",
         "https://lyncint2.contoso.test" USER},
        {"both", "lyncweb2.contoso.test", "External",
         "https://lyncweb2.contoso.test" USER},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct body read;

        set(f, "location", rows[i].location);
        ASK(f, .host = rows[i].host, .path = ROOT);
        read = read_body(f);
        assert_string_equal(read.location, rows[i].shown);
        assert_string_equal(href(f, &read, "User"), rows[i].web);
        xmlFreeDoc(read.doc);
    }
}

/* ---- Domain ---- */

static void answers_domain(void **state)
{
    struct fixture *f = *state;
    struct body read;

    ASK(f, .host = "lyncweb.contoso.test", .path = DOMAIN);
    read = read_body(f);
    assert_string_equal(read.element, "Domain");
    assert_string_equal(read.accesses,
                        "SipServerExternalAccess=sip.contoso.test:5061 "
                        "SipClientExternalAccess=sip.contoso.test:443");
    assert_string_equal(read.tokens,
                        "Internal/Autodiscover External/Autodiscover "
                        "Internal/AuthBroker External/AuthBroker");
    assert_string_equal(href(f, &read, "External/Autodiscover"), LYNCWEB ROOT);
    xmlFreeDoc(read.doc);
    /* UCWA knows no such resource: it keeps its shape. */
    ASK(f, .path = DOMAIN, .accept = "application/json");
    assert_string_equal(header(f, "Content-Type"), "application/json");
    assert_non_null(strstr(body(f), "\"Domain\":{\"SipServerExternalAccess\":"
                                    "{\"fqdn\":\"sip.contoso.test\","
                                    "\"port\":5061}"));
    ASK(f, .path = DOMAIN, .accept = "application/xml");
    assert_non_null(strstr(body(f), "<AutodiscoverResponse"));
}

/* ---- pidgin-sipe ---- */

/* discover 8.7: what sipe cannot parse makes it hang: every URL is absolute,
 * lower-case https, with a slash behind the host. */
static void every_url_is_absolute(void **state)
{
    static const char *const paths[] = {ROOT, DOMAIN, USER};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(paths) * 2; i++) {
        struct body read;
        size_t links = 0;

        ASK(f, .path = paths[i / 2], .http = i % 2, .ticket = ISSUE(f));
        read = read_body(f);
        for (xmlNode *n = xml_first(read.node); n; n = xml_next(n)) {
            const char *url = xml_attribute(f->arena, n, "href");

            if (url) {
                links++;
                assert_int_equal(strncmp(url, "https://", 8), 0);
                assert_true(strchr(url + 8, '/') > url + 8);
            }
        }
        assert_true(links > 0);
        xmlFreeDoc(read.doc);
    }
}

/* ---- XFrame, methods ---- */

static void serves_xframe(void **state)
{
    static const struct {
        const char *host;
        const char *path;
        unsigned status;
    } rows[] = {
        {"lyncweb.contoso.test", "/Autodiscover/XFrame/XFrame.html", 200},
        {"lyncweb.contoso.test", "/autodiscover/xframe/xframe.html", 200},
        {"lyncdiscover.contoso.test", "/xframe", 200},
        {"lyncdiscoverinternal.contoso.test", "/xframe/", 200},
        {"lyncweb.contoso.test", "/xframe", 404},
        {"lyncweb.contoso.test", "/", 404},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(ASK(f, .host = rows[i].host, .path = rows[i].path),
                         rows[i].status);
        if (rows[i].status == 200) {
            assert_string_equal(header(f, "Content-Type"),
                                "text/html; charset=utf-8");
            assert_non_null(strstr(body(f), "addEventListener('message'"));
            assert_non_null(strstr(body(f), "XMLHttpRequest"));
            assert_non_null(strstr(body(f), "postMessage("));
        }
    }
}

static void other_methods_are_refused(void **state)
{
    static const char *const paths[] = {
        "/",        ROOT,   USER,
        OAUTH_USER, DOMAIN, "/Autodiscover/XFrame/XFrame.html"};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        assert_int_equal(ASK(f, .method = "POST", .path = paths[i]), 405);
        assert_string_equal(header(f, "Allow"), "GET, HEAD");
        assert_int_equal(ASK(f, .method = "OPTIONS", .path = paths[i]), 405);
    }
    assert_int_equal(ASK(f, .method = "HEAD"), 200);
    assert_non_null(header(f, "Content-Type"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DISCOVER_TEST(http_leads_to_https),
        DISCOVER_TEST(https_answers_root),
        DISCOVER_TEST(root_is_complete),
        DISCOVER_TEST(root_redirects_strangers),
        DISCOVER_TEST(keeps_original_domain),
        DISCOVER_TEST(root_has_four_forms),
        DISCOVER_TEST(redirects_in_json),
        DISCOVER_TEST(location_decides),
        DISCOVER_TEST(answers_domain),
        DISCOVER_TEST(every_url_is_absolute),
        DISCOVER_TEST(serves_xframe),
        DISCOVER_TEST(other_methods_are_refused),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
