/* The KDC's relay: framing, ways in and out, limits, what it journals. */
#include "config.h"

#include "relay_rig.h"

static void ask(struct buf *out, const char *user)
{
    put_as_req(out, user, KRB_NT_PRINCIPAL, 0);
}

/* Split at each of its bytes; the connection is the same for all. */
static void test_split(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF framed = {0};
    AUTO_BUF reply = {0};
    int fd = client(rig, SOCK_STREAM);

    ask(&message, "alice");
    put_length(&framed, message.size);
    buf_add(&framed, buf_span(&message));
    for (size_t at = 1; at < framed.size; at++) {
        say(fd, span_slice(buf_span(&framed), 0, at));
        assert_true(silent(fd));
        say(fd, span_slice(buf_span(&framed), at, SIZE_MAX));
        assert_int_equal(hear(fd, &reply), END_NONE);
        assert_true(span_equal(buf_span(&reply), buf_span(&rig->answer)));
        assert_true(span_equal(buf_span(&rig->question), buf_span(&message)));
    }
    assert_int_equal(rig->asked, framed.size - 1);
    close(fd);
}

static void test_pipelined(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF framed = {0};
    AUTO_BUF reply = {0};
    int fd = client(rig, SOCK_STREAM);

    ask(&message, "alice");
    for (int i = 0; i < 20; i++) {
        put_length(&framed, message.size);
        buf_add(&framed, buf_span(&message));
    }
    say(fd, buf_span(&framed));
    shutdown(fd, SHUT_WR); /* whoever has said all still wants his answers */
    for (int i = 0; i < 20; i++) {
        assert_int_equal(hear(fd, &reply), END_NONE);
    }
    assert_int_equal(hear(fd, &reply), END_FIN);
    assert_int_equal(rig->asked, 20);
    close(fd);
}

static void test_udp(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};
    int fd = client(rig, SOCK_DGRAM);
    const struct exchange *ex;

    ask(&message, "alice");
    say(fd, buf_span(&message));
    hear_datagram(fd, &reply);
    assert_true(span_equal(buf_span(&reply), buf_span(&rig->answer)));
    ex = rig_exchange(rig, 1);
    assert_int_equal(ex->kind, EXCHANGE_KDC);
    assert_string_equal(ex->kdc->transport, "udp");
    assert_string_equal(ex->kdc->message, "AS-REQ");
    assert_string_equal(ex->kdc->client, "alice@" REALM);
    assert_string_equal(ex->kdc->service, "krbtgt/" REALM "@" REALM);
    assert_string_equal(ex->kdc->etypes,
                        "aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96");
    assert_string_equal(ex->kdc->answer, "KRB-ERROR");
    assert_string_equal(ex->kdc->error_name, "KDC_ERR_PREAUTH_REQUIRED");
    assert_false(ex->kdc->forged);
    assert_int_equal(ex->sent.outcome, SENT_WHOLE);
    assert_int_equal(ex->sent.bytes, rig->answer.size);
    assert_string_equal(ex->facts.user, "alice");
    assert_string_equal(ex->facts.service, "krbtgt/" REALM);
    assert_string_equal(ex->step, "t.yaml:1");
    close(fd);
}

/* A client that sends the same again while it is under way gets one answer. */
static void test_udp_again(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF other = {0};
    AUTO_BUF reply = {0};
    int fd = client(rig, SOCK_DGRAM);

    rig->plan.delay = 100 * (int64_t)ENV_NS_PER_MS;
    ask(&message, "alice");
    ask(&other, "bob");
    say(fd, buf_span(&message));
    say(fd, buf_span(&message));
    say(fd, buf_span(&other));
    hear_datagram(fd, &reply);
    hear_datagram(fd, &reply);
    (void)rig_exchange(rig, 2);
    assert_int_equal(journal_count(rig->journal), 2);
    close(fd);
}

static void test_udp_switched_off(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};
    int udp = client(rig, SOCK_DGRAM);
    int tcp = client(rig, SOCK_STREAM);

    rig->world->kdc.udp = false;
    ask(&message, "alice");
    say(udp, buf_span(&message));
    say_message(tcp, buf_span(&message));
    assert_int_equal(hear(tcp, &reply), END_NONE);
    assert_true(silent(udp));
    (void)rig_exchange(rig, 1);
    assert_int_equal(journal_count(rig->journal), 1);
    close(udp);
    close(tcp);
}

/* RFC 4120 section 7.2.2, and the most that we take. */
static void test_lengths(void **state)
{
    static const struct {
        uint8_t bytes[4];
        bool refused;
    } cases[] = {
        {{0x80, 0, 0, 0}, true},
        {{0xff, 0xff, 0xff, 0xff}, true},
        {{0x7f, 0xff, 0xff, 0xff}, true},
        {{0, 2, 0, 1}, true}, /* KRB_MESSAGE_MAX and one */
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_BUF reply = {0};
        int fd = client(rig, SOCK_STREAM);

        say(fd, span_of(cases[i].bytes, 4));
        say(fd, span_text("and so on"));
        assert_int_equal(hear(fd, &reply), END_NONE);
        assert_int_equal(error_in(buf_span(&reply)), 61);
        assert_int_equal(hear(fd, &reply), END_FIN);
        close(fd);
    }
    assert_int_equal(rig->asked, 0);
    assert_int_equal(rig_exchange(rig, 1)->kdc->error, 61);
    assert_string_equal(rig_exchange(rig, 1)->kdc->error_name,
                        "KRB_ERR_FIELD_TOOLONG");
}

static void test_longest(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};
    int fd = client(rig, SOCK_STREAM);

    buf_add_u8(&message, 0x6a); /* an AS-REQ, to look at */
    memset(buf_reserve(&message, KRB_MESSAGE_MAX - 1), 'x',
           KRB_MESSAGE_MAX - 1);
    buf_commit(&message, KRB_MESSAGE_MAX - 1);
    say_message(fd, buf_span(&message));
    assert_int_equal(hear(fd, &reply), END_NONE);
    assert_int_equal(rig->question.size, KRB_MESSAGE_MAX);
    close(fd);
}

/* What is no request gets no answer, and the KDC is not asked. */
static void test_garbage(void **state)
{
    static const char *const cases[] = {"", "x", "GET / HTTP/1.1\r\n\r\n",
                                        "\x6e\x03\x30\x01\x00"};
    struct rig *rig = *state;
    AUTO_BUF reply = {0};

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        int tcp = client(rig, SOCK_STREAM);
        int udp = client(rig, SOCK_DGRAM);

        say(udp, span_text(cases[i]));
        say_message(tcp, span_text(cases[i]));
        assert_int_not_equal(hear(tcp, &reply), END_NONE);
        assert_true(silent(udp));
        close(tcp);
        close(udp);
    }
    assert_int_equal(rig->asked, 0);
    assert_int_equal(rig_exchange(rig, 1)->sent.outcome, SENT_NOTHING);
    assert_non_null(rig_exchange(rig, 1)->why);
    assert_int_equal(journal_count(rig->journal), 2 * ARRAY_SIZE(cases));
}

/* Bytes that never become a message, and a client that leaves. */
static void test_half_a_message(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};
    int half = client(rig, SOCK_STREAM);
    int whole = client(rig, SOCK_STREAM);
    const struct exchange *ex;

    ask(&message, "alice");
    say(half, span_of("\0\0\1\0abc", 7));
    close(half);
    say_message(whole, buf_span(&message));
    assert_int_equal(hear(whole, &reply), END_NONE);
    ex = rig_exchange(rig, 1);
    if (ex->sent.outcome == SENT_WHOLE) {
        ex = rig_exchange(rig, 2);
    }
    assert_int_equal(ex->sent.outcome, SENT_NOTHING);
    assert_int_equal(ex->raw_size, 7);
    assert_null(ex->kdc->message);
    close(whole);
}

/* A request that has too few bytes for a decoder goes on to the KDC. */
static void test_unreadable(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF reply = {0};
    int fd = client(rig, SOCK_STREAM);
    const struct exchange *ex;

    say_message(fd, span_text("\x6a\x03\x30\x01\x02"));
    assert_int_equal(hear(fd, &reply), END_NONE);
    assert_int_equal(rig->asked, 1);
    ex = rig_exchange(rig, 1);
    assert_string_equal(ex->kdc->message, "AS-REQ");
    assert_null(ex->kdc->client);
    assert_null(ex->facts.user);
    close(fd);
}

/* ---- krb5kdc ---- */

static void test_no_answer(void **state)
{
    static const enum kdc_mode modes[] = {KDC_CLOSES, KDC_BREAKS_OFF, KDC_LIES};
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};

    ask(&message, "alice");
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
        int fd = client(rig, SOCK_STREAM);

        rig->kdc_mode = modes[i];
        say_message(fd, buf_span(&message));
        assert_int_equal(hear(fd, &reply), END_FIN);
        close(fd);
    }
    for (size_t i = 1; i <= ARRAY_SIZE(modes); i++) {
        assert_int_equal(rig_exchange(rig, i)->sent.outcome, SENT_NOTHING);
        assert_non_null(strstr(rig_exchange(rig, i)->why, "krb5kdc has"));
    }
}

/* Nobody is kept for ever by one that hangs. */
static void test_silent_kdc(void **state)
{
    static const char *const why[] = {
        "krb5kdc has not answered in time",
        "the KDC's keeper has not answered in time",
    };
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};

    ask(&message, "alice");
    rig->kdc_mode = KDC_IS_SILENT;
    for (size_t i = 0; i < ARRAY_SIZE(why); i++) {
        int fd = client(rig, SOCK_STREAM);

        rig->hold_sync = i == 1;
        say_message(fd, buf_span(&message));
        while (!(i == 1 ? rig->sync_done != NULL : rig->asked > 0)) {
            sched_yield();
        }
        assert_true(silent(fd));
        rig->skew += RELAY_BACKEND_SECONDS * ENV_NS_PER_SEC;
        rig_halt(rig); /* and wakes the loop */
        rig_go_on(rig);
        assert_int_equal(hear(fd, &reply), END_FIN);
        assert_string_equal(rig_exchange(rig, i + 1)->why, why[i]);
        close(fd);
        rig_go_on(rig);
    }
    rig_halt(rig);
    rig->sync_done(rig->sync_ctx); /* too late */
    assert_int_equal(rig->asked, 1);
    rig_go_on(rig);
}

static void test_gone(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};
    int fd = client(rig, SOCK_STREAM);
    struct err err;

    rig_halt(rig);
    assert_true(relay_open(rig->relay, 0, &err));
    rig_go_on(rig);
    ask(&message, "alice");
    say_message(fd, buf_span(&message));
    assert_int_equal(hear(fd, &reply), END_FIN);
    assert_int_equal(rig->asked, 0);
    close(fd);
    /* Somebody else's port, or nobody's: the KDC refuses. */
    rig_halt(rig);
    kdc_end(rig);
    assert_true(relay_open(rig->relay, rig->kdc_port, &err));
    rig_go_on(rig);
    fd = client(rig, SOCK_STREAM);
    say_message(fd, buf_span(&message));
    assert_int_equal(hear(fd, &reply), END_FIN);
    close(fd);
    assert_non_null(strstr(rig_exchange(rig, 2)->why, "krb5kdc refuses"));
}

/* More requests than krb5kdc is asked at a time: all are answered. */
static void test_many(void **state)
{
    enum { COUNT = 200 };
    struct rig *rig = *state;
    int fds[COUNT];
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};

    ask(&message, "alice");
    for (size_t i = 0; i < COUNT; i++) {
        fds[i] = client(rig, SOCK_STREAM);
        say_message(fds[i], buf_span(&message));
    }
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(hear(fds[i], &reply), END_NONE);
        close(fds[i]);
    }
    assert_int_equal(rig->asked, COUNT);
}

/* ---- Limits ---- */

/* One too many: the one that is idle for longest goes, others stay. */
static void test_oldest_goes(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};
    int fds[RELAY_TCP_LIMIT + 1];

    if (!rig->roomy) {
        skip(); /* as root, or with a higher `ulimit -Hn` */
    }
    ask(&message, "alice");
    for (size_t i = 0; i < RELAY_TCP_LIMIT; i++) {
        fds[i] = client(rig, SOCK_STREAM);
    }
    say_message(fds[0], buf_span(&message)); /* the youngest from now on */
    assert_int_equal(hear(fds[0], &reply), END_NONE);
    say_message(fds[RELAY_TCP_LIMIT - 1], buf_span(&message));
    assert_int_equal(hear(fds[RELAY_TCP_LIMIT - 1], &reply), END_NONE);
    fds[RELAY_TCP_LIMIT] = client(rig, SOCK_STREAM);
    say_message(fds[RELAY_TCP_LIMIT], buf_span(&message));
    assert_int_equal(hear(fds[RELAY_TCP_LIMIT], &reply), END_NONE);
    assert_int_equal(hear(fds[1], &reply), END_FIN);
    assert_true(silent(fds[0]));
    assert_true(silent(fds[2]));
    for (size_t i = 0; i <= RELAY_TCP_LIMIT; i++) {
        close(fds[i]);
    }
}

static void test_idle_time(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};
    int idle = client(rig, SOCK_STREAM);
    int half = client(rig, SOCK_STREAM);

    ask(&message, "alice");
    say(half, span_of("\0\0\0", 3));
    say_message(idle, buf_span(&message));
    assert_int_equal(hear(idle, &reply), END_NONE);
    rig_halt(rig);
    rig->skew += RELAY_IDLE_SECONDS * ENV_NS_PER_SEC;
    rig_go_on(rig);
    assert_int_equal(hear(idle, &reply), END_FIN);
    assert_int_equal(hear(half, &reply), END_FIN);
    close(idle);
    close(half);
}

/* ---- Users ---- */

static void test_sync(void **state)
{
    static const struct {
        const char *name;
        int32_t type;
        const char *user; /* NULL: nobody */
        const char *told; /* as his name */
    } cases[] = {
        {"alice", KRB_NT_PRINCIPAL, "alice", "alice"},
        {"ALICE", KRB_NT_PRINCIPAL, "alice", "ALICE"},
        {"alice@contoso.test", KRB_NT_ENTERPRISE, "alice",
         "alice@contoso.test"},
        {"ALICE@CONTOSO.TEST", KRB_NT_ENTERPRISE, "alice",
         "ALICE@CONTOSO.TEST"},
        {"CONTOSO\\alice", KRB_NT_PRINCIPAL, "alice", "(none)"},
        {"alice@fabrikam.test", KRB_NT_ENTERPRISE, NULL, NULL},
        {"nobody", KRB_NT_PRINCIPAL, NULL, NULL},
        {"", KRB_NT_PRINCIPAL, NULL, NULL},
        {"alice/admin", KRB_NT_PRINCIPAL, NULL, NULL},
    };
    struct rig *rig = *state;
    unsigned synced = 0;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_BUF message = {0};
        AUTO_BUF reply = {0};
        int fd = client(rig, SOCK_STREAM);
        const char *user;

        put_as_req(&message, cases[i].name, cases[i].type, 0);
        say_message(fd, buf_span(&message));
        assert_int_equal(hear(fd, &reply), END_NONE);
        close(fd);
        synced += cases[i].user != NULL;
        assert_int_equal(rig->synced, synced);
        user = rig_exchange(rig, i + 1)->facts.user;
        if (cases[i].user) {
            assert_string_equal(rig->synced_name, cases[i].told);
            assert_non_null(user);
            assert_string_equal(user, cases[i].user);
        } else {
            assert_null(user);
        }
        rig_go_on(rig);
    }
}

static void test_sync_service(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF tgt = {0};
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};
    int fd = client(rig, SOCK_STREAM);

    put_ticket(&tgt, rig->crypt, &rig->krbtgt, "alice", "krbtgt/" REALM);
    put_tgs_req(&message, rig->crypt, buf_span(&tgt),
                "HTTP/LYNCWEB.contoso.test");
    say_message(fd, buf_span(&message));
    assert_int_equal(hear(fd, &reply), END_NONE);
    assert_int_equal(rig->synced, 0);
    assert_int_equal(rig->synced_services, 1);
    assert_string_equal(rig->synced_name, "HTTP/LYNCWEB.contoso.test");
    close(fd);
}

/* What Active Directory makes of a realm that is not written as it writes it:
 * protocol: kerberos 1.1. */
static void test_realms(void **state)
{
    enum { CANONICALIZE = 0x00010000, WRONG_REALM = 68 };
    static const struct {
        const char *realm;
        uint32_t options;
        const char *client;
        int32_t type;
        const char *service; /* that krb5kdc is asked for; NULL: it is not */
    } cases[] = {
        {REALM, 0, "alice", 1, "krbtgt/CONTOSO.TEST@CONTOSO.TEST"},
        {REALM, CANONICALIZE, "alice", 1, "krbtgt/CONTOSO.TEST@CONTOSO.TEST"},
        {"contoso.test", 0, "alice", 1, "krbtgt/CONTOSO.TEST@CONTOSO.TEST"},
        {"Contoso.Test", 0, "bob", 1, "krbtgt/CONTOSO.TEST@CONTOSO.TEST"},
        {"contoso.test", CANONICALIZE, "alice", 1, NULL},
        {"contoso.test", 0, "alice@contoso.test", 10, NULL},
        {"CONTOSO", 0, "alice", 1, NULL},
        {"contoso", CANONICALIZE, "alice", 1, NULL},
        {"contoso.tes", 0, "alice", 1, "krbtgt/contoso.tes@contoso.tes"},
        {"fabrikam.test", CANONICALIZE, "alice", 1,
         "krbtgt/fabrikam.test@fabrikam.test"},
        {"CONTOSO", CANONICALIZE, "nobody", 1, "krbtgt/CONTOSO@CONTOSO"},
        {"", CANONICALIZE, "alice", 1, "krbtgt/"},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO(arena) arena = arena_new();
        AUTO(str) service = mem_printf("krbtgt/%s", cases[i].realm);
        AUTO_BUF message = {0};
        AUTO_BUF reply = {0};
        unsigned before = rig->asked;
        struct krb_kdc_req req;
        struct krb_error error;
        struct krb_flaw flaw;
        int fd = client(rig, SOCK_STREAM);

        put_request(&message, KRB_AS_REQ, 0, SPAN_NONE);
        put_body_in(&message, cases[i].realm, cases[i].options, cases[i].client,
                    cases[i].type, service);
        put_end(&message, 0, KRB_AS_REQ);
        say_message(fd, buf_span(&message));
        assert_int_equal(hear(fd, &reply), END_NONE);
        close(fd);
        assert_int_equal(rig->asked - before, cases[i].service != NULL);
        if (cases[i].service) {
            assert_true(
                krb_decode_kdc_req(buf_span(&rig->question), &req, &flaw));
            assert_string_equal(krb_name_text(arena, &req.service),
                                cases[i].service);
            continue;
        }
        assert_true(krb_decode_error(buf_span(&reply), &error, &flaw));
        assert_int_equal(error.code, WRONG_REALM);
        assert_true(span_equal(error.client.realm, span_text(REALM)));
        assert_true(
            span_equal(error.client.components[0], span_text(cases[i].client)));
    }
}

/* The KDC is asked when it knows; a client may have gone by then. */
static void test_sync_later(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};
    int fd = client(rig, SOCK_STREAM);
    int gone = client(rig, SOCK_STREAM);
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    void *first;

    rig->hold_sync = true;
    ask(&message, "alice");
    say_message(fd, buf_span(&message));
    while (!rig->sync_done) {
        sched_yield();
    }
    first = rig->sync_ctx;
    say_message(gone, buf_span(&message));
    while (rig->sync_ctx == first) {
        sched_yield();
    }
    setsockopt(gone, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    close(gone); /* RST */
    while (rig->asked == 0 && silent(fd) && rig->synced < 2) {
        sched_yield();
    }
    rig_halt(rig);
    rig_go_on(rig); /* it has seen the RST */
    rig_halt(rig);
    assert_int_equal(rig->asked, 0);
    rig->sync_done(rig->sync_ctx);
    rig->sync_done(first);
    rig_go_on(rig);
    assert_int_equal(hear(fd, &reply), END_NONE);
    close(fd);
}

/* One count for all protocols; only krb5kdc's verdict on a proof counts. */
static void test_counting(void **state)
{
    static const struct {
        const char *name;
        int32_t padata;
        enum krb_message answer;
        int32_t code;
        bool forged;
        unsigned refused; /* afterwards */
    } cases[] = {
        {"wrong", 2, KRB_ERROR, 24, false, 1},
        {"no proof", 0, KRB_ERROR, 24, false, 1},
        {"no proof asked", 0, KRB_ERROR, 25, false, 1},
        {"other padata", 149, KRB_ERROR, 24, false, 1},
        {"wrong by SPAKE", 151, KRB_ERROR, 24, false, 2},
        {"behind armor", 136, KRB_ERROR, 24, false, 3},
        {"clock", 2, KRB_ERROR, 37, false, 3},
        {"forged", 2, KRB_ERROR, 24, true, 3},
        {"without proof", 0, KRB_AS_REP, 0, false, 3},
        {"right", 138, KRB_AS_REP, 0, false, 0},
        {"wrong again", 2, KRB_ERROR, 24, false, 1},
    };
    struct rig *rig = *state;
    const struct user *alice = world_user(rig->world, "alice");
    int fd = client(rig, SOCK_STREAM);

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_BUF message = {0};
        AUTO_BUF reply = {0};
        AUTO_BUF ticket = {0};

        rig_halt(rig);
        rig->plan = (struct kdc_plan){.error.forged = cases[i].forged,
                                      .error.code = 24};
        buf_reset(&rig->answer);
        if (cases[i].answer == KRB_ERROR) {
            put_error(&rig->answer, cases[i].code);
        } else {
            put_ticket(&ticket, rig->crypt, &rig->krbtgt, "alice",
                       "krbtgt/" REALM);
            put_kdc_rep(&rig->answer, KRB_AS_REP, buf_span(&ticket), "alice",
                        NULL);
        }
        rig_go_on(rig);
        put_as_req(&message, "alice", KRB_NT_PRINCIPAL, cases[i].padata);
        say_message(fd, buf_span(&message));
        assert_int_equal(hear(fd, &reply), END_NONE);
        rig_halt(rig);
        if (alice->live->refused != cases[i].refused) {
            fail_msg("%s: %u", cases[i].name, alice->live->refused);
        }
        rig_go_on(rig);
    }
    close(fd);
}

/* The TGT tells who asks for a service; nobody else's ticket does. */
static void test_tgt(void **state)
{
    static const struct {
        const char *name;
        bool ours;
        const char *client;
        const char *user; /* NULL: unknown */
    } cases[] = {
        {"alice", true, "alice", "alice"},
        {"nobody of ours", true, "mallory", NULL},
        {"another key", false, "alice", NULL},
    };
    struct rig *rig = *state;
    struct krb_keys other;
    int fd = client(rig, SOCK_STREAM);

    krb_keys_make(&other, KRB_AES_BITS, 1, env_secret);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_BUF tgt = {0};
        AUTO_BUF message = {0};
        AUTO_BUF reply = {0};
        const struct exchange *ex;

        put_ticket(&tgt, rig->crypt, cases[i].ours ? &rig->krbtgt : &other,
                   cases[i].client, "krbtgt/" REALM);
        put_tgs_req(&message, rig->crypt, buf_span(&tgt),
                    "HTTP/lyncweb.contoso.test");
        say_message(fd, buf_span(&message));
        assert_int_equal(hear(fd, &reply), END_NONE);
        ex = rig_exchange(rig, i + 1);
        assert_string_equal(ex->kdc->message, "TGS-REQ");
        assert_string_equal(ex->facts.service, "HTTP/lyncweb.contoso.test");
        assert_string_equal(ex->facts.operation, "kdc.tgs");
        if (cases[i].user) {
            assert_non_null(ex->facts.user);
            assert_string_equal(ex->facts.user, cases[i].user);
            assert_string_equal(ex->kdc->client, "alice@" REALM);
        } else {
            assert_null(ex->facts.user);
        }
        rig_go_on(rig);
    }
    assert_int_equal(rig->synced, 0);
    close(fd);
}

/* ---- Ports ---- */

static void test_absent(void **state)
{
    struct rig *rig = *state;
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    int other = socket(AF_INET, SOCK_STREAM, 0);

    rig_halt(rig);
    relay_free(rig->relay);
    rig->world->kdc.absent = true;
    rig_make_relay(rig, 0);
    rig_go_on(rig);
    at.sin_port = htons((uint16_t)relay_port(rig->relay));
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), -1);
    assert_int_equal(errno, ECONNREFUSED);
    /* And nobody else can have it meanwhile. */
    setsockopt(other, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(bind(other, (struct sockaddr *)&at, sizeof(at)), -1);
    close(other);
    close(fd);
}

static void test_port_taken(void **state)
{
    static const char *const addresses[] = {"127.0.0.1", NULL};
    struct rig *rig = *state;
    struct relay_options options = {
        .loop = rig->loop,
        .env = &rig->env,
        .session = rig->session,
        .addresses = addresses,
        .port = relay_port(rig->relay),
        .krbtgt = &rig->krbtgt,
        .service = &rig->service,
    };
    struct relay *relay = NULL;
    struct err err = {""};

    assert_false(relay_new(&options, &relay, &err));
    assert_non_null(strstr(err.text, "for Kerberos"));
    assert_non_null(strstr(err.text, "take another port"));
}

/* All that is under way ends with it. */
static void test_end(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};
    int asking = client(rig, SOCK_STREAM);
    int syncing = client(rig, SOCK_STREAM);
    int udp = client(rig, SOCK_DGRAM);

    rig->kdc_mode = KDC_IS_SILENT;
    ask(&message, "alice");
    say_message(asking, buf_span(&message));
    say(udp, buf_span(&message));
    while (!rig->asked) {
        sched_yield();
    }
    rig_halt(rig);
    rig->hold_sync = true;
    rig_go_on(rig);
    say_message(syncing, buf_span(&message));
    while (!rig->sync_done) {
        sched_yield();
    }
    rig_halt(rig);
    relay_free(rig->relay);
    rig->relay = NULL;
    assert_int_equal(hear(asking, &reply), END_FIN);
    assert_int_equal(hear(syncing, &reply), END_FIN);
    assert_int_equal(journal_count(rig->journal), 3);
    close(asking);
    close(syncing);
    close(udp);
}

#define RELAY_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RELAY_TEST(test_split),
        RELAY_TEST(test_pipelined),
        RELAY_TEST(test_udp),
        RELAY_TEST(test_udp_again),
        RELAY_TEST(test_udp_switched_off),
        RELAY_TEST(test_lengths),
        RELAY_TEST(test_longest),
        RELAY_TEST(test_garbage),
        RELAY_TEST(test_half_a_message),
        RELAY_TEST(test_unreadable),
        RELAY_TEST(test_no_answer),
        RELAY_TEST(test_silent_kdc),
        RELAY_TEST(test_gone),
        RELAY_TEST(test_many),
        RELAY_TEST(test_oldest_goes),
        RELAY_TEST(test_idle_time),
        RELAY_TEST(test_sync),
        RELAY_TEST(test_sync_service),
        RELAY_TEST(test_realms),
        RELAY_TEST(test_sync_later),
        RELAY_TEST(test_counting),
        RELAY_TEST(test_tgt),
        RELAY_TEST(test_absent),
        RELAY_TEST(test_port_taken),
        RELAY_TEST(test_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
