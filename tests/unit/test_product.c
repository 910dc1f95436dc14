/* The product around every answer: headers, error pages, diagnostics, URLs. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/service.h"
#include "util/env.h"
#include "wire/diagnostics.h"

#define GUID "0d7b26d2-6d0b-4f5c-9f6c-3d1f0a6f1b2e"

struct fixture {
    struct env env;
    struct world *world;
    struct services_context services;
    struct conn_facts conn;
    struct exchange *ex;
    struct call call;
};

static int set_up(void **state)
{
    static struct fixture f;

    f = (struct fixture){.world = world_good()};
    env_system(&f.env, 1);
    f.services = (struct services_context){.env = &f.env};
    f.conn.tls = true;
    f.ex = exchange_new(1, &f.conn);
    f.ex->conn = &f.conn; /* not a copy: a test changes it */
    f.ex->request = (struct request){
        .method = "GET",
        .path = "/",
        .query = "",
        .host = "lyncweb.contoso.test",
        .port = "",
    };
    f.call = (struct call){
        .ex = f.ex,
        .services = &f.services,
        .env = &f.env,
        .world = f.world,
        .arena = f.ex->arena,
        .site = LOCATION_EXTERNAL,
        .pool = &f.world->pools[0],
    };
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    exchange_unref(f->ex);
    world_unref(f->world);
    return 0;
}

static void set(struct fixture *f, const char *name, const char *value)
{
    struct err err = {""};

    if (!world_set(f->world, name, value, &err) ||
        !world_finish(f->world, &err)) {
        fail_msg("%s", err.text);
    }
}

static const char *header(struct fixture *f, const char *name)
{
    return headers_get(&f->ex->reply.headers, name);
}

static void says(struct fixture *f, const char *name, const char *value)
{
    const char *found = header(f, name);

    print_message("%s: %s\n", name, found ? found : "(absent)");
    if (value) {
        assert_non_null(found);
        assert_string_equal(found, value);
    } else {
        assert_null(found);
    }
}

/* protocol: discover 2.5. */
static void good_answers_have_its_headers(void **state)
{
    struct fixture *f = *state;

    exchange_reply(f->ex, 200);
    product_headers(&f->call);
    says(f, "Cache-Control", "no-cache");
    says(f, "Pragma", "no-cache");
    says(f, "Expires", "-1");
    says(f, "Server", "Microsoft-IIS/7.5");
    says(f, "X-AspNet-Version", "4.0.30319");
    says(f, "X-MS-Server-Fqdn", "fe01.contoso.test");
    says(f, "X-Powered-By", "ASP.NET");
    says(f, "X-Content-Type-Options", "nosniff");
    says(f, "X-MS-Correlation-Id", NULL);
    says(f, "client-request-id", NULL);
    says(f, "Strict-Transport-Security", NULL);
}

static void names_the_machine_of_the_pool(void **state)
{
    struct fixture *f = *state;

    f->call.pool = &f->world->pools[1];
    exchange_reply(f->ex, 200);
    product_headers(&f->call);
    says(f, "X-MS-Server-Fqdn", "fe02.contoso.test");
}

static void errors_have_fewer_headers(void **state)
{
    struct fixture *f = *state;

    exchange_reply(f->ex, 401);
    product_error_headers(&f->call);
    says(f, "Cache-Control", "private");
    says(f, "Vary", "Accept-Encoding");
    says(f, "Expires", NULL);
    says(f, "Pragma", NULL);
    says(f, "X-AspNet-Version", NULL);
    says(f, "X-MS-Server-Fqdn", "fe01.contoso.test");
    says(f, "Server", "Microsoft-IIS/7.5");
    exchange_reply(f->ex, 500);
    product_error_headers(&f->call);
    says(f, "Vary", NULL);
    says(f, "X-MS-Server-Fqdn", "fe01.contoso.test");
}

static void sfb2015_numbers_its_answers(void **state)
{
    struct fixture *f = *state;
    char first[64];

    set(f, "product", "sfb2015");
    exchange_reply(f->ex, 200);
    product_headers(&f->call);
    says(f, "Server", "Microsoft-IIS/8.5");
    says(f, "Strict-Transport-Security", NULL);
    assert_non_null(header(f, "X-MS-Correlation-Id"));
    assert_int_equal(strspn(header(f, "X-MS-Correlation-Id"), "0123456789"),
                     strlen(header(f, "X-MS-Correlation-Id")));
    assert_int_equal(strlen(header(f, "client-request-id")), strlen(GUID));
    snprintf(first, sizeof(first), "%s", header(f, "client-request-id"));
    exchange_reply(f->ex, 200);
    product_headers(&f->call);
    assert_string_not_equal(header(f, "client-request-id"), first);
}

/* The id comes from outside: only a GUID may come back. */
static void echoes_the_request_id(void **state)
{
    static const struct {
        const char *wanted;
        const char *id;
        bool echoed;
    } rows[] = {
        {"True", GUID, true},
        {"true", GUID, true},
        {NULL, GUID, false},
        {"False", GUID, false},
        {"True", NULL, false},
        {"True", "", false},
        {"True", "x", false},
        {"True", "0d7b26d2-6d0b-4f5c-9f6c-3d1f0a6f1b2", false},
        {"True", "0d7b26d2-6d0b-4f5c-9f6c-3d1f0a6f1b2e0", false},
        {"True", "0d7b26d2-6d0b-4f5c-9f6c-3d1f0a6f1b2g", false},
        {"True", "0d7b26d2x6d0b-4f5c-9f6c-3d1f0a6f1b2e", false},
    };
    struct fixture *f = *state;
    struct headers *sent = &f->ex->request.headers;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        *sent = (struct headers){0};
        if (rows[i].wanted) {
            headers_add(sent, f->ex->arena, "Return-Client-Request-Id",
                        rows[i].wanted);
        }
        if (rows[i].id) {
            headers_add(sent, f->ex->arena, "Client-Request-Id", rows[i].id);
        }
        exchange_reply(f->ex, 200);
        product_headers(&f->call);
        says(f, "client-request-id", rows[i].echoed ? rows[i].id : NULL);
    }
}

/* protocol: discover 2.11. */
static void makes_error_pages(void **state)
{
    static const struct {
        unsigned status;
        const char *title;
    } rows[] = {
        {400, "<title>400 - Bad Request</title>"},
        {401, "<title>401 - Unauthorized: Access is denied due to invalid "
              "credentials.</title>"},
        {403, "<title>403 - Forbidden: Access is denied.</title>"},
        {404, "<title>404 - File or directory not found.</title>"},
        {405, "<title>405 - HTTP verb used to access this page is not "
              "allowed.</title>"},
        {500, "<title>500 - Internal server error.</title>"},
        {503, "<title>503 - Service Unavailable.</title>"},
        {418, "<title>418 - Error.</title>"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *html;

        product_error_page(&f->call, rows[i].status);
        assert_int_equal(f->ex->reply.line, __LINE__ - 1);
        assert_non_null(strstr(f->ex->reply.file, "test_product.c"));
        assert_int_equal(f->ex->reply.status, rows[i].status);
        says(f, "Content-Type", "text/html");
        says(f, "X-MS-Server-Fqdn", "fe01.contoso.test");
        html = arena_text(f->ex->arena, f->ex->reply.body);
        assert_non_null(strstr(html, rows[i].title));
        assert_non_null(
            strstr(html, "<div id=\"header\"><h1>Server Error</h1></div>"));
    }
}

static void the_401_page_is_as_long_as_the_products(void **state)
{
    struct fixture *f = *state;

    product_error_page(&f->call, 401);
    assert_int_equal(f->ex->reply.body.size, 1293);
    assert_non_null(strstr(arena_text(f->ex->arena, f->ex->reply.body),
                           "<h2>401 - Unauthorized: Access is denied due to "
                           "invalid credentials.</h2>"));
}

/* A page is a fresh start: nothing of an earlier plan remains. */
static void error_pages_start_afresh(void **state)
{
    struct fixture *f = *state;

    exchange_reply(f->ex, 200);
    product_headers(&f->call);
    exchange_header(f->ex, "X-Plan", "earlier");
    product_error_page(&f->call, 500);
    says(f, "X-Plan", NULL);
    says(f, "Expires", NULL);
}

/* protocol: webticket 6.2, the named grammar. */
static void writes_diagnostics(void **state)
{
    struct fixture *f = *state;

    exchange_reply(f->ex, 401);
    product_diagnostics(&f->call, DIAGNOSTIC_TICKET_INVALID);
    says(f, "X-Ms-diagnostics",
         "28032;source=\"fe01.contoso.test\";reason=\"The web ticket is "
         "invalid.\"");
    exchange_reply(f->ex, 403);
    product_diagnostics(&f->call, DIAGNOSTIC_NO_SIP);
    says(f, "X-Ms-diagnostics",
         "28000;source=\"fe01.contoso.test\";reason=\"User is not SIP "
         "enabled.\";faultcode=\"wsse:FailedAuthentication\"");
}

/* design section 8: the port that Host carries, or public-port. */
static void writes_urls(void **state)
{
    static const struct {
        bool tls;
        const char *port;
        int https_port;
        int public_port;
        const char *url;
    } rows[] = {
        {true, "", 40443, 0, "https://lyncweb.contoso.test/x"},
        {true, "40443", 40443, 0, "https://lyncweb.contoso.test:40443/x"},
        {true, "8443", 40443, 0, "https://lyncweb.contoso.test:8443/x"},
        {true, "443", 40443, 0, "https://lyncweb.contoso.test:443/x"},
        {true, "40443", 40443, 443, "https://lyncweb.contoso.test/x"},
        {true, "", 40443, 444, "https://lyncweb.contoso.test:444/x"},
        /* What is no port is none. */
        {true, "0", 40443, 0, "https://lyncweb.contoso.test/x"},
        {true, "65536", 40443, 0, "https://lyncweb.contoso.test/x"},
        {true, "12/evil", 40443, 0, "https://lyncweb.contoso.test/x"},
        {true, "99999999999999999999", 1, 0, "https://lyncweb.contoso.test/x"},
        /* Plain HTTP: on to the HTTPS listener. */
        {false, "", 40443, 0, "https://lyncweb.contoso.test/x"},
        {false, "40080", 40443, 0, "https://lyncweb.contoso.test:40443/x"},
        {false, "80", 40443, 0, "https://lyncweb.contoso.test/x"},
        {false, "8080", 443, 0, "https://lyncweb.contoso.test/x"},
        {false, "40080", 40443, 8443, "https://lyncweb.contoso.test:8443/x"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        f->conn.tls = rows[i].tls;
        f->ex->request.port = rows[i].port;
        f->services.https_port = rows[i].https_port;
        f->world->public_port = rows[i].public_port;
        call_place(&f->call);
        print_message("%s %s\n", rows[i].tls ? "https" : "http", rows[i].port);
        assert_string_equal(call_web_url(&f->call, "/x"), rows[i].url);
    }
}

static void urls_name_pool_and_site(void **state)
{
    struct fixture *f = *state;

    f->call.site = LOCATION_INTERNAL;
    assert_string_equal(call_web_url(&f->call, "/"),
                        "https://lyncint.contoso.test/");
    f->call.pool = &f->world->pools[1];
    assert_string_equal(call_web_url(&f->call, "/"),
                        "https://lyncint2.contoso.test/");
    assert_string_equal(call_url(&f->call, "::1", "/"), "https://[::1]/");
}

#define PRODUCT_TEST(test)                                                     \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        PRODUCT_TEST(good_answers_have_its_headers),
        PRODUCT_TEST(names_the_machine_of_the_pool),
        PRODUCT_TEST(errors_have_fewer_headers),
        PRODUCT_TEST(sfb2015_numbers_its_answers),
        PRODUCT_TEST(echoes_the_request_id),
        PRODUCT_TEST(makes_error_pages),
        PRODUCT_TEST(the_401_page_is_as_long_as_the_products),
        PRODUCT_TEST(error_pages_start_afresh),
        PRODUCT_TEST(writes_diagnostics),
        PRODUCT_TEST(writes_urls),
        PRODUCT_TEST(urls_name_pool_and_site),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
