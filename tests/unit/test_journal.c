/* The journal: text line, record, memory, two phases. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "journal/journal.h"
#include "json_reader.h"
#include "util/env.h"
#include "util/log.h"
#include "util/mem.h"
#include "wire/exchange.h"

/* 2013-06-01T12:00:00.250Z */
#define BEGAN INT64_C(1370088000250000000)

struct fixture {
    struct env env;
    int64_t monotonic;
    struct journal *journal;
    char dir[64];
    char path[96];
    char old_path[96];
};

static struct fixture *of_env(struct env *env)
{
    return (struct fixture *)env; /* its first member */
}

static int64_t fake_monotonic(struct env *env)
{
    return of_env(env)->monotonic;
}

static int64_t fake_now(struct env *env UNUSED)
{
    return BEGAN;
}

static int setup(void **state)
{
    struct fixture *f = NEW(struct fixture);

    f->env = (struct env){.now = fake_now, .monotonic = fake_monotonic};
    f->monotonic = 5 * ENV_NS_PER_SEC;
    snprintf(f->dir, sizeof(f->dir), "/tmp/test_journal.XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof(f->path), "%s/j.jsonl", f->dir);
    snprintf(f->old_path, sizeof(f->old_path), "%s/j.jsonl.1", f->dir);
    log_setup(LOG_ERROR, LOG_TEXT);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    journal_close(f->journal);
    unlink(f->path);
    unlink(f->old_path);
    rmdir(f->dir);
    mem_free(f);
    return 0;
}

static void open_journal(struct fixture *f, struct journal_options options)
{
    struct err err = {""};

    if (!journal_open(&options, &f->env, &f->journal, &err)) {
        fail_msg("journal_open: %s", err.text);
    }
}

static void open_file(struct fixture *f, bool secrets)
{
    open_journal(f, (struct journal_options){
                        .path = f->path,
                        .secrets = secrets,
                        .file_limit = JOURNAL_FILE_LIMIT,
                        .memory_limit = JOURNAL_MEMORY_LIMIT,
                    });
}

static void read_file(struct buf *out, const char *path)
{
    FILE *file = fopen(path, "r");
    int c;

    buf_reset(out);
    assert_non_null(file);
    while ((c = getc(file)) != EOF) {
        buf_add_u8(out, (uint8_t)c);
    }
    fclose(file);
}

static size_t count_lines(struct buf *text)
{
    size_t count = 0;

    for (size_t i = 0; i < text->size; i++) {
        count += text->data[i] == '\n';
    }
    return count;
}

#define NEGOTIATE "TlRMTVNTUAABAAAAB4IIAAAAAAAAAAAAAAAAAAAAAAA="

static struct exchange *bare(uint64_t id)
{
    struct conn_facts conn = {
        .id = 3,
        .tls = true,
        .peer = "127.0.0.1:40112",
        .local_port = 443,
        .sni = "lyncweb.contoso.test",
        .tls_version = "TLSv1.3",
        .tls_cipher = "TLS_AES_128_GCM_SHA256",
        .certificate_hash = span_text("\x01\xab"),
    };
    struct exchange *ex = exchange_new(id, &conn);

    ex->began = BEGAN;
    ex->began_monotonic = 4 * ENV_NS_PER_SEC;
    return ex;
}

static void add_request(struct exchange *ex)
{
    struct request *request = &ex->request;

    ex->dispatched = true;
    ex->raw_size = 512;
    request->method = "POST";
    request->target = "/WebTicket/x.svc?a=1&password=hidden";
    request->path = "/WebTicket/x.svc";
    request->query = "a=1&password=hidden";
    request->version = "HTTP/1.1";
    request->host = "lyncweb.contoso.test";
    request->port = "8443";
    headers_add(&request->headers, ex->arena, "Host", "lyncweb.contoso.test");
    headers_add(&request->headers, ex->arena, "Authorization",
                "NTLM " NEGOTIATE);
    request->body = span_text("<wsse:Password>hidden</wsse:Password>");
    ex->facts.operation = "webticket.issue";
    ex->facts.auth = "ntlm";
    ex->facts.leg = 1;
    ex->facts.user = "alice";
    ex->facts.action = "urn:issue";
}

static void add_reply(struct exchange *ex)
{
    exchange_reply_at(ex, 401, "server/services/gate.c", 120);
    exchange_header(ex, "WWW-Authenticate", "NTLM %s", NEGOTIATE);
    exchange_body(ex, "text/html", span_text("<p>\303\244</p>"));
    ex->decided = ex->began_monotonic + 2 * ENV_NS_PER_MS;
    ex->sent = (struct sent){
        .outcome = SENT_CUT,
        .status = 500,
        .bytes = 77,
        .head =
            span_text("HTTP/1.1 500 x\r\nWWW-Authenticate: NTLM hidden\r\n"),
    };
}

static void add_notes(struct exchange *ex)
{
    const struct finding first = {
        .rule = "HA-001",
        .level = FINDING_MUST,
        .section = "RFC 4559 section 4",
        .text = "wrong \"thing\"",
        .evidence = span_text("NTLM " NEGOTIATE),
    };
    const struct finding second = {
        .rule = "HA-002",
        .level = FINDING_ROBUSTNESS,
        .section = "s",
        .text = "t",
        .evidence = span_text("lyncweb"),
    };

    exchange_remark(ex, "first", "one");
    exchange_secret(ex, "ticket.text", "hidden");
    exchange_remark(ex, "third", "three");
    exchange_finding(ex, &first);
    exchange_finding(ex, &second);
}

static struct exchange *full(uint64_t id)
{
    struct exchange *ex = bare(id);

    add_request(ex);
    add_reply(ex);
    add_notes(ex);
    return ex;
}

static void pass(struct fixture *f, struct exchange *ex)
{
    journal_begin(f->journal, ex);
    journal_end(f->journal, ex);
    exchange_unref(ex);
}

struct member {
    const char *path;
    const char *value;
};

static void expect_members(const char *line, const struct member *members,
                           size_t count)
{
    AUTO_BUF value = {0};
    int wrong = 0;

    assert_true(json_is_valid(line));
    for (size_t i = 0; i < count; i++) {
        const char *got = json_get(&value, line, members[i].path);

        if (strcmp(got, members[i].value) != 0) {
            print_error("%s: \"%s\", not \"%s\"\n", members[i].path, got,
                        members[i].value);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

/* ---- The record ---- */

static const struct member open_members[] = {
    {"id", "12"},
    {"outcome", "cut"},
    {"began", "2013-06-01T12:00:00.250Z"},
    {"decided_us", "2000"},
    {"took_us", "1000000"},
    {"connection.id", "3"},
    {"connection.peer", "127.0.0.1:40112"},
    {"connection.local_port", "443"},
    {"connection.tls.version", "TLSv1.3"},
    {"connection.tls.cipher", "TLS_AES_128_GCM_SHA256"},
    {"connection.tls.sni", "lyncweb.contoso.test"},
    {"connection.tls.resumed", "false"},
    {"connection.tls.certificate_hash", "01ab"},
    {"operation", "webticket.issue"},
    {"auth", "ntlm"},
    {"leg", "1"},
    {"user", "alice"},
    {"action", "urn:issue"},
    {"request.dispatched", "true"},
    {"request.raw_size", "512"},
    {"request.method", "POST"},
    {"request.path", "/WebTicket/x.svc"},
    {"request.version", "HTTP/1.1"},
    {"request.host", "lyncweb.contoso.test"},
    {"request.port", "8443"},
    {"request.headers.0.name", "Host"},
    {"request.headers.0.value", "lyncweb.contoso.test"},
    {"request.headers.1.name", "Authorization"},
    {"request.headers.2.name", "(none)"},
    {"request.body.size", "37"},
    {"request.raw", "(none)"},
    {"reply.status", "401"},
    {"reply.by", "server/services/gate.c:120"},
    {"reply.close", "false"},
    {"reply.headers.1.name", "Content-Type"},
    {"reply.headers.1.value", "text/html"},
    {"reply.body.size", "9"},
    {"reply.body.text", "<p>\303\244</p>"},
    {"reply.body.cut", "(none)"},
    {"reply.raw", "(none)"},
    {"sent.status", "500"},
    {"sent.bytes", "77"},
    {"tokens.0.header", "Authorization"},
    {"tokens.0.scheme", "NTLM"},
    {"tokens.1.header", "WWW-Authenticate"},
    {"tokens.2", "(none)"},
    {"remarks.0.key", "first"},
    {"remarks.0.text", "one"},
    {"remarks.1.key", "ticket.text"},
    {"remarks.2.key", "third"},
    {"remarks.3", "(none)"},
    {"findings.0.rule", "HA-001"},
    {"findings.0.level", "must"},
    {"findings.0.section", "RFC 4559 section 4"},
    {"findings.0.text", "wrong \"thing\""},
    {"findings.1.rule", "HA-002"},
    {"findings.1.level", "robustness"},
    {"findings.1.evidence.text", "lyncweb"},
    {"findings.2", "(none)"},
};

static const struct member masked_members[] = {
    {"request.target", "/WebTicket/x.svc?a=1&password=***(6 bytes)"},
    {"request.query", "a=1&password=***(6 bytes)"},
    {"request.headers.1.value", "NTLM ***(44 bytes)"},
    {"request.body.text", "<wsse:Password>***(6 bytes)</wsse:Password>"},
    {"reply.headers.0.value", "NTLM ***(44 bytes)"},
    {"sent.head.text",
     "HTTP/1.1 500 x\r\nWWW-Authenticate: NTLM ***(6 bytes)\r\n"},
    {"remarks.1.text", "***(6 bytes)"},
    {"findings.0.evidence.text", "***(49 bytes)"},
};

static const struct member secret_members[] = {
    {"request.target", "/WebTicket/x.svc?a=1&password=hidden"},
    {"request.query", "a=1&password=hidden"},
    {"request.headers.1.value", "NTLM " NEGOTIATE},
    {"request.body.text", "<wsse:Password>hidden</wsse:Password>"},
    {"reply.headers.0.value", "NTLM " NEGOTIATE},
    {"sent.head.text", "HTTP/1.1 500 x\r\nWWW-Authenticate: NTLM hidden\r\n"},
    {"remarks.1.text", "hidden"},
    {"findings.0.evidence.text", "NTLM " NEGOTIATE},
};

static void record_has_all(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF file = {0};

    open_file(f, false);
    pass(f, full(12));
    read_file(&file, f->path);
    assert_int_equal(count_lines(&file), 1);
    expect_members(buf_text(&file), open_members, ARRAY_SIZE(open_members));
    expect_members(buf_text(&file), masked_members, ARRAY_SIZE(masked_members));
    assert_null(strstr(buf_text(&file), "hidden"));
    assert_null(strstr(buf_text(&file), NEGOTIATE));
}

static void secrets_on_request(void **state)
{
    struct fixture *f = *state;
    AUTO_BUF file = {0};

    open_file(f, true);
    pass(f, full(12));
    read_file(&file, f->path);
    expect_members(buf_text(&file), open_members, ARRAY_SIZE(open_members));
    expect_members(buf_text(&file), secret_members, ARRAY_SIZE(secret_members));
}

static void tokens_are_decoded(void **state)
{
    static const struct member members[] = {
        {"tokens.0.scheme", "NTLM"},
        {"tokens.0.token.type", "NEGOTIATE"},
        {"tokens.1", "(none)"},
    };
    struct fixture *f = *state;
    AUTO_BUF line = {0};
    struct exchange *ex = bare(1);

    ex->dispatched = true;
    headers_add(&ex->request.headers, ex->arena, "authorization",
                "ntlm !no base64!");
    headers_add(&ex->request.headers, ex->arena, "Authorization", "Basic YTpi");
    headers_add(&ex->request.headers, ex->arena, "AUTHORIZATION",
                "NTLM " NEGOTIATE);
    open_journal(f, (struct journal_options){.memory_limit = 1 << 20});
    pass(f, ex);
    journal_write(f->journal, journal_at(f->journal, 0), &line);
    expect_members(buf_text(&line), members, ARRAY_SIZE(members));
}

static void not_dispatched(void **state)
{
    static const struct member members[] = {
        {"outcome", "nothing"},
        {"connection.tls", "(none)"},
        {"operation", "null"},
        {"request.dispatched", "false"},
        {"request.raw_size", "1000000"},
        {"request.method", "(none)"},
        {"request.raw.text", "GARBAGE\r\nCookie: ***(6 bytes)\r\n"},
        {"reply", "null"},
        {"sent.status", "0"},
    };
    struct fixture *f = *state;
    struct conn_facts conn = {.id = 1, .peer = "[::1]:9"};
    struct exchange *ex = exchange_new(1, &conn);
    AUTO_BUF file = {0};

    ex->raw = span_text("GARBAGE\r\nCookie: hidden\r\n");
    ex->raw_size = 1000000;
    ex->sent.outcome = SENT_NOTHING;
    open_file(f, false);
    pass(f, ex);
    read_file(&file, f->path);
    expect_members(buf_text(&file), members, ARRAY_SIZE(members));
}

static void raw_reply(void **state)
{
    static const struct member members[] = {
        {"reply.status", "200"},
        {"reply.raw.size", "2"},
        {"reply.raw.base64", "//4="},
        {"reply.raw.text", "(none)"},
    };
    struct fixture *f = *state;
    struct exchange *ex = full(1);
    AUTO_BUF file = {0};

    ex->reply.status = 200;
    ex->reply.raw = span_text("\xff\xfe");
    open_file(f, false);
    pass(f, ex);
    read_file(&file, f->path);
    expect_members(buf_text(&file), members, ARRAY_SIZE(members));
}

static struct span repeat(struct exchange *ex, const char *piece, size_t size)
{
    uint8_t *bytes = arena_alloc(ex->arena, size);

    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)piece[i % strlen(piece)];
    }
    return span_of(bytes, size);
}

static const struct {
    const char *piece;
    size_t size;
    const char *key; /* how it is written */
    size_t shown;    /* length of that */
    bool cut;
} long_bodies[] = {
    {"a", 0, "text", 0, false},
    {"a", JOURNAL_BODY_LIMIT, "text", JOURNAL_BODY_LIMIT, false},
    {"a", JOURNAL_BODY_LIMIT + 1, "text", JOURNAL_BODY_LIMIT, true},
    {"a", 1 << 20, "text", JOURNAL_BODY_LIMIT, true},
    /* 65536 = 3 * 21845 + 1: one byte of a sequence is left out. */
    {"\342\202\254", 90000, "text", JOURNAL_BODY_LIMIT - 1, true},
    {"\360\220\215\210", 90000, "text", JOURNAL_BODY_LIMIT, true},
    {"\xff", 30, "base64", 40, false},
    {"\x80", 90000, "base64", 87376, true},
};

static void bodies_are_cut(void **state)
{
    struct fixture *f = *state;

    open_journal(f, (struct journal_options){.memory_limit = 1 << 24});
    for (size_t i = 0; i < ARRAY_SIZE(long_bodies); i++) {
        struct exchange *ex = full(i + 1);
        AUTO_BUF line = {0};
        AUTO_BUF value = {0};
        char path[64];

        ex->request.body =
            repeat(ex, long_bodies[i].piece, long_bodies[i].size);
        pass(f, ex);
        journal_write(f->journal, journal_at(f->journal, i), &line);
        assert_true(json_is_valid(buf_text(&line)));
        snprintf(path, sizeof(path), "request.body.%s", long_bodies[i].key);
        assert_int_equal(strlen(json_get(&value, buf_text(&line), path)),
                         long_bodies[i].shown);
        assert_int_equal(
            strtoul(json_get(&value, buf_text(&line), "request.body.size"),
                    NULL, 10),
            long_bodies[i].size);
        assert_string_equal(
            json_get(&value, buf_text(&line), "request.body.cut"),
            long_bodies[i].cut ? "true" : "(none)");
    }
}

/* Evidence may be a secret though nothing about it says so. */
static const struct {
    const char *name;
    struct span evidence;
    const char *key;
    const char *shown;
} evidences[] = {
    {"in the open",
     {(const uint8_t *)"lyncweb.contoso.test", 20},
     "text",
     "lyncweb.contoso.test"},
    {"a password", {(const uint8_t *)"hidden", 6}, "text", "***(6 bytes)"},
    {"a piece of a token",
     {(const uint8_t *)"TlRMTVNTUAAB", 12},
     "text",
     "***(12 bytes)"},
    {"the scheme", {(const uint8_t *)"NTLM ", 5}, "text", "NTLM "},
    {"an element",
     {(const uint8_t *)"<wsse:Password>", 15},
     "text",
     "<wsse:Password>"},
    {"decoded text",
     {(const uint8_t *)"CONTOSO\\alice", 13},
     "text",
     "CONTOSO\\alice"},
    {"raw bytes",
     {(const uint8_t *)"GET / x\nCookie: abc", 19},
     "text",
     "GET / x\nCookie: ***(3 bytes)"},
    {"few bytes", {(const uint8_t *)"\xff\x01", 2}, "base64", "/wE="},
    {"16 bytes",
     {(const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff"
                       "\xff\xff\xff\xff\xff\xff\xff\xff",
      16},
     "base64",
     "/////////////////////w=="},
    {"a response",
     {(const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff"
                       "\xff\xff\xff\xff\xff\xff\xff\xff\xff",
      17},
     "text",
     "***(17 bytes)"},
};

static void evidence_is_masked(void **state)
{
    struct fixture *f = *state;

    open_journal(f, (struct journal_options){.memory_limit = 1 << 24});
    for (size_t i = 0; i < ARRAY_SIZE(evidences); i++) {
        struct exchange *ex = bare(i + 1);
        struct finding finding = {.rule = "X-1", .section = "s", .text = "t"};
        AUTO_BUF line = {0};
        AUTO_BUF value = {0};
        char path[64];

        finding.evidence = evidences[i].evidence;
        add_request(ex);
        exchange_finding(ex, &finding);
        pass(f, ex);
        journal_write(f->journal, journal_at(f->journal, i), &line);
        snprintf(path, sizeof(path), "findings.0.evidence.%s",
                 evidences[i].key);
        if (strcmp(json_get(&value, buf_text(&line), path),
                   evidences[i].shown) != 0) {
            fail_msg("%s: %s", evidences[i].name, buf_text(&value));
        }
    }
}

/* ---- Two phases, memory ---- */

static void begun_is_not_written(void **state)
{
    struct fixture *f = *state;
    struct exchange *one = full(1);
    struct exchange *two = full(2);
    AUTO_BUF file = {0};
    AUTO_BUF value = {0};

    open_file(f, false);
    journal_begin(f->journal, one);
    journal_begin(f->journal, two);
    assert_int_equal(one->references, 2);
    read_file(&file, f->path);
    assert_int_equal(file.size, 0);
    journal_end(f->journal, two);
    read_file(&file, f->path);
    assert_int_equal(count_lines(&file), 1);
    assert_string_equal(json_get(&value, buf_text(&file), "id"), "2");
    journal_end(f->journal, one);
    read_file(&file, f->path);
    assert_int_equal(count_lines(&file), 2);
    assert_int_equal(journal_count(f->journal), 2);
    assert_ptr_equal(journal_at(f->journal, 0), two);
    assert_ptr_equal(journal_at(f->journal, 1), one);
    assert_null(journal_at(f->journal, 2));
    exchange_unref(one);
    exchange_unref(two);
}

static void open_ones_are_written_at_close(void **state)
{
    static const uint64_t ids[] = {5, 3, 9, 4};
    struct fixture *f = *state;
    AUTO_BUF file = {0};
    AUTO_BUF value = {0};
    const char *line;

    open_file(f, false);
    for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
        struct exchange *ex = full(ids[i]);

        journal_begin(f->journal, ex);
        exchange_unref(ex);
    }
    journal_close(f->journal);
    f->journal = NULL;
    read_file(&file, f->path);
    assert_int_equal(count_lines(&file), 4);
    line = buf_text(&file);
    for (uint64_t id = 3; id <= 9; id = id == 5 ? 9 : id + 1) {
        assert_int_equal(strtoull(json_get(&value, line, "id"), NULL, 10), id);
        assert_string_equal(json_get(&value, line, "outcome"), "open");
        assert_string_equal(json_get(&value, line, "took_us"), "(none)");
        line = strchr(line, '\n') + 1;
    }
}

static void many_are_open(void **state)
{
    enum { COUNT = 5000 };
    struct fixture *f = *state;
    static struct exchange *list[COUNT];

    open_journal(f, (struct journal_options){.memory_limit = 1 << 16});
    for (uint64_t i = 0; i < COUNT; i++) {
        list[i] = bare(i + 1);
        journal_begin(f->journal, list[i]);
    }
    /* In an order that is neither theirs nor the reverse. */
    for (uint64_t i = 0; i < COUNT; i++) {
        struct exchange *ex = list[i * 7 % COUNT];

        journal_end(f->journal, ex);
        assert_true(ex->ended > 0);
        exchange_unref(ex);
    }
    assert_int_equal(journal_count(f->journal) + journal_dropped(f->journal),
                     COUNT);
}

static void memory_is_bounded(void **state)
{
    enum { LIMIT = 256 * 1024, COUNT = 1000 };
    struct fixture *f = *state;
    size_t size = 0;
    size_t count;

    open_journal(f, (struct journal_options){.memory_limit = LIMIT});
    for (uint64_t i = 1; i <= COUNT; i++) {
        struct exchange *ex = full(i);

        ex->request.body = repeat(ex, "a", i % 5000);
        pass(f, ex);
    }
    count = journal_count(f->journal);
    assert_int_equal(count + journal_dropped(f->journal), COUNT);
    assert_int_equal(journal_at(f->journal, count - 1)->id, COUNT);
    for (size_t i = 0; i < count; i++) {
        struct exchange *ex = journal_at(f->journal, i);

        assert_int_equal(ex->id, COUNT - count + 1 + i);
        assert_int_equal(ex->references, 1);
        size += arena_size(ex->arena);
    }
    assert_true(size <= LIMIT);
    assert_true(size > LIMIT / 2);
}

static void too_big_for_memory(void **state)
{
    struct fixture *f = *state;
    struct exchange *ex = full(1);

    open_journal(f, (struct journal_options){.memory_limit = 100000});
    ex->request.body = repeat(ex, "a", 100000);
    pass(f, ex);
    assert_int_equal(journal_count(f->journal), 0);
    assert_int_equal(journal_dropped(f->journal), 1);
    pass(f, full(2));
    assert_int_equal(journal_count(f->journal), 1);
}

static void close_of_nothing(void **state UNUSED)
{
    journal_close(NULL);
}

/* ---- The line on the log ---- */

struct capture {
    int saved;
    FILE *file;
};

static struct capture capture_begin(void)
{
    struct capture capture = {dup(STDERR_FILENO), tmpfile()};

    assert_non_null(capture.file);
    dup2(fileno(capture.file), STDERR_FILENO);
    return capture;
}

static void capture_end(struct capture *capture, struct buf *out)
{
    int c;

    dup2(capture->saved, STDERR_FILENO);
    close(capture->saved);
    rewind(capture->file);
    while ((c = getc(capture->file)) != EOF) {
        buf_add_u8(out, (uint8_t)c);
    }
    fclose(capture->file);
}

static void line_of(struct fixture *f, struct exchange *ex, struct buf *out)
{
    struct capture capture;

    if (!f->journal) {
        open_journal(f, (struct journal_options){.memory_limit = 1 << 20});
    }
    capture = capture_begin();
    pass(f, ex);
    capture_end(&capture, out);
}

static void text_line(void **state)
{
    AUTO_BUF out = {0};

    log_setup(LOG_INFO, LOG_TEXT);
    line_of(*state, full(12), &out);
    assert_string_equal(
        buf_text(&out),
        "lyncmock: exchange id=12 conn=3 method=POST "
        "host=lyncweb.contoso.test path=/WebTicket/x.svc "
        "operation=webticket.issue user=alice auth=ntlm leg=1 status=500 "
        "planned=401 outcome=cut in=512 out=77 ms=1000.000 by=gate.c:120 "
        "findings=HA-001,HA-002\n");
}

static void text_line_of_a_good_one(void **state)
{
    struct exchange *ex = bare(2);
    AUTO_BUF out = {0};

    ex->dispatched = true;
    ex->request.method = "GET";
    ex->request.host = "";
    ex->request.path = "/";
    ex->sent.status = 200;
    ex->began_monotonic = 5 * ENV_NS_PER_SEC - 1234567;
    log_setup(LOG_INFO, LOG_TEXT);
    line_of(*state, ex, &out);
    assert_string_equal(buf_text(&out),
                        "lyncmock: exchange id=2 conn=3 method=GET host=\"\" "
                        "path=/ status=200 in=0 out=0 ms=1.234\n");
}

static void text_line_of_garbage(void **state)
{
    struct exchange *ex = bare(2);
    AUTO_BUF out = {0};

    ex->raw = span_text("Cookie: hidden \xff\r\nAuthorization: NTLM x\r\n");
    ex->raw_size = ex->raw.size;
    ex->sent = (struct sent){.outcome = SENT_BROKEN, .status = 400};
    log_setup(LOG_INFO, LOG_TEXT);
    line_of(*state, ex, &out);
    assert_string_equal(buf_text(&out),
                        "lyncmock: exchange id=2 conn=3 "
                        "request=\"Cookie: ***(8 bytes)\" status=400 "
                        "outcome=broken in=41 out=0 ms=1000.000\n");
}

static void text_line_cannot_be_forged(void **state)
{
    struct exchange *ex = full(2);
    AUTO_BUF out = {0};

    ex->request.path = "/a\nlyncmock: exchange id=3 \x1b[31m\xc2\x9b";
    log_setup(LOG_INFO, LOG_TEXT);
    line_of(*state, ex, &out);
    assert_int_equal(count_lines(&out), 1);
    assert_non_null(strstr(buf_text(&out),
                           "path=\"/a\\nlyncmock: exchange id=3 "
                           "\\u001b[31m\\u009b\" operation="));
}

static void text_line_as_json(void **state)
{
    static const struct member members[] = {
        {"level", "info"},     {"event", "exchange"},
        {"status", "500"},     {"host", "lyncweb.contoso.test"},
        {"user", "alice"},     {"by", "gate.c:120"},
        {"request", "(none)"},
    };
    AUTO_BUF out = {0};

    log_setup(LOG_INFO, LOG_JSON);
    line_of(*state, full(2), &out);
    expect_members(buf_text(&out), members, ARRAY_SIZE(members));
}

static void no_text_line_below_info(void **state)
{
    AUTO_BUF out = {0};
    struct exchange *ex = full(2);
    struct fixture *f = *state;
    size_t before = arena_size(ex->arena);

    log_setup(LOG_WARNING, LOG_TEXT);
    exchange_ref(ex);
    line_of(f, ex, &out);
    assert_int_equal(out.size, 0);
    assert_int_equal(arena_size(ex->arena), before);
    exchange_unref(ex);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(record_has_all),
        TEST(secrets_on_request),
        TEST(tokens_are_decoded),
        TEST(not_dispatched),
        TEST(raw_reply),
        TEST(bodies_are_cut),
        TEST(evidence_is_masked),
        TEST(begun_is_not_written),
        TEST(open_ones_are_written_at_close),
        TEST(many_are_open),
        TEST(memory_is_bounded),
        TEST(too_big_for_memory),
        TEST(close_of_nothing),
        TEST(text_line),
        TEST(text_line_of_a_good_one),
        TEST(text_line_of_garbage),
        TEST(text_line_cannot_be_forged),
        TEST(text_line_as_json),
        TEST(no_text_line_below_info),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
