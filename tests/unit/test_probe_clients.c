/* The probe's table of clients, its requests, and whom it trusts. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probe/clients.h"
#include "probe/mask.h"
#include "probe/rst_write.h"
#include "probe/target.h"
#include "probe/trust.h"
#include "util/base64.h"
#include "wire/rst.h"
#include "wire/soap.h"

static void every_client_is_whole(void **state UNUSED)
{
    const struct client *client;
    size_t count = 0;

    for (; (client = client_at(count)) != NULL; count++) {
        print_message("%s\n", client->name);
        assert_ptr_equal(client_named(client->name), client);
        assert_non_null(client->title);
        assert_non_null(client->hosts);
        assert_non_null(client->hosts[0]);
        assert_non_null(client->accept);
        assert_non_null(client->user_agent);
        assert_non_null(client->ports);
        assert_int_equal(client->ports[0] == NULL,
                         client->credentials == CREDENTIALS_OAUTH);
        /* A guest and Lync Web App need no lyncdiscover; all others do. */
        assert_int_equal(client->discovers,
                         strncmp(client->name, "web-app", 7) != 0);
        /* discover 5: the name says what it signs in with. */
        assert_int_equal(client->credentials == CREDENTIALS_KERBEROS,
                         strstr(client->name, "kerberos") != NULL);
        assert_int_equal(client->credentials == CREDENTIALS_NTLM,
                         strstr(client->name, "ntlm") != NULL);
        if (client->token == TOKEN_SAML) {
            assert_int_equal(client->carrier, CARRY_OPAQUE);
        } else {
            assert_int_not_equal(client->carrier, CARRY_OPAQUE);
        }
    }
    assert_int_equal(count, 12);
    assert_null(client_named("pc-external"));
    assert_string_equal(client_near("pc-extrenal-ntlm"), "pc-external-ntlm");
}

/* What is written must be what the reader of requests takes it for. */
static void writes_requests(void **state UNUSED)
{
    const struct client *client;

    for (size_t i = 0; (client = client_at(i)) != NULL; i++) {
        AUTO(arena) arena = arena_new();
        AUTO(xml_doc) doc = NULL;
        bool windows = client_is_windows(client);
        const struct rst_wish wish = {
            .client = client,
            .context = "a-b",
            .applies_to = "https://x/?a=1&b=<2>",
            .sip_uri = "sip:o'neil&co@contoso.test",
            .user = "CONTOSO\\<alice>",
            .password = "&\"'",
            .entropy = windows ? span_text("0123456789abcdef") : SPAN_NONE,
        };
        struct xml_report report;
        const char *text = NULL;
        struct soap soap;
        struct rst rst;

        print_message("%s\n", client->name);
        assert_int_equal(
            xml_parse(span_text(rst_write(arena, &wish)), &doc, &report),
            XML_OK);
        assert_int_equal(soap_decode(arena, doc, &soap, &text), SOAP_OK);
        assert_int_equal(rst_decode(arena, soap.body, &rst, &text), RST_OK);
        assert_true(rst.issue);
        assert_string_equal(rst.context, wish.context);
        assert_string_equal(rst.applies_to, wish.applies_to);
        assert_int_equal(rst.token, client->token == TOKEN_SAML
                                        ? RST_TOKEN_SAML
                                        : RST_TOKEN_CWT);
        assert_int_equal(rst.note_count, 0);
        assert_int_equal(soap.header == NULL, windows);
        if (windows) {
            assert_string_equal(rst.claim_value, wish.sip_uri);
            assert_int_equal(rst.entropy.size, 16);
        } else {
            assert_string_equal(rst.created, "1970-01-01T00:00:00Z");
            assert_string_equal(rst.expires, "1970-01-01T00:15:00Z");
        }
    }
}

static void carries_user_and_password(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    const struct rst_wish wish = {
        .client = client_named("soap"),
        .context = "c",
        .applies_to = "a",
        .user = "CONTOSO\\alice",
        .password = "Passw0rd!",
    };
    const char *text = rst_write(arena, &wish);

    /* webticket 4.3. */
    assert_non_null(strstr(text, "<Username>Q09OVE9TT1xhbGljZQ==</Username>"));
    assert_non_null(strstr(text, "#PasswordText\">UGFzc3cwcmQh</Password>"));
}

static void trusts(void **state UNUSED)
{
    static const struct {
        const char *host;
        const char *extra;
        bool trusted;
    } rows[] = {
        {"contoso.test", NULL, true},
        {"LYNCWEB.Contoso.Test", NULL, true},
        {"a.b.contoso.test", NULL, true},
        {"evilcontoso.test", NULL, false},
        {"contoso.test.evil", NULL, false},
        {"webdir1a.online.lync.com", NULL, true},
        {"notlync.com", NULL, false},
        {"microsoft.com", NULL, false},
        {"", NULL, false},
        {"web.fabrikam.test", "fabrikam.test", true},
        {"web.fabrikam.test", "web", false},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        print_message("%s\n", rows[i].host);
        assert_int_equal(
            trust_host(rows[i].host, "contoso.test", rows[i].extra),
            rows[i].trusted);
    }
}

static void reads_connect(void **state UNUSED)
{
    static const struct {
        const char *text;
        const char *address; /* NULL: an error */
        int https;
        int http;
    } rows[] = {
        {"127.0.0.1:8443", "127.0.0.1", 8443, 0},
        {"127.0.0.1:8443:8080", "127.0.0.1", 8443, 8080},
        {"[::1]:8443:8080", "[::1]", 8443, 8080},
        {"pool:1", "pool", 1, 0},
        {"", NULL, 0, 0},
        {"host", NULL, 0, 0},
        {":443", NULL, 0, 0},
        {"[::1]", NULL, 0, 0},
        {"[::1:443", NULL, 0, 0},
        {"host:", NULL, 0, 0},
        {"host:443:", NULL, 0, 0},
        {"host:65536", NULL, 0, 0},
        {"host:443:80:1", NULL, 0, 0},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO(arena) arena = arena_new();
        struct target target = {0};
        struct err err;
        bool good = target_connect(arena, rows[i].text, &target, &err);

        print_message("%s\n", rows[i].text);
        assert_int_equal(good, rows[i].address != NULL);
        if (good) {
            assert_string_equal(target.address, rows[i].address);
            assert_int_equal(target.https_port, rows[i].https);
            assert_int_equal(target.http_port, rows[i].http);
        } else {
            assert_non_null(strstr(err.text, "expected HOST:HTTPS-PORT"));
        }
    }
}

static void masks(void **state UNUSED)
{
    static const struct {
        const char *head;
        const char *shown;
    } rows[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "> GET / HTTP/1.1\n> Host: a\n"},
        {"authorization: NTLM TlRMTVNT\r\n",
         "> authorization: NTLM ***(9 bytes)\n"},
        {"Authorization: Bearer cwt=A\n",
         "> Authorization: Bearer ***(6 bytes)\n"},
        {"X-MS-WebTicket: opaque=PHNhbWw6QXNz\n",
         "> X-MS-WebTicket: ***(20 bytes)\n"},
        {"X-MS-WebTicket: cwt=AAEBHAEFAAAAAAAF\n",
         "> X-MS-WebTicket: ***(21 bytes)\n"},
        {"WWW-Authenticate: NTLM\n", "> WWW-Authenticate: NTLM\n"},
        {"Set-Cookie: a=b; path=/\n", NULL},
        {"A: \x1b[31m\xc2\x9b\xff\xc3\xa4\n", "> A: ?[31m??\xc3\xa4\n"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_BUF out = {0};

        mask_head(&out, span_text(rows[i].head), "> ");
        print_message("%s\n", buf_text(&out));
        if (rows[i].shown) {
            assert_string_equal(buf_text(&out), rows[i].shown);
        } else {
            assert_null(strstr(buf_text(&out), "a=b"));
        }
    }
}

static int setup(void **state UNUSED)
{
    xml_init();
    return 0;
}

static int teardown(void **state UNUSED)
{
    xml_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_client_is_whole),
        cmocka_unit_test(writes_requests),
        cmocka_unit_test(carries_user_and_password),
        cmocka_unit_test(trusts),
        cmocka_unit_test(reads_connect),
        cmocka_unit_test(masks),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
