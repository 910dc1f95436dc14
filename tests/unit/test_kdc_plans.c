/* What steps do to requests to the KDC, from the client's side of it. */
#include "config.h"

#include "relay_rig.h"

#define SERVICE "HTTP/lyncweb.contoso.test"

static void plan(struct rig *rig, struct kdc_plan what)
{
    rig_halt(rig);
    rig->plan = what;
    rig_go_on(rig);
}

static void ask(int fd, bool udp)
{
    AUTO_BUF message = {0};

    put_as_req(&message, "alice", KRB_NT_PRINCIPAL, 2);
    if (udp) {
        say(fd, buf_span(&message));
    } else {
        say_message(fd, buf_span(&message));
    }
}

/* The loop has done all that it was given: another client got its answer. */
static void settle(struct rig *rig)
{
    AUTO_BUF message = {0};
    AUTO_BUF reply = {0};
    int fd;

    plan(rig, (struct kdc_plan){0});
    fd = client(rig, SOCK_STREAM);
    put_as_req(&message, "bob", KRB_NT_PRINCIPAL, 0);
    say_message(fd, buf_span(&message));
    assert_int_equal(hear(fd, &reply), END_NONE);
    /* What is heard is not yet journalled. */
    rig_halt(rig);
    rig_go_on(rig);
    close(fd);
}

static void test_drop(void **state)
{
    struct rig *rig = *state;
    int tcp = client(rig, SOCK_STREAM);
    int udp = client(rig, SOCK_DGRAM);

    plan(rig, (struct kdc_plan){.drop = true});
    ask(tcp, false);
    ask(udp, true);
    while (journal_count(rig->journal) < 2) {
        rig_halt(rig);
        rig_go_on(rig);
    }
    settle(rig);
    assert_true(silent(tcp)); /* and open */
    assert_true(silent(udp));
    assert_int_equal(rig->asked, 1); /* by settle */
    assert_int_equal(rig_exchange(rig, 1)->sent.outcome, SENT_CUT);
    assert_int_equal(rig_exchange(rig, 2)->sent.outcome, SENT_CUT);
    assert_string_equal(rig_exchange(rig, 1)->step, "t.yaml:1");
    close(tcp);
    close(udp);
}

static void test_reset(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF reply = {0};
    int tcp = client(rig, SOCK_STREAM);
    int udp = client(rig, SOCK_DGRAM);

    plan(rig, (struct kdc_plan){.reset = true});
    ask(udp, true);
    ask(tcp, false);
    assert_int_equal(hear(tcp, &reply), END_RESET);
    settle(rig);
    assert_true(silent(udp));
    assert_int_equal(rig_exchange(rig, 1)->sent.outcome, SENT_CUT);
    close(tcp);
    close(udp);
}

static void test_error(void **state)
{
    struct rig *rig = *state;
    int64_t now = env_now(&rig->env) / ENV_NS_PER_SEC;
    struct krb_error error;
    struct krb_flaw flaw;
    AUTO_BUF reply = {0};
    int fd = client(rig, SOCK_STREAM);
    const struct exchange *ex;

    plan(rig, (struct kdc_plan){.error.forged = true,
                                .error.code = 37,
                                .error.text = "six minutes",
                                .error.clock = 360 * ENV_NS_PER_SEC});
    ask(fd, false);
    assert_int_equal(hear(fd, &reply), END_NONE);
    assert_true(krb_decode_error(buf_span(&reply), &error, &flaw));
    assert_int_equal(error.code, 37);
    assert_true(span_equal(error.text, span_text("six minutes")));
    assert_in_range(error.server_time - now, 360, 360 + RIG_PATIENCE);
    assert_true(span_equal(error.client.components[0], span_text("alice")));
    assert_true(span_equal(error.service.components[0], span_text("krbtgt")));
    assert_true(span_equal(error.service.realm, span_text(REALM)));
    assert_int_equal(rig->asked, 0);
    ex = rig_exchange(rig, 1);
    assert_true(ex->kdc->forged);
    assert_string_equal(ex->why,
                        "KRB_AP_ERR_SKEW: forged by a step; e-text \"six "
                        "minutes\"");
    assert_string_equal(ex->kdc->etext, "six minutes");
    assert_int_equal(world_user(rig->world, "alice")->live->refused, 0);
    close(fd);
}

static void test_garbage(void **state)
{
    static const struct {
        size_t size;
        size_t expected;
    } cases[] = {{0, 64}, {1, 1}, {5000, 5000}, {10000000, 65507}};
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_BUF reply = {0};
        int fd = client(rig, SOCK_DGRAM);

        plan(rig,
             (struct kdc_plan){.garbage = true, .garbage_size = cases[i].size});
        ask(fd, true);
        hear_datagram(fd, &reply);
        assert_int_equal(reply.size, cases[i].expected);
        assert_int_equal(krb_kind_of(buf_span(&reply)), KRB_NONE);
        close(fd);
    }
    assert_null(rig_exchange(rig, 1)->kdc->answer);
    assert_int_equal(rig_exchange(rig, 3)->kdc->reply.size, 5000);
}

/* The client offers AES alone; what nobody knows is krb5kdc's to judge. */
static void test_no_key_fits(void **state)
{
    static const struct {
        const char *client;
        unsigned etypes;
        int32_t error; /* 0: krb5kdc is asked */
    } cases[] = {
        {"alice", KRB_RC4_BIT, 14},
        {"alice", KRB_RC4_BIT | KRB_AES128_BIT, 0},
        {"alice", KRB_ALL_BITS, 0},
        {"nobody", KRB_RC4_BIT, 0},
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_BUF message = {0};
        AUTO_BUF reply = {0};
        int fd = client(rig, SOCK_STREAM);
        unsigned before;

        rig_halt(rig);
        rig->world->kdc.etypes = cases[i].etypes;
        before = rig->asked;
        rig_go_on(rig);
        put_as_req(&message, cases[i].client, KRB_NT_PRINCIPAL, 0);
        say_message(fd, buf_span(&message));
        assert_int_equal(hear(fd, &reply), END_NONE);
        rig_halt(rig);
        assert_int_equal(rig->asked - before, cases[i].error ? 0 : 1);
        rig_go_on(rig);
        if (cases[i].error) {
            assert_int_equal(error_in(buf_span(&reply)), cases[i].error);
        }
        close(fd);
    }
    assert_string_equal(
        rig_exchange(rig, 1)->why,
        "KDC_ERR_ETYPE_NOSUPP: no encryption type suits all: the client asked "
        "for aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96; the account "
        "alice has aes256,aes128; the KDC permits rc4 (kdc.etypes)");
}

/* One that leaves while its answer waits; and one that has but said all. */
static void test_left(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF reply = {0};
    int leaves = client(rig, SOCK_STREAM);
    int stays = client(rig, SOCK_STREAM);

    plan(rig, (struct kdc_plan){.delay = 100 * (int64_t)ENV_NS_PER_MS});
    ask(leaves, false);
    close(leaves);
    ask(stays, false);
    shutdown(stays, SHUT_WR);
    assert_int_equal(hear(stays, &reply), END_NONE);
    assert_int_equal(hear(stays, &reply), END_FIN);
    assert_int_equal(rig_exchange(rig, 1)->sent.outcome, SENT_BROKEN);
    assert_int_equal(rig_exchange(rig, 2)->sent.outcome, SENT_WHOLE);
    close(stays);
}

/* Over UDP alone: TCP is where the client is sent to. */
static void test_too_big(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF reply = {0};
    int tcp = client(rig, SOCK_STREAM);
    int udp = client(rig, SOCK_DGRAM);

    plan(rig, (struct kdc_plan){.too_big = true});
    ask(udp, true);
    hear_datagram(udp, &reply);
    assert_int_equal(error_in(buf_span(&reply)), 52);
    ask(tcp, false);
    assert_int_equal(hear(tcp, &reply), END_NONE);
    assert_int_equal(error_in(buf_span(&reply)), 25);
    assert_null(rig_exchange(rig, 1)->why); /* no fault of anybody's */
    close(tcp);
    close(udp);
}

/* An answer that no datagram holds: the client comes by TCP and gets it. */
static void test_really_too_big(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF reply = {0};
    int tcp = client(rig, SOCK_STREAM);
    int udp = client(rig, SOCK_DGRAM);
    AUTO_BUF ticket = {0};

    rig_halt(rig);
    put_ticket(&ticket, rig->crypt, &rig->krbtgt, "alice", "krbtgt/" REALM);
    buf_reset(&rig->answer);
    put_kdc_rep(&rig->answer, KRB_AS_REP, buf_span(&ticket), "alice", NULL);
    plan(rig, (struct kdc_plan){.ticket = {.changed = true, .padding = 65500}});
    ask(udp, true);
    hear_datagram(udp, &reply);
    assert_int_equal(error_in(buf_span(&reply)), 52);
    ask(tcp, false);
    assert_int_equal(hear(tcp, &reply), END_NONE);
    assert_int_equal(krb_kind_of(buf_span(&reply)), KRB_AS_REP);
    assert_in_range(reply.size, 65508, 66536);
    close(tcp);
    close(udp);
}

/* One waits, others do not. */
static void test_delay(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF reply = {0};
    int slow = client(rig, SOCK_STREAM);

    plan(rig, (struct kdc_plan){.delay = 3600 * ENV_NS_PER_SEC});
    ask(slow, false);
    while (!rig->asked) { /* the KDC is asked at once, as ever */
        sched_yield();
    }
    settle(rig);
    assert_true(silent(slow));
    rig_halt(rig);
    assert_int_equal(journal_count(rig->journal), 1);
    rig->skew += 3600 * ENV_NS_PER_SEC;
    rig_go_on(rig);
    assert_int_equal(hear(slow, &reply), END_NONE);
    assert_int_equal(error_in(buf_span(&reply)), 25);
    close(slow);
}

/* The client's RST ends what waits for its time. */
static void test_left_while_delayed(void **state)
{
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    struct rig *rig = *state;
    int slow = client(rig, SOCK_STREAM);

    plan(rig, (struct kdc_plan){.delay = 3600 * ENV_NS_PER_SEC});
    ask(slow, false);
    while (!rig->asked) {
        sched_yield();
    }
    setsockopt(slow, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    close(slow);
    settle(rig);
    assert_int_equal(rig_exchange(rig, 1)->sent.outcome, SENT_BROKEN);
}

/* ---- Tickets ---- */

/* What the client gets where the KDC's ticket is this, and a plan for it. */
static void get_ticket(struct rig *rig, const char *service,
                       struct kdc_ticket_plan ticket_plan, struct buf *out,
                       struct krb_kdc_rep *out_rep)
{
    bool tgt = strncmp(service, "krbtgt", 6) == 0;
    AUTO_BUF ticket = {0};
    AUTO_BUF asked = {0};
    AUTO_BUF message = {0};
    struct krb_flaw flaw;
    int fd = client(rig, SOCK_STREAM);

    rig_halt(rig);
    put_ticket(&asked, rig->crypt, &rig->krbtgt, "alice", "krbtgt/" REALM);
    put_ticket(&ticket, rig->crypt, tgt ? &rig->krbtgt : &rig->service, "alice",
               service);
    buf_reset(&rig->answer);
    put_kdc_rep(&rig->answer, KRB_TGS_REP, buf_span(&ticket), "alice",
                rig->crypt);
    ticket_plan.changed = true;
    plan(rig, (struct kdc_plan){.ticket = ticket_plan});
    put_tgs_req(&message, rig->crypt, buf_span(&asked), service);
    say_message(fd, buf_span(&message));
    assert_int_equal(hear(fd, out), END_NONE);
    assert_true(krb_decode_kdc_rep(buf_span(out), out_rep, &flaw));
    assert_int_equal(out_rep->type, KRB_TGS_REP);
    assert_true(span_equal(out_rep->client.components[0], span_text("alice")));
    close(fd);
}

/* What the client finds in FAST: the checksum of the very ticket it got. */
static void check_fast(struct rig *rig, const struct krb_kdc_rep *rep)
{
    struct span value = rep->padata.items[1].value;
    struct der element;
    struct reader rd;
    AUTO_BUF key = {0};
    AUTO_BUF plain = {0};
    AUTO_BUF expected = {0};
    struct kcrypt_key with;

    assert_int_equal(rep->padata.count, 2);
    assert_true(span_equal(rep->padata.items[0].value, span_text("other")));
    assert_int_equal(rep->padata.items[1].type, 136);
    armor_key(rig->crypt, &key);
    with = (struct kcrypt_key){KRB_ETYPE_AES256, buf_span(&key)};
    for (int i = 0; i < 4; i++) { /* down to EncryptedData */
        rd = rd_init(value);
        assert_int_equal(der_next(&rd, &element), DER_OK);
        value = element.content;
    }
    rd = rd_init(value);
    assert_int_equal(der_expect(&rd, 0xa0, &element), DER_OK);
    assert_int_equal(der_expect(&rd, 0xa2, &element), DER_OK);
    rd = rd_init(element.content);
    assert_int_equal(der_expect(&rd, DER_OCTET_STRING, &element), DER_OK);
    assert_int_equal(kcrypt_decrypt(rig->crypt, &with, KCRYPT_FAST_REP,
                                    element.content, &plain),
                     KCRYPT_OK);
    put_fast_response(&expected, rig->crypt, buf_span(&key), rep->ticket.whole);
    assert_true(span_equal(buf_span(&plain), buf_span(&expected)));
}

static bool open_ticket(struct rig *rig, const struct krb_ticket *ticket,
                        const struct krb_keys *keys, struct buf *plain,
                        struct krb_ticket_part *out)
{
    struct kcrypt_key key = {
        keys->items[0].etype,
        span_of(keys->items[0].bytes, keys->items[0].size)};
    struct krb_flaw flaw;

    assert_int_equal(ticket->enc_part.etype, key.etype);
    buf_reset(plain);
    return kcrypt_decrypt(rig->crypt, &key, KCRYPT_TICKET,
                          ticket->enc_part.cipher, plain) == KCRYPT_OK &&
           krb_decode_ticket_part(buf_span(plain), out, &flaw);
}

static void test_ticket_times(void **state)
{
    static const char *const services[] = {SERVICE, "krbtgt/" REALM};
    struct rig *rig = *state;
    int64_t now = env_now(&rig->env) / ENV_NS_PER_SEC;
    AUTO_BUF reply = {0};
    AUTO_BUF plain = {0};
    struct krb_kdc_rep rep;
    struct krb_ticket_part part;

    for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
        get_ticket(rig, services[i],
                   (struct kdc_ticket_plan){.starts = 600 * ENV_NS_PER_SEC,
                                            .ends = -60 * ENV_NS_PER_SEC},
                   &reply, &rep);
        assert_true(open_ticket(
            rig, &rep.ticket, i ? &rig->krbtgt : &rig->service, &plain, &part));
        assert_true(part.has_start_time);
        assert_in_range(part.start_time - now, 600, 600 + RIG_PATIENCE);
        assert_in_range(part.end_time - now + 60, 0, RIG_PATIENCE);
        assert_int_equal(part.auth_time, 1370088000); /* as it was */
        assert_true(span_equal(part.client.components[0], span_text("alice")));
        assert_int_equal(part.key.bytes.data[0], 7);
        assert_int_equal(rep.ticket.enc_part.kvno, i ? 1 : 2);
        assert_true(rig_exchange(rig, i + 1)->kdc->forged);
    }
}

static void test_ticket_padding(void **state)
{
    enum { SIZE = 48 * 1024 };
    struct rig *rig = *state;
    AUTO_BUF reply = {0};
    AUTO_BUF plain = {0};
    struct krb_kdc_rep rep;
    struct krb_ticket_part part;
    struct krb_authdata data;
    struct krb_authdata inner;
    struct krb_flaw flaw;

    get_ticket(rig, SERVICE, (struct kdc_ticket_plan){.padding = SIZE}, &reply,
               &rep);
    check_fast(rig, &rep);
    assert_true(open_ticket(rig, &rep.ticket, &rig->service, &plain, &part));
    assert_true(krb_decode_authdata(part.authorization_data, &data, &flaw));
    assert_int_equal(data.count, 1);
    assert_int_equal(data.items[0].type, 1); /* AD-IF-RELEVANT */
    assert_true(krb_decode_authdata(data.items[0].bytes, &inner, &flaw));
    assert_int_equal(inner.items[0].bytes.size, SIZE);
}

static void test_ticket_key(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF reply = {0};
    AUTO_BUF plain = {0};
    struct krb_kdc_rep rep;
    struct krb_ticket_part part;

    get_ticket(rig, SERVICE,
               (struct kdc_ticket_plan){.wrong_key = true, .kvno = 9}, &reply,
               &rep);
    check_fast(rig, &rep);
    assert_false(open_ticket(rig, &rep.ticket, &rig->service, &plain, &part));
    assert_int_equal(rep.ticket.enc_part.kvno, 9);
    assert_int_equal(rep.ticket.enc_part.etype, KRB_ETYPE_AES256);
}

static void test_ticket_name(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF reply = {0};
    AUTO_BUF plain = {0};
    struct krb_kdc_rep rep;
    struct krb_ticket_part part;
    AUTO(arena) arena = arena_new();

    get_ticket(rig, SERVICE,
               (struct kdc_ticket_plan){.name = "HTTP/other.contoso.test"},
               &reply, &rep);
    assert_true(open_ticket(rig, &rep.ticket, &rig->service, &plain, &part));
    assert_string_equal(krb_name_text(arena, &rep.ticket.service),
                        "HTTP/other.contoso.test@" REALM);
}

/* A ticket that is not ours stays as it is, and the journal says why. */
static void test_ticket_closed(void **state)
{
    struct rig *rig = *state;
    AUTO_BUF reply = {0};
    struct krb_kdc_rep rep;
    const struct exchange *ex;

    krb_keys_make(&rig->service, KRB_AES_BITS, 2, env_secret);
    get_ticket(rig, SERVICE, (struct kdc_ticket_plan){.padding = 10}, &reply,
               &rep);
    assert_true(rep.ticket.enc_part.kvno == 2);
    rig_halt(rig);
    rig_go_on(rig);
    /* The relay borrows the very keys: give it others once the KDC has made
     * its ticket. */
    {
        AUTO_BUF asked = {0};
        AUTO_BUF message = {0};
        int fd = client(rig, SOCK_STREAM);

        rig_halt(rig);
        krb_keys_make(&rig->service, KRB_AES_BITS, 2, env_secret);
        put_ticket(&asked, rig->crypt, &rig->krbtgt, "alice", "krbtgt/" REALM);
        rig_go_on(rig);
        put_tgs_req(&message, rig->crypt, buf_span(&asked), SERVICE);
        say_message(fd, buf_span(&message));
        assert_int_equal(hear(fd, &reply), END_NONE);
        assert_true(span_equal(buf_span(&reply), buf_span(&rig->answer)));
        close(fd);
    }
    ex = rig_exchange(rig, 2);
    assert_false(ex->kdc->forged);
    assert_string_equal(ex->remarks->key, "kdc.ticket");
    assert_non_null(strstr(ex->remarks->text, "left as it is"));
}

/* ---- The proxy's way ---- */

struct asked {
    struct loop_task task; /* first */
    struct rig *rig;
    struct buf message;
    struct buf reply;
    unsigned answers;
};

static void proxy_answered(void *ctx, struct span reply)
{
    struct asked *asked = ctx;

    asked->answers++;
    buf_reset(&asked->reply);
    buf_add(&asked->reply, reply);
    loop_stop(asked->rig->loop);
}

static void proxy_ask(struct loop_task *task)
{
    struct asked *asked = (struct asked *)task;

    relay_ask(asked->rig->relay, buf_span(&asked->message), "[::1]:1",
              proxy_answered, asked);
}

static void test_proxy(void **state)
{
    static const struct {
        struct kdc_plan plan;
        int32_t code; /* -1: no answer */
        enum sent_outcome outcome;
    } cases[] = {
        {{0}, 25, SENT_WHOLE},
        {{.too_big = true}, 25, SENT_WHOLE},
        {{.error.forged = true, .error.code = 18}, 18, SENT_WHOLE},
        {{.drop = true}, -1, SENT_CUT},
        {{.reset = true}, -1, SENT_CUT},
    };
    struct rig *rig = *state;

    rig_halt(rig);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct asked asked = {.task.run = proxy_ask, .rig = rig};

        rig->plan = cases[i].plan;
        put_as_req(&asked.message, "alice", KRB_NT_PRINCIPAL, 0);
        loop_defer(rig->loop, &asked.task);
        loop_run(rig->loop);
        assert_int_equal(asked.answers, 1);
        assert_int_equal(asked.reply.size ? error_in(buf_span(&asked.reply))
                                          : -1,
                         cases[i].code);
        assert_int_equal(rig_exchange(rig, i + 1)->sent.outcome,
                         cases[i].outcome);
        assert_string_equal(rig_exchange(rig, i + 1)->kdc->transport, "proxy");
        assert_string_equal(rig_exchange(rig, i + 1)->conn->peer, "[::1]:1");
        buf_clear(&asked.message);
        buf_clear(&asked.reply);
    }
}

/* The relay ends while somebody waits: he is told that nothing will come. */
static void test_proxy_end(void **state)
{
    struct rig *rig = *state;
    struct asked asked = {.rig = rig};

    rig_halt(rig);
    rig->plan.delay = 3600 * ENV_NS_PER_SEC;
    put_as_req(&asked.message, "alice", KRB_NT_PRINCIPAL, 0);
    proxy_ask(&asked.task);
    assert_int_equal(asked.answers, 0);
    relay_free(rig->relay);
    rig->relay = NULL;
    assert_int_equal(asked.answers, 1);
    assert_int_equal(asked.reply.size, 0);
    buf_clear(&asked.message);
}

#define PLAN_TEST(name)                                                        \
    cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAN_TEST(test_drop),          PLAN_TEST(test_reset),
        PLAN_TEST(test_error),         PLAN_TEST(test_garbage),
        PLAN_TEST(test_no_key_fits),   PLAN_TEST(test_left),
        PLAN_TEST(test_too_big),       PLAN_TEST(test_really_too_big),
        PLAN_TEST(test_delay),         PLAN_TEST(test_left_while_delayed),
        PLAN_TEST(test_ticket_times),  PLAN_TEST(test_ticket_padding),
        PLAN_TEST(test_ticket_key),    PLAN_TEST(test_ticket_name),
        PLAN_TEST(test_ticket_closed), PLAN_TEST(test_proxy),
        PLAN_TEST(test_proxy_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
