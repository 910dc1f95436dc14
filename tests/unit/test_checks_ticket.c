/* Web tickets as rules see them: what an answer handed out, what a request
 * shows, and how much of it is remembered. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "checks/history_ticket.h"
#include "checks/soap_seen.h"
#include "util/attr.h"
#include "util/env.h"
#include "wire/uris.h"

static const struct conn_facts conn = {.id = 1, .tls = true, .peer = "[::1]:1"};

static struct exchange *sent(const char *body)
{
    struct exchange *ex = exchange_new(1, &conn);

    ex->request = (struct request){
        .method = "POST", .host = "a.test", .path = "/x", .query = ""};
    ex->reply.status = 200;
    ex->reply.body = span_text(body);
    ex->sent = (struct sent){.outcome = SENT_WHOLE, .status = 200};
    return ex;
}

static bool is(struct span bytes, const char *text)
{
    return span_equal(bytes, span_text(text));
}

static bool told_of(struct exchange *ex, struct ticket_told *out_told)
{
    struct check check = {.ex = ex, .arena = ex->arena};

    return ticket_told(&check, out_told);
}

static void test_told(void **state)
{
    static const struct {
        const char *body;
        const char *text; /* NULL: no ticket */
        const char *id;
    } rows[] = {
        {"", NULL, NULL},
        {"<Assertion", NULL, NULL},
        {"<Assertion>", NULL, NULL},
        {"<a:Assertion></b:Assertion>", NULL, NULL},
        {"Assertion></Assertion>", NULL, NULL},
        {"<AssertionX></AssertionX>", NULL, NULL},
        {"x<Assertion></Assertion>y", "<Assertion></Assertion>", ""},
        {"<s:Assertion AssertionID=\"i\"><b/></s:Assertion>",
         "<s:Assertion AssertionID=\"i\"><b/></s:Assertion>", "i"},
        {"<s:Assertion AssertionID=\"i", NULL, NULL},
        {"AAssertion <Assertio<Assertion></Assertion> cwt=A",
         "<Assertion></Assertion>", ""},
        {"<UserToken>cwt=AAEB</UserToken>", "cwt=AAEB", ""},
        {"cwt=", "cwt=", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct exchange *ex = sent(rows[i].body);
        struct ticket_told told;

        assert_int_equal(told_of(ex, &told), rows[i].text != NULL);
        if (rows[i].text) {
            assert_true(is(told.text, rows[i].text));
            assert_true(is(told.id, rows[i].id));
        }
        ex->sent.outcome = SENT_CUT;
        assert_false(told_of(ex, &told));
        exchange_unref(ex);
    }
}

static void test_lifetime(void **state)
{
    static const struct {
        const char *body;
        int64_t seconds;
    } rows[] = {
        {"cwt=A<Created>2013-06-01T12:00:00Z</Created>"
         "<w:Expires x=\"y\">2013-06-01T12:00:09Z</w:Expires>",
         9},
        {"cwt=A<Created>2013-06-01T12:00:00Z</Created>", 0},
        {"cwt=A<Created>2013-06-01T12:00:00Z</Created>"
         "<Expires>2013-06-01T11:00:00Z</Expires>",
         0},
        {"cwt=A<Created>soon</Created><Expires>later</Expires>", 0},
        {"cwt=A<Created></Created><Expires", 0},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct exchange *ex = sent(rows[i].body);
        struct ticket_told told;

        assert_true(told_of(ex, &told));
        assert_int_equal(told.lifetime, rows[i].seconds * ENV_NS_PER_SEC);
        exchange_unref(ex);
    }
}

static void test_errors(void **state)
{
    static const struct {
        const char *body;
        const char *header;
        unsigned id;
        const char *code;
    } rows[] = {
        {"", NULL, 0, ""},
        {"", "28032;source=\"a\"", 28032, ""},
        {"", "x", 0, ""},
        {"", "99999999999", 0, ""},
        {"<faultcode xmlns:a=\"u\">a:Bad</faultcode><ErrorId>28020</ErrorId>",
         NULL, 28020, "Bad"},
        {"<s:Subcode><s:Value xmlns:a=\"u\">a:Bad</s:Value></s:Subcode>", NULL,
         0, "Bad"},
        {"<faultcode>", NULL, 0, ""},
        {"<ErrorId>1", NULL, 1, ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct exchange *ex = sent(rows[i].body);

        ex->sent.status = 500;
        if (rows[i].header) {
            headers_add(&ex->reply.headers, ex->arena, "X-Ms-diagnostics",
                        rows[i].header);
        }
        assert_int_equal(told_diagnostic(ex), rows[i].id);
        assert_true(is(told_fault(ex), rows[i].code));
        exchange_unref(ex);
    }
}

static void test_shown(void **state)
{
    static const struct {
        const char *name;
        const char *value;
        enum ticket_form form;
        bool labelled;
        const char *text;
    } rows[] = {
        {"X-MS-WebTicket", "", TICKET_FORM_CWT, false, "cwt="},
        {"X-MS-WebTicket", "opaque=PGE+", TICKET_FORM_OPAQUE, true, "<a>"},
        {"X-MS-WebTicket", "OPAQUE%3DPGE%2B", TICKET_FORM_OPAQUE, true, "<a>"},
        {"X-MS-WebTicket", "PGE+", TICKET_FORM_OPAQUE, false, "<a>"},
        {"X-MS-WebTicket", "opaque=cwt=AAEB", TICKET_FORM_CWT, true,
         "cwt=AAEB"},
        {"X-MS-WebTicket", "opaque=*", TICKET_FORM_OTHER, true, ""},
        {"Authorization", "bearer  cwt=AAEB", TICKET_FORM_CWT, true,
         "cwt=AAEB"},
        {"Authorization", "Bearer", TICKET_FORM_CWT, false, "cwt="},
        {"Authorization", "BearerX cwt=AAEB", TICKET_FORM_OTHER, false, NULL},
        {"Authorization", "NTLM AAEB", TICKET_FORM_OTHER, false, NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct exchange *ex = sent("");
        struct check check = {.ex = ex, .arena = ex->arena};
        struct ticket_shown shown;

        headers_add(&ex->request.headers, ex->arena, rows[i].name,
                    rows[i].value);
        assert_int_equal(ticket_shown(&check, &shown), rows[i].text != NULL);
        if (rows[i].text) {
            assert_int_equal(shown.form, rows[i].form);
            assert_int_equal(shown.labelled, rows[i].labelled);
            assert_true(is(shown.text, rows[i].text));
        }
        exchange_unref(ex);
    }
}

/* ---- Envelopes ---- */

/* What a service has read is not read again: the body is none here. */
static void test_kept(void **state)
{
    static const char text[] = "<s:Envelope xmlns:s=\"" URI_SOAP11
                               "\"><s:Body><x/></s:Body></s:Envelope>";
    struct exchange *ex = sent("");
    struct check check = {.ex = ex, .arena = ex->arena};
    struct xml_report report;
    struct soap soap;
    const char *why;
    xmlDoc *doc;

    (void)state;
    assert_int_equal(xml_parse(span_text(text), &doc, &report), XML_OK);
    assert_int_equal(soap_decode(ex->arena, doc, &soap, &why), SOAP_OK);
    soap_keep(ex, doc, &soap);
    assert_ptr_equal(soap_judged(&check)->soap.body, soap.body);
    assert_int_equal(soap_seen(&check)->result, RST_NOT_AN_RST);
    soap_seen_free(check.soap);
    exchange_end(ex);
    exchange_unref(ex);
}

/* ---- Memory ---- */

static void note(struct history *history, uint64_t id, const char *body)
{
    struct exchange *ex = sent(body);
    struct check check = {.ex = ex,
                          .arena = ex->arena,
                          .history = history,
                          .traits = TRAIT_HTTP | TRAIT_RST};

    ex->id = id;
    ticket_history_note(&check);
    soap_seen_free(check.soap);
    exchange_unref(ex);
}

static const struct ticket_kept *find(struct history *history, const char *text)
{
    const struct ticket_shown shown = {.text = span_text(text)};

    return ticket_history_find(history->tickets, &shown);
}

static void test_rings(void **state)
{
    struct history history = {0};

    (void)state;
    assert_null(find(&history, "cwt=0"));
    for (uint64_t i = 1; i <= 3 * TICKETS_KEPT; i++) {
        char body[32];

        snprintf(body, sizeof(body), "cwt=%d ", (int)i);
        note(&history, i, body);
    }
    assert_int_equal(find(&history, "cwt=96")->exchange, 96);
    assert_int_equal(find(&history, "cwt=65")->exchange, 65);
    assert_null(find(&history, "cwt=64"));
    assert_null(find(&history, ""));
    assert_int_equal(ticket_kept_at(history.tickets, 0)->exchange, 96);
    assert_null(ticket_kept_at(history.tickets, TICKETS_KEPT));
    assert_null(request_kept_at(history.tickets, REQUESTS_KEPT));
    ticket_history_free(history.tickets);
}

/* The same text has another mark in another session. */
static void test_salt(void **state)
{
    struct history one = {0};
    struct history other = {0};

    (void)state;
    note(&one, 1, "cwt=A");
    note(&other, 1, "cwt=A");
    assert_memory_not_equal(&find(&one, "cwt=A")->text,
                            &find(&other, "cwt=A")->text, SIPHASH_SIZE);
    assert_int_equal(span_find(span_of(one.tickets, sizeof(*one.tickets)),
                               span_text("cwt=A"), 0),
                     SIZE_MAX);
    ticket_history_free(one.tickets);
    ticket_history_free(other.tickets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_told),   cmocka_unit_test(test_lifetime),
        cmocka_unit_test(test_errors), cmocka_unit_test(test_shown),
        cmocka_unit_test(test_kept),   cmocka_unit_test(test_rings),
        cmocka_unit_test(test_salt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
