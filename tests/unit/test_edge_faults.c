/*
 * Faults on the bytes of a reply and on connections, proven from the client's
 * side: what arrived, to the byte, and how the connection ended.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edge/internal.h"
#include "edge_client.h"

enum { MS = ENV_NS_PER_MS };

static void set_plan(struct rig *rig, const struct reply_plan *plan)
{
    pthread_mutex_lock(&rig->lock);
    rig->planned = plan != NULL;
    rig->plan = plan ? *plan : (struct reply_plan){0};
    pthread_mutex_unlock(&rig->lock);
}

static void connect_either(struct rig *rig, bool tls, struct client *client)
{
    if (tls) {
        client_tls(rig, client);
    } else {
        *client = client_plain(rig);
    }
}

/* ---- Cuts ---- */

#define WHOLE      "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nGET /a 0"
#define WHOLE_SIZE (sizeof(WHOLE) - 1)

static void cuts_after_so_many_bytes(void **state)
{
    static const struct {
        bool tls;
        enum reply_cut how;
        enum client_end end;
    } ways[] = {
        {true, REPLY_CUT_CLOSE, END_CLOSE_NOTIFY},
        {true, REPLY_CUT_FIN, END_FIN},
        {true, REPLY_CUT_RESET, END_RESET},
        {false, REPLY_CUT_CLOSE, END_FIN},
        {false, REPLY_CUT_FIN, END_FIN},
        {false, REPLY_CUT_RESET, END_RESET},
    };
    static const struct {
        uint64_t after;
        size_t size;
        unsigned status;
        enum sent_outcome outcome;
    } cuts[] = {
        {0, 0, 0, SENT_CUT},
        {1, 1, 0, SENT_CUT},
        {12, 12, 200, SENT_CUT},
        {WHOLE_SIZE - 1, WHOLE_SIZE - 1, 200, SENT_CUT},
        {WHOLE_SIZE, WHOLE_SIZE, 200, SENT_WHOLE},
        {UINT64_MAX, WHOLE_SIZE, 200, SENT_WHOLE},
    };
    struct rig *rig = *state;
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(ways) * ARRAY_SIZE(cuts); i++) {
        size_t way = i / ARRAY_SIZE(cuts);
        size_t cut = i % ARRAY_SIZE(cuts);
        struct reply_plan plan = {.cut = true,
                                  .cut_after = cuts[cut].after,
                                  .cut_how = ways[way].how};
        struct client client;
        struct rig_record *record;
        enum client_end end;

        set_plan(rig, &plan);
        connect_either(rig, ways[way].tls, &client);
        client_get(&client, "/a");
        end = client_drain(&client);
        record = rig_record(rig, ++n);
        if (end != ways[way].end || client.got.size != cuts[cut].size ||
            memcmp(buf_text(&client.got), WHOLE, client.got.size) != 0 ||
            record->outcome != cuts[cut].outcome ||
            record->status != cuts[cut].status ||
            record->bytes != cuts[cut].size) {
            fail_msg("way %zu cut %zu: end %d, %zu bytes, outcome %d, "
                     "status %u, bytes %llu",
                     way, cut, end, client.got.size, record->outcome,
                     record->status, (unsigned long long)record->bytes);
        }
        client_close(&client);
    }
}

/* The bytes before a RST arrive, though they are more than one segment. */
static void cuts_far_into_a_big_body(void **state)
{
    static const enum client_end ends[] = {
        [REPLY_CUT_CLOSE] = END_CLOSE_NOTIFY,
        [REPLY_CUT_FIN] = END_FIN,
        [REPLY_CUT_RESET] = END_RESET,
    };
    struct rig *rig = *state;

    for (size_t how = 0; how < ARRAY_SIZE(ends); how++) {
        struct reply_plan plan = {
            .cut = true, .cut_after = 50021, .cut_how = (enum reply_cut)how};
        struct client client;

        set_plan(rig, &plan);
        client_tls(rig, &client);
        client_get(&client, "/big");
        assert_int_equal(client_drain(&client), ends[how]);
        assert_int_equal(client.got.size, 50021);
        assert_int_equal(rig_record(rig, how + 1)->outcome, SENT_CUT);
        client_close(&client);
    }
}

/* ---- Raw replies ---- */

static const struct {
    const char *name;
    const char *raw;
    unsigned status;
    bool kept;
} raw_rows[] = {
    {"odd words and headers",
     "HTTP/1.1 401 Go Away Now\r\nName : v\r\nFold: a\r\n b\r\nEmpty:\r\n"
     "content-length: 2\r\n\r\nno",
     401, true},
    {"no body", "HTTP/1.1 204 None\r\n\r\n", 204, true},
    {"chunked",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
     "2\r\nhi\r\n0\r\n\r\n",
     200, true},
    {"bare LF", "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", 200, true},
    {"wants to close",
     "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi", 200,
     false},
    {"too few bytes", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", 200,
     false},
    {"too many bytes", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nhi", 200,
     false},
    {"broken chunk",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n", 200, false},
    {"no framing at all", "HTTP/1.1 200 OK\r\n\r\nhi", 200, false},
    {"an old version", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200,
     false},
    {"no status", "HTTP/1.1 2xx\r\nContent-Length: 2\r\n\r\nhi", 0, true},
    {"no HTTP", "\x01\x02 what is this?", 0, false},
};

static void raw_bytes_take_the_replys_place(void **state)
{
    struct rig *rig = *state;
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(raw_rows); i++) {
        struct reply_plan plan = {.raw = span_text(raw_rows[i].raw)};
        struct client client;
        struct rig_record *record;

        client_tls(rig, &client);
        set_plan(rig, &plan);
        client_get(&client, "/a");
        record = rig_record(rig, ++n);
        assert_int_equal(record->outcome, SENT_WHOLE);
        assert_int_equal(record->status, raw_rows[i].status);
        assert_int_equal(record->bytes, strlen(raw_rows[i].raw));
        set_plan(rig, NULL);
        if (raw_rows[i].kept) {
            client_get(&client, "/b");
            record = rig_record(rig, ++n);
            while (!text_ends(buf_text(&client.got), "GET /b 0")) {
                assert_int_equal(client_read(&client), END_REPLY);
            }
        } else {
            client_patience(&client, 10); /* it does not take the idle time */
            assert_int_equal(client_drain(&client), END_CLOSE_NOTIFY);
            assert_int_equal(client.got.size, strlen(raw_rows[i].raw));
        }
        assert_begins(buf_text(&client.got), raw_rows[i].raw);
        client_close(&client);
    }
}

/* The engine's own wish to close does not count, the client's does. */
static void raw_replies_keep_what_the_engine_closes(void **state)
{
    const struct reply_plan plan = {
        .raw = span_text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")};
    struct rig *rig = *state;
    struct client client;

    client_tls(rig, &client);
    set_plan(rig, &plan);
    for (int i = 0; i < 3; i++) {
        client_get(&client, "/close");
        assert_ends(client_reply(&client), "hi");
        client_get(&client, "/gone");
        assert_ends(client_reply(&client), "hi");
    }
    client_send(&client, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert_int_equal(client_drain(&client), END_CLOSE_NOTIFY);
    client_close(&client);
}

static void raw_replies_can_be_cut(void **state)
{
    const struct reply_plan plan = {
        .raw = span_text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
        .cut = true,
        .cut_after = 20,
        .cut_how = REPLY_CUT_RESET,
    };
    struct rig *rig = *state;
    struct client client;

    set_plan(rig, &plan);
    client_tls(rig, &client);
    client_get(&client, "/a");
    assert_int_equal(client_drain(&client), END_RESET);
    assert_string_equal(buf_text(&client.got), "HTTP/1.1 200 OK\r\nCon");
    assert_string_equal(rig_record(rig, 1)->head, "HTTP/1.1 200 OK\r\nCon");
    client_close(&client);
}

/* ---- Time ---- */

static int64_t since(struct rig *rig, int64_t begin)
{
    return env_monotonic(&rig->env) - begin;
}

static void delays_the_first_byte(void **state)
{
    const struct reply_plan plan = {.delay = 50 * MS};
    struct rig *rig = *state;
    struct client client;
    int64_t begin;

    set_plan(rig, &plan);
    client_tls(rig, &client);
    for (int i = 0; i < 2; i++) {
        begin = env_monotonic(&rig->env);
        client_get(&client, "/100");
        /* An interim reply is not held back, the final one is. */
        assert_begins(client_reply(&client), "HTTP/1.1 100 ");
        assert_ends(client_reply(&client), "GET /100 0");
        assert_true(since(rig, begin) >= 50 * MS);
    }
    client_close(&client);
}

/* Each piece comes by itself, not before its time, and all of them come. */
static void drips(void **state)
{
    const struct reply_plan plan = {.drip_bytes = 9, .drip_every = 5 * MS};
    struct rig *rig = *state;

    for (int tls = 0; tls < 2; tls++) {
        struct client client;
        int64_t begin = env_monotonic(&rig->env);
        size_t seen = 0;

        set_plan(rig, &plan);
        connect_either(rig, tls, &client);
        client_get(&client, "/a");
        while (client.got.size < WHOLE_SIZE) {
            assert_int_equal(client_read(&client), END_REPLY);
            /* Over TLS a piece is a record, and read by itself. */
            assert_true(!tls || client.got.size - seen <= 9);
            seen = client.got.size;
        }
        assert_string_equal(client_reply(&client), WHOLE);
        assert_true(since(rig, begin) >= (int64_t)(WHOLE_SIZE / 9) * 5 * MS);
        set_plan(rig, NULL);
        client_get(&client, "/b");
        assert_ends(client_reply(&client), "GET /b 0");
        client_close(&client);
    }
}

/* Before a delay, and no part of what is counted. */
static void interim_bytes_come_first(void **state)
{
    static const char interim[] = "HTTP/1.1 103 Early\r\n\r\n";
    const struct reply_plan plan = {
        .interim = {(const uint8_t *)interim, sizeof(interim) - 1},
        .raw = span_text(WHOLE),
        .delay = 50 * MS,
    };
    struct rig *rig = *state;
    struct client client;

    client_tls(rig, &client);
    for (size_t i = 0; i < 2; i++) {
        int64_t begin = env_monotonic(&rig->env);

        set_plan(rig, &plan);
        client_get(&client, "/a");
        assert_string_equal(client_reply(&client), interim);
        assert_true(since(rig, begin) < 45 * MS);
        assert_string_equal(client_reply(&client), WHOLE);
        assert_true(since(rig, begin) >= 50 * MS);
        assert_int_equal(rig_record(rig, i + 1)->bytes, WHOLE_SIZE);
        assert_int_equal(rig_record(rig, i + 1)->status, 200);
    }
    client_close(&client);
}

/* In front of any byte, once; also of none. */
static void pauses_before_a_byte(void **state)
{
    static const uint64_t places[] = {0, 1, WHOLE_SIZE - 1, WHOLE_SIZE + 5};
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        struct reply_plan plan = {
            .raw = span_text(WHOLE), .pause = 30 * MS, .pause_at = places[i]};
        bool pauses = places[i] < WHOLE_SIZE;
        struct client client;
        int64_t begin;

        set_plan(rig, &plan);
        client_tls(rig, &client);
        begin = env_monotonic(&rig->env);
        client_get(&client, "/a");
        if (pauses && places[i]) {
            assert_int_equal(client_read(&client), END_REPLY);
            assert_int_equal(client.got.size, places[i]);
        }
        assert_string_equal(client_reply(&client), WHOLE);
        assert_int_equal(since(rig, begin) >= 30 * MS, pauses);
        client_close(&client);
    }
}

/* Behind the last byte: the end, and the next reply, have to wait. */
static void lingers_behind_the_last_byte(void **state)
{
    const struct reply_plan plan = {.raw = span_text(WHOLE), .linger = 40 * MS};
    struct rig *rig = *state;
    struct client client;
    int64_t begin;

    set_plan(rig, &plan);
    client_tls(rig, &client);
    client_get(&client, "/a");
    assert_string_equal(client_reply(&client), WHOLE);
    begin = env_monotonic(&rig->env);
    client_send(&client, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert_string_equal(client_reply(&client), WHOLE);
    assert_true(since(rig, begin) >= 30 * MS);
    assert_int_equal(client_drain(&client), END_CLOSE_NOTIFY);
    assert_true(since(rig, begin) >= 70 * MS);
    client_close(&client);
}

/* Whatever the framing says. */
static void ends_as_it_is_told(void **state)
{
    static const char open[] = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi";
    static const struct {
        const char *raw;
        enum reply_then then;
        enum client_end end; /* END_REPLY: it goes on */
    } rows[] = {
        {open, REPLY_THEN_FRAMED, END_CLOSE_NOTIFY},
        {open, REPLY_THEN_OPEN, END_REPLY},
        {open, REPLY_THEN_RESET, END_RESET},
        {WHOLE, REPLY_THEN_FRAMED, END_REPLY},
        {WHOLE, REPLY_THEN_CLOSE, END_CLOSE_NOTIFY},
        {WHOLE, REPLY_THEN_RESET, END_RESET},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct reply_plan plan = {.raw = span_text(rows[i].raw),
                                  .then = rows[i].then};
        struct client client;

        set_plan(rig, &plan);
        client_tls(rig, &client);
        client_get(&client, "/a");
        if (rows[i].end == END_REPLY) {
            while (client.got.size < strlen(rows[i].raw)) {
                assert_int_equal(client_read(&client), END_REPLY);
            }
            set_plan(rig, NULL);
            client_get(&client, "/b");
            while (!text_ends(buf_text(&client.got), "GET /b 0")) {
                assert_int_equal(client_read(&client), END_REPLY);
            }
        } else {
            client_patience(&client, 10);
            assert_int_equal(client_drain(&client), rows[i].end);
            assert_string_equal(buf_text(&client.got), rows[i].raw);
        }
        client_close(&client);
    }
}

/* One that waits too long for its next request is closed; one that does not
 * is served, and then has the usual time again. */
static void idles_as_long_as_it_is_told(void **state)
{
    const struct reply_plan plan = {.raw = span_text(WHOLE), .idle = 40 * MS};
    struct rig *rig = *state;
    struct client client;
    int64_t begin;

    set_plan(rig, &plan);
    client_tls(rig, &client);
    for (int i = 0; i < 2; i++) {
        client_get(&client, "/a");
        assert_string_equal(client_reply(&client), WHOLE);
    }
    begin = env_monotonic(&rig->env);
    assert_int_equal(client_drain(&client), END_CLOSE_NOTIFY);
    assert_true(since(rig, begin) >= 30 * MS);
    client_close(&client);
}

/* A drip of a big body, cut: plans add up. */
static void drips_into_a_cut(void **state)
{
    const struct reply_plan plan = {
        .cut = true,
        .cut_after = 25000,
        .cut_how = REPLY_CUT_FIN,
        .delay = 2 * MS,
        .drip_bytes = 10000,
        .drip_every = MS,
    };
    struct rig *rig = *state;
    struct client client;

    set_plan(rig, &plan);
    client_tls(rig, &client);
    client_get(&client, "/big");
    assert_int_equal(client_drain(&client), END_FIN);
    assert_int_equal(client.got.size, 25000);
    client_close(&client);
}

static void clients_may_leave_a_slow_reply(void **state)
{
    const struct reply_plan plans[] = {
        {.delay = 3600 * ENV_NS_PER_SEC},
        {.drip_bytes = 1, .drip_every = 3600 * ENV_NS_PER_SEC},
        {.pause = 3600 * ENV_NS_PER_SEC, .pause_at = 5},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(plans); i++) {
        struct client client;

        set_plan(rig, &plans[i]);
        client_tls(rig, &client);
        client_get(&client, "/a");
        rig_wait(rig, &rig->begun, i + 1);
        client_close(&client);
        assert_int_equal(rig_record(rig, i + 1)->outcome, SENT_BROKEN);
    }
    rig_wait(rig, &rig->closed, ARRAY_SIZE(plans));
}

/* ---- Connections ---- */

static void set_place(struct rig *rig, enum edge_place place,
                      struct conn_plan plan)
{
    pthread_mutex_lock(&rig->lock);
    rig->places[place] = plan;
    pthread_mutex_unlock(&rig->lock);
}

static void resets_at_accept(void **state)
{
    struct rig *rig = *state;
    struct client client;

    set_place(rig, EDGE_ACCEPT,
              (struct conn_plan){.ends = true, .how = REPLY_CUT_RESET});
    client = client_plain(rig);
    assert_int_equal(client_drain(&client), END_RESET);
    rig_wait(rig, &rig->closed, 1);
    assert_int_equal(rig->begun, 0);
    client_close(&client);
}

static void is_silent_after_accept(void **state)
{
    struct rig *rig = *state;
    struct client client;

    set_place(rig, EDGE_ACCEPT,
              (struct conn_plan){.ends = true, .how = REPLY_CUT_HOLD});
    client = client_plain(rig);
    client_get(&client, "/a");
    client_patience(&client, 2);
    assert_int_equal(client_drain(&client), END_SILENCE);
    assert_int_equal(rig->begun, 0);
    assert_int_equal(rig_counts(rig).open, 1);
    client_close(&client);
    rig_wait(rig, &rig->closed, 1);
}

/* ---- Stalls ---- */

/* Those whose bytes arrive come first: that tells that the plan was taken. */
static const struct {
    const char *name;
    bool tls;
    const char *path;
    uint64_t after;
    size_t arrives;
    unsigned status;
} stall_rows[] = {
    {"plain, within the head", false, "/a", 20, 20, 200},
    {"TLS, before the last byte", true, "/a", WHOLE_SIZE - 1, WHOLE_SIZE - 1,
     200},
    {"TLS, far into a big body", true, "/big", 50021, 50021, 200},
    {"plain, at once", false, "/a", 0, 0, 0},
    {"TLS, at once", true, "/a", 0, 0, 0},
    {"plain, more than the edge takes from the engine", false, "/big", 0, 0, 0},
};

/* Longer than idle connections live (2 s), all of them at once; then each
 * client leaves, by FIN or by RST, and the edge notices. */
static void stalls_for_as_long_as_the_client_stays(void **state)
{
    struct rig *rig = *state;
    struct client clients[ARRAY_SIZE(stall_rows)];

    for (size_t i = 0; i < ARRAY_SIZE(stall_rows); i++) {
        struct reply_plan plan = {.cut = true,
                                  .cut_after = stall_rows[i].after,
                                  .cut_how = REPLY_CUT_HOLD};

        set_plan(rig, &plan);
        connect_either(rig, stall_rows[i].tls, &clients[i]);
        client_get(&clients[i], stall_rows[i].path);
        while (clients[i].got.size < stall_rows[i].arrives) {
            assert_int_equal(client_read(&clients[i]), END_REPLY);
        }
        rig_wait(rig, &rig->begun, i + 1);
    }
    client_patience(&clients[0], 25);
    for (size_t i = 0; i < ARRAY_SIZE(stall_rows); i++) {
        enum client_end end = client_drain(&clients[i]);

        if (end != END_SILENCE ||
            clients[i].got.size != stall_rows[i].arrives) {
            fail_msg("%s: end %d, %zu bytes", stall_rows[i].name, end,
                     clients[i].got.size);
        }
        client_patience(&clients[i + 1 < ARRAY_SIZE(stall_rows) ? i + 1 : i],
                        1);
    }
    assert_int_equal(rig->ended, 0);
    for (size_t i = 0; i < ARRAY_SIZE(stall_rows); i++) {
        struct rig_record *record;

        if (i % 2) {
            client_reset(&clients[i]);
        } else {
            client_close(&clients[i]);
        }
        record = rig_record(rig, i + 1);
        assert_int_equal(record->outcome, SENT_BROKEN);
        assert_int_equal(record->bytes, stall_rows[i].arrives);
        assert_int_equal(record->status, stall_rows[i].status);
    }
    rig_wait(rig, &rig->closed, ARRAY_SIZE(stall_rows));
}

/* Nothing would ever tell that such a client is gone. */
static void a_fin_leaves_a_stalled_reply(void **state)
{
    const struct reply_plan plan = {.cut = true, .cut_how = REPLY_CUT_HOLD};
    struct rig *rig = *state;
    struct client client = client_plain(rig);

    set_plan(rig, &plan);
    client_get(&client, "/a");
    rig_wait(rig, &rig->begun, 1);
    shutdown(client.fd, SHUT_WR);
    assert_int_equal(client_drain(&client), END_FIN);
    assert_int_equal(rig_record(rig, 1)->outcome, SENT_BROKEN);
    assert_int_equal(client.got.size, 0);
    client_close(&client);
}

/* The tear-down asks whether every exchange has ended. */
static void a_stalled_reply_ends_with_the_edge(void **state)
{
    const struct reply_plan plan = {.cut = true, .cut_how = REPLY_CUT_HOLD};
    struct rig *rig = *state;
    struct client client;

    client_tls(rig, &client);
    set_plan(rig, &plan);
    client_get(&client, "/big");
    rig_wait(rig, &rig->begun, 1);
    rig_stop(rig);
    assert_int_equal(rig->ended, 1);
    assert_int_equal(rig->records[0].outcome, SENT_BROKEN);
    client_close(&client);
}

/* Where the reply has fewer bytes all of it comes, and then nothing more. */
static void a_stall_behind_the_end_holds_what_follows(void **state)
{
    const struct reply_plan plan = {
        .cut = true, .cut_after = 100000, .cut_how = REPLY_CUT_HOLD};
    struct rig *rig = *state;
    struct client client = client_plain(rig);
    size_t whole;

    set_plan(rig, &plan);
    client_get(&client, "/a");
    assert_int_equal(client_read(&client), END_REPLY);
    assert_int_equal(rig_record(rig, 1)->outcome, SENT_WHOLE);
    whole = client.got.size;
    client_get(&client, "/a");
    shutdown(client.fd, SHUT_WR);
    assert_int_equal(client_drain(&client), END_FIN);
    assert_int_equal(client.got.size, whole);
    assert_int_equal(rig->begun, 1);
    client_close(&client);
}

/* The edge's own thread has no SIGPIPE to fear: the default would kill it. */
static void gone_peers_raise_no_signal(void **state UNUSED)
{
    struct sock sock = {.fd = -1};
    sigset_t pending;
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    close(pair[1]);
    sock.fd = pair[0];
    assert_int_equal(sock_send(&sock, "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    sigpending(&pending);
    assert_false(sigismember(&pending, SIGPIPE));
    close(pair[0]);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(cuts_after_so_many_bytes),
        TEST(cuts_far_into_a_big_body),
        TEST(raw_bytes_take_the_replys_place),
        TEST(raw_replies_keep_what_the_engine_closes),
        TEST(raw_replies_can_be_cut),
        TEST(delays_the_first_byte),
        TEST(drips),
        TEST(interim_bytes_come_first),
        TEST(pauses_before_a_byte),
        TEST(lingers_behind_the_last_byte),
        TEST(ends_as_it_is_told),
        TEST(idles_as_long_as_it_is_told),
        TEST(drips_into_a_cut),
        TEST(clients_may_leave_a_slow_reply),
        TEST(resets_at_accept),
        TEST(is_silent_after_accept),
        TEST(stalls_for_as_long_as_the_client_stays),
        TEST(a_fin_leaves_a_stalled_reply),
        TEST(a_stalled_reply_ends_with_the_edge),
        TEST(a_stall_behind_the_end_holds_what_follows),
        cmocka_unit_test(gone_peers_raise_no_signal),
    };

    alarm(RIG_TIME_LIMIT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
