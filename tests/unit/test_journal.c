/* The journal: two phases, memory, and the line on the log. */
#include "config.h"

#include "journal_fixture.h"

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

/* A step of a scenario took the good answer's place. */
static void text_line_of_a_step(void **state)
{
    static const struct reply good = {.status = 200};
    struct exchange *ex = bare(2);
    AUTO_BUF out = {0};

    ex->dispatched = true;
    ex->planned = &good;
    ex->reply.status = ex->sent.status = 503;
    log_setup(LOG_INFO, LOG_TEXT);
    line_of(*state, ex, &out);
    assert_non_null(strstr(buf_text(&out), " status=503 planned=200 "));
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
    const struct CMUnitTest tests[] = {
        TEST(begun_is_not_written),
        TEST(open_ones_are_written_at_close),
        TEST(many_are_open),
        TEST(memory_is_bounded),
        TEST(too_big_for_memory),
        TEST(close_of_nothing),
        TEST(text_line),
        TEST(text_line_of_a_good_one),
        TEST(text_line_of_a_step),
        TEST(text_line_of_garbage),
        TEST(text_line_cannot_be_forged),
        TEST(text_line_as_json),
        TEST(no_text_line_below_info),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
