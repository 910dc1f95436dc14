/*
 * What the tests of lyncdiscover share: a running pipeline, requests by hand,
 * real tickets, and a reader of answers.
 */
#ifndef TESTS_DISCOVERING_H
#define TESTS_DISCOVERING_H

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
#include "sessions_fixture.h"
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

static const int64_t noon UNUSED = INT64_C(1400000000) * ENV_NS_PER_SEC;
static const int64_t hour UNUSED = 3600 * ENV_NS_PER_SEC;

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

static UNUSED int64_t fixed_clock(struct env *env UNUSED)
{
    return noon;
}

static UNUSED struct ticket_keys *make_keys(void)
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

static UNUSED int set_up(void **state)
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
        .sessions = sessions_playing(f.world),
        .env = &f.env,
        .ticket_keys = f.keys,
        .https_port = 40443,
    };
    *state = &f;
    return 0;
}

static UNUSED int tear_down(void **state)
{
    struct fixture *f = *state;

    exchange_unref(f->ex);
    conn_auth_unref(f->auth);
    ticket_keys_free(f->keys);
    ticket_keys_free(f->other_keys);
    sessions_free(f->services.sessions);
    world_unref(f->world);
    arena_free(f->arena);
    return 0;
}

static UNUSED void set(struct fixture *f, const char *name, const char *value)
{
    struct err err = {""};

    if (!world_set(f->world, name, value, &err) ||
        !world_finish(f->world, &err)) {
        fail_msg("%s", err.text);
    }
}

/* ---- Asking ---- */

static UNUSED void never_called(void *ctx UNUSED)
{
    fail_msg("a reply that was not pending was resumed");
}

static const char * or (const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static UNUSED void add_header(struct fixture *f, const char *name,
                              const char *value)
{
    if (value && *value) {
        headers_add(&f->ex->request.headers, f->ex->arena, name, value);
    }
}

static UNUSED unsigned send(struct fixture *f, struct ask ask)
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

static UNUSED const char *header(struct fixture *f, const char *name)
{
    return headers_get(&f->ex->reply.headers, name);
}

static UNUSED const char *body(struct fixture *f)
{
    return arena_text(f->arena, f->ex->reply.body);
}

/* The WWW-Authenticate lines, joined by "|". */
static UNUSED const char *challenges(struct fixture *f)
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

static UNUSED struct body read_body(struct fixture *f)
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

static UNUSED const char *href(struct fixture *f, const struct body *read,
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
static UNUSED void answers(struct fixture *f, const char *element,
                           const char *tokens, const char *token,
                           const char *url)
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

static UNUSED void answers_root(struct fixture *f, const char *user_url)
{
    answers(f, "Root", "Domain User OAuth", "User", user_url);
}

static UNUSED void redirects(struct fixture *f, const char *element,
                             const char *url)
{
    answers(f, element, "Redirect", "Redirect", url);
}

/* ---- Tickets ---- */

/* How a ticket differs from a good one for alice. */
struct plan {
    const char *user; /* NULL: alice */
    enum ticket_format format;
    const char *audience;
    size_t pool;      /* that issues it: 0 or 1 */
    int64_t issued;   /* from noon */
    int64_t lifetime; /* 0: 8 hours */
    bool other_run;
    const char *guest; /* GUID: a guest of the good meeting; needs CWT */
};

static UNUSED const char *issue(struct fixture *f, struct plan plan)
{
    const struct user *user = world_user(f->world, or (plan.user, "alice"));
    struct ticket ticket = {
        .id = ticket_id(plan.format, &f->env, f->arena),
        .format = plan.format,
        .user = user->name,
        .sip = arena_printf(f->arena, "sip:%s", user->sip),
        .sid = user->sid,
        .issuer = plan.pool ? "https://lyncweb2.contoso.test/" : LYNCWEB "/",
        .pool = f->world->pools[plan.pool].fqdn,
        .audience = or (plan.audience, LYNCWEB USER),
        .issued = noon + plan.issued,
        .expires =
            noon + plan.issued + (plan.lifetime ? plan.lifetime : 8 * hour),
        .guest = plan.guest,
        .meeting = f->world->meetings[0].uri,
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

static UNUSED const char *bearer(struct fixture *f, const char *ticket)
{
    return arena_printf(f->arena, "Bearer %s", ticket);
}

static UNUSED int start(void **state UNUSED)
{
    struct err err = {""};

    xml_init();
    return ticket_init(&err) ? 0 : -1;
}

static UNUSED int stop(void **state UNUSED)
{
    ticket_shutdown();
    xml_cleanup();
    return 0;
}

#define DISCOVER_TEST(test)                                                    \
    cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
