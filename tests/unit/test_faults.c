/* Faults in content, through the whole pipeline: what they make of a reply. */
#include "config.h"

#include "scenario_fixture.h"

#include "services/reach.h"
#include "util/stamp.h"

#define PASSWORD "Passw0rd!"

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("\"%s\" is not in: %s", part, text);
    }
}

/* ---- status ---- */

static void status_has_the_products_page_from_400_on(void **state)
{
    struct play *p = *state;

    play(p, POINT_DISCOVER_ROOT, "status", "503");
    play_start(p);
    assert_int_equal(PLAY(p, .path = ROOT), 503);
    assert_string_equal(play_get(p, "Content-Type"), "text/html");
    assert_has(play_body(p), "Service Unavailable.");
    assert_has(play_get(p, "Server"), "Microsoft-IIS");
    assert_string_equal(play_remark(p, "planned"), "200");
    assert_string_equal(play_remark(p, "step"),
                        "discover.root: play.yaml:1: status");
    assert_non_null(p->ex->planned);
    assert_int_equal(p->ex->planned->status, 200);
    assert_has(arena_text(p->arena, p->ex->planned->body), "Root");
    /* Another point. */
    assert_int_equal(PLAY(p, .path = MEX), 200);
    assert_null(p->ex->planned);
}

static void status_below_400_keeps_the_good_answer(void **state)
{
    struct play *p = *state;

    play(p, POINT_DISCOVER_ROOT, "status", "203");
    play_start(p);
    assert_int_equal(PLAY(p, .path = ROOT), 203);
    assert_has(play_body(p), "Root");
}

/* A body there would be taken for the next reply. */
static void status_without_a_body_has_none(void **state)
{
    static const char *const statuses[] = {"100", "204", "304"};
    struct play *p = *state;
    struct step *step;

    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        step = play(p, POINT_DISCOVER_ROOT, "status", statuses[i]);
        step->when.after = (unsigned)i;
        step->when.first = 1;
    }
    step = play(p, POINT_DISCOVER_ROOT, "status", "204");
    play_do(p, step, "body", "on purpose");
    play_start(p);
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        assert_int_equal(PLAY(p, .path = ROOT), (unsigned)atoi(statuses[i]));
        assert_int_equal(p->ex->reply.body.size, 0);
    }
    assert_int_equal(PLAY(p, .path = ROOT), 204);
    assert_string_equal(play_body(p), "on purpose");
}

/* ---- headers ---- */

static void headers_replace_repeat_and_remove(void **state)
{
    struct play *p = *state;
    struct step *step = play(p, POINT_DISCOVER_ROOT, "headers:Server", "nginx");
    size_t cookies = 0;

    play_do(p, step, "headers:Set-Cookie", "a=1");
    play_do(p, step, "headers:Set-Cookie", "b=${host}");
    play_do(p, step, "headers:Bad Name", "x");
    play_do(p, step, "headers:X-MS-Server-Fqdn", NULL);
    play_do(p, step, "headers:Date", NULL);
    play_start(p);
    assert_int_equal(PLAY(p, .path = ROOT), 200);
    assert_string_equal(play_get(p, "Server"), "nginx");
    assert_string_equal(play_get(p, "Bad Name"), "x");
    assert_string_equal(play_get(p, "X-MS-Server-Fqdn"), "");
    assert_non_null(headers_get(&p->ex->reply.without, "date"));
    for (size_t i = 0; i < p->ex->reply.headers.count; i++) {
        const struct header *h = &p->ex->reply.headers.items[i];

        if (strcmp(h->name, "Set-Cookie") == 0) {
            assert_string_equal(h->value,
                                cookies++ ? "b=lyncweb.contoso.test" : "a=1");
        }
    }
    assert_int_equal(cookies, 2);
    assert_string_equal(headers_get(&p->ex->planned->headers, "Server"),
                        "Microsoft-IIS/7.5");
    assert_has(play_body(p), "Root");
}

/* Wherever "*" stands among them; what is named is sent. */
static void headers_remove_every_one(void **state)
{
    struct play *p = *state;
    struct step *step = play(p, POINT_DISCOVER_ROOT, "headers:Server", "f5");

    play_do(p, step, "headers:*", NULL);
    play_do(p, step, "headers:Content-Type", "text/html");
    play_do(p, step, "body", "no");
    play(p, POINT_HTTP_RESPONSE, "headers:Date", "now");
    play_start(p);
    assert_int_equal(PLAY(p, .path = ROOT), 200);
    assert_int_equal(p->ex->reply.headers.count, 3);
    assert_string_equal(play_get(p, "Server"), "f5");
    assert_string_equal(play_get(p, "Content-Type"), "text/html");
    assert_string_equal(play_get(p, "Date"), "now");
    assert_int_equal(p->ex->reply.without.count, 1);
    assert_string_equal(p->ex->reply.without.items[0].name, "*");
}

/* Whatever the order in which a step names them: form, body, headers. */
static void faults_of_a_step_add_to_its_form(void **state)
{
    struct play *p = *state;
    struct step *step =
        play(p, POINT_DISCOVER_ROOT, "headers:Retry-After", "2");

    play_do(p, step, "delay", "3s");
    play_do(p, step, "body", "wait, ${user}!");
    play_do(p, step, "status", "503");
    play_start(p);
    assert_int_equal(PLAY(p, .path = ROOT), 503);
    assert_string_equal(play_get(p, "Retry-After"), "2");
    assert_string_equal(play_get(p, "Content-Type"), "text/html");
    assert_string_equal(play_body(p), "wait, !");
    assert_int_equal(p->ex->reply.plan.delay, 3 * ENV_NS_PER_SEC);
    assert_string_equal(play_remark(p, "step"),
                        "discover.root: play.yaml:1: status, body, headers, "
                        "delay");
}

/* ---- body, raw ---- */

static void body_of_a_file_is_byte_for_byte(void **state)
{
    struct play *p = *state;
    struct step *step =
        play(p, POINT_MEX_GET, "body.file", "<captured>${host}</captured>");

    play_do(p, step, "body.type", "application/xml");
    play_start(p);
    assert_int_equal(PLAY(p, .path = MEX), 200);
    assert_string_equal(play_body(p), "<captured>${host}</captured>");
    assert_string_equal(play_get(p, "Content-Type"), "application/xml");
    assert_has(arena_text(p->arena, p->ex->planned->body), "definitions");
}

static void body_keeps_the_type_of_the_good_answer(void **state)
{
    struct play *p = *state;

    play(p, POINT_MEX_GET, "body.file", "captured");
    play_start(p);
    assert_int_equal(PLAY(p, .path = MEX), 200);
    assert_string_equal(play_get(p, "Content-Type"), "text/xml; charset=utf-8");
}

static void raw_takes_the_place_of_all(void **state)
{
    struct play *p = *state;

    play(p, POINT_MEX_GET, "raw", "HTTP/1.1 299 ${now}\r\n\r\n");
    play_start(p);
    PLAY(p, .path = MEX);
    assert_true(
        span_equal(p->ex->reply.raw, span_text("HTTP/1.1 299 ${now}\r\n\r\n")));
    assert_string_equal(play_remark(p, "planned"), "200");
}

/* ---- Elsewhere ---- */

static void redirects_by_http(void **state)
{
    static const char *const statuses[] = {"301", "302", "303", "307", "308"};
    struct play *p = *state;

    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        struct step *step = play(p, POINT_DISCOVER_ROOT, "redirect.to",
                                 "https://${host}:${port}/?a=<b>&$${c}");

        play_do(p, step, "redirect.status", statuses[i]);
        step->when.requests =
            memcpy(arena_alloc(p->arena, 2 * sizeof(unsigned)),
                   (unsigned[]){(unsigned)i + 1, 0}, 2 * sizeof(unsigned));
    }
    play(p, POINT_DISCOVER_ROOT, "redirect", "/elsewhere");
    play_start(p);
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        assert_int_equal(PLAY(p, .path = ROOT), (unsigned)atoi(statuses[i]));
        assert_string_equal(play_get(p, "Location"),
                            "https://lyncweb.contoso.test:8443/?a=<b>&${c}");
        assert_has(play_body(p), "?a=&lt;b&gt;&amp;");
    }
    assert_int_equal(PLAY(p, .path = ROOT), 302);
    assert_string_equal(play_get(p, "Location"), "/elsewhere");
}

static void redirects_as_lyncdiscover_does(void **state)
{
    static const struct {
        const char *accept;
        const char *type;
        const char *part;
    } rows[] = {
        {"application/vnd.microsoft.rtc.autodiscover+xml;v=1",
         "application/vnd.microsoft.rtc.autodiscover+xml",
         "token=\"Redirect\" href=\"https://next.test/"},
        {"application/json", "application/json", "https://next.test/"},
    };
    struct play *p = *state;

    play(p, POINT_DISCOVER_ROOT, "discover-redirect", "https://next.test/root");
    play_start(p);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(PLAY(p, .path = ROOT, .accept = rows[i].accept), 200);
        assert_has(play_get(p, "Content-Type"), rows[i].type);
        assert_has(play_body(p), rows[i].part);
        assert_null(strstr(play_body(p), "Domain"));
    }
}

/* ---- SOAP ---- */

static void soap_fault_speaks_the_version_of_the_request(void **state)
{
    static const struct {
        const char *uri;
        const char *type;
    } rows[] = {
        {URI_SOAP11, "text/xml; charset=utf-8"},
        {URI_SOAP12, "application/soap+xml; charset=utf-8"},
    };
    struct play *p = *state;
    struct step *step =
        play(p, POINT_MEX_GET, "soap-fault.code", "wst:InvalidScope");

    play_do(p, step, "soap-fault.reason", "Not at ${host} <now>");
    play_start(p);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *request = arena_printf(
            p->arena, "<s:Envelope xmlns:s=\"%s\"><s:Body/></s:Envelope>",
            rows[i].uri);

        assert_int_equal(PLAY(p, .path = MEX, .body = request,
                              .action = ACTION_TRANSFER_GET),
                         500);
        assert_string_equal(play_get(p, "Content-Type"), rows[i].type);
        assert_has(play_body(p), rows[i].uri);
        assert_has(play_body(p), ":InvalidScope");
        assert_has(play_body(p), URI_TRUST);
        assert_has(play_body(p), "Not at lyncweb.contoso.test &lt;now&gt;");
    }
}

static void diagnostics_in_the_header_or_as_a_fault(void **state)
{
    struct play *p = *state;
    struct step *step = play(p, POINT_DISCOVER_ROOT, "diagnostics", "28033");

    step->when.first = 1;
    step = play(p, POINT_DISCOVER_ROOT, "diagnostics.id", "28033");
    play_do(p, step, "diagnostics.status", "500");
    play(p, POINT_WEBTICKET_REQUEST, "diagnostics", "28020");
    play_start(p);
    assert_int_equal(PLAY(p, .path = ROOT), 401);
    assert_has(play_get(p, "X-Ms-diagnostics"), "28033;source=");
    assert_int_equal(PLAY(p, .path = ROOT), 500);
    assert_int_equal(play_sign_in(p, "alice", PASSWORD), 500);
    assert_has(play_get(p, "X-Ms-diagnostics"), "28020;source=");
    assert_has(play_body(p), "<ErrorId>28020</ErrorId>");
}

/* protocol: discover 3: as the product's own refusals there. */
static void diagnostics_lead_to_a_ticket(void **state)
{
    static const struct {
        const char *path;
        bool web_ticket;
        bool oauth;
    } rows[] = {
        {USER, true, false},
        {ROOT "/oauth/user", false, true},
    };
    struct play *p = *state;
    struct step *step = play(p, POINT_DISCOVER_USER, "diagnostics.id", "28033");

    step->when.first = ARRAY_SIZE(rows);
    step = play(p, POINT_DISCOVER_USER, "diagnostics.id", "28033");
    play_do(p, step, "diagnostics.status", "500");
    play_start(p);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(PLAY(p, .path = rows[i].path), 401);
        assert_has(play_get(p, "X-Ms-diagnostics"), "28033;source=");
        assert_int_equal(*play_get(p, "X-MS-WebTicketURL") != '\0',
                         rows[i].web_ticket);
        assert_int_equal(*play_get(p, "X-MS-WebTicketSupported") != '\0',
                         rows[i].web_ticket);
        assert_int_equal(*play_get(p, "WWW-Authenticate") != '\0',
                         rows[i].oauth);
    }
    assert_int_equal(PLAY(p, .path = USER), 500);
    assert_string_equal(play_get(p, "X-MS-WebTicketURL"), "");
}

/* ---- NTLM ---- */

static const char *pair(struct play *p, uint16_t id)
{
    struct ntlmssp_challenge m;
    struct ntlmssp_flaw flaw;
    struct span value;

    assert_int_equal(ntlmssp_decode_challenge(play_challenge(p), &m, &flaw),
                     NTLMSSP_OK);
    if (!ntlmssp_av_find(m.target_info.bytes, id, &value)) {
        return "none";
    }
    return utf16le_text(p->arena, value);
}

static void target_info_sets_each_pair(void **state)
{
    static const struct {
        const char *word;
        uint16_t id;
        const char *good;
    } rows[] = {
        {"target-info.netbios-domain", NTLMSSP_AV_NB_DOMAIN_NAME, "CONTOSO"},
        {"target-info.netbios-computer", NTLMSSP_AV_NB_COMPUTER_NAME, NULL},
        {"target-info.dns-domain", NTLMSSP_AV_DNS_DOMAIN_NAME, "contoso.test"},
        {"target-info.dns-computer", NTLMSSP_AV_DNS_COMPUTER_NAME, NULL},
        {"target-info.dns-tree", NTLMSSP_AV_DNS_TREE_NAME, "contoso.test"},
    };
    static const char *const values[] = {"evil", "omit", ""};
    static const char *const got[] = {"evil", "none", ""};
    struct play *p = *state;
    struct ntlm_client client = client_of(p->arena, "alice", PASSWORD);

    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        struct step *step = play_step(p, POINT_NTLM_CHALLENGE);

        step->when.first = 1;
        step->when.after = (unsigned)i;
        for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
            play_do(p, step, rows[k].word, values[i]);
        }
    }
    play_start(p);
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        assert_int_equal(play_rst(p, client_negotiate(&client)), 401);
        for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
            assert_string_equal(pair(p, rows[k].id), got[i]);
        }
    }
    assert_int_equal(play_rst(p, client_negotiate(&client)), 401);
    for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
        if (rows[k].good) {
            assert_string_equal(pair(p, rows[k].id), rows[k].good);
        }
    }
}

static void target_info_moves_the_timestamp(void **state)
{
    static const char *const values[] = {"+5m", "omit", "send"};
    struct play *p = *state;
    struct ntlm_client client = client_of(p->arena, "alice", PASSWORD);

    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        struct step *step =
            play(p, POINT_NTLM_CHALLENGE, "target-info.timestamp", values[i]);

        step->when.first = 1;
        step->when.after = (unsigned)i;
    }
    play_start(p);
    for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
        struct ntlmssp_challenge m;
        struct ntlmssp_flaw flaw;
        struct span value;
        struct reader rd;

        play_rst(p, client_negotiate(&client));
        assert_int_equal(ntlmssp_decode_challenge(play_challenge(p), &m, &flaw),
                         NTLMSSP_OK);
        assert_int_equal(
            ntlmssp_av_find(m.target_info.bytes, NTLMSSP_AV_TIMESTAMP, &value),
            i != 1);
        if (i == 1) {
            continue;
        }
        rd = rd_init(value);
        assert_true(
            rd_u64le(&rd) ==
            stamp_filetime(SIGNER_NOW + (i == 0 ? 300 * ENV_NS_PER_SEC : 0)));
    }
}

static void ntlm_sets_the_fields_of_one_challenge(void **state)
{
    static const uint8_t fixed[] = {1,    0x23, 0x45, 0x67,
                                    0x89, 0xab, 0xcd, 0xef};
    struct play *p = *state;
    struct ntlm_client client = client_of(p->arena, "alice", PASSWORD);
    struct step *step =
        play(p, POINT_NTLM_CHALLENGE, "ntlm:flags-set", "0x00000080");
    struct ntlmssp_challenge m;
    struct ntlmssp_flaw flaw;

    play_do(p, step, "ntlm:flags-clear", "0x00080000");
    play_do(p, step, "ntlm:target-name", "EVIL");
    play_do(p, step, "ntlm:server-challenge", "0123456789abcdef");
    step->when.first = 1;
    play_start(p);
    play_rst(p, client_negotiate(&client));
    assert_int_equal(ntlmssp_decode_challenge(play_challenge(p), &m, &flaw),
                     NTLMSSP_OK);
    assert_int_equal(m.flags & NTLMSSP_LM_KEY, NTLMSSP_LM_KEY);
    assert_int_equal(m.flags & NTLMSSP_ESS, 0);
    assert_string_equal(utf16le_text(p->arena, m.target_name.bytes), "EVIL");
    assert_memory_equal(m.server_challenge, fixed, sizeof(fixed));
    /* The next one is the world's own. */
    play_rst(p, client_negotiate(&client));
    assert_int_equal(ntlmssp_decode_challenge(play_challenge(p), &m, &flaw),
                     NTLMSSP_OK);
    assert_int_equal(m.flags & NTLMSSP_ESS, NTLMSSP_ESS);
    assert_string_equal(utf16le_text(p->arena, m.target_name.bytes), "CONTOSO");
}

/* ---- Tickets, the clock, the world ---- */

/* A remark of the last ticket that was issued. */
static void issues(struct play *p, const char *expires, const char *audience)
{
    assert_int_equal(play_sign_in(p, "alice", PASSWORD), 200);
    assert_string_equal(play_remark(p, "ticket.expires"), expires);
    assert_string_equal(play_remark(p, "ticket.audience"), audience);
}

static void ticket_sets_what_one_ticket_says(void **state)
{
    struct play *p = *state;
    struct step *step = play(p, POINT_WEBTICKET_ISSUE, "ticket:lifetime", "5m");

    play_do(p, step, "ticket:audience", "https://evil.test/");
    play_do(p, step, "ticket:clock", "-1h");
    step->when.first = 1;
    play_start(p);
    issues(p, "2014-05-13T15:58:20Z", "https://evil.test/");
    issues(p, "2014-05-14T00:53:20Z", "https://lyncweb.contoso.test" USER);
}

static const char *presented(struct play *p)
{
    const char *start = strstr(play_body(p), "cwt=");

    assert_non_null(start);
    return arena_text(p->arena, span_of(start, strcspn(start, "<")));
}

static void clock_moves_from_its_request_on(void **state)
{
    struct play *p = *state;
    struct step *step = play(p, POINT_WEBTICKET_ISSUE, "ticket:lifetime", "5m");
    const char *ticket;

    step = play(p, POINT_DISCOVER_USER, "clock", "+6m");
    step->when.after = 1;
    step->when.first = 1;
    /* A world that was changed before must not hide that the clock moved. */
    play(p, POINT_HTTP_REQUEST, "product", "sfb2015");
    play_start(p);
    assert_int_equal(play_sign_in(p, "alice", PASSWORD), 200);
    ticket = presented(p);
    assert_int_equal(PLAY(p, .path = USER, .ticket = ticket), 200);
    assert_true(session_now(p->session, env_now(&p->env)) == SIGNER_NOW);
    assert_int_equal(PLAY(p, .path = USER, .ticket = ticket), 401);
    assert_has(play_get(p, "X-Ms-diagnostics"), "28033;");
    assert_true(session_now(p->session, env_now(&p->env)) ==
                SIGNER_NOW + 360 * ENV_NS_PER_SEC);
    assert_int_equal(PLAY(p, .path = USER, .ticket = ticket), 401);
    assert_true(session_now(p->session, env_now(&p->env)) ==
                SIGNER_NOW + 360 * ENV_NS_PER_SEC);
}

/* However often it is moved, a ticket's times can still be reckoned. */
static void clock_stops_before_times_end(void **state)
{
    static const struct {
        const char *by;
        const char *clock;
        const char *expires;
    } rows[] = {
        {"+18250d", "2150-01-01T00:00:00Z", "2199-12-20T00:00:00Z"},
        {"-18250d", "1800-01-01T00:00:00Z", "1849-12-20T00:00:00Z"},
    };
    struct play *p = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct step *step = play(p, POINT_HTTP_REQUEST, "clock", rows[i].by);

        step->when.after = i ? 10 : 0;
        step->when.first = 10;
    }
    play(p, POINT_WEBTICKET_ISSUE, "ticket:lifetime", "18250d");
    play_start(p);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        for (int n = 0; n < 8; n++) {
            PLAY(p, .path = ROOT);
        }
        assert_int_equal(play_sign_in(p, "alice", PASSWORD), 200);
        assert_string_equal(
            stamp_iso(p->arena, session_now(p->session, env_now(&p->env))),
            rows[i].clock);
        assert_string_equal(play_remark(p, "ticket.expires"), rows[i].expires);
    }
}

static void delays_add_up_to_a_limit(void **state)
{
    struct play *p = *state;

    for (int i = 0; i < 8; i++) {
        play(p, POINT_DISCOVER_ROOT, "delay", "18250d")->also = true;
    }
    play_start(p);
    assert_int_equal(PLAY(p, .path = ROOT), 200);
    assert_true(p->ex->reply.plan.delay ==
                INT64_C(36500) * 86400 * ENV_NS_PER_SEC);
}

static void world_overlays_hold_for_one_exchange(void **state)
{
    struct play *p = *state;
    struct step *step = play(p, POINT_AUTH_OFFER, "offer:windows", "NTLM");

    play_do(p, step, "offer:windows", "Negotiate");
    play_do(p, step, "offer:one-line", "yes");
    step->when.first = 1;
    step = play(p, POINT_DISCOVER_ROOT, "location", "internal");
    step->when.first = 1;
    step = play(p, POINT_HTTP_REQUEST, "product", "sfb2015");
    step->when.first = 1;
    step->when.after = 2;
    play_start(p);
    assert_int_equal(PLAY(p, .path = WEBTICKET, .body = "x"), 401);
    assert_string_equal(play_get(p, "WWW-Authenticate"), "NTLM, Negotiate");
    PLAY(p, .path = ROOT);
    assert_has(play_body(p), "lyncint.contoso.test");
    assert_int_equal(PLAY(p, .path = USER), 401);
    assert_string_equal(play_get(p, "Server"), "Microsoft-IIS/8.5");
    assert_has(play_get(p, "WWW-Authenticate"), "Bearer ");
    assert_int_equal(PLAY(p, .path = USER), 401);
    assert_string_equal(play_get(p, "Server"), "Microsoft-IIS/7.5");
    assert_string_equal(play_get(p, "WWW-Authenticate"), "");
    PLAY(p, .path = ROOT);
    assert_has(play_body(p), "lyncweb.contoso.test");
    assert_int_equal(PLAY(p, .path = WEBTICKET, .body = "x"), 401);
    assert_string_equal(play_get(p, "WWW-Authenticate"), "Negotiate");
}

/* ---- http.response ---- */

static void the_response_has_the_last_word(void **state)
{
    struct play *p = *state;
    struct step *step;

    play(p, POINT_DISCOVER_ROOT, "status", "503");
    step = play(p, POINT_HTTP_RESPONSE, "status", "418");
    step->also = true;
    play(p, POINT_HTTP_RESPONSE, "headers:X-Late", "yes");
    play_start(p);
    assert_int_equal(PLAY(p, .path = ROOT), 418);
    assert_string_equal(play_get(p, "X-Late"), "yes");
    assert_int_equal(p->ex->planned->status, 200);
    /* Also where no endpoint serves the path. */
    assert_int_equal(PLAY(p, .path = "/nothing"), 418);
    assert_int_equal(p->ex->planned->status, 404);
}

int main(void)
{
#define T(test)                                                                \
    cmocka_unit_test_setup_teardown(test, play_set_up, play_tear_down)
    const struct CMUnitTest tests[] = {
        T(status_has_the_products_page_from_400_on),
        T(status_below_400_keeps_the_good_answer),
        T(status_without_a_body_has_none),
        T(headers_replace_repeat_and_remove),
        T(headers_remove_every_one),
        T(faults_of_a_step_add_to_its_form),
        T(body_of_a_file_is_byte_for_byte),
        T(body_keeps_the_type_of_the_good_answer),
        T(raw_takes_the_place_of_all),
        T(redirects_by_http),
        T(redirects_as_lyncdiscover_does),
        T(soap_fault_speaks_the_version_of_the_request),
        T(diagnostics_in_the_header_or_as_a_fault),
        T(diagnostics_lead_to_a_ticket),
        T(target_info_sets_each_pair),
        T(target_info_moves_the_timestamp),
        T(ntlm_sets_the_fields_of_one_challenge),
        T(ticket_sets_what_one_ticket_says),
        T(clock_moves_from_its_request_on),
        T(clock_stops_before_times_end),
        T(delays_add_up_to_a_limit),
        T(world_overlays_hold_for_one_exchange),
        T(the_response_has_the_last_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
