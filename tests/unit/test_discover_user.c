/*
 * lyncdiscover through the pipeline: the User resource, with real tickets.
 * protocol: discover 2.9, 2.11, 3 and 8.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "discovering.h"

/* ---- User: the challenge ---- */

/* discover 3.1 and 8.3. */
static void user_asks_for_a_ticket(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ASK(f, .host = "lyncweb.contoso.test", .path = USER), 401);
    assert_string_equal(header(f, "X-MS-WebTicketURL"),
                        LYNCWEB "/WebTicket/WebTicketService.svc");
    assert_string_equal(header(f, "X-MS-WebTicketSupported"), "cwt,saml");
    assert_string_equal(header(f, "Content-Type"), "text/html");
    assert_string_equal(header(f, "X-MS-Server-Fqdn"), "fe01.contoso.test");
    assert_string_equal(challenges(f), "");
    assert_null(header(f, "X-Ms-diagnostics"));
    assert_int_equal(f->ex->reply.body.size, 1293);
    assert_int_equal(ASK(f, .host = "lyncweb.contoso.test", .path = USER "/",
                         .port = "40443"),
                     401);
    assert_string_equal(header(f, "X-MS-WebTicketURL"),
                        LYNCWEB ":40443/WebTicket/WebTicketService.svc");
    /* HTTP authentication does not help here. */
    assert_int_equal(
        ASK(f, .path = USER, .authorization = "NTLM TlRMTVNTUAABAAAA"), 401);
    assert_string_equal(challenges(f), "");
    assert_null(header(f, "X-Ms-diagnostics"));
}

/* discover 8.6: sipe's cache is keyed by this URL. */
static void pools_have_their_own_ticket_urls(void **state)
{
    static const struct {
        const char *host;
        const char *url;
    } rows[] = {
        {"lyncweb.contoso.test", "https://lyncweb.contoso.test"},
        {"lyncweb2.contoso.test", "https://lyncweb2.contoso.test"},
        {"lyncint.contoso.test", "https://lyncint.contoso.test"},
        {"lyncint2.contoso.test", "https://lyncint2.contoso.test"},
        {"lyncdiscover.contoso.test", "https://lyncweb.contoso.test"},
    };
    struct fixture *f = *state;

    set(f, "location", "both");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ASK(f, .host = rows[i].host, .path = USER);
        assert_string_equal(header(f, "X-MS-WebTicketURL"),
                            arena_printf(f->arena,
                                         "%s/WebTicket/WebTicketService.svc",
                                         rows[i].url));
    }
}

#define BEARER                                                                 \
    "Bearer trusted_issuers=\"\", "                                            \
    "client_id=\"00000004-0000-0ff1-ce00-000000000000\""
#define OAUTH(grants)                                                          \
    BEARER "|MsRtcOAuth href=\"" LYNCWEB                                       \
           "/WebTicket/oauthtoken\",grant_type=\"" grants "\""
#define ALL_GRANTS                                                             \
    "urn:microsoft.rtc:windows,urn:microsoft.rtc:anonmeeting,password"

/* discover 3.2 and 3.3. */
static void challenges_by_path_and_setting(void **state)
{
    static const struct {
        const char *setting;
        const char *value;
        const char *path;
        bool web_ticket;
        const char *challenges;
    } rows[] = {
        {"product", "lync2013", USER, true, ""},
        {"product", "lync2013", OAUTH_USER, false, OAUTH(ALL_GRANTS)},
        {"product", "lync2013", OAUTH_USER "/", false, OAUTH(ALL_GRANTS)},
        {"product", "sfb2015", USER, true, OAUTH(ALL_GRANTS)},
        {"product", "sfb2015", OAUTH_USER, false, OAUTH(ALL_GRANTS)},
        {"discover.user-challenge", "oauth", USER, false, OAUTH(ALL_GRANTS)},
        {"discover.user-challenge", "none", USER, false, ""},
        {"discover.user-challenge", "both", USER, true, OAUTH(ALL_GRANTS)},
        {"discover.oauth-user-challenge", "webticket", OAUTH_USER, true, ""},
        {"offer.windows", "none", USER, true,
         OAUTH("urn:microsoft.rtc:anonmeeting,password")},
        {"offer.anonymous", "no", USER, true, OAUTH("password")},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        set(f, rows[i].setting, rows[i].value);
        assert_int_equal(ASK(f, .path = rows[i].path), 401);
        assert_string_equal(challenges(f), rows[i].challenges);
        if (rows[i].web_ticket) {
            assert_non_null(header(f, "X-MS-WebTicketURL"));
            assert_non_null(header(f, "X-MS-WebTicketSupported"));
        } else {
            assert_null(header(f, "X-MS-WebTicketURL"));
            assert_null(header(f, "X-MS-WebTicketSupported"));
        }
    }
}

static const char *tampered(struct fixture *f)
{
    char *ticket = arena_strdup(f->arena, ISSUE(f));
    size_t middle = strlen(ticket) / 2;

    ticket[middle] = ticket[middle] == 'A' ? 'B' : 'A';
    return ticket;
}

/* discover 2.11, webticket 6.4: each flaw has its number. */
static void refuses_bad_tickets(void **state)
{
    struct fixture *f = *state;
    const struct {
        const char *what;
        const char *ticket;
        const char *authorization;
        const char *number;
    } rows[] = {
        {"expired", ISSUE(f, .issued = -2 * hour, .lifetime = hour), NULL,
         "28033;"},
        {"expired now", ISSUE(f, .issued = -hour, .lifetime = hour), NULL,
         "28033;"},
        {"expired CWT",
         ISSUE(f, .issued = -2 * hour, .lifetime = hour, .format = TICKET_CWT),
         NULL, "28033;"},
        {"of another run", ISSUE(f, .other_run = true), NULL, "28032;"},
        {"CWT of another run",
         ISSUE(f, .other_run = true, .format = TICKET_CWT), NULL, "28032;"},
        {"tampered with", tampered(f), NULL, "28032;"},
        {"not yet valid", ISSUE(f, .issued = 2 * hour), NULL, "28032;"},
        {"noise", "opaque=%%%", NULL, "28032;"},
        {"nothing", "opaque=", NULL, "28032;"},
        {"bearer noise", NULL, "Bearer x y", "28032;"},
        {"bearer nothing", NULL, "Bearer ", "28032;"},
        {"bearer", NULL, "bearer", "28032;"},
        {"bearer expired", NULL,
         bearer(f, ISSUE(f, .issued = -2 * hour, .lifetime = hour)), "28033;"},
        /* The header goes before Authorization. */
        {"bad before good", "opaque=", bearer(f, ISSUE(f)), "28032;"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        print_message("%s\n", rows[i].what);
        assert_int_equal(ASK(f, .path = USER, .ticket = rows[i].ticket,
                             .authorization = rows[i].authorization),
                         401);
        assert_non_null(header(f, "X-Ms-diagnostics"));
        assert_int_equal(strncmp(header(f, "X-Ms-diagnostics"), rows[i].number,
                                 strlen(rows[i].number)),
                         0);
        assert_non_null(header(f, "X-MS-WebTicketURL"));
    }
}

static void the_clock_moves_expiry(void **state)
{
    struct fixture *f = *state;
    const char *ticket = ISSUE(f, .lifetime = hour);

    assert_int_equal(ASK(f, .path = USER, .ticket = ticket), 200);
    set(f, "clock", "+61m");
    assert_int_equal(ASK(f, .path = USER, .ticket = ticket), 401);
    set(f, "clock", "+59m");
    assert_int_equal(ASK(f, .path = USER, .ticket = ticket), 200);
}

/* A ticket belongs to the deployment unless a setting says otherwise. */
static void judges_the_audience_on_request(void **state)
{
    static const struct {
        const char *audience;
        enum audience_check fits; /* the strictest check that lets it in */
    } rows[] = {
        {LYNCWEB USER, AUDIENCE_URL},
        {LYNCWEB ":40443" USER, AUDIENCE_URL},
        {LYNCWEB USER "/", AUDIENCE_URL},
        {LYNCWEB USER "?sipuri=alice@contoso.test", AUDIENCE_URL},
        {"https://LyncWeb.Contoso.Test/autodiscover/autodiscoverservice.svc/"
         "Root/User",
         AUDIENCE_URL},
        {LYNCWEB ROOT, AUDIENCE_SERVICE},
        {LYNCWEB USER "s", AUDIENCE_SERVICE},
        {LYNCWEB OAUTH_USER, AUDIENCE_SERVICE},
        {"https://lyncint.contoso.test" USER, AUDIENCE_SERVICE},
        {LYNCWEB "/WebTicket/WebTicketService.svc/Auth", AUDIENCE_SERVICE},
        {LYNCWEB "/CertProv/CertProvisioningService.svc", AUDIENCE_POOL},
        {LYNCWEB "/Autodiscover", AUDIENCE_POOL},
        {LYNCWEB, AUDIENCE_POOL},
        {"https://lyncweb2.contoso.test" USER, AUDIENCE_ANY},
        {"https://lyncweb.example.test" USER, AUDIENCE_ANY},
        {"http://lyncweb.contoso.test" USER, AUDIENCE_ANY},
        {"urn:x", AUDIENCE_ANY},
        {"x", AUDIENCE_ANY},
    };
    static const char *const words[] = {"any", "pool", "service", "url"};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *ticket = ISSUE(f, .audience = rows[i].audience);
        struct ask ask = {
            .host = "lyncweb.contoso.test",
            .path = i % 2 ? USER "/" : USER,
            .ticket = ticket,
        };

        print_message("for %s\n", rows[i].audience);
        for (unsigned check = 0; check < ARRAY_SIZE(words); check++) {
            set(f, "ticket.check-audience", words[check]);
            assert_int_equal(send(f, ask), check <= rows[i].fits ? 200 : 401);
            if (check > rows[i].fits) {
                assert_int_equal(
                    strncmp(header(f, "X-Ms-diagnostics"), "28077;", 6), 0);
            }
        }
    }
    /* A CWT names no audience. */
    assert_int_equal(
        ASK(f, .path = USER,
            .ticket = ISSUE(f, .format = TICKET_CWT, .audience = "x")),
        200);
}

/* ---- User: the answer ---- */

/* discover 2.9: the complete answer, link by link. */
static void user_is_complete(void **state)
{
    static const struct {
        const char *token;
        const char *url;
    } links[] = {
        {"Internal/Autodiscover", "https://lyncint.contoso.test" ROOT},
        {"External/Autodiscover", LYNCWEB ROOT},
        {"Internal/AuthBroker", "https://lyncint.contoso.test/Reach/sip.svc"},
        {"External/AuthBroker", LYNCWEB "/Reach/sip.svc"},
        {"Internal/WebScheduler", "https://lyncint.contoso.test/Scheduler"},
        {"External/WebScheduler", LYNCWEB "/Scheduler"},
        {"Internal/Mcx", LYNCWEB "/Mcx/McxService.svc"},
        {"External/Mcx", LYNCWEB "/Mcx/McxService.svc"},
        {"Internal/Ucwa", "https://lyncint.contoso.test/ucwa/v1/applications"},
        {"External/Ucwa", LYNCWEB "/ucwa/v1/applications"},
        {"Ucwa", LYNCWEB "/ucwa/v1/applications"},
        {"Internal/XFrame",
         "https://lyncint.contoso.test/Autodiscover/XFrame/XFrame.html"},
        {"External/XFrame", LYNCWEB "/Autodiscover/XFrame/XFrame.html"},
        {"XFrame", LYNCWEB "/Autodiscover/XFrame/XFrame.html"},
        {"Self", LYNCWEB USER},
    };
    struct fixture *f = *state;
    const char *tokens = "";
    struct body read;

    assert_int_equal(ASK(f, .host = "lyncweb.contoso.test", .path = USER,
                         .ticket = ISSUE(f)),
                     200);
    read = read_body(f);
    assert_string_equal(read.location, "External");
    assert_string_equal(read.accesses,
                        "SipServerInternalAccess=pool01.contoso.test:5061 "
                        "SipClientInternalAccess=pool01.contoso.test:5061 "
                        "SipServerExternalAccess=sip.contoso.test:5061 "
                        "SipClientExternalAccess=sip.contoso.test:443");
    for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
        assert_string_equal(href(f, &read, links[i].token), links[i].url);
        tokens = arena_printf(f->arena, "%s%s%s", tokens, i ? " " : "",
                              links[i].token);
    }
    assert_string_equal(read.tokens, tokens);
    xmlFreeDoc(read.doc);
    assert_string_equal(f->ex->facts.user, "alice");
    set(f, "discover.sip-internal-port", "443");
    ASK(f, .host = "lyncweb.contoso.test", .path = USER, .ticket = ISSUE(f));
    assert_non_null(strstr(body(f), "<SipClientInternalAccess "
                                    "fqdn=\"pool01.contoso.test\" "
                                    "port=\"443\"/>"));
}

/* discover 3.6: each way to carry each kind of ticket. */
static void takes_every_carrier(void **state)
{
    struct fixture *f = *state;
    const char *saml = ISSUE(f);
    const char *cwt = ISSUE(f, .format = TICKET_CWT);
    const struct {
        const char *path;
        const char *ticket;
        const char *authorization;
        const char *applications;
    } rows[] = {
        {USER, saml, NULL, "/ucwa/v1/applications"},
        {USER, cwt, NULL, "/ucwa/v1/applications"},
        {USER, arena_printf(f->arena, "opaque=%s", cwt), NULL,
         "/ucwa/v1/applications"},
        {USER, url_encode(f->arena, cwt, ""), NULL, "/ucwa/v1/applications"},
        {OAUTH_USER, NULL, bearer(f, cwt), "/ucwa/oauth/v1/applications"},
        {OAUTH_USER, NULL, arena_printf(f->arena, "bearer  %s", cwt),
         "/ucwa/oauth/v1/applications"},
        {OAUTH_USER, NULL,
         arena_printf(f->arena, "Bearer cwt=%s", saml + strlen("opaque=")),
         "/ucwa/oauth/v1/applications"},
        {USER, NULL, bearer(f, cwt), "/ucwa/oauth/v1/applications"},
        {OAUTH_USER, saml, NULL, "/ucwa/v1/applications"},
        /* The header goes before Authorization. */
        {USER, saml, "Bearer x", "/ucwa/v1/applications"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(ASK(f, .path = rows[i].path, .ticket = rows[i].ticket,
                             .authorization = rows[i].authorization,
                             .accept = "application/json"),
                         200);
        assert_string_equal(
            body(f), arena_printf(f->arena,
                                  "{\"_links\":{\"self\":{\"href\":\"%s\"},"
                                  "\"applications\":{\"href\":\"%s%s\"},"
                                  "\"xframe\":{\"href\":\"%s%s\"}}}",
                                  LYNCWEB USER, LYNCWEB, rows[i].applications,
                                  LYNCWEB, "/Autodiscover/XFrame/XFrame.html"));
        assert_string_equal(f->ex->facts.user, "alice");
        assert_string_equal(f->ex->facts.auth, "webticket");
    }
}

/* discover 2.11: 404 with nothing in it. */
static void unknown_homes_get_404(void **state)
{
    static const struct {
        const char *user;
        const char *state;
        const char *home;
    } rows[] = {
        {"nosip", "no-sip", "unknown"},
        {"bob", "no-sip", "1"},
        {"bob", "good", "unknown"},
        {"bob", "unknown", "1"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *name = rows[i].user;
        const char *saml;
        const char *cwt;

        set(f, arena_printf(f->arena, "user.%s.home", name), rows[i].home);
        set(f, arena_printf(f->arena, "user.%s.state", name), rows[i].state);
        saml = ISSUE(f, .user = name);
        cwt = ISSUE(f, .user = name, .format = TICKET_CWT);
        assert_int_equal(ASK(f, .path = USER, .ticket = saml), 404);
        assert_int_equal(f->ex->reply.body.size, 0);
        assert_string_equal(header(f, "X-MS-Server-Fqdn"), "fe01.contoso.test");
        assert_int_equal(ASK(f, .path = USER, .ticket = cwt), 404);
        assert_int_equal(f->ex->reply.body.size, 0);
    }
}

/* discover 2.12: guests look for UCWA on the pool of whoever invited them. */
static void guests_are_led_to_the_organizer(void **state)
{
    struct fixture *f = *state;
    const char *ticket = ISSUE(f, .format = TICKET_CWT,
                               .guest = "00112233-4455-6677-8899-aabbccddeeff");

    assert_int_equal(ASK(f, .path = USER, .ticket = ticket), 200);
    assert_string_equal(f->ex->facts.ticket, "valid");
    assert_null(f->ex->facts.user);
    assert_int_equal(
        ASK(f, .path = OAUTH_USER, .authorization = bearer(f, ticket)), 200);
    assert_non_null(strstr(body(f), "External/Ucwa"));
    assert_int_equal(
        ASK(f, .host = "lyncweb2.contoso.test", .path = USER, .ticket = ticket),
        401);
    set(f, "user.alice.home", "2");
    ASK(f, .path = USER, .ticket = ticket);
    redirects(f, "User", "https://lyncweb2.contoso.test" ROOT);
    set(f, "user.alice.home", "unknown");
    assert_int_equal(ASK(f, .path = USER, .ticket = ticket), 404);
    f->world->meeting_count = 0;
    assert_int_equal(ASK(f, .path = USER, .ticket = ticket), 404);
    assert_non_null(strstr(f->ex->why, "nobody of this world"));
}

/* discover 2.7: a Redirect and nothing else; it names a Root (discover 8.2). */
static void homes_elsewhere_redirect(void **state)
{
    static const struct {
        const char *host;
        const char *user;
        const char *target; /* NULL: homed here */
    } rows[] = {
        {"lyncweb.contoso.test", "away",
         "https://lyncweb2.contoso.test:40443" ROOT},
        {"lyncint.contoso.test", "away",
         "https://lyncint2.contoso.test:40443" ROOT},
        {"lyncweb2.contoso.test", "away", NULL},
        {"lyncint2.contoso.test", "away", NULL},
        {"lyncweb2.contoso.test", "alice", LYNCWEB ":40443" ROOT},
        {"lyncdiscover.contoso.test", "alice", NULL},
        {"lyncweb.contoso.test", "bob", HOSTED},
        {"lyncweb2.contoso.test", "bob", HOSTED},
    };
    struct fixture *f = *state;

    set(f, "location", "both");
    set(f, "hosted.url", HOSTED);
    set(f, "user.bob.home", "hosted");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *audience =
            arena_printf(f->world->arena, "https://%s" USER, rows[i].host);

        ASK(f, .host = rows[i].host, .port = "40443", .path = USER,
            .ticket = ISSUE(f, .user = rows[i].user, .audience = audience,
                            .pool = strstr(rows[i].host, "2.") != NULL));
        if (rows[i].target) {
            redirects(f, "User", rows[i].target);
        } else {
            assert_non_null(strstr(body(f), "SipClientInternalAccess"));
            assert_null(strstr(body(f), "Redirect"));
        }
    }
}

static void the_second_pool_names_itself(void **state)
{
    struct fixture *f = *state;
    struct body read;

    ASK(f, .host = "lyncweb2.contoso.test", .path = USER,
        .ticket = ISSUE(f, .user = "away", .pool = 1,
                        .audience = "https://lyncweb2.contoso.test" USER));
    read = read_body(f);
    assert_non_null(strstr(read.accesses,
                           "SipClientInternalAccess=pool02.contoso.test:5061"));
    assert_string_equal(href(f, &read, "Self"),
                        "https://lyncweb2.contoso.test" USER);
    assert_string_equal(header(f, "X-MS-Server-Fqdn"), "fe02.contoso.test");
    xmlFreeDoc(read.doc);
}

/* jörg's address goes through XML, base64 and back. */
static void names_outside_ascii_work(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        ASK(f, .path = USER, .ticket = ISSUE(f, .user = "j\xc3\xb6rg")), 200);
    assert_string_equal(f->ex->facts.user, "j\xc3\xb6rg");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DISCOVER_TEST(user_asks_for_a_ticket),
        DISCOVER_TEST(pools_have_their_own_ticket_urls),
        DISCOVER_TEST(challenges_by_path_and_setting),
        DISCOVER_TEST(refuses_bad_tickets),
        DISCOVER_TEST(the_clock_moves_expiry),
        DISCOVER_TEST(judges_the_audience_on_request),
        DISCOVER_TEST(user_is_complete),
        DISCOVER_TEST(takes_every_carrier),
        DISCOVER_TEST(unknown_homes_get_404),
        DISCOVER_TEST(guests_are_led_to_the_organizer),
        DISCOVER_TEST(homes_elsewhere_redirect),
        DISCOVER_TEST(the_second_pool_names_itself),
        DISCOVER_TEST(names_outside_ascii_work),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
