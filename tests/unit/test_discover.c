/*
 * lyncdiscover through the pipeline: requests in, replies out, with real
 * tickets. protocol: discover 2, 3 and 8.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>
#include <libxml/tree.h>

#include "pki/pki.h"
#include "services/conn_auth.h"
#include "services/services.h"
#include "ticket/ticket.h"
#include "util/base64.h"
#include "util/buf.h"
#include "util/env.h"
#include "util/url.h"
#include "wire/xml.h"

#define ROOT       "/Autodiscover/AutodiscoverService.svc/root"
#define USER       ROOT "/user"
#define OAUTH_USER ROOT "/oauth/user"
#define DOMAIN     ROOT "/domain"
#define XML_TYPE   "application/vnd.microsoft.rtc.autodiscover+xml"
#define ACCEPT_XML XML_TYPE ";v=1"
#define LYNCWEB    "https://lyncweb.contoso.test"
#define HOSTED     "https://webdir.cloud.test/Autodiscover/root"

static const int64_t noon = INT64_C(1400000000) * ENV_NS_PER_SEC;
static const int64_t hour = 3600 * ENV_NS_PER_SEC;

struct fixture {
    struct env env;
    struct world *world;
    struct services_context services;
    struct conn_auth *auth;
    struct ticket_keys *keys;
    struct ticket_keys *other_keys; /* of another run */
    struct arena *arena;
    struct exchange *ex;
};

/* What is not said is: GET, https, lyncdiscover, no port, XML wanted. */
struct ask {
    const char *method;
    const char *host;
    const char *port;
    const char *path;
    const char *query;
    const char *accept; /* "" sends none */
    const char *ticket; /* X-MS-WebTicket */
    const char *authorization;
    bool http;
};

static int64_t fixed_clock(struct env *env UNUSED)
{
    return noon;
}

static struct ticket_keys *make_keys(void)
{
    static const char *const names[] = {"lyncweb.contoso.test", NULL};
    const struct pki_options options = {
        .names = names,
        .domain = "contoso.test",
        .key = PKI_P256,
        .now = noon,
    };
    AUTO(pki) pki = NULL;
    AUTO_BUF key = {0};
    AUTO_BUF certificate = {0};
    struct ticket_keys *keys = NULL;
    struct err err = {""};

    if (!pki_new(&options, &pki, &err) ||
        !pki_signer(pki, PKI_P256, &key, &certificate, &err) ||
        !ticket_keys_new(buf_span(&key), buf_span(&certificate), &keys, &err)) {
        fail_msg("%s", err.text);
    }
    return keys;
}

static int set_up(void **state)
{
    static struct fixture f;

    f = (struct fixture){
        .world = world_good(),
        .auth = conn_auth_new(),
        .keys = make_keys(),
        .other_keys = make_keys(),
        .arena = arena_new(),
    };
    env_system(&f.env, 1);
    f.env.now = fixed_clock;
    f.env.monotonic = fixed_clock;
    f.services = (struct services_context){
        .world = f.world,
        .env = &f.env,
        .ticket_keys = f.keys,
        .https_port = 40443,
    };
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    exchange_unref(f->ex);
    conn_auth_unref(f->auth);
    ticket_keys_free(f->keys);
    ticket_keys_free(f->other_keys);
    world_unref(f->world);
    arena_free(f->arena);
    return 0;
}

static void set(struct fixture *f, const char *name, const char *value)
{
    struct err err = {""};

    if (!world_set(f->world, name, value, &err) ||
        !world_finish(f->world, &err)) {
        fail_msg("%s", err.text);
    }
}

/* ---- Asking ---- */

static void never_called(void *ctx UNUSED)
{
    fail_msg("a reply that was not pending was resumed");
}

static const char * or (const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static void add_header(struct fixture *f, const char *name, const char *value)
{
    if (value && *value) {
        headers_add(&f->ex->request.headers, f->ex->arena, name, value);
    }
}

static unsigned send(struct fixture *f, struct ask ask)
{
    struct conn_facts conn = {
        .id = 1,
        .tls = !ask.http,
        .peer = "127.0.0.1:1",
    };

    exchange_unref(f->ex);
    f->ex = exchange_new(1, &conn);
    f->ex->request = (struct request){
        .method = or (ask.method, "GET"),
        .target = or (ask.path, "/"),
        .path = or (ask.path, "/"),
        .query = or (ask.query, ""),
        .version = "HTTP/1.1",
        .host = or (ask.host, "lyncdiscover.contoso.test"),
        .port = or (ask.port, ""),
    };
    add_header(f, "Accept", or (ask.accept, ACCEPT_XML));
    add_header(f, "X-MS-WebTicket", ask.ticket);
    add_header(f, "Authorization", ask.authorization);
    print_message("%s://%s%s?%s\n", ask.http ? "http" : "https",
                  f->ex->request.host, f->ex->request.path,
                  f->ex->request.query);
    assert_int_equal(
        services_run(&f->services, f->ex, f->auth, never_called, NULL),
        SERVICES_DONE);
    return f->ex->reply.status;
}

#define ASK(f, ...) send((f), (struct ask){__VA_ARGS__})

static const char *header(struct fixture *f, const char *name)
{
    return headers_get(&f->ex->reply.headers, name);
}

static const char *body(struct fixture *f)
{
    return arena_text(f->arena, f->ex->reply.body);
}

/* The WWW-Authenticate lines, joined by "|". */
static const char *challenges(struct fixture *f)
{
    const char *all = "";
    const struct headers *headers = &f->ex->reply.headers;

    for (size_t i = 0; i < headers->count; i++) {
        if (strcasecmp(headers->items[i].name, "WWW-Authenticate") == 0) {
            all = arena_printf(f->arena, "%s%s%s", all, *all ? "|" : "",
                               headers->items[i].value);
        }
    }
    return all;
}

/* ---- Reading XML as pidgin-sipe does (discover 8.2) ---- */

struct body {
    const char *location;
    const char *element; /* Root, User, Domain */
    const char *tokens;  /* all of them: "Domain User OAuth" */
    const char *accesses;
    xmlNode *node;
    xmlDoc *doc;
};

static struct body read_body(struct fixture *f)
{
    struct body read = {.tokens = "", .accesses = ""};
    struct xml_report report;
    const char *type = header(f, "Content-Type");

    assert_non_null(type);
    assert_int_equal(strncmp(type, XML_TYPE, strlen(XML_TYPE)), 0);
    assert_int_equal(xml_parse(f->ex->reply.body, &read.doc, &report), XML_OK);
    assert_true(xml_is(xml_root(read.doc), NULL, "AutodiscoverResponse"));
    read.location =
        xml_attribute(f->arena, xml_root(read.doc), "AccessLocation");
    read.node = xml_first(xml_root(read.doc));
    assert_non_null(read.node);
    assert_null(xml_next(read.node));
    read.element = (const char *)read.node->name;
    for (xmlNode *n = xml_first(read.node); n; n = xml_next(n)) {
        bool link = xml_is(n, NULL, "Link");
        const char **list = link ? &read.tokens : &read.accesses;
        const char *what =
            link ? xml_attribute(f->arena, n, "token")
                 : arena_printf(f->arena, "%s=%s:%s", (const char *)n->name,
                                xml_attribute(f->arena, n, "fqdn"),
                                xml_attribute(f->arena, n, "port"));

        *list =
            arena_printf(f->arena, "%s%s%s", *list, **list ? " " : "", what);
    }
    return read;
}

static const char *href(struct fixture *f, const struct body *read,
                        const char *token)
{
    for (xmlNode *n = xml_first(read->node); n; n = xml_next(n)) {
        const char *found = xml_attribute(f->arena, n, "token");

        if (found && strcmp(found, token) == 0) {
            return xml_attribute(f->arena, n, "href");
        }
    }
    return NULL;
}

/* One look at the whole answer: element and tokens, then one link. */
static void answers(struct fixture *f, const char *element, const char *tokens,
                    const char *token, const char *url)
{
    struct body read;

    assert_int_equal(f->ex->reply.status, 200);
    read = read_body(f);
    assert_string_equal(read.element, element);
    assert_string_equal(read.tokens, tokens);
    assert_non_null(href(f, &read, token));
    assert_string_equal(href(f, &read, token), url);
    xmlFreeDoc(read.doc);
}

static void answers_root(struct fixture *f, const char *user_url)
{
    answers(f, "Root", "Domain User OAuth", "User", user_url);
}

static void redirects(struct fixture *f, const char *element, const char *url)
{
    answers(f, element, "Redirect", "Redirect", url);
}

/* ---- Tickets ---- */

/* How a ticket differs from a good one for alice. */
struct plan {
    const char *user; /* NULL: alice */
    enum ticket_format format;
    const char *audience;
    int64_t issued;   /* from noon */
    int64_t lifetime; /* 0: 8 hours */
    bool other_run;
};

static const char *issue(struct fixture *f, struct plan plan)
{
    const struct user *user = world_user(f->world, or (plan.user, "alice"));
    struct ticket ticket = {
        .id = ticket_id(plan.format, &f->env, f->arena),
        .format = plan.format,
        .user = user->name,
        .sip = arena_printf(f->arena, "sip:%s", user->sip),
        .sid = user->sid,
        .issuer = LYNCWEB "/",
        .audience = or (plan.audience, LYNCWEB USER),
        .issued = noon + plan.issued,
        .expires =
            noon + plan.issued + (plan.lifetime ? plan.lifetime : 8 * hour),
    };
    struct span text;
    struct err err = {""};

    if (!ticket_issue(plan.other_run ? f->other_keys : f->keys, false, f->arena,
                      &ticket, &text, &err)) {
        fail_msg("%s", err.text);
    }
    if (plan.format == TICKET_CWT) {
        return arena_text(f->arena, text);
    }
    return arena_printf(f->arena, "opaque=%s", base64_text(f->arena, text));
}

#define ISSUE(f, ...) issue((f), (struct plan){__VA_ARGS__})

static const char *bearer(struct fixture *f, const char *ticket)
{
    return arena_printf(f->arena, "Bearer %s", ticket);
}

/* ---- Root ---- */

/* discover 1.3: plain HTTP answers 200 and a lone Redirect, never a 3xx. */
static void http_leads_to_https(void **state)
{
    static const struct {
        const char *path;
        const char *query;
        const char *port;
        const char *target;
    } rows[] = {
        {"/", "", "", LYNCWEB ROOT},
        {"/", "sipuri=alice@contoso.test", "",
         LYNCWEB ROOT "?sipuri=alice@contoso.test"},
        {"/", "sipuri=alice@contoso.test", "40080",
         LYNCWEB ":40443" ROOT "?sipuri=alice@contoso.test"},
        {"/", "sipuri=alice@contoso.test", "80",
         LYNCWEB ROOT "?sipuri=alice@contoso.test"},
        {ROOT, "SipUri=sip%3Aalice%40contoso.test", "",
         LYNCWEB ROOT "?sipuri=sip:alice@contoso.test"},
        {ROOT, "sipuri=a&originalDomain=contoso.test&Domain=contoso.test", "",
         LYNCWEB ROOT "?sipuri=a&Domain=contoso.test"
                      "&originalDomain=contoso.test"},
        {"/", "sipuri=%22%3E%3Cx%3E", "", LYNCWEB ROOT "?sipuri=%22%3E%3Cx%3E"},
        /* A foreign domain is judged by the https Root. */
        {"/", "sipuri=x@fabrikam.test", "",
         LYNCWEB ROOT "?sipuri=x@fabrikam.test"},
        /* Credentials do not belong here: also the others lead to Root. */
        {USER, "", "", LYNCWEB ROOT},
        {OAUTH_USER, "", "", LYNCWEB ROOT},
        {DOMAIN, "", "", LYNCWEB ROOT},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ASK(f, .http = true, .path = rows[i].path, .query = rows[i].query,
            .port = rows[i].port, .ticket = ISSUE(f));
        redirects(f, "Root", rows[i].target);
        assert_null(header(f, "Location"));
    }
}

/* Letter case, a slash at the end, names and sipuri forms. */
static void https_answers_root(void **state)
{
    static const struct {
        const char *host;
        const char *path;
        const char *query;
    } rows[] = {
        {"lyncdiscover.contoso.test", "/", ""},
        {"lyncdiscover.contoso.test", "/", "sipuri=alice@contoso.test"},
        {"lyncdiscover.contoso.test", "/", "sipuri=sip:alice@contoso.test"},
        {"lyncdiscover.contoso.test", "/", "sipuri=ALICE%40Contoso.Test"},
        {"lyncdiscover.contoso.test", "/", "Domain=contoso.test"},
        {"lyncdiscover.contoso.test", "/", "x=y&&="},
        {"lyncdiscoverinternal.contoso.test", "/", ""},
        {"lyncweb.contoso.test", ROOT, ""},
        {"lyncweb.contoso.test", ROOT "/", ""},
        {"lyncweb.contoso.test", "/autodiscover/AUTODISCOVERSERVICE.SVC/Root",
         ""},
        {"lyncdiscover.contoso.test", ROOT, "sipuri=alice@contoso.test"},
        /* Malformed: answered as if it were absent. */
        {"lyncdiscover.contoso.test", "/", "sipuri="},
        {"lyncdiscover.contoso.test", "/", "sipuri=alice"},
        {"lyncdiscover.contoso.test", "/", "sipuri=alice@"},
        {"lyncdiscover.contoso.test", "/", "sipuri=alice@-x-"},
        {"lyncdiscover.contoso.test", "/", "sipuri=%00@@%ff"},
        /* An unknown user of our own domain: no other server knows better. */
        {"lyncdiscover.contoso.test", "/", "sipuri=nobody@contoso.test"},
        /* Homed on the other pool: User tells, once they are known. */
        {"lyncdiscover.contoso.test", "/", "sipuri=away@contoso.test"},
        /* A name of another domain that leads here: not back to itself. */
        {"lyncdiscover.fabrikam.test", "/", ""},
        {"lyncdiscover.fabrikam.test", "/", "sipuri=x@fabrikam.test"},
        {"localhost", "/", ""},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ASK(f, .host = rows[i].host, .path = rows[i].path,
            .query = rows[i].query);
        answers_root(f, LYNCWEB USER);
    }
}

static void root_is_complete(void **state)
{
    struct fixture *f = *state;
    struct body read;

    ASK(f, .port = "40443");
    read = read_body(f);
    assert_string_equal(read.location, "External");
    assert_string_equal(href(f, &read, "Domain"), LYNCWEB ":40443" DOMAIN);
    assert_string_equal(href(f, &read, "User"), LYNCWEB ":40443" USER);
    assert_string_equal(href(f, &read, "OAuth"), LYNCWEB ":40443" OAUTH_USER);
    xmlFreeDoc(read.doc);
    assert_string_equal(header(f, "Cache-Control"), "no-cache");
    assert_string_equal(header(f, "X-MS-Server-Fqdn"), "fe01.contoso.test");
}

/* discover 2.2: whom we cannot serve is sent where they can be served. */
static void root_redirects_strangers(void **state)
{
    static const struct {
        const char *query;
        const char *target;
    } rows[] = {
        {"sipuri=x@fabrikam.test",
         "https://lyncdiscover.fabrikam.test" ROOT "?sipuri=x@fabrikam.test"},
        {"sipuri=sip:x@Fabrikam.Test&originalDomain=contoso.test",
         "https://lyncdiscover.fabrikam.test" ROOT
         "?sipuri=sip:x@Fabrikam.Test&originalDomain=contoso.test"},
        {"originalDomain=fabrikam.test",
         "https://lyncdiscover.fabrikam.test" ROOT
         "?originalDomain=fabrikam.test"},
        {"Domain=fabrikam.test",
         "https://lyncdiscover.fabrikam.test" ROOT "?Domain=fabrikam.test"},
        /* The first of a name counts, and sipuri before the others. */
        {"sipuri=x@fabrikam.test&sipuri=alice@contoso.test",
         "https://lyncdiscover.fabrikam.test" ROOT "?sipuri=x@fabrikam.test"},
        {"Domain=contoso.test&sipuri=x@fabrikam.test",
         "https://lyncdiscover.fabrikam.test" ROOT
         "?sipuri=x@fabrikam.test&Domain=contoso.test"},
        /* Hosted domain, hosted user. */
        {"sipuri=x@cloud.test", HOSTED},
        {"sipuri=x@CLOUD.test&originalDomain=cloud.test",
         HOSTED "?originalDomain=cloud.test"},
        {"sipuri=bob@contoso.test", HOSTED},
    };
    struct fixture *f = *state;

    set(f, "hosted.url", HOSTED);
    set(f, "hosted.domain", "cloud.test");
    set(f, "user.bob.home", "hosted");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        ASK(f, .query = rows[i].query, .port = "40443");
        redirects(f, "Root", rows[i].target);
    }
    ASK(f, .host = "lyncdiscover.cloud.test");
    redirects(f, "Root", HOSTED);
    ASK(f, .query = "sipuri=alice@contoso.test");
    answers_root(f, LYNCWEB USER);
}

static void keeps_original_domain(void **state)
{
    struct fixture *f = *state;
    struct body read;

    ASK(f, .query = "originalDomain=contoso.test");
    answers_root(f, LYNCWEB USER "?originalDomain=contoso.test");
    ASK(f, .query = "originalDomain=contoso.test",
        .accept = "application/json");
    assert_string_equal(
        body(f), "{\"_links\":{\"self\":{\"href\":\"" LYNCWEB ROOT
                 "?originalDomain=contoso.test\"},\"user\":{\"href\":\"" LYNCWEB
                     OAUTH_USER "?originalDomain=contoso.test\"},"
                 "\"xframe\":{\"href\":\"" LYNCWEB
                 "/Autodiscover/XFrame/XFrame.html\"}}}");
    ASK(f, .host = "lyncweb.contoso.test", .path = USER, .ticket = ISSUE(f),
        .query = "originalDomain=contoso.test");
    read = read_body(f);
    assert_string_equal(href(f, &read, "Self"),
                        LYNCWEB USER "?originalDomain=contoso.test");
    xmlFreeDoc(read.doc);
}

/* discover 2.4 and 2.6: the same Root in all forms. */
static void root_has_four_forms(void **state)
{
    static const struct {
        const char *accept;
        const char *type;
        const char *start;
    } rows[] = {
        {ACCEPT_XML, XML_TYPE "; v=1", "<?xml"},
        {"application/vnd.microsoft.rtc.autodiscover+json;v=1",
         "application/vnd.microsoft.rtc.autodiscover+json; v=1",
         "{\"AccessLocation\":\"External\",\"Root\":{\"Links\":[{\"href\":"
         "\"https:\\/\\/lyncweb.contoso.test\\/Autodiscover\\/"
         "AutodiscoverService.svc\\/root\\/domain\",\"token\":\"Domain\"}"},
        {"application/json", "application/json",
         "{\"_links\":{\"self\":{\"href\":\"" LYNCWEB ROOT
         "?originalDomain=contoso.test\"}"},
        {"application/xml", "application/xml",
         "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<resource rel=\"root\""},
        {"", "application/vnd.microsoft.rtc.autodiscover+json; v=1",
         "{\"AccessLocation\""},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(ASK(f, .accept = rows[i].accept), 200);
        assert_string_equal(header(f, "Content-Type"), rows[i].type);
        assert_int_equal(strncmp(body(f), rows[i].start, strlen(rows[i].start)),
                         0);
    }
}

/* discover 2.7: a Redirect in JSON is one object, not an array. */
static void redirects_in_json(void **state)
{
    struct fixture *f = *state;

    ASK(f, .http = true, .accept = "");
    assert_string_equal(
        body(f), "{\"AccessLocation\":\"External\",\"Root\":{\"Links\":{"
                 "\"href\":\"https:\\/\\/lyncweb.contoso.test\\/Autodiscover"
                 "\\/AutodiscoverService.svc\\/root\",\"token\":"
                 "\"Redirect\"}}}");
    ASK(f, .http = true, .accept = "application/json");
    assert_string_equal(body(f),
                        "{\"_links\":{\"self\":{\"href\":\"" LYNCWEB ROOT
                        "\"},\"redirect\":{\"href\":\"" LYNCWEB ROOT "\"}}}");
}

/* discover 1.5: the site decides, and its web names are given out. */
static void location_decides(void **state)
{
    static const struct {
        const char *location;
        const char *host;
        const char *shown;
        const char *web;
    } rows[] = {
        {"external", "lyncdiscoverinternal.contoso.test", "External",
         "https://lyncweb.contoso.test" USER},
        {"internal", "lyncdiscover.contoso.test", "Internal",
         "https://lyncint.contoso.test" USER},
        {"both", "lyncdiscover.contoso.test", "External",
         "https://lyncweb.contoso.test" USER},
        {"both", "lyncdiscoverinternal.contoso.test", "Internal",
         "https://lyncint.contoso.test" USER},
        {"both", "lyncint2.contoso.test", "Internal",
         "https://lyncint2.contoso.test" USER},
        {"both", "lyncweb2.contoso.test", "External",
         "https://lyncweb2.contoso.test" USER},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct body read;

        set(f, "location", rows[i].location);
        ASK(f, .host = rows[i].host, .path = ROOT);
        read = read_body(f);
        assert_string_equal(read.location, rows[i].shown);
        assert_string_equal(href(f, &read, "User"), rows[i].web);
        xmlFreeDoc(read.doc);
    }
}

/* ---- Domain ---- */

static void answers_domain(void **state)
{
    struct fixture *f = *state;
    struct body read;

    ASK(f, .host = "lyncweb.contoso.test", .path = DOMAIN);
    read = read_body(f);
    assert_string_equal(read.element, "Domain");
    assert_string_equal(read.accesses,
                        "SipServerExternalAccess=sip.contoso.test:5061 "
                        "SipClientExternalAccess=sip.contoso.test:443");
    assert_string_equal(read.tokens,
                        "Internal/Autodiscover External/Autodiscover "
                        "Internal/AuthBroker External/AuthBroker");
    assert_string_equal(href(f, &read, "External/Autodiscover"), LYNCWEB ROOT);
    xmlFreeDoc(read.doc);
    /* UCWA knows no such resource: it keeps its shape. */
    ASK(f, .path = DOMAIN, .accept = "application/json");
    assert_string_equal(header(f, "Content-Type"), "application/json");
    assert_non_null(strstr(body(f), "\"Domain\":{\"SipServerExternalAccess\":"
                                    "{\"fqdn\":\"sip.contoso.test\","
                                    "\"port\":5061}"));
    ASK(f, .path = DOMAIN, .accept = "application/xml");
    assert_non_null(strstr(body(f), "<AutodiscoverResponse"));
}

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
        bool strict;
    } rows[] = {
        {LYNCWEB USER, true},
        {LYNCWEB ":40443" USER, true},
        {LYNCWEB USER "/", true},
        {LYNCWEB USER "?sipuri=alice@contoso.test", true},
        {"https://LyncWeb.Contoso.Test/autodiscover/autodiscoverservice.svc/"
         "Root/User",
         true},
        {LYNCWEB ROOT, false},
        {LYNCWEB USER "s", false},
        {LYNCWEB OAUTH_USER, false},
        {"https://lyncweb2.contoso.test" USER, false},
        {"http://lyncweb.contoso.test" USER, false},
        {"urn:x", false},
        {"x", false},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *ticket = ISSUE(f, .audience = rows[i].audience);
        struct ask ask = {
            .host = "lyncweb.contoso.test",
            .path = i % 2 ? USER "/" : USER,
            .ticket = ticket,
        };

        print_message("for %s\n", rows[i].audience);
        set(f, "ticket.check-audience", "no");
        assert_int_equal(send(f, ask), 200);
        set(f, "ticket.check-audience", "yes");
        assert_int_equal(send(f, ask), rows[i].strict ? 200 : 401);
        if (!rows[i].strict) {
            assert_int_equal(
                strncmp(header(f, "X-Ms-diagnostics"), "28077;", 6), 0);
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

/* discover 2.7: a Redirect and nothing else; it names a Root (8.2). */
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
        ASK(f, .host = rows[i].host, .port = "40443", .path = USER,
            .ticket = ISSUE(f, .user = rows[i].user));
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
        .ticket = ISSUE(f, .user = "away"));
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

/* ---- pidgin-sipe ---- */

/* discover 8.7: what sipe cannot parse makes it hang: every URL is absolute,
 * lower-case https, with a slash behind the host. */
static void every_url_is_absolute(void **state)
{
    static const char *const paths[] = {ROOT, DOMAIN, USER};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(paths) * 2; i++) {
        struct body read;
        size_t links = 0;

        ASK(f, .path = paths[i / 2], .http = i % 2, .ticket = ISSUE(f));
        read = read_body(f);
        for (xmlNode *n = xml_first(read.node); n; n = xml_next(n)) {
            const char *url = xml_attribute(f->arena, n, "href");

            if (url) {
                links++;
                assert_int_equal(strncmp(url, "https://", 8), 0);
                assert_true(strchr(url + 8, '/') > url + 8);
            }
        }
        assert_true(links > 0);
        xmlFreeDoc(read.doc);
    }
}

/* ---- XFrame, methods ---- */

static void serves_xframe(void **state)
{
    static const struct {
        const char *host;
        const char *path;
        unsigned status;
    } rows[] = {
        {"lyncweb.contoso.test", "/Autodiscover/XFrame/XFrame.html", 200},
        {"lyncweb.contoso.test", "/autodiscover/xframe/xframe.html", 200},
        {"lyncdiscover.contoso.test", "/xframe", 200},
        {"lyncdiscoverinternal.contoso.test", "/xframe/", 200},
        {"lyncweb.contoso.test", "/xframe", 404},
        {"lyncweb.contoso.test", "/", 404},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_int_equal(ASK(f, .host = rows[i].host, .path = rows[i].path),
                         rows[i].status);
        if (rows[i].status == 200) {
            assert_string_equal(header(f, "Content-Type"),
                                "text/html; charset=utf-8");
            assert_non_null(strstr(body(f), "addEventListener('message'"));
            assert_non_null(strstr(body(f), "XMLHttpRequest"));
            assert_non_null(strstr(body(f), "postMessage("));
        }
    }
}

static void other_methods_are_refused(void **state)
{
    static const char *const paths[] = {
        "/",        ROOT,   USER,
        OAUTH_USER, DOMAIN, "/Autodiscover/XFrame/XFrame.html"};
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        assert_int_equal(ASK(f, .method = "POST", .path = paths[i]), 405);
        assert_string_equal(header(f, "Allow"), "GET, HEAD");
        assert_int_equal(ASK(f, .method = "OPTIONS", .path = paths[i]), 405);
    }
    assert_int_equal(ASK(f, .method = "HEAD"), 200);
    assert_non_null(header(f, "Content-Type"));
}

static int start(void **state UNUSED)
{
    struct err err = {""};

    xml_init();
    return ticket_init(&err) ? 0 : -1;
}

static int stop(void **state UNUSED)
{
    ticket_shutdown();
    xml_cleanup();
    return 0;
}

#define DISCOVER_TEST(test)                                                    \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        DISCOVER_TEST(http_leads_to_https),
        DISCOVER_TEST(https_answers_root),
        DISCOVER_TEST(root_is_complete),
        DISCOVER_TEST(root_redirects_strangers),
        DISCOVER_TEST(keeps_original_domain),
        DISCOVER_TEST(root_has_four_forms),
        DISCOVER_TEST(redirects_in_json),
        DISCOVER_TEST(location_decides),
        DISCOVER_TEST(answers_domain),
        DISCOVER_TEST(user_asks_for_a_ticket),
        DISCOVER_TEST(pools_have_their_own_ticket_urls),
        DISCOVER_TEST(challenges_by_path_and_setting),
        DISCOVER_TEST(refuses_bad_tickets),
        DISCOVER_TEST(the_clock_moves_expiry),
        DISCOVER_TEST(judges_the_audience_on_request),
        DISCOVER_TEST(user_is_complete),
        DISCOVER_TEST(takes_every_carrier),
        DISCOVER_TEST(unknown_homes_get_404),
        DISCOVER_TEST(homes_elsewhere_redirect),
        DISCOVER_TEST(the_second_pool_names_itself),
        DISCOVER_TEST(names_outside_ascii_work),
        DISCOVER_TEST(every_url_is_absolute),
        DISCOVER_TEST(serves_xframe),
        DISCOVER_TEST(other_methods_are_refused),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
