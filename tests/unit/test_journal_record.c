/* The JSON object of an exchange, as a program of the user sees it. */
#include "config.h"

#include "journal_fixture.h"
#include "krb_capture.h"
#include "util/base64.h"
#include "wire/krb_keys.h"

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

static struct span from_hex(struct arena *arena, const char *text)
{
    struct span bytes;

    assert_true(hex_decode(arena, text, &bytes));
    return bytes;
}

static void give_key(struct fixture *f, const char *text)
{
    AUTO(arena) arena = arena_new();
    struct span key = from_hex(arena, text);
    struct krb_keys keys = {.count = 1, .kvno = 1};
    struct err err;

    keys.items[0] =
        (struct krb_key){.etype = KRB_ETYPE_AES256, .size = key.size};
    memcpy(keys.items[0].bytes, key.data, key.size);
    assert_true(journal_open_tickets(f->journal, &keys, &err));
}

/* The record of a sign-in with a ticket. key: NULL: nobody has given any. */
static void write_sign_in(struct fixture *f, const char *key, bool secrets,
                          struct buf *out)
{
    AUTO_BUF token = {0};
    struct exchange *ex = bare(1);

    unlink(f->path);
    open_file(f, secrets);
    if (key) {
        give_key(f, key);
    }
    ex->dispatched = true;
    base64_add(&token, from_hex(ex->arena, AP_REQ_TOKEN));
    headers_add(&ex->request.headers, ex->arena, "Authorization",
                arena_printf(ex->arena, "Negotiate %s", buf_text(&token)));
    pass(f, ex);
    journal_close(f->journal);
    f->journal = NULL;
    read_file(out, f->path);
}

#define IN_TOKEN "tokens.0.token."
#define TICKET   IN_TOKEN "ticket.opened"
#define AUTHOR   IN_TOKEN "authenticator.opened"

/* A ticket for these keys is opened, and its own keys stay secrets. */
static void tickets_are_opened(void **state)
{
    static const struct {
        const char *key;
        bool secrets;
        struct member members[3];
    } rows[] = {
        {NULL,
         false,
         {{TICKET, "(none)"}, {AUTHOR, "(none)"}, {IN_TOKEN "type", "AP-REQ"}}},
        {SERVICE_KEY,
         false,
         {{TICKET ".client", "alice@CONTOSO.TEST"},
          {TICKET ".key.hex", "(none)"},
          {AUTHOR ".subkey.size", "32"}}},
        {SERVICE_KEY,
         true,
         {{TICKET ".key.size", "32"},
          {AUTHOR ".client", "alice@CONTOSO.TEST"},
          {AUTHOR ".cusec", "993587"}}},
        {KRBTGT_KEY,
         false,
         {{TICKET ".error", "was made with another key, or changed since"},
          {TICKET ".client", "(none)"},
          {AUTHOR, "(none)"}}},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_BUF line = {0};

        write_sign_in(*state, rows[i].key, rows[i].secrets, &line);
        expect_members(buf_text(&line), rows[i].members,
                       ARRAY_SIZE(rows[i].members));
        assert_int_equal(strstr(buf_text(&line), "\"hex\":") != NULL,
                         rows[i].secrets);
    }
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

static struct exchange *asked_of_kdc(void)
{
    struct conn_facts conn = {.id = 1, .peer = "[::1]:9", .local_port = 88};
    struct exchange *ex = exchange_new(7, &conn);

    ex->kind = EXCHANGE_KDC;
    ex->kdc = ARENA_NEW(ex->arena, struct kdc_exchange);
    *ex->kdc = (struct kdc_exchange){
        .transport = "udp",
        .message = "AS-REQ",
        .client = "alice@CONTOSO.TEST",
        .service = "krbtgt/CONTOSO.TEST@CONTOSO.TEST",
        .etypes = "aes256-cts-hmac-sha1-96 rc4-hmac",
        .padata = "PA-ENC-TIMESTAMP 149",
        .request = span_text("\x6a\x01"),
        .reply = span_text("\x7e\x01\x02"),
        .answer = "KRB-ERROR",
        .is_error = true,
        .error = 24,
        .error_name = "KDC_ERR_PREAUTH_FAILED",
        .forged = true,
    };
    ex->facts.user = "alice";
    ex->facts.operation = "kdc.as";
    ex->sent.bytes = 3;
    return ex;
}

static void of_the_kdc(void **state)
{
    static const struct member members[] = {
        {"id", "7"},
        {"kind", "kdc"},
        {"outcome", "whole"},
        {"connection.peer", "[::1]:9"},
        {"operation", "kdc.as"},
        {"user", "alice"},
        {"kdc.transport", "udp"},
        {"kdc.message", "AS-REQ"},
        {"kdc.client", "alice@CONTOSO.TEST"},
        {"kdc.service", "krbtgt/CONTOSO.TEST@CONTOSO.TEST"},
        {"kdc.etypes", "aes256-cts-hmac-sha1-96 rc4-hmac"},
        {"kdc.padata", "PA-ENC-TIMESTAMP 149"},
        {"kdc.request_size", "2"},
        {"kdc.answer", "KRB-ERROR"},
        {"kdc.error", "24"},
        {"kdc.error_name", "KDC_ERR_PREAUTH_FAILED"},
        {"kdc.forged", "true"},
        {"kdc.reply_size", "3"},
        {"sent.bytes", "3"},
        {"sent.status", "(none)"},
        {"request", "(none)"},
        {"reply", "(none)"},
        {"tokens", "(none)"},
    };
    static const struct member open[] = {
        {"kdc.request", "(none)"},
        {"kdc.reply", "(none)"},
    };
    static const struct member secret[] = {
        {"kdc.request", "6a01"},
        {"kdc.reply", "7e0102"},
    };
    struct fixture *f = *state;

    for (int secrets = 0; secrets < 2; secrets++) {
        AUTO_BUF file = {0};

        open_file(f, secrets);
        pass(f, asked_of_kdc());
        read_file(&file, f->path);
        expect_members(buf_text(&file), members, ARRAY_SIZE(members));
        expect_members(buf_text(&file), secrets ? secret : open, 2);
        journal_close(f->journal);
        f->journal = NULL;
        unlink(f->path);
    }
}

/* An exchange of HTTP has no kind: its members are a promise. */
static void of_http_as_ever(void **state)
{
    static const struct member members[] = {
        {"kind", "(none)"},
        {"kdc", "(none)"},
    };
    struct fixture *f = *state;
    AUTO_BUF file = {0};

    open_file(f, false);
    pass(f, full(1));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(record_has_all),     TEST(secrets_on_request),
        TEST(tokens_are_decoded), TEST(tickets_are_opened),
        TEST(not_dispatched),     TEST(of_the_kdc),
        TEST(of_http_as_ever),    TEST(raw_reply),
        TEST(bodies_are_cut),     TEST(evidence_is_masked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
