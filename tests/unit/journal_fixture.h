/* What the tests of the journal share: a clock, a file, an exchange. */
#ifndef TESTS_JOURNAL_FIXTURE_H
#define TESTS_JOURNAL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static inline struct fixture *of_env(struct env *env)
{
    return (struct fixture *)env; /* its first member */
}

static inline int64_t fake_monotonic(struct env *env)
{
    return of_env(env)->monotonic;
}

static inline int64_t fake_now(struct env *env UNUSED)
{
    return BEGAN;
}

static inline int setup(void **state)
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

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    journal_close(f->journal);
    unlink(f->path);
    unlink(f->old_path);
    rmdir(f->dir);
    mem_free(f);
    return 0;
}

static inline void open_journal(struct fixture *f,
                                struct journal_options options)
{
    struct err err = {""};

    if (!journal_open(&options, &f->env, &f->journal, &err)) {
        fail_msg("journal_open: %s", err.text);
    }
}

static inline void open_file(struct fixture *f, bool secrets)
{
    open_journal(f, (struct journal_options){
                        .path = f->path,
                        .secrets = secrets,
                        .file_limit = JOURNAL_FILE_LIMIT,
                        .memory_limit = JOURNAL_MEMORY_LIMIT,
                    });
}

static inline void read_file(struct buf *out, const char *path)
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

static inline size_t count_lines(struct buf *text)
{
    size_t count = 0;

    for (size_t i = 0; i < text->size; i++) {
        count += text->data[i] == '\n';
    }
    return count;
}

#define NEGOTIATE "TlRMTVNTUAABAAAAB4IIAAAAAAAAAAAAAAAAAAAAAAA="

static inline struct exchange *bare(uint64_t id)
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

static inline void add_request(struct exchange *ex)
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

static inline void add_reply(struct exchange *ex)
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

static inline void add_notes(struct exchange *ex)
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

static inline struct exchange *full(uint64_t id)
{
    struct exchange *ex = bare(id);

    add_request(ex);
    add_reply(ex);
    add_notes(ex);
    return ex;
}

static inline void pass(struct fixture *f, struct exchange *ex)
{
    journal_begin(f->journal, ex);
    journal_end(f->journal, ex);
    exchange_unref(ex);
}

struct member {
    const char *path;
    const char *value;
};

static inline void expect_members(const char *line,
                                  const struct member *members, size_t count)
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

/* A body of this size made of the piece. */
static inline struct span repeat(struct exchange *ex, const char *piece,
                                 size_t size)
{
    uint8_t *bytes = arena_alloc(ex->arena, size);

    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)piece[i % strlen(piece)];
    }
    return span_of(bytes, size);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
