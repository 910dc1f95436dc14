/*
 * The edge and requests: one at a time to the engine, raw bytes kept, limits,
 * how exchanges end, what idle connections cost, and the listeners.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "edge_client.h"

/* ---- Requests and replies ---- */

static void answers_over_both_ports(void **state)
{
    struct rig *rig = *state;
    struct client plain = client_plain(rig);
    struct client tls;
    struct rig_record *record;

    client_get(&plain, "/a");
    assert_ends(client_reply(&plain), "\r\n\r\nGET /a 0");
    client_tls(rig, &tls);
    client_get(&tls, "/b");
    assert_ends(client_reply(&tls), "\r\n\r\nGET /b 0");

    record = rig_record(rig, 2);
    assert_int_equal(record->outcome, SENT_WHOLE);
    assert_int_equal(record->status, 200);
    assert_int_equal(record->bytes, tls.taken_size);
    assert_string_equal(record->head,
                        "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n");
    assert_string_equal(buf_text(&record->raw),
                        "GET /b HTTP/1.1\r\nHost: web.contoso.test\r\n\r\n");
    assert_int_equal(record->raw_size, record->raw.size);
    assert_string_equal(record->sni, "web.contoso.test");
    assert_string_equal(record->version, "TLSv1.3");
    assert_begins(record->peer, "127.0.0.1:");
    assert_string_equal(rig->records[0].version, "");
    client_close(&plain);
    client_close(&tls);
    rig_wait(rig, &rig->closed, 2);
}

static void keeps_connections(void **state)
{
    struct rig *rig = *state;
    struct client client;

    client_tls(rig, &client);
    for (size_t i = 1; i <= 5; i++) {
        client_get(&client, "/again");
        assert_ends(client_reply(&client), "GET /again 0");
        assert_int_equal(rig_record(rig, i)->conn, 1);
    }
    client_close(&client);
}

/* However the bytes come, the same requests arrive. */
static void takes_requests_in_any_pieces(void **state)
{
    static const char text[] = "\r\n\r\nPOST /a HTTP/1.1\r\nContent-Length: 5"
                               "\r\n\r\nhello\r\nGET /b HTTP/1.1\r\n\r\n";
    struct rig *rig = *state;
    struct client client = client_plain(rig);

    for (const char *c = text; *c; c++) {
        client_send_bytes(&client, span_of(c, 1));
    }
    assert_ends(client_reply(&client), "POST /a 5");
    assert_ends(client_reply(&client), "GET /b 0");
    assert_int_equal(rig_record(rig, 1)->raw_size, 44);
    assert_ends(buf_text(&rig->records[0].raw), "\r\n\r\nhello");
    client_close(&client);
}

static void answers_pipelined_requests_in_order(void **state)
{
    struct rig *rig = *state;
    struct client client;
    AUTO_BUF all = {0};

    client_tls(rig, &client);
    for (int i = 0; i < 20; i++) {
        buf_printf(&all, "GET /%d HTTP/1.1\r\n\r\n", i);
    }
    client_send_bytes(&client, buf_span(&all));
    for (int i = 0; i < 20; i++) {
        AUTO(str) end = mem_printf("\r\n\r\nGET /%d 0", i);

        assert_ends(client_reply(&client), end);
    }
    assert_string_equal(buf_text(&rig_record(rig, 20)->raw),
                        "GET /19 HTTP/1.1\r\n\r\n");
    client_close(&client);
}

static void takes_chunked_bodies(void **state)
{
    struct rig *rig = *state;
    struct client client;

    client_tls(rig, &client);
    client_send(&client, "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
                         "\r\n5\r\nhello\r\n");
    client_send(&client, "0\r\n\r\nGET /d HTTP/1.1\r\n\r\n");
    assert_ends(client_reply(&client), "POST /c 15");
    assert_ends(client_reply(&client), "GET /d 0");
    assert_ends(buf_text(&rig_record(rig, 1)->raw), "5\r\nhello\r\n0\r\n\r\n");
    client_close(&client);
}

static void passes_interim_replies(void **state)
{
    struct rig *rig = *state;
    struct client client = client_plain(rig);

    client_get(&client, "/100");
    assert_string_equal(client_reply(&client), "HTTP/1.1 100 Continue\r\n\r\n");
    assert_ends(client_reply(&client), "GET /100 0");
    assert_int_equal(rig_record(rig, 1)->status, 200);
    assert_int_equal(rig->records[0].bytes, client.taken_size);
    client_close(&client);
}

static void replies_to_head_have_no_body(void **state)
{
    struct rig *rig = *state;
    struct client client;

    client_tls(rig, &client);
    client_send(&client, "HEAD /h HTTP/1.1\r\n\r\nGET /g HTTP/1.1\r\n\r\n");
    rig_record(rig, 2);
    while (client.got.size < 84) {
        assert_int_equal(client_read(&client), END_REPLY);
    }
    assert_begins(buf_text(&client.got),
                  "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200");
    client_close(&client);
}

/* The engine's way to end a reply decides over the connection. */
static void ends_connections_as_replies_say(void **state)
{
    static const struct {
        const char *path;
        enum client_end end;
        enum sent_outcome outcome;
        const char *got;
    } rows[] = {
        {"/close", END_CLOSE_NOTIFY, SENT_WHOLE, "GET /close 0"},
        {"/open", END_CLOSE_NOTIFY, SENT_WHOLE, "until the end"},
        {"/half", END_FIN, SENT_CUT, "half"},
        {"/gone", END_FIN, SENT_NOTHING, ""},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct client client;

        client_tls(rig, &client);
        client_patience(&client, 10); /* it does not take a time limit */
        client_get(&client, rows[i].path);
        assert_int_equal(client_drain(&client), rows[i].end);
        assert_ends(buf_text(&client.got), rows[i].got);
        assert_int_equal(rig_record(rig, i + 1)->outcome, rows[i].outcome);
        assert_int_equal(rig->records[i].bytes, client.got.size);
        client_close(&client);
    }
}

/* An engine that leaves between two requests is followed by a new one. */
static void survives_the_engines_leaving(void **state)
{
    struct rig *rig = *state;
    struct client client;

    client_tls(rig, &client);
    for (int i = 0; i < 3; i++) {
        client_send(&client, "GET /leave HTTP/1.1\r\n\r\n"
                             "GET /leave HTTP/1.1\r\n\r\n");
        assert_ends(client_reply(&client), "GET /leave 0");
        assert_ends(client_reply(&client), "GET /leave 0");
    }
    client_close(&client);
}

static void ends_after_an_early_reply(void **state)
{
    struct rig *rig = *state;
    struct client client;

    client_tls(rig, &client);
    client_patience(&client, 10); /* it does not take the idle time */
    client_send(&client,
                "POST /early HTTP/1.1\r\nContent-Length: 100\r\n\r\npart");
    assert_int_equal(client_drain(&client), END_CLOSE_NOTIFY);
    assert_begins(buf_text(&client.got), "HTTP/1.1 400 Bad\r\n");
    assert_int_equal(rig_record(rig, 1)->outcome, SENT_WHOLE);
    assert_int_equal(rig->records[0].status, 400);
    assert_ends(buf_text(&rig->records[0].raw), "part");
    client_close(&client);
}

/* ---- Much data ---- */

static void sends_big_replies_to_slow_readers(void **state)
{
    struct rig *rig = *state;

    for (int tls = 0; tls < 2; tls++) {
        struct client client = {0};

        if (tls) {
            client_tls(rig, &client);
        } else {
            client = client_plain(rig);
        }
        client_get(&client, "/big");
        client_get(&client, "/after");
        /* The second may not overtake while nothing is read. */
        rig_wait(rig, &rig->begun, (size_t)tls * 2 + 1);
        while (client.got.size < RIG_BIG) {
            assert_int_equal(client_read(&client), END_REPLY);
        }
        client_reply(&client);
        assert_true(client.taken_size > RIG_BIG);
        assert_ends(client_reply(&client), "GET /after 0");
        assert_true(rig_record(rig, (size_t)tls * 2 + 1)->bytes > RIG_BIG);
        client_close(&client);
    }
}

static void takes_big_bodies(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF body = {0};

    memset(buf_reserve(&body, RIG_BIG), 'y', RIG_BIG);
    buf_commit(&body, RIG_BIG);
    for (size_t tls = 0; tls < 2; tls++) {
        struct client client = {0};
        AUTO(str)
        head = mem_printf("POST /p HTTP/1.1\r\nContent-Length: %d\r\n\r\n",
                          RIG_BIG);
        struct rig_record *record;

        if (tls) {
            client_tls(rig, &client);
        } else {
            client = client_plain(rig);
        }
        client_send(&client, head);
        client_send_bytes(&client, buf_span(&body));
        assert_ends(client_reply(&client), "POST /p 1000000");
        record = rig_record(rig, tls + 1);
        assert_int_equal(record->raw_size, strlen(head) + RIG_BIG);
        assert_int_equal(record->raw.size, EDGE_RAW_LIMIT);
        client_close(&client);
    }
}

/* Requests that come while one is answered wait with the client in the end. */
static void holds_back_pipelined_floods(void **state)
{
    enum { FLOOD = 64 * 1024 * 1024, TRIES = 20 };
    struct rig *rig = *state;
    struct client client = client_plain(rig);
    AUTO_BUF chunk = {0};
    size_t total = 0;

    memset(buf_reserve(&chunk, 65536), 'f', 65536);
    client_get(&client, "/silent");
    rig_wait(rig, &rig->begun, 1);
    for (int full = 0; full < TRIES && total < FLOOD;) {
        ssize_t put =
            send(client.fd, chunk.data, 65536, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (put > 0) {
            total += (size_t)put;
            full = 0;
        } else {
            assert_int_equal(errno, EAGAIN);
            usleep(2000);
            full++;
        }
    }
    assert_true(total < FLOOD);
    client_close(&client);
}

/* ---- Refusals ---- */

static void refuses_what_is_no_request(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        size_t filler; /* so many bytes go behind it */
        unsigned status;
    } rows[] = {
        {"head without end", "GET / HTTP/1.1\r\nA: ", 4096, 400},
        {"request line without end", "GET /", 5000, 400},
        {"body declared too large",
         "POST / HTTP/1.1\r\nContent-Length: 2000001\r\n\r\n", 0, 413},
        {"body declared absurd",
         "POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n", 0,
         413},
        {"chunk too large",
         "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n300000\r\n",
         2100000, 413},
        {"chunk declared absurd",
         "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
         0, 413},
        {"unknown coding",
         "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 0, 501},
        {"TLS on the HTTP port", "\x16\x03\x01\x02", 0, 400},
        {"no method", " / HTTP/1.1\r\n\r\n", 0, 400},
        {"no version", "GET /\r\n\r\n", 0, 400},
        {"no header", "GET / HTTP/1.1\r\nnonsense\r\n\r\n", 0, 400},
        {"two lengths",
         "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 0,
         400},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct client client = client_plain(rig);
        AUTO_BUF filler = {0};
        AUTO(str) begin = mem_printf("HTTP/1.1 %u ", rows[i].status);
        struct rig_record *record;

        memset(buf_reserve(&filler, rows[i].filler + 1), 'f', rows[i].filler);
        buf_commit(&filler, rows[i].filler);
        client_send(&client, rows[i].text);
        client_send_bytes(&client, buf_span(&filler));
        assert_int_equal(client_drain(&client), END_FIN);
        assert_begins(buf_text(&client.got), begin);
        assert_non_null(strstr(buf_text(&client.got), "Connection: close"));
        record = rig_record(rig, i + 1);
        assert_int_equal(record->status, rows[i].status);
        assert_int_equal(record->outcome, SENT_WHOLE);
        assert_begins(buf_text(&record->raw), rows[i].text);
        client_close(&client);
    }
}

static void refuses_a_whole_head_over_the_limit(void **state)
{
    struct rig *rig = *state;
    struct client client;
    AUTO_BUF text = {0};

    client_tls(rig, &client);
    buf_printf(&text, "GET / HTTP/1.1\r\nA: %04100d\r\n\r\n", 0);
    client_send_bytes(&client, buf_span(&text));
    assert_int_equal(client_drain(&client), END_CLOSE_NOTIFY);
    assert_begins(buf_text(&client.got), "HTTP/1.1 400 Bad Request\r\n");
    assert_non_null(strstr(buf_text(&client.got), "Request Too Long"));
    assert_int_equal(rig_record(rig, 1)->raw_size, text.size);
    client_close(&client);
}

/* Readers may differ about where it ends (RFC 9112, 6.3). */
static void refuses_what_cannot_be_framed(void **state)
{
    static const char text[] = "POST /x HTTP/1.1\r\nContent-Length: 0\r\n"
                               "Transfer-Encoding: x\r\n\r\n"
                               "GET /y HTTP/1.1\r\n\r\n";
    struct rig *rig = *state;
    struct client client;

    client_tls(rig, &client);
    client_send(&client, text);
    assert_int_equal(client_drain(&client), END_CLOSE_NOTIFY);
    assert_begins(buf_text(&client.got), "HTTP/1.1 400 Bad Request\r\n");
    assert_int_equal(rig_record(rig, 1)->raw_size, strlen(text));
    assert_int_equal(rig->begun, 1);
    client_close(&client);
}

/* ---- Peers that go away ---- */

static void ends_exchanges_of_lost_clients(void **state)
{
    static const struct {
        const char *text;
        bool reset; /* else FIN */
        bool tls;
        enum sent_outcome outcome;
    } rows[] = {
        {"GET / HT", true, false, SENT_NOTHING},
        {"GET / HT", true, true, SENT_NOTHING},
        {"GET / HT", false, true, SENT_NOTHING},
        {"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\npart", true, true,
         SENT_NOTHING},
        {"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\npart", false, true,
         SENT_NOTHING},
        {"GET /silent HTTP/1.1\r\n\r\n", true, false, SENT_BROKEN},
        {"GET /silent HTTP/1.1\r\n\r\n", true, true, SENT_BROKEN},
        {"GET /silent HTTP/1.1\r\n\r\n", false, true, SENT_BROKEN},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct client client = {0};
        struct rig_record *record;

        if (rows[i].tls) {
            client_tls(rig, &client);
        } else {
            client = client_plain(rig);
        }
        client_send(&client, rows[i].text);
        rig_wait(rig, &rig->begun, i + 1);
        if (rows[i].reset) {
            client_reset(&client);
        } else {
            assert_int_equal(shutdown(client.fd, SHUT_WR), 0);
        }
        record = rig_record(rig, i + 1);
        client_close(&client);
        assert_int_equal(record->outcome, rows[i].outcome);
        rig_wait(rig, &rig->closed, i + 1);
    }
}

/* Where engine and framer wait for each other, that has an end. */
static void waits_for_no_engine_for_ever(void **state)
{
    struct rig *rig = *state;
    struct client client = client_plain(rig);

    client_get(&client, "/silent");
    assert_int_equal(rig_record(rig, 1)->outcome, SENT_BROKEN);
    assert_int_not_equal(client_drain(&client), END_SILENCE);
    client_close(&client);
}

/* Over plain HTTP a half-closed client still gets its replies. */
static void answers_half_closed_clients(void **state)
{
    struct rig *rig = *state;
    struct client client = client_plain(rig);

    client_send(&client, "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n");
    assert_int_equal(shutdown(client.fd, SHUT_WR), 0);
    assert_ends(client_reply(&client), "GET /a 0");
    assert_ends(client_reply(&client), "GET /b 0");
    assert_int_equal(client_drain(&client), END_FIN);
    client_close(&client);
}

static void ends_everything_with_the_edge(void **state)
{
    struct rig *rig = *state;
    struct client waiting;
    struct client half = client_plain(rig);

    client_tls(rig, &waiting);
    client_get(&waiting, "/silent");
    client_send(&half, "GET /");
    rig_wait(rig, &rig->begun, 2);
    rig_counts(rig); /* a turn later both are in their places */
    rig_stop(rig);
    assert_int_equal(rig->ended, 2);
    assert_int_equal(rig->closed, 2);
    for (size_t i = 0; i < 2; i++) {
        bool was_half = rig->records[i].version[0] == '\0';

        assert_int_equal(rig->records[i].outcome,
                         was_half ? SENT_NOTHING : SENT_BROKEN);
        assert_int_equal(rig->records[i].raw_size, was_half ? 5 : 48);
    }
    client_close(&waiting);
    client_close(&half);
}

/* Its facts stay true after the connection is gone. */
static void exchanges_outlive_connections(void **state)
{
    struct rig *rig = *state;
    struct client client;

    rig->keep = true;
    client_tls(rig, &client);
    client_get(&client, "/a");
    client_reply(&client);
    client_close(&client);
    rig_wait(rig, &rig->closed, 1);
    rig_counts(rig); /* a turn later its memory is gone too */
    assert_int_equal(rig->kept->references, 1);
    assert_ptr_equal(rig->kept->conn, rig->kept->facts.conn);
    assert_int_equal(rig->kept->conn->id, 1);
    assert_begins(rig->kept->conn->peer, "127.0.0.1:");
    assert_string_equal(rig->kept->conn->sni, "web.contoso.test");
    assert_string_equal(rig->kept->conn->tls_version, "TLSv1.3");
    assert_true(
        span_equal(rig->kept->conn->certificate_hash, span_text("hash")));
    exchange_unref(rig->kept);
}

/* ---- Time ---- */

static void idle_connections_give_back_their_engine(void **state)
{
    struct rig *rig = *state;
    struct client client;
    struct edge_counts counts;

    client_tls(rig, &client);
    assert_int_equal(rig_counts(rig).attached, 0);
    client_get(&client, "/a");
    client_reply(&client);
    assert_int_equal(rig_counts(rig).attached, 1);
    for (int i = 0; i < 300 && rig_counts(rig).attached; i++) {
        usleep(10000);
    }
    counts = rig_counts(rig);
    assert_int_equal(counts.attached, 0);
    assert_int_equal(counts.open, 1);
    client_get(&client, "/b");
    assert_ends(client_reply(&client), "GET /b 0");
    counts = rig_counts(rig);
    assert_int_equal(counts.attached, 1);
    assert_int_equal(counts.accepted, 1);
    client_close(&client);
}

/* Idle, or in the middle of a head, or a handshake: all end in time. */
static void time_ends_connections(void **state)
{
    struct rig *rig = *state;
    struct client idle = client_plain(rig);
    struct client head = client_plain(rig);
    struct client hand = client_connect_to(AF_INET, edge_https_port(rig->edge));

    client_get(&idle, "/a");
    client_reply(&idle);
    client_send(&head, "GET / HTTP/1.1\r\nA");
    client_send(&hand, "\x16\x03\x01");
    assert_int_equal(client_drain(&head), END_FIN);
    assert_int_equal(rig_record(rig, 2)->outcome, SENT_NOTHING);
    assert_ends(buf_text(&rig->records[1].raw), "\r\nA");
    assert_int_equal(client_drain(&hand), END_FIN);
    rig_wait(rig, &rig->failures, 1);
    assert_string_equal(rig->failure, "not complete within the time limit");
    assert_int_equal(client_drain(&idle), END_FIN);
    client_close(&idle);
    client_close(&head);
    client_close(&hand);
}

/* A client that does not read its reply does not stay for ever. */
static void time_ends_blocked_replies(void **state)
{
    struct rig *rig = *state;
    struct client client = client_plain(rig);
    int small = 4096;

    setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    for (int i = 0; i < 8; i++) {
        client_get(&client, "/big");
    }
    rig_wait(rig, &rig->closed, 1);
    assert_int_equal(rig->records[rig->ended - 1].outcome, SENT_BROKEN);
    client_close(&client);
}

/* ---- Listeners ---- */

static void both_families_share_a_port(void **state)
{
    static const char *const addresses[] = {"127.0.0.1", "::1", NULL};
    struct rig *rig = rig_new();
    struct edge_options options = rig_options();
    struct client client;

    *state = rig;
    options.addresses = addresses;
    rig_start(rig, &options);
    assert_int_not_equal(edge_http_port(rig->edge), edge_https_port(rig->edge));
    client = client_connect_to(AF_INET, edge_http_port(rig->edge));
    client_get(&client, "/4");
    assert_ends(client_reply(&client), "GET /4 0");
    client_close(&client);
    client = client_connect_to(AF_INET6, edge_http_port(rig->edge));
    client_get(&client, "/6");
    assert_ends(client_reply(&client), "GET /6 0");
    assert_begins(rig_record(rig, 2)->peer, "[::1]:");
    client_close(&client);
}

/* Somebody's listener on loopback; returns its port. */
static int foreign_port(int *out_fd, int option)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int on = 1;

    *out_fd = socket(AF_INET, SOCK_STREAM, 0);
    if (option) {
        setsockopt(*out_fd, SOL_SOCKET, option, &on, sizeof(on));
    }
    assert_int_equal(bind(*out_fd, (void *)&address, size), 0);
    assert_int_equal(listen(*out_fd, 1), 0);
    assert_int_equal(getsockname(*out_fd, (void *)&address, &size), 0);
    return ntohs(address.sin_port);
}

static void a_port_in_use_is_an_error(void **state)
{
    static const int options_of_others[] = {0, SO_REUSEADDR, SO_REUSEPORT};
    struct rig *rig = rig_new();

    *state = rig;
    for (size_t i = 0; i < ARRAY_SIZE(options_of_others); i++) {
        struct edge_options options = rig_options();
        struct edge *edge = NULL;
        struct err err = {""};
        AUTO(str) port = NULL;
        int fd;

        options.https_port = foreign_port(&fd, options_of_others[i]);
        port = mem_printf("127.0.0.1 port %d", options.https_port);
        assert_false(edge_new(&options, rig->loop, &edge, &err));
        assert_null(edge);
        assert_non_null(strstr(err.text, port));
        assert_non_null(strstr(err.text, strerror(EADDRINUSE)));
        close(fd);
    }
}

static void binds_as_told(void **state)
{
    static const char *const nonsense[] = {"localhost", NULL};
    static const char *const nothing[] = {NULL};
    struct rig *rig = rig_new();
    struct edge_options options = rig_options();
    struct err err = {""};
    int fd;
    AUTO(edge) edge = NULL;

    *state = rig;
    options.https_port = -1;
    options.http_port = foreign_port(&fd, 0);
    close(fd);
    assert_true(edge_new(&options, rig->loop, &edge, &err));
    assert_int_equal(edge_http_port(edge), options.http_port);
    assert_int_equal(edge_https_port(edge), 0);
    options.http_port = 0;
    options.addresses = nonsense;
    assert_false(edge_new(&options, rig->loop, &edge, &err));
    assert_non_null(strstr(err.text, "localhost"));
    options.addresses = nothing;
    assert_false(edge_new(&options, rig->loop, &edge, &err));
}

static void connections_have_a_limit(void **state)
{
    struct rig *rig = rig_new();
    struct edge_options options = rig_options();
    struct client first;
    struct client second;
    struct client third;

    *state = rig;
    options.connections_limit = 2;
    rig_start(rig, &options);
    first = client_plain(rig);
    second = client_plain(rig);
    client_get(&second, "/2");
    client_reply(&second);
    third = client_plain(rig);
    assert_int_equal(client_drain(&third), END_FIN);
    assert_int_equal(rig_counts(rig).refused, 1);
    assert_int_equal(rig_counts(rig).open, 2);
    client_close(&first);
    client_close(&third);
    rig_wait(rig, &rig->closed, 1);
    third = client_plain(rig);
    client_get(&third, "/3");
    assert_ends(client_reply(&third), "GET /3 0");
    client_close(&second);
    client_close(&third);
}

/*
 * With all descriptors gone the edge waits instead of spinning or falling, and
 * goes on as soon as some come back. A process of its own has the low limit.
 */
static void run_out_of_descriptors(void)
{
    enum { LIMIT = 120, STAY = 5 };
    const struct rlimit limit = {LIMIT, LIMIT};
    struct rig *rig = rig_new();
    struct edge_options options = rig_options();
    struct client clients[LIMIT];
    size_t count = 0;
    int last;

    assert(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    options.handshake_seconds = options.idle_seconds = RIG_TIME_LIMIT;
    rig_start(rig, &options);
    while ((last = socket(AF_INET, SOCK_STREAM, 0)) >= 0) {
        clients[count++] =
            client_over(last, AF_INET, edge_http_port(rig->edge));
    }
    while (rig_counts(rig).refused == 0) {
        usleep(1000);
    }
    while (count > STAY) {
        client_close(&clients[--count]);
    }
    for (size_t i = 0; i < count; i++) {
        client_get(&clients[i], "/a");
        client_reply(&clients[i]);
        assert(text_ends(clients[i].taken, "GET /a 0"));
    }
    last = (int)rig_counts(rig).open;
    _exit(last == STAY ? 0 : 1);
}

static void descriptors_may_run_out(void **state UNUSED)
{
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        alarm(RIG_TIME_LIMIT / 2);
        run_out_of_descriptors();
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)
/* Makes its own rig. */
#define TEST_BARE(name) cmocka_unit_test_teardown(name, rig_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(answers_over_both_ports),
        TEST(keeps_connections),
        TEST(takes_requests_in_any_pieces),
        TEST(answers_pipelined_requests_in_order),
        TEST(takes_chunked_bodies),
        TEST(passes_interim_replies),
        TEST(replies_to_head_have_no_body),
        TEST(ends_connections_as_replies_say),
        TEST(survives_the_engines_leaving),
        TEST(ends_after_an_early_reply),
        TEST(sends_big_replies_to_slow_readers),
        TEST(takes_big_bodies),
        TEST(holds_back_pipelined_floods),
        TEST(refuses_what_is_no_request),
        TEST(refuses_a_whole_head_over_the_limit),
        TEST(refuses_what_cannot_be_framed),
        TEST(ends_exchanges_of_lost_clients),
        TEST(waits_for_no_engine_for_ever),
        TEST(answers_half_closed_clients),
        TEST(ends_everything_with_the_edge),
        TEST(exchanges_outlive_connections),
        TEST(idle_connections_give_back_their_engine),
        TEST(time_ends_connections),
        TEST(time_ends_blocked_replies),
        TEST_BARE(both_families_share_a_port),
        TEST_BARE(a_port_in_use_is_an_error),
        TEST_BARE(binds_as_told),
        TEST_BARE(connections_have_a_limit),
        cmocka_unit_test(descriptors_may_run_out),
    };

    alarm(RIG_TIME_LIMIT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
