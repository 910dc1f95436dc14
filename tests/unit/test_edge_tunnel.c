/*
 * The proxy's port of the edge: CONNECT, and the same socket as a connection to
 * one of the other ports from then on (RFC 9110, 9.3.6).
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edge_client.h"

#define WEB     "web.contoso.test:443"
#define CONNECT "CONNECT " WEB " HTTP/1.1\r\nHost: " WEB "\r\n\r\n"
#define GET     "GET /v HTTP/1.1\r\nHost: web.contoso.test\r\n\r\n"
#define YES     "HTTP/1.1 200 Yes\r\n\r\n"

static int set_up(void **state)
{
    struct rig *rig = rig_new();
    struct edge_options options = rig_options();

    options.proxy = true;
    rig->tunnel = EDGE_TUNNEL_ANY;
    rig->connected = YES;
    rig_start(rig, &options);
    *state = rig;
    return 0;
}

static void set_connect(struct rig *rig, enum edge_tunnel how,
                        const char *reply)
{
    pthread_mutex_lock(&rig->lock);
    rig->tunnel = how;
    rig->connected = reply;
    pthread_mutex_unlock(&rig->lock);
}

static void set_place(struct rig *rig, enum edge_place place,
                      struct conn_plan plan)
{
    pthread_mutex_lock(&rig->lock);
    rig->places[place] = plan;
    pthread_mutex_unlock(&rig->lock);
}

static struct client client_proxy(struct rig *rig)
{
    return client_connect_to(AF_INET, edge_proxy_port(rig->edge));
}

static struct client client_tunnel(struct rig *rig)
{
    struct client client = client_proxy(rig);

    client_send(&client, CONNECT);
    assert_string_equal(client_reply(&client), YES);
    return client;
}

static void speak_tls(struct client *client)
{
    const struct client_tls tls = {.sni = "web.contoso.test"};

    client_prepare_on(client, &tls);
    if (SSL_connect(client->ssl) != 1) {
        fail_msg("%s", ERR_reason_error_string(ERR_peek_error()));
    }
}

/* ---- What becomes of the connection ---- */

static void leads_to_the_ports(void **state)
{
    static const struct {
        enum edge_tunnel how;
        bool tls;
    } rows[] = {
        {EDGE_TUNNEL_ANY, true},
        {EDGE_TUNNEL_ANY, false},
        {EDGE_TUNNEL_TLS, true},
        {EDGE_TUNNEL_PLAIN, false},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct client client;
        const struct rig_record *record;

        set_connect(rig, rows[i].how, YES);
        client = client_tunnel(rig);
        if (rows[i].tls) {
            speak_tls(&client);
        }
        for (size_t k = 0; k < 2; k++) {
            client_get(&client, "/v");
            assert_ends(client_reply(&client), "GET /v 0");
        }
        record = rig_record(rig, 3 * (i + 1));
        assert_string_equal(record->sni, rows[i].tls ? "web.contoso.test" : "");
        assert_int_equal(record->conn, i + 1);
        client_close(&client);
    }
    assert_int_equal(rig->reached[EDGE_HELLO], 2);
}

/* Once each, as on a connection of its own. */
static void comes_by_all_places(void **state)
{
    static const enum edge_place places[] = {
        EDGE_PROXY_ACCEPT, EDGE_TUNNEL, EDGE_ACCEPT,     EDGE_FIRST_BYTE,
        EDGE_HELLO,        EDGE_IDLE,   EDGE_ESTABLISHED};
    struct rig *rig = *state;
    struct client client = client_tunnel(rig);

    assert_int_equal(rig->reached[EDGE_PROXY_ACCEPT], 1);
    speak_tls(&client);
    client_get(&client, "/v");
    client_reply(&client);
    rig_wait(rig, &rig->reached[EDGE_IDLE], 1);
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        assert_int_equal(rig->reached[places[i]], 1);
    }
    client_close(&client);
}

/* Its client's second request is not the first of a tunnel. */
static void a_proxy_has_no_first_byte(void **state)
{
    struct rig *rig = *state;
    struct client client = client_proxy(rig);

    for (size_t i = 0; i < 2; i++) {
        client_get(&client, "http://web.contoso.test/v");
        assert_ends(client_reply(&client), "GET http://web.contoso.test/v 0");
    }
    rig_record(rig, 2);
    assert_int_equal(rig->reached[EDGE_FIRST_BYTE], 0);
    assert_int_equal(rig->reached[EDGE_ACCEPT], 0);
    client_close(&client);
}

/* ---- No tunnel ---- */

static void opens_none_unless_the_status_says_so(void **state)
{
    static const struct {
        const char *reply;
        enum client_end end; /* END_REPLY: the next request is answered */
    } rows[] = {
        {"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", END_REPLY},
        {"HTTP/1.1 302 No\r\nContent-Length: 2\r\n\r\nno", END_REPLY},
        {"HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
         END_FIN},
        {"200\r\n\r\n", END_FIN},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct client client = client_proxy(rig);

        set_connect(rig, EDGE_TUNNEL_ANY, rows[i].reply);
        client_send(&client, CONNECT);
        assert_string_equal(client_reply(&client), rows[i].reply);
        set_connect(rig, EDGE_TUNNEL_ANY, YES);
        if (rows[i].end == END_REPLY) {
            client_send(&client, CONNECT);
            assert_string_equal(client_reply(&client), YES);
            speak_tls(&client);
        } else {
            assert_int_equal(client_drain(&client), rows[i].end);
        }
        client_close(&client);
    }
}

/* RFC 9110, 9.3.6: such headers mean nothing, and what is behind the head is
 * the tunnel's. */
static void any_2xx_opens_one(void **state)
{
    static const char *const rows[] = {
        "HTTP/1.0 200 OK\r\n\r\n",
        "HTTP/1.1 204 OK\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 299 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct client client = client_proxy(rig);

        set_connect(rig, EDGE_TUNNEL_ANY, rows[i]);
        client_send(&client, "CONNECT " WEB " HTTP/1.0\r\n\r\n");
        assert_string_equal(client_reply(&client), rows[i]);
        speak_tls(&client);
        client_get(&client, "/v");
        assert_ends(client_reply(&client), "GET /v 0");
        client_close(&client);
    }
}

static void another_port_is_no_proxys(void **state)
{
    struct rig *rig = *state;
    struct client client = client_plain(rig);

    client_send(&client, CONNECT);
    assert_ends(client_reply(&client), "CONNECT " WEB " 0");
    client_close(&client);
    client = client_tunnel(rig);
    client_send(&client, CONNECT);
    assert_ends(client_reply(&client), "CONNECT " WEB " 0");
    client_close(&client);
}

/* ---- Bytes that do not wait ---- */

static void takes_what_came_along(void **state)
{
    struct rig *rig = *state;

    for (size_t cut = 1; cut < sizeof(CONNECT GET GET) - 1; cut += 11) {
        struct client client = client_proxy(rig);
        struct span all = span_text(CONNECT GET GET);

        client_send_bytes(&client, span_slice(all, 0, cut));
        rig_wait(rig, &rig->begun, 1);
        client_send_bytes(&client, span_slice(all, cut, SIZE_MAX));
        assert_string_equal(client_reply(&client), YES);
        assert_ends(client_reply(&client), "GET /v 0");
        assert_ends(client_reply(&client), "GET /v 0");
        shutdown(client.fd, SHUT_WR);
        assert_int_equal(client_drain(&client), END_FIN);
        client_close(&client);
    }
}

/* The ClientHello is read again by OpenSSL, whole and in pieces. */
static void takes_a_hello_that_came_along(void **state)
{
    struct rig *rig = *state;

    for (size_t i = 0; i < 3; i++) {
        const struct client_tls tls = {.sni = "web.contoso.test"};
        struct client client = client_proxy(rig);
        BIO *out = BIO_new(BIO_s_mem());
        AUTO_BUF first = {0};
        char *hello;
        long size;
        size_t cut;

        client_prepare_on(&client, &tls);
        SSL_set0_wbio(client.ssl, out);
        client_patience(&client, 1);
        assert_int_not_equal(SSL_connect(client.ssl), 1);
        client_patience(&client, 10 * RIG_PATIENCE);
        size = BIO_get_mem_data(out, &hello);
        cut = i == 0 ? (size_t)size : i == 1 ? 1 : 7;
        buf_add_text(&first, CONNECT);
        buf_add(&first, span_of(hello, cut));
        assert_int_equal(send(client.fd, first.data, first.size, 0),
                         first.size);
        while (client.got.size < strlen(YES)) {
            char c;

            assert_int_equal(recv(client.fd, &c, 1, 0), 1);
            buf_add(&client.got, span_of(&c, 1));
        }
        buf_reset(&client.got);
        if (cut < (size_t)size) {
            assert_int_equal(
                send(client.fd, hello + cut, (size_t)size - cut, 0),
                (size_t)size - cut);
        }
        SSL_set0_wbio(client.ssl, BIO_new_socket(client.fd, BIO_NOCLOSE));
        assert_int_equal(SSL_connect(client.ssl), 1);
        client_get(&client, "/v");
        assert_ends(client_reply(&client), "GET /v 0");
        client_close(&client);
    }
}

/* ---- Ends ---- */

static void a_fin_ends_a_tunnel(void **state)
{
    struct rig *rig = *state;
    struct client client = client_proxy(rig);

    client_send(&client, CONNECT);
    shutdown(client.fd, SHUT_WR);
    assert_string_equal(client_reply(&client), YES);
    assert_int_equal(client_drain(&client), END_FIN);
    client_close(&client);
    client = client_tunnel(rig);
    client_close(&client);
    rig_wait(rig, &rig->closed, 2);
}

static void time_ends_a_silent_tunnel(void **state)
{
    struct rig *rig = *state;
    struct client client = client_tunnel(rig);

    assert_int_equal(client_drain(&client), END_FIN);
    client_close(&client);
}

static void ends_where_it_is_told(void **state)
{
    static const struct {
        enum edge_place place;
        struct conn_plan plan;
        bool connected; /* the reply comes before that */
        enum client_end end;
    } rows[] = {
        {EDGE_PROXY_ACCEPT,
         {.ends = true, .how = REPLY_CUT_RESET},
         false,
         END_RESET},
        {EDGE_PROXY_ACCEPT,
         {.ends = true, .how = REPLY_CUT_FIN},
         false,
         END_FIN},
        {EDGE_TUNNEL, {.ends = true, .how = REPLY_CUT_RESET}, true, END_RESET},
        {EDGE_TUNNEL, {.ends = true, .how = REPLY_CUT_CLOSE}, true, END_FIN},
        {EDGE_ACCEPT, {.ends = true, .how = REPLY_CUT_FIN}, true, END_FIN},
        {EDGE_FIRST_BYTE, {.ends = true, .how = REPLY_CUT_FIN}, true, END_FIN},
        {EDGE_TUNNEL,
         {.ends = true, .how = REPLY_CUT_FIN, .received = 10},
         true,
         END_FIN},
        {EDGE_TUNNEL,
         {.delay = ENV_NS_PER_MS, .ends = true, .how = REPLY_CUT_FIN},
         true,
         END_FIN},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct client client;
        enum client_end end;
        bool reset;

        set_place(rig, rows[i].place, rows[i].plan);
        client = client_proxy(rig);
        errno = 0;
        (void)!send(client.fd, CONNECT GET, strlen(CONNECT GET), MSG_NOSIGNAL);
        /* Who hears of a RST there hears of nothing but an end later. */
        reset = errno == ECONNRESET;
        if (rows[i].connected) {
            assert_string_equal(client_reply(&client), YES);
        }
        end = client_drain(&client);
        end = reset ? END_RESET : end;
        if (end != rows[i].end || client.got.size) {
            fail_msg("row %zu: %d \"%s\"", i, (int)end, buf_text(&client.got));
        }
        client_close(&client);
        set_place(rig, rows[i].place, (struct conn_plan){0});
    }
}

/* Raw bytes to the client, in the handshake and behind it. */
static void is_cut_after_so_many_bytes_sent(void **state)
{
    static const enum client_end ends[] = {
        [REPLY_CUT_FIN] = END_FIN,
        [REPLY_CUT_RESET] = END_RESET,
        [REPLY_CUT_HOLD] = END_SILENCE,
    };
    struct rig *rig = *state;

    for (size_t how = REPLY_CUT_FIN; how <= REPLY_CUT_HOLD; how++) {
        struct client client;

        set_place(rig, EDGE_TUNNEL,
                  (struct conn_plan){
                      .ends = true, .how = (enum reply_cut)how, .sent = 30000});
        set_connect(rig, EDGE_TUNNEL_PLAIN, YES);
        client = client_tunnel(rig);
        client_patience(&client, 3);
        client_get(&client, "/big");
        assert_int_equal(client_drain(&client), ends[how]);
        assert_int_equal(client.got.size, 30000);
        client_close(&client);

        set_connect(rig, EDGE_TUNNEL_TLS, YES);
        client = client_tunnel(rig);
        client_patience(&client, 3);
        speak_tls(&client);
        client_get(&client, "/big");
        assert_int_equal(client_drain(&client), ends[how]);
        assert_true(client.got.size > 10000 && client.got.size < 30000);
        client_close(&client);
    }
}

/* ---- Ports ---- */

static void tells_which_ports_listen(void **state)
{
    struct rig *rig = *state;
    struct edge_options options = rig_options();
    AUTO(edge) deaf = NULL;
    struct err err;

    assert_int_equal(edge_listens(rig->edge, EDGE_PORT_HTTP), BIND_LISTEN);
    assert_int_equal(edge_listens(rig->edge, EDGE_PORT_HTTPS), BIND_LISTEN);
    set_place(rig, EDGE_TUNNEL, (struct conn_plan){.refuse.refuse = true});
    for (size_t i = 0; i < 2; i++) {
        struct client client = client_tunnel(rig);

        client_close(&client);
    }
    rig_wait(rig, &rig->closed, 2);
    assert_int_equal(edge_listens(rig->edge, EDGE_PORT_HTTP), BIND_LISTEN);
    assert_int_equal(edge_listens(rig->edge, EDGE_PORT_HTTPS), BIND_RESERVE);
    options.ports[EDGE_PORT_HTTP] = BIND_DEAF;
    options.ports[EDGE_PORT_HTTPS] = BIND_RESERVE;
    assert_true(edge_new(&options, rig->loop, &deaf, &err));
    assert_int_equal(edge_listens(deaf, EDGE_PORT_HTTP), BIND_DEAF);
    assert_int_equal(edge_listens(deaf, EDGE_PORT_HTTPS), BIND_RESERVE);
    assert_int_equal(edge_proxy_port(deaf), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(leads_to_the_ports),
        TEST(comes_by_all_places),
        TEST(a_proxy_has_no_first_byte),
        TEST(opens_none_unless_the_status_says_so),
        TEST(any_2xx_opens_one),
        TEST(another_port_is_no_proxys),
        TEST(takes_what_came_along),
        TEST(takes_a_hello_that_came_along),
        TEST(a_fin_ends_a_tunnel),
        TEST(time_ends_a_silent_tunnel),
        TEST(ends_where_it_is_told),
        TEST(is_cut_after_so_many_bytes_sent),
        TEST(tells_which_ports_listen),
    };

    alarm(RIG_TIME_LIMIT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
