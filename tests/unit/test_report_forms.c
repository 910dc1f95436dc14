/*
 * The forms of a report: of odd ones, what libxml2 and a look at each line say
 * of them; of one as a sign-in makes it, what people read.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libxml/parser.h>

#include "report/columns.h"
#include "report/mermaid.h"
#include "report/scorecard.h"
#include "report_fixture.h"
#include "util/mem.h"
#include "util/utf.h"

/* ---- A run as it might be ---- */

static struct report_exchange exchanges[] = {
    {.id = 1,
     .kind = "http",
     .connection = 1,
     .method = "GET",
     .host = "lyncdiscover.contoso.test",
     .target = "/",
     .operation = "discover.root",
     .status = 200,
     .outcome = "whole"},
    {.id = 2,
     .kind = "http",
     .connection = 2,
     .at = 12.34,
     .method = "POST",
     .host = "lyncweb.contoso.test",
     .target = "/WebTicket/WebTicketService.svc",
     .operation = "webticket.issue",
     .auth = "ntlm",
     .leg = 1,
     .status = 401,
     .outcome = "whole"},
    {.id = 3,
     .kind = "http",
     .connection = 2,
     .at = 15,
     .method = "POST",
     .host = "lyncweb.contoso.test",
     .target = "/WebTicket/WebTicketService.svc",
     .operation = "webticket.issue",
     .auth = "ntlm",
     .leg = 2,
     .user = "alice",
     .status = 401,
     .outcome = "cut",
     .step = "s.yaml:7",
     .why = "wrong password"},
    {.id = 4,
     .kind = "kdc",
     .at = 16,
     .method = "AS-REQ",
     .target = "krbtgt/CONTOSO.TEST",
     .user = "alice",
     .answer = "KDC_ERR_PREAUTH_REQUIRED",
     .outcome = "whole"},
};

static struct report_finding findings[] = {
    {.rule = "NT-001",
     .level = FINDING_MUST,
     .severity = SEVERITY_FAIL,
     .title = "The MIC is there",
     .section = "MS-NLMP 3.1.5.1.2",
     .text = "no MIC; with a timestamp in the challenge it must be there",
     .where = "Authorization",
     .evidence = "NTLM ***(8 bytes)",
     .exchange = 3,
     .times = 1},
    {.rule = "HT-002",
     .level = FINDING_PRACTICE,
     .severity = SEVERITY_NOTE,
     .section = "RFC 9112 section 3",
     .text = "of the session",
     .times = 2},
};

static struct report_expectation expectations[] = {
    {.where = "s.yaml:4", .what = "discover.root once", .held = true},
    {.where = "s.yaml:5",
     .what = "webticket.issue answered 200 once",
     .why = "saw 0",
     .nearest = "status: 401, expected 200"},
};

static struct report_measure measures[] = {
    {"requests", 3, 2, "anonymous probe repeated"},
    {"bytes in", 1234, -1, NULL},
};

static struct report failed_report(struct report_run *run)
{
    *run = (struct report_run){
        .name = "try",
        .title = "A try",
        .domain = "contoso.test",
        .seed = 7,
        .exit_code = 1,
        .line = "failed: s.yaml:5: expected webticket.issue, saw 0",
        .client = {.command = "sh sign-in.sh", .exit_status = 0},
        .exchanges = exchanges,
        .exchange_count = ARRAY_SIZE(exchanges),
        .findings = findings,
        .finding_count = ARRAY_SIZE(findings),
        .expectations = expectations,
        .expectation_count = ARRAY_SIZE(expectations),
        .measures = measures,
        .measure_count = ARRAY_SIZE(measures),
    };
    return (struct report){
        .version = "1", .exit_code = 1, .runs = run, .run_count = 1};
}

/* ---- Odd reports ---- */

static void each_odd(void (*look)(const struct report *report))
{
    for (size_t start = 0; start < ARRAY_SIZE(odd_texts); start++) {
        AUTO(arena) arena = arena_new();
        struct report report = odd_report(arena, start);

        look(&report);
    }
}

static void look_at_xml(const struct report *report)
{
    AUTO_BUF out = {0};
    xmlDocPtr doc;

    report_junit(report, &out);
    assert_true(utf8_valid(buf_span(&out)));
    doc = xmlReadMemory((const char *)out.data, (int)out.size, NULL, NULL,
                        XML_PARSE_NONET | XML_PARSE_NOERROR);
    assert_non_null(doc);
    xmlFreeDoc(doc);
}

static void test_odd_junit(void **state UNUSED)
{
    each_odd(look_at_xml);
}

/* The page is well-formed XML, so that libxml2 finds every text where it was
 * put; none of them has become an element that does something. */
static void look_at_html(const struct report *report)
{
    AUTO_BUF out = {0};
    xmlDocPtr doc;

    scorecard_html(report, &out);
    assert_true(utf8_valid(buf_span(&out)));
    assert_null(strstr(buf_text(&out), "<script"));
    doc = xmlReadMemory((const char *)out.data, (int)out.size, NULL, NULL,
                        XML_PARSE_NONET | XML_PARSE_NOERROR);
    assert_non_null(doc);
    assert_string_equal(xmlDocGetRootElement(doc)->name, "html");
    xmlFreeDoc(doc);
}

static void test_odd_html(void **state UNUSED)
{
    each_odd(look_at_html);
}

/* Beside SGR sequences that we write, no byte that a terminal obeys. */
static void expect_harmless(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\x1b') {
            c++;
            assert_int_equal(*c, '[');
            c += 1 + strspn(c + 1, "0123456789;");
            assert_int_equal(*c, 'm');
        } else {
            assert_true((unsigned char)*c >= ' ' || *c == '\n');
            assert_int_not_equal(*c, 0x7f);
            assert_false(c[0] == '\xc2' && (unsigned char)c[1] < 0xa0);
        }
    }
}

static void look_at_text(const struct report *report)
{
    for (int i = 0; i < 8; i++) {
        const struct report_style style = {
            .colour = i & 1, .unicode = i & 2, .width = i & 4 ? 60 : 140};
        AUTO_BUF out = {0};

        report_text(report, &style, &out);
        assert_true(utf8_valid(buf_span(&out)));
        expect_harmless(buf_text(&out));
        for (size_t k = 0; !style.unicode && k < out.size; k++) {
            assert_true(out.data[k] < 0x80);
        }
    }
}

static void look_at_scorecard(const struct report *report)
{
    for (int i = 0; i < 8; i++) {
        const struct report_style style = {
            .colour = i & 1, .unicode = i & 2, .width = i & 4 ? 60 : 140};
        AUTO_BUF out = {0};

        scorecard_text(report, &style, true, &out);
        assert_true(utf8_valid(buf_span(&out)));
        expect_harmless(buf_text(&out));
        for (size_t k = 0; !style.unicode && k < out.size; k++) {
            assert_true(out.data[k] < 0x80);
        }
    }
}

static void test_odd_scorecard(void **state UNUSED)
{
    each_odd(look_at_scorecard);
}

static void test_odd_text(void **state UNUSED)
{
    each_odd(look_at_text);
}

static const char *next_line(const char *line)
{
    return line + strcspn(line, "\n") + 1;
}

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Whatever texts say, a line is one of those that we mean. */
static void look_at_tap(const struct report *report)
{
    static const char *const starts[] = {
        "TAP version 14\n", "1..", "# Subtest: ", "    1..", "    ok ",
        "    not ok ",      "ok ", "not ok ",     "      ",  "  "};
    AUTO_BUF out = {0};

    report_tap(report, &out);
    for (const char *line = buf_text(&out); *line; line = next_line(line)) {
        size_t i = 0;

        while (i < ARRAY_SIZE(starts) && !begins(line, starts[i])) {
            i++;
        }
        assert_true(i < ARRAY_SIZE(starts));
    }
}

static void test_odd_tap(void **state UNUSED)
{
    each_odd(look_at_tap);
}

/* Of Mermaid's grammar, what may stand in a text: no number sign but that of
 * a code for a character, and no semicolon but its end. */
static void expect_codes(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '#') {
            size_t digits = strspn(text + i + 1, "0123456789");

            assert_true(digits > 0 && text[i + 1 + digits] == ';');
            i += digits + 1;
        } else {
            assert_int_not_equal(text[i], ';');
        }
    }
}

static void look_at_mermaid(const struct report *report)
{
    static const char *const starts[] = {"sequenceDiagram\n",
                                         "    participant ", "    C->>R",
                                         "    R", "    Note over C,R"};

    for (size_t r = 0; r < report->run_count; r++) {
        AUTO_BUF out = {0};

        mermaid_write(report->arena, &report->runs[r], &out);
        for (const char *line = buf_text(&out); *line; line = next_line(line)) {
            size_t i = 0;

            while (i < ARRAY_SIZE(starts) && !begins(line, starts[i])) {
                i++;
            }
            assert_true(i < ARRAY_SIZE(starts));
            expect_codes(line, strcspn(line, "\n"));
        }
    }
}

static void test_odd_mermaid(void **state UNUSED)
{
    each_odd(look_at_mermaid);
}

/* A command is one line, and there is no other. */
static void look_at_github(const struct report *report)
{
    AUTO_BUF out = {0};

    report_github(report, &out);
    for (const char *line = buf_text(&out); *line; line = next_line(line)) {
        assert_true(begins(line, "::error ") || begins(line, "::warning ") ||
                    begins(line, "::notice "));
        assert_non_null(strstr(line + 2, "::"));
    }
}

static void test_odd_github(void **state UNUSED)
{
    each_odd(look_at_github);
}

/* Behind a code span that begins here, if one does: within it HTML is none. */
static const char *behind_code(const char *at)
{
    size_t fence = strspn(at, "`");
    const char *rest = at + fence;

    if (fence == 0 || at[-1] == '\n') {
        return at;
    }
    while (*rest && *rest != '\n') {
        size_t run = strspn(rest, "`");

        if (run == fence) {
            return rest + run;
        }
        rest += run ? run : 1;
    }
    fail_msg("a code span does not end: %s", at);
    return at;
}

/* Folds and fences that are ours stay closed, and there is no other HTML. */
static void look_at_markdown(const struct report *report)
{
    AUTO_BUF out = {0};
    size_t open = 0;
    size_t fences = 0;

    report_markdown(report, &out);
    expect_harmless(buf_text(&out));
    for (const char *at = buf_text(&out); *at; at += *at != '\0') {
        at = behind_code(at);
        open += begins(at, "<details");
        open -= begins(at, "</details>");
        if (at > buf_text(&out) && at[-1] == '\n' && begins(at, "```")) {
            fences++;
            at += strlen("``");
        }
        assert_false(begins(at, "<script"));
    }
    assert_int_equal(open, 0);
    assert_int_equal(fences, 2 * report->run_count);
}

static void test_odd_markdown(void **state UNUSED)
{
    each_odd(look_at_markdown);
}

/* ---- What people read ---- */

static void test_text(void **state UNUSED)
{
    static const char *const lines[] = {
        "      ms          client",
        "     0.0   1 #1   |- GET http://lyncdiscover/ -",
        "> 200",
        "    12.3   2 #2   |- POST "
        "http://lyncweb/WebTicket/WebTicketService.svc NTLM "
        "1/2 -",
        "NTLM 2/2 alice -",
        "> 401 cut 0.0",
        "step: s.yaml:7",
        "why: wrong password",
        "NO NT-001 MUST at Authorization: no MIC; with a timestamp",
        "MS-NLMP 3.1.5.1.2; sent: NTLM ***(8 bytes)",
        "|- AS-REQ krbtgt/CONTOSO.TEST alice -",
        "> KDC_ERR_PREAUTH_REQUIRED",
        "of the whole session\n  ! HT-002 practice: of the session",
        "  ok s.yaml:4: held: discover.root once",
        "  NO s.yaml:5: failed: webticket.issue answered 200 once, saw 0",
        "     status: 401, expected 200",
        ("  requests                        3  optimum 2\n"
         "     anonymous probe repeated"),
        "  bytes in                     1234\n",
        "client: sh sign-in.sh",
    };
    const struct report_style style = {.width = 120};
    struct report_run run;
    struct report report = failed_report(&run);
    AUTO_BUF out = {0};

    report_text(&report, &style, &out);
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        if (!strstr(buf_text(&out), lines[i])) {
            fail_msg("\"%s\" is not in\n%s", lines[i], buf_text(&out));
        }
    }
    assert_true(begins(buf_text(&out), "try  A try\n"));
    assert_true(strlen(run.line) + 1 < out.size);
    assert_string_equal(buf_text(&out) + out.size - strlen(run.line) - 1,
                        "failed: s.yaml:5: expected webticket.issue, saw 0\n");
}

/* No line is wider than the terminal, but for the diagram in one that is too
 * narrow for it, and the verdict. */
static void test_width(void **state UNUSED)
{
    static const unsigned widths[] = {90, 100, 120, 200};

    for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
        const struct report_style style = {.unicode = true, .width = widths[i]};
        struct report_run run;
        struct report report = failed_report(&run);
        AUTO_BUF out = {0};
        char *rest;
        char *line;

        /* What is longer than its room runs on. */
        run.exchange_count = 3;
        report_text(&report, &style, &out);
        rest = (char *)(uintptr_t)buf_text(&out);
        while (*rest) {
            line = rest;
            rest += strcspn(rest, "\n");
            *rest++ = '\0';
            assert_in_range(columns_of(line), 0, widths[i]);
        }
    }
}

/* Who got no verdict has neither a diagram nor a summary. */
static void test_never_judged(void **state UNUSED)
{
    const struct report_style style = {.brief = true};
    struct report_run run = {.exit_code = 3, .line = "could not start"};
    struct report report = {.runs = &run, .run_count = 1, .exit_code = 3};
    AUTO_BUF out = {0};

    report_text(&report, &style, &out);
    assert_string_equal(buf_text(&out), "could not start\n");
}

/* It is what logs are searched for. */
static void test_the_verdict_is_one_line(void **state UNUSED)
{
    const struct report_style style = {.width = 90};
    struct report_run run;
    struct report report = failed_report(&run);
    AUTO_BUF out = {0};

    run.line = "failed: a very long line of what was expected and why it did "
               "not come, which goes on and on and is wider than the terminal";
    report_text(&report, &style, &out);
    assert_non_null(strstr(buf_text(&out), run.line));
}

static void test_how_the_client_ended(void **state UNUSED)
{
    static const struct {
        struct report_client client;
        const char *says;
    } rows[] = {
        {{.command = "x"}, "client: x\n\n"},
        {{.command = "x", .exit_status = 22}, "\n          it ended with 22\n"},
        {{.command = "x", .exit_status = 22, .stopped = true}, "client: x\n\n"},
        {{.command = "x", .exit_status = -1, .signal = SIGKILL},
         "\n          a signal ended it: Killed\n"},
        {{.command = "x", .exit_status = -1, .timed_out = true},
         "\n          it was still running when its time was up\n"},
        {{.command = "x", .exit_status = -1}, "\n          it never ran\n"},
    };
    const struct report_style style = {.width = 90};

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct report_run run;
        struct report report = failed_report(&run);
        AUTO_BUF out = {0};

        run.client = rows[i].client;
        report_text(&report, &style, &out);
        if (!strstr(buf_text(&out), rows[i].says)) {
            fail_msg("\"%s\" is not in\n%s", rows[i].says, buf_text(&out));
        }
    }
}

static void test_brief(void **state UNUSED)
{
    const struct report_style style = {.brief = true};
    const struct report_style hinting = {.brief = true, .hint = "look there"};
    struct report_run runs[2];
    struct report report = failed_report(&runs[0]);
    AUTO_BUF out = {0};

    runs[1] = runs[0];
    runs[0].exit_code = 0;
    runs[0].line = "passed: all";
    report_text(&report, &style, &out);
    assert_string_equal(buf_text(&out), "passed: all\n");
    buf_reset(&out);
    report_text(&report, &hinting, &out);
    assert_string_equal(buf_text(&out), "passed: all (look there)\n");
    buf_reset(&out);
    report.run_count = 2;
    report_text(&report, &style, &out);
    assert_true(begins(buf_text(&out), "try: passed: all\n"));
    assert_non_null(strstr(buf_text(&out), "|- GET http://lyncdiscover/"));
    assert_non_null(
        strstr(buf_text(&out), "\n1 of 2 passed, 1 failed, 0 skipped\n"));
}

/* A flood does not make the diagram grow; what was found in it stays. */
static void test_many_exchanges(void **state UNUSED)
{
    enum { MANY = 5000 };
    const struct report_style style = {.width = 100};
    struct report_run run;
    struct report report = failed_report(&run);
    struct report_exchange *many = mem_array(MANY, sizeof(*many));
    AUTO_BUF out = {0};

    for (size_t i = 0; i < MANY; i++) {
        many[i] = exchanges[0];
        many[i].id = i + 1;
    }
    run.exchanges = many;
    run.exchange_count = MANY;
    findings[0].exchange = 2500;
    report_text(&report, &style, &out);
    findings[0].exchange = 3;
    assert_non_null(strstr(buf_text(&out), "... 2399 exchanges left out"));
    assert_non_null(strstr(buf_text(&out), " 2500 #1 "));
    assert_non_null(strstr(buf_text(&out), "NO NT-001"));
    assert_in_range(out.size, 1, 40000);
    mem_free(many);
}

static void test_columns(void **state UNUSED)
{
    static const struct {
        const char *text;
        size_t columns;
    } rows[] = {
        {"", 0},
        {"abc", 3},
        {"\xc3\xa4", 1},
        {"a\xcc\x88", 1},
        {"\xe4\xb8\xad\xe6\x96\x87", 4},
        {"\xf0\x9f\x98\x80", 2},
    };
    const struct report_style style = {.unicode = true};
    AUTO(arena) arena = arena_new();

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(columns_of(rows[i].text), rows[i].columns);
    }
    assert_string_equal(columns_cut(arena, &style, "abcdefgh", 8), "abcdefgh");
    assert_string_equal(columns_cut(arena, &style, "abcdefgh", 7),
                        "abc\xe2\x80\xa6"
                        "fgh");
    assert_string_equal(columns_cut(arena, &style, "abcdefgh", 2), "");
    assert_in_range(
        columns_of(columns_cut(arena, &style,
                               "\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad", 5)),
        1, 5);
}

static void test_github(void **state UNUSED)
{
    struct report_run run;
    struct report report = failed_report(&run);
    AUTO_BUF out = {0};

    findings[1].severity = SEVERITY_WARN;
    report_github(&report, &out);
    findings[1].severity = SEVERITY_NOTE;
    assert_string_equal(
        buf_text(&out),
        "::error file=s.yaml,line=5,title=try%3A webticket.issue answered 200 "
        "once::expected webticket.issue answered 200 once, saw 0\n"
        "::error title=try%3A NT-001 The MIC is there::no MIC; with a "
        "timestamp "
        "in the challenge it must be there [MS-NLMP 3.1.5.1.2]\n"
        "::warning title=try%3A HT-002::of the session [RFC 9112 section 3]\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_odd_junit),
        cmocka_unit_test(test_odd_html),
        cmocka_unit_test(test_odd_scorecard),
        cmocka_unit_test(test_odd_text),
        cmocka_unit_test(test_odd_tap),
        cmocka_unit_test(test_odd_mermaid),
        cmocka_unit_test(test_odd_github),
        cmocka_unit_test(test_odd_markdown),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_never_judged),
        cmocka_unit_test(test_the_verdict_is_one_line),
        cmocka_unit_test(test_how_the_client_ended),
        cmocka_unit_test(test_brief),
        cmocka_unit_test(test_many_exchanges),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_github),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
