/* SOAP envelopes: reading them, where the action is, replies and faults. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/arena.h"
#include "wire/soap.h"
#include "wire/uris.h"

#define S11 "<s:Envelope xmlns:s='" URI_SOAP11 "'>"
#define S12 "<s:Envelope xmlns:s='" URI_SOAP12 "'>"
#define END "</s:Envelope>"

/* A document and the arena for what is read from it. */
struct fixture {
    struct arena *arena;
    xmlDoc *doc;
    struct soap soap;
    const char *text;
};

static int set_up(void **state)
{
    static struct fixture f;

    f = (struct fixture){.arena = arena_new()};
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    xmlFreeDoc(f->doc);
    arena_free(f->arena);
    return 0;
}

static enum soap_result decode(struct fixture *f, const char *text)
{
    struct xml_report report;

    xmlFreeDoc(f->doc);
    f->doc = NULL;
    assert_int_equal(xml_parse(span_text(text), &f->doc, &report), XML_OK);
    return soap_decode(f->arena, f->doc, &f->soap, &f->text);
}

static void test_decode(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        enum soap_result result;
    } rows[] = {
        {"1.1", S11 "<s:Body><a/></s:Body>" END, SOAP_OK},
        {"1.2", S12 "<s:Header/><s:Body/>" END, SOAP_OK},
        {"white space", " " S11 "\n <s:Body>\n <a/>\n </s:Body>\n" END,
         SOAP_OK},
        {"unknown version", "<Envelope xmlns='urn:soap'><Body/></Envelope>",
         SOAP_NO_ENVELOPE},
        {"no namespace", "<Envelope><Body/></Envelope>", SOAP_NO_ENVELOPE},
        {"something else", "<a/>", SOAP_NO_ENVELOPE},
        {"empty", S11 END, SOAP_NO_BODY},
        {"header alone", S11 "<s:Header/>" END, SOAP_NO_BODY},
        {"two bodies", S11 "<s:Body/><s:Body/>" END, SOAP_TWICE},
        {"two headers", S11 "<s:Header/><s:Header/><s:Body/>" END, SOAP_TWICE},
        {"body of the other version",
         S11 "<b:Body xmlns:b='" URI_SOAP12 "'/>" END, SOAP_STRAY_ELEMENT},
        {"stray", S11 "<s:Body/><a/>" END, SOAP_STRAY_ELEMENT},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        enum soap_result result = decode(f, rows[i].text);

        if (result != rows[i].result) {
            fail_msg("%s: %d", rows[i].name, result);
        }
        assert_true((f->text == NULL) == (result == SOAP_OK));
    }
}

static void test_addressing(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        decode(f, S12 "<s:Header xmlns:a='" URI_WSA "'>"
                      "<a:Action s:mustUnderstand='1'> urn:do </a:Action>"
                      "<a:MessageID>urn:uuid:1</a:MessageID>"
                      "<a:ReplyTo><a:Address>urn:anon</a:Address></a:ReplyTo>"
                      "<a:To>https://host/</a:To></s:Header>"
                      "<s:Body>text<b/><c/></s:Body>" END),
        SOAP_OK);
    assert_int_equal(f->soap.version, SOAP_1_2);
    assert_string_equal(f->soap.addressing, URI_WSA);
    assert_string_equal(f->soap.action, "urn:do");
    assert_string_equal(f->soap.message_id, "urn:uuid:1");
    assert_string_equal(f->soap.to, "https://host/");
    assert_string_equal(f->soap.reply_to, "urn:anon");
    assert_string_equal((const char *)f->soap.body->name, "b");
    assert_int_equal(
        decode(f, S11 "<s:Header xmlns:a='" URI_WSA_200408 "'>"
                      "<a:MessageID>2</a:MessageID></s:Header><s:Body/>" END),
        SOAP_OK);
    assert_string_equal(f->soap.addressing, URI_WSA_200408);
    assert_null(f->soap.action);
    assert_null(f->soap.reply_to);
    assert_null(f->soap.body);
    assert_int_equal(decode(f, S11 "<s:Body/>" END), SOAP_OK);
    assert_null(f->soap.addressing);
}

static void test_action(void **state)
{
    static const struct {
        bool newer;
        const char *header; /* SOAPAction */
        const char *type;   /* Content-Type */
        const char *addressing;
        const char *action;
    } rows[] = {
        {false, "\"urn:a\"", NULL, NULL, "urn:a"},
        {false, "urn:a", "text/xml", NULL, "urn:a"},
        {false, "  \"urn:a\" ", NULL, NULL, "urn:a"},
        {false, "\"urn:a\"", NULL, "urn:b", "urn:a"},
        {false, "\"\"", NULL, "urn:b", "urn:b"},
        {false, "", NULL, NULL, NULL},
        {false, "\"", NULL, NULL, "\""},
        {false, NULL, "a/b; action=\"urn:c\"", NULL, NULL},
        {false, NULL, NULL, NULL, NULL},
        {true, "\"urn:a\"", NULL, "urn:b", "urn:b"},
        {true, NULL, "a/b; charset=utf-8; action=\"urn:c\"", "urn:b", "urn:c"},
        {true, NULL, "a/b;ACTION=urn:c", NULL, "urn:c"},
        {true, NULL, "a/b;x=\";action=urn:d\";action=\"u;v\"", NULL, "u;v"},
        {true, NULL, "a/b;action=", NULL, NULL},
        {true, NULL, "a/b;action=\"\"", "urn:b", "urn:b"},
        {true, NULL, ";;;", NULL, NULL},
        {true, NULL, NULL, "", NULL},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct headers headers = {0};
        const struct soap soap = {
            .version = rows[i].newer ? SOAP_1_2 : SOAP_1_1,
            .action = rows[i].addressing,
        };
        const char *action;

        if (rows[i].header) {
            headers_add(&headers, f->arena, "soapaction", rows[i].header);
        }
        if (rows[i].type) {
            headers_add(&headers, f->arena, "Content-Type", rows[i].type);
        }
        action = soap_action(f->arena, &soap, &headers);
        if (!action || !rows[i].action ? action != rows[i].action
                                       : strcmp(action, rows[i].action) != 0) {
            fail_msg("row %zu: %s", i, action);
        }
    }
}

static void test_reply(void **state)
{
    const struct soap plain = {.version = SOAP_1_1};
    const struct soap addressed = {
        .version = SOAP_1_2, .addressing = URI_WSA, .message_id = "<1>"};
    AUTO_BUF out = {0};

    (void)state;
    soap_open(&out, &plain, "urn:r");
    soap_close(&out);
    assert_string_equal(buf_text(&out), "<s:Envelope xmlns:s=\"" URI_SOAP11
                                        "\"><s:Body></s:Body></s:Envelope>");
    buf_reset(&out);
    soap_open(&out, &addressed, "urn:r");
    soap_close(&out);
    assert_string_equal(buf_text(&out),
                        "<s:Envelope xmlns:s=\"" URI_SOAP12 "\"><s:Header>"
                        "<a:Action s:mustUnderstand=\"1\" xmlns:a=\"" URI_WSA
                        "\">urn:r</a:Action><a:RelatesTo xmlns:a=\"" URI_WSA
                        "\">&lt;1&gt;</a:RelatesTo></s:Header><s:Body></s:Body>"
                        "</s:Envelope>");
    assert_string_equal(soap_content_type(SOAP_1_1), "text/xml; charset=utf-8");
    assert_string_equal(soap_content_type(SOAP_1_2),
                        "application/soap+xml; charset=utf-8");
}

/* Our own faults read back; 1.1 in the form of webticket 6.3. */
static void test_fault_11(void **state)
{
    const struct soap request = {.version = SOAP_1_1};
    const struct soap_fault fault = {URI_WSSE, "FailedAuthentication",
                                     "No <valid> token.", "<d/>"};
    struct fixture *f = *state;
    AUTO_BUF out = {0};

    soap_fault(&out, &request, &fault);
    assert_string_equal(
        buf_text(&out),
        "<s:Envelope xmlns:s=\"" URI_SOAP11 "\"><s:Body><s:Fault>"
        "<faultcode xmlns:a=\"" URI_WSSE "\">a:FailedAuthentication"
        "</faultcode><faultstring xml:lang=\"en-US\">No &lt;valid&gt; token."
        "</faultstring><detail><d/></detail></s:Fault></s:Body>"
        "</s:Envelope>");
    assert_int_equal(decode(f, buf_text(&out)), SOAP_OK);
    assert_string_equal((const char *)f->soap.body->name, "Fault");
}

static void test_fault_12(void **state)
{
    static const char *const uris[] = {URI_SOAP12, NULL};
    const struct soap request = {.version = SOAP_1_2,
                                 .addressing = URI_WSA_200408};
    const struct soap_fault fault = {URI_TRUST, "BadRequest", "Why.", NULL};
    struct fixture *f = *state;
    AUTO_BUF out = {0};
    const xmlNode *code;

    soap_fault(&out, &request, &fault);
    assert_int_equal(decode(f, buf_text(&out)), SOAP_OK);
    assert_string_equal(f->soap.action, URI_WSA_200408 "/fault");
    code = xml_child(f->soap.body, uris, "Code");
    assert_string_equal(xml_text(f->arena, xml_child(code, uris, "Value")),
                        "s:Sender");
    assert_string_equal(xml_text(f->arena, xml_child(code, uris, "Subcode")),
                        "a:BadRequest");
    assert_string_equal(
        xml_text(f->arena, xml_child(f->soap.body, uris, "Reason")), "Why.");
    assert_null(xml_child(f->soap.body, uris, "Detail"));
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

static struct exchange *kept(struct fixture *f, const struct conn_facts *conn)
{
    struct exchange *ex = exchange_new(1, conn);
    struct xml_report report;
    xmlDoc *doc;

    assert_int_equal(
        xml_parse(span_text(S11 "<s:Body><x/></s:Body>" END), &doc, &report),
        XML_OK);
    assert_int_equal(soap_decode(ex->arena, doc, &f->soap, &f->text), SOAP_OK);
    soap_keep(ex, doc, &f->soap);
    return ex;
}

/* The journal has an exchange long after that; a sanitizer sees the leaks. */
static void test_kept(void **state)
{
    static const struct conn_facts conn = {.id = 1, .peer = "[::1]:1"};
    struct exchange *ended = kept(*state, &conn);
    struct exchange *left = kept(*state, &conn);

    assert_true(xml_is(left->soap->soap.body, NULL, "x"));
    exchange_end(ended);
    assert_null(ended->soap);
    exchange_end(ended);
    exchange_unref(ended);
    exchange_unref(left);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_decode), TEST(test_addressing), TEST(test_action),
        TEST(test_reply),  TEST(test_fault_11),   TEST(test_fault_12),
        TEST(test_kept),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
