/*
 * TLS at the edge: versions, names, resumption, the key log, what goes wrong
 * by itself and what goes wrong on purpose.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edge_client.h"

#define WEB "web.contoso.test"

static void set_place(struct rig *rig, enum edge_place place,
                      struct conn_plan plan)
{
    pthread_mutex_lock(&rig->lock);
    rig->places[place] = plan;
    pthread_mutex_unlock(&rig->lock);
}

static void set_hello(struct rig *rig, const struct hello_plan *plan)
{
    pthread_mutex_lock(&rig->lock);
    rig->hello = *plan;
    pthread_mutex_unlock(&rig->lock);
}

static void assert_failure(struct rig *rig, size_t n, const char *why)
{
    rig_wait(rig, &rig->failures, n);
    if (!strstr(rig->failure, why)) {
        fail_msg("\"%s\" is not \"%s\"", rig->failure, why);
    }
}

/* ---- Versions ---- */

static void speaks_the_versions_it_is_told(void **state)
{
    static const struct {
        int minimum; /* the plan's */
        int maximum;
        int client;          /* the one version of the client */
        const char *version; /* NULL: refused ... */
        int alert;           /* ... with this, 0: by the client */
    } rows[] = {
        {0, 0, TLS1_3_VERSION, "TLSv1.3", 0},
        {0, 0, TLS1_2_VERSION, "TLSv1.2", 0},
        {0, 0, TLS1_1_VERSION, NULL, 70},
        {TLS1_VERSION, TLS1_VERSION, TLS1_VERSION, "TLSv1", 0},
        {TLS1_VERSION, TLS1_VERSION, TLS1_2_VERSION, NULL, 0},
        {TLS1_VERSION, TLS1_VERSION, TLS1_3_VERSION, NULL, 70},
        {TLS1_VERSION, TLS1_1_VERSION, TLS1_1_VERSION, "TLSv1.1", 0},
        {TLS1_VERSION, TLS1_3_VERSION, TLS1_VERSION, "TLSv1", 0},
        {TLS1_3_VERSION, TLS1_3_VERSION, TLS1_3_VERSION, "TLSv1.3", 0},
        {TLS1_3_VERSION, TLS1_3_VERSION, TLS1_2_VERSION, NULL, 70},
    };
    struct rig *rig = *state;
    size_t served = 0;
    size_t refused = 0;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct hello_plan plan = {.minimum = rows[i].minimum,
                                        .maximum = rows[i].maximum};
        const struct client_tls tls = {WEB, rows[i].client, rows[i].client,
                                       NULL};
        struct client client;
        int alert;

        set_hello(rig, &plan);
        client_prepare(rig, &client, &tls);
        if (rows[i].version) {
            assert_int_equal(SSL_connect(client.ssl), 1);
            client_get(&client, "/v");
            client_reply(&client);
            assert_string_equal(rig_record(rig, ++served)->version,
                                rows[i].version);
        } else {
            assert_int_equal(client_handshake_end(&client, &alert), END_FIN);
            assert_int_equal(alert, rows[i].alert);
            assert_failure(rig, ++refused,
                           alert ? "unsupported protocol"
                                 : "wrong version number");
        }
        client_close(&client);
    }
}

static void old_versions_for_the_whole_edge(void **state)
{
    const struct client_tls tls = {WEB, TLS1_VERSION, TLS1_VERSION, NULL};
    struct rig *rig = rig_new();
    struct edge_options options = rig_options();
    struct client client;

    *state = rig;
    options.tls_minimum = TLS1_VERSION;
    options.tls_maximum = TLS1_1_VERSION;
    rig_start(rig, &options);
    client_tls_with(rig, &client, &tls);
    client_get(&client, "/v");
    client_reply(&client);
    assert_string_equal(rig_record(rig, 1)->version, "TLSv1");
    client_close(&client);
}

/* ---- Names ---- */

static void knows_the_server_name(void **state)
{
    static const struct {
        const char *sni;
        const char *seen;
    } rows[] = {
        {"web.contoso.test", "web.contoso.test"},
        {"WEB.Contoso.TEST", "web.contoso.test"},
        {NULL, ""},
        {"with space", ""},
        {"caf\xc3\xa9.test", ""},
        {"x", "x"},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct client_tls tls = {.sni = rows[i].sni};
        struct client client;

        client_tls_with(rig, &client, &tls);
        client_get(&client, "/n");
        client_reply(&client);
        assert_string_equal(rig_record(rig, i + 1)->sni, rows[i].seen);
        client_close(&client);
    }
    /* Not once more for a HelloRetryRequest. */
    assert_int_equal(rig->reached[EDGE_HELLO], ARRAY_SIZE(rows));
}

/* RFC 8446, 4.1.4: the client guessed a group that the server lacks. */
static void greets_once_despite_a_retry(void **state)
{
    const struct client_tls tls = {.sni = WEB};
    struct rig *rig = *state;
    struct client client;
    char groups[] = "ffdhe2048:P-256";

    client_prepare(rig, &client, &tls);
    /* Only the first group gets a key share. */
    assert_int_equal(SSL_set1_groups_list(client.ssl, groups), 1);
    assert_int_equal(SSL_connect(client.ssl), 1);
    assert_int_equal(SSL_get_negotiated_group(client.ssl),
                     NID_X9_62_prime256v1);
    client_get(&client, "/r");
    client_reply(&client);
    assert_int_equal(rig->reached[EDGE_HELLO], 1);
    client_close(&client);
}

/* ---- Resumption ---- */

static void resumes(void **state)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    struct rig *rig = *state;
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_SIZE(versions) * 2; i++) {
        int version = versions[i / 2];
        bool ticket = i % 2;
        struct client_tls tls = {WEB, version, version, NULL};
        struct client first;
        struct client second;
        struct client third;

        client_prepare(rig, &first, &tls);
        SSL_set_options(first.ssl, ticket ? 0 : SSL_OP_NO_TICKET);
        assert_int_equal(SSL_connect(first.ssl), 1);
        client_get(&first, "/1");
        client_reply(&first);
        assert_false(rig_record(rig, ++n)->resumed);
        tls.session = first.session;
        assert_non_null(tls.session);
        SSL_shutdown(first.ssl);

        client_tls_with(rig, &second, &tls);
        client_get(&second, "/2");
        client_reply(&second);
        assert_true(rig_record(rig, ++n)->resumed);
        assert_int_equal(SSL_session_reused(second.ssl), 1);

        /* Under another certificate the session is no good. */
        tls.sni = "other.contoso.test";
        client_tls_with(rig, &third, &tls);
        client_get(&third, "/3");
        client_reply(&third);
        assert_false(rig_record(rig, ++n)->resumed);
        client_close(&third);
        client_close(&second);
        client_close(&first);
    }
}

/* ---- The key log ---- */

static void writes_the_key_log(void **state)
{
    char path[] = "/tmp/edge-keylog-XXXXXX";
    struct rig *rig = rig_new();
    struct edge_options options = rig_options();
    struct client client;
    char text[4096] = "";
    int fd = mkstemp(path);

    *state = rig;
    assert_true(fd >= 0);
    options.keylog = path;
    rig_start(rig, &options);
    client_tls(rig, &client);
    client_get(&client, "/k");
    client_reply(&client);
    assert_true(read(fd, text, sizeof(text) - 1) > 0);
    assert_non_null(strstr(text, "CLIENT_HANDSHAKE_TRAFFIC_SECRET "));
    assert_non_null(strstr(text, "SERVER_TRAFFIC_SECRET_0 "));
    assert_ends(text, "\n");
    client_close(&client);
    close(fd);
    unlink(path);
}

static void an_unwritable_key_log_is_an_error(void **state)
{
    struct rig *rig = rig_new();
    struct edge_options options = rig_options();
    struct edge *edge = NULL;
    struct err err = {""};

    *state = rig;
    options.keylog = "/nowhere/at/all";
    assert_false(edge_new(&options, rig->loop, &edge, &err));
    assert_non_null(strstr(err.text, "key log /nowhere/at/all"));
}

/* ---- What goes wrong by itself ---- */

static void explains_failed_handshakes(void **state)
{
    static const struct {
        const char *bytes;
        const char *why;
    } rows[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "plain HTTP to the HTTPS port"},
        {"POST / HTTP/1.1\r\n\r\n", "plain HTTP to the HTTPS port"},
        {"CONNECT a:443 HTTP/1.1\r\n\r\n", "plain HTTP to the HTTPS port"},
        {"SSH-2.0-OpenSSH_9.2\r\n", "is not TLS"},
        {"\x16\x03\x01\xff\xff garbage", ""},
        {"\x16\x03\x01\x01\x05\x01", "went away"},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct client client =
            client_connect_to(AF_INET, edge_https_port(rig->edge));
        enum client_end end;

        client_send(&client, rows[i].bytes);
        shutdown(client.fd, SHUT_WR);
        end = client_drain(&client);
        assert_true(end == END_FIN || end == END_RESET);
        assert_failure(rig, i + 1, rows[i].why);
        client_close(&client);
    }
    assert_int_equal(rig->begun, 0);
}

/* A port that is only probed is no failed handshake. */
static void a_mere_connection_is_no_failure(void **state)
{
    struct rig *rig = *state;
    struct client client =
        client_connect_to(AF_INET, edge_https_port(rig->edge));

    client_close(&client);
    rig_wait(rig, &rig->closed, 1);
    assert_int_equal(rig->failures, 0);
}

static void names_the_alert_of_clients(void **state)
{
    const struct client_tls tls = {.sni = WEB};
    struct rig *rig = *state;
    struct client client;
    int alert;

    client_prepare(rig, &client, &tls);
    SSL_set_verify(client.ssl, SSL_VERIFY_PEER, NULL);
    client_handshake_end(&client, &alert);
    assert_failure(rig, 1, "the client refused with alert 48 (unknown CA)");
    client_close(&client);
}

static void fails_without_an_identity(void **state)
{
    const struct client_tls tls = {.sni = WEB};
    struct rig *rig = *state;
    struct client client;
    int alert;

    rig->no_identity = true;
    client_prepare(rig, &client, &tls);
    assert_int_equal(client_handshake_end(&client, &alert), END_FIN);
    assert_int_equal(alert, SSL_AD_INTERNAL_ERROR);
    rig_wait(rig, &rig->failures, 1);
    client_close(&client);
}

/* ---- What goes wrong on purpose ---- */

static void fails_at_hello_as_planned(void **state)
{
    static const struct {
        struct conn_plan plan;
        struct alert_plan alert;
        enum client_end end;
        int number;
        const char *why;
    } rows[] = {
        {{.ends = true, .how = REPLY_CUT_CLOSE}, {0}, END_FIN, 0, "closed"},
        {{.ends = true, .how = REPLY_CUT_FIN}, {0}, END_FIN, 0, "closed"},
        {{.ends = true, .how = REPLY_CUT_RESET}, {0}, END_RESET, 0, "reset in"},
        {{0}, {true, false, 40}, END_FIN, 40, "alert"},
        {{0}, {true, false, 112}, END_FIN, 112, "alert"},
        {{0}, {true, false, 80}, END_FIN, 80, "alert"},
        {{.delay = ENV_NS_PER_MS}, {true, false, 80}, END_FIN, 80, "alert"},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const struct client_tls tls = {.sni = WEB};
        struct client client;
        int alert;

        set_place(rig, EDGE_HELLO, rows[i].plan);
        set_hello(rig, &(struct hello_plan){.alert = rows[i].alert});
        client_prepare(rig, &client, &tls);
        assert_int_equal(client_handshake_end(&client, &alert), rows[i].end);
        assert_int_equal(alert, rows[i].number);
        assert_failure(rig, i + 1, rows[i].why);
        client_close(&client);
        rig_wait(rig, &rig->closed, i + 1);
    }
}

/* Any number goes out, whether it has a meaning or not. */
static void alerts_of_any_number(void **state)
{
    static const uint8_t alert[] = {0x15, 3, 3, 0, 2, 2, 234};
    const struct hello_plan plan = {.alert = {true, false, 234}};
    const struct client_tls tls = {.sni = WEB};
    struct rig *rig = *state;
    struct client client;
    BIO *hello = BIO_new(BIO_s_mem());
    BIO *nothing = BIO_new(BIO_s_mem());
    char *bytes;
    long size;

    set_hello(rig, &plan);
    client_prepare(rig, &client, &tls);
    SSL_set_bio(client.ssl, nothing, hello);
    SSL_connect(client.ssl);
    size = BIO_get_mem_data(hello, &bytes);
    assert_int_equal(send(client.fd, bytes, (size_t)size, 0), size);
    SSL_free(client.ssl);
    client.ssl = NULL;
    assert_int_equal(client_drain(&client), END_FIN);
    assert_int_equal(client.got.size, sizeof(alert));
    assert_memory_equal(client.got.data, alert, sizeof(alert));
    client_close(&client);
}

static void stalls_at_hello(void **state)
{
    const struct conn_plan plan = {.ends = true, .how = REPLY_CUT_HOLD};
    const struct client_tls tls = {.sni = WEB};
    struct rig *rig = *state;
    struct client client;
    int alert;

    set_place(rig, EDGE_HELLO, plan);
    client_prepare(rig, &client, &tls);
    client_patience(&client, 2);
    assert_int_equal(client_handshake_end(&client, &alert), END_SILENCE);
    assert_int_equal(rig->failures, 0);
    client_close(&client);
    assert_failure(rig, 1, "stalled on purpose");
    rig_wait(rig, &rig->closed, 1);
}

/* Exactly so many raw bytes of the server's flight arrive, then none. */
static void stalls_in_flight(void **state)
{
    static const uint64_t stops[] = {1, 100, 400};
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(stops); i++) {
        const struct conn_plan plan = {
            .ends = true, .how = REPLY_CUT_HOLD, .sent = stops[i]};
        const struct client_tls tls = {.sni = WEB};
        struct client client;
        uint64_t before;
        int alert;

        set_place(rig, EDGE_HELLO, plan);
        client_prepare(rig, &client, &tls);
        client_patience(&client, 1);
        before = BIO_number_read(SSL_get_rbio(client.ssl));
        assert_int_equal(client_handshake_end(&client, &alert), END_SILENCE);
        assert_int_equal(BIO_number_read(SSL_get_rbio(client.ssl)) - before,
                         stops[i]);
        client_close(&client);
        assert_failure(rig, i + 1, "stalled on purpose");
    }
}

/* A budget that is larger than the handshake changes nothing after it. */
static void a_large_budget_is_no_stall(void **state)
{
    const struct conn_plan plan = {
        .ends = true, .how = REPLY_CUT_HOLD, .sent = 100000};
    struct rig *rig = *state;
    struct client client;

    set_place(rig, EDGE_HELLO, plan);
    client_tls(rig, &client);
    client_get(&client, "/big");
    client_reply(&client);
    assert_true(client.taken_size > RIG_BIG);
    client_close(&client);
}

static int asked;

static int note_asking(SSL *ssl, void *arg)
{
    (void)ssl;
    (void)arg;
    asked++;
    return 1;
}

static void asks_for_client_certificates(void **state)
{
    struct rig *rig = *state;

    for (int ask = 0; ask < 3; ask++) {
        const struct hello_plan plan = {.client_certificate =
                                            (enum client_certificate)ask};
        const struct client_tls tls = {.sni = WEB};
        struct client client;

        set_hello(rig, &plan);
        client_prepare(rig, &client, &tls);
        SSL_set_cert_cb(client.ssl, note_asking, NULL);
        assert_int_equal(SSL_use_certificate(client.ssl, rig->certificate), 1);
        assert_int_equal(SSL_use_PrivateKey(client.ssl, rig->key), 1);
        asked = 0;
        assert_int_equal(SSL_connect(client.ssl), 1);
        assert_int_equal(asked, ask != 0);
        client_get(&client, "/c");
        assert_ends(client_reply(&client), "GET /c 0");
        client_close(&client);
    }
}

/* A TLS client that only closes its writing side still gets its reply. */
static void answers_after_close_notify(void **state)
{
    struct rig *rig = *state;
    struct client client;

    client_tls(rig, &client);
    client_get(&client, "/big");
    assert_int_equal(SSL_shutdown(client.ssl), 0);
    client_reply(&client);
    assert_true(client.taken_size > RIG_BIG);
    assert_int_equal(client_drain(&client), END_CLOSE_NOTIFY);
    client_close(&client);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)
/* Makes its own rig. */
#define TEST_BARE(name) cmocka_unit_test_teardown(name, rig_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(speaks_the_versions_it_is_told),
        TEST_BARE(old_versions_for_the_whole_edge),
        TEST(knows_the_server_name),
        TEST(greets_once_despite_a_retry),
        TEST(resumes),
        TEST_BARE(writes_the_key_log),
        TEST_BARE(an_unwritable_key_log_is_an_error),
        TEST(explains_failed_handshakes),
        TEST(a_mere_connection_is_no_failure),
        TEST(names_the_alert_of_clients),
        TEST(fails_without_an_identity),
        TEST(fails_at_hello_as_planned),
        TEST(alerts_of_any_number),
        TEST(stalls_at_hello),
        TEST(stalls_in_flight),
        TEST(a_large_budget_is_no_stall),
        TEST(asks_for_client_certificates),
        TEST(answers_after_close_notify),
    };

    alarm(RIG_TIME_LIMIT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
