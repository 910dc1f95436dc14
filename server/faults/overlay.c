/*
 * Settings of the world for one exchange, see overlay.h. Names and values are
 * those of the world's own table; here stands where a change has an effect. A
 * setting that is not here takes effect when the server starts, or others
 * follow from it: to change it alone would be a lie.
 */
#include "config.h"

#include "faults/overlay.h"

#include <assert.h>
#include <string.h>

#include "scenario/fault.h"
#include "util/mem.h"
#include "world/world.h"

/* Lists of points; they end with POINT_COUNT. */
#define AT(...)  ((const enum point[]){__VA_ARGS__, POINT_COUNT})
#define NOWHERE  ((const enum point[]){POINT_COUNT})
#define ANYWHERE NULL
/* Behind these something of a discovery answer is still to be written ... */
#define ANSWERS                                                                \
    POINT_DISCOVER_ROOT, POINT_DISCOVER_DOMAIN, POINT_DISCOVER_USER,           \
        POINT_DISCOVER_LOOKUP, POINT_DISCOVER_HOME
#define BODIES                                                                 \
    ANSWERS, POINT_DISCOVER_HTTP, POINT_DISCOVER_REDIRECT,                     \
        POINT_DISCOVER_SERVERS, POINT_DISCOVER_LINKS, POINT_DISCOVER_FORM
/* ... its links among it. */
#define LINKS                                                                  \
    ANSWERS, POINT_DISCOVER_HTTP, POINT_DISCOVER_REDIRECT,                     \
        POINT_DISCOVER_SERVERS, POINT_DISCOVER_LINKS, POINT_DISCOVER_XFRAME,   \
        REFUSED, SHOWN, POINT_OAUTH_CHALLENGE
#define METADATA                                                               \
    POINT_MEX_GET, POINT_MEX_REQUEST, POINT_MEX_IMPORT, POINT_MEX_PORTS
#define NEVER never /* not even at http.request */
#define ASKED                                                                  \
    POINT_WEBTICKET_WINDOWS, POINT_WEBTICKET_PASSWORD, POINT_WEBTICKET_GUEST,  \
        POINT_WEBTICKET_REQUEST, POINT_WEBTICKET_CLAIMS,                       \
        POINT_WEBTICKET_AUDIENCE
#define GRANTED POINT_OAUTH_REQUEST, POINT_OAUTH_VERDICT, POINT_OAUTH_ISSUE
#define ISSUE   ASKED, POINT_WEBTICKET_ISSUE, POINT_SOAP_REQUEST
/* What is written of a ticket once it is known. */
#define WRITE ISSUE, GRANTED, POINT_TICKET_KEY, POINT_TICKET_SIGN
#define SHOWN POINT_TICKET_PRESENT, POINT_TICKET_AUDIENCE
#define KERBEROS                                                               \
    POINT_AUTH_CREDENTIALS, POINT_NEGOTIATE_INIT, POINT_NEGOTIATE_CONTINUE,    \
        POINT_NEGOTIATE_RAW, POINT_NEGOTIATE_TICKET
#define CHALLENGE                                                              \
    POINT_AUTH_CREDENTIALS, POINT_NTLM_NEGOTIATE, POINT_NTLM_RESTART,          \
        POINT_NTLM_CHALLENGE
#define ANSWER  POINT_AUTH_CREDENTIALS, POINT_NTLM_AUTHENTICATE
#define REFUSED POINT_TICKET_VERDICT, POINT_TICKET_CHALLENGE

static const enum point never[] = {POINT_COUNT};

/* A name that ends in "." stands for all below it that have no row of their
 * own. At http.request each of them makes sense. */
static const struct {
    const char *setting;
    const enum point *points;
} rows[] = {
    {"discover.user-challenge", AT(POINT_DISCOVER_USER, SHOWN, REFUSED)},
    {"discover.oauth-user-challenge", AT(POINT_DISCOVER_USER, SHOWN, REFUSED)},
    {"discover.sip-internal-port",
     AT(POINT_DISCOVER_USER, SHOWN, POINT_DISCOVER_HOME,
        POINT_DISCOVER_SERVERS)},
    {"discover.form", AT(BODIES, SHOWN)},
    {"discover.form-type", AT(BODIES, SHOWN)},
    {"krb5.clock", AT(KERBEROS)},
    {"krb5.replay-cache", AT(KERBEROS)},
    {"krb5.per-request", AT(KERBEROS)},
    {"krb5.check-spn", AT(KERBEROS)},
    {"krb5.channel-binding", AT(KERBEROS)},
    {"krb5.wrong-key", AT(KERBEROS)},
    {"krb5.etypes", AT(KERBEROS)},
    {"location", AT(LINKS, METADATA, POINT_MEX_ADDRESS, ISSUE)},
    {"mex.policy", AT(METADATA, POINT_MEX_POLICY)},
    {"mex.policies", AT(METADATA, POINT_MEX_POLICY)},
    {"mex.host", AT(METADATA, POINT_MEX_ADDRESS)},
    {"mex.scheme", AT(METADATA, POINT_MEX_ADDRESS)},
    {"mex.", AT(METADATA)},
    {"negotiation", AT(BODIES)},
    /* These are asked when the final leg is judged. */
    {"ntlm.v1", AT(ANSWER)},
    {"ntlm.v1-ess", AT(ANSWER)},
    {"ntlm.require-mic", AT(ANSWER)},
    {"ntlm.channel-binding", AT(ANSWER)},
    {"ntlm.check-spn", AT(ANSWER)},
    {"ntlm.", AT(CHALLENGE)},
    {"oauth.entities", NOWHERE},
    {"oauth.", AT(POINT_DISCOVER_USER, SHOWN, REFUSED, POINT_OAUTH_CHALLENGE)},
    {"offer.windows", AT(POINT_AUTH_OFFER, POINT_DISCOVER_USER,
                         POINT_OAUTH_CHALLENGE, METADATA)},
    {"offer.one-line", AT(POINT_AUTH_OFFER)},
    {"offer.kerberos", AT(POINT_AUTH_CREDENTIALS, POINT_NEGOTIATE_INIT)},
    {"offer.", AT(POINT_DISCOVER_USER, POINT_OAUTH_CHALLENGE, METADATA)},
    {"product", ANYWHERE},
    {"public-port", AT(LINKS, METADATA, POINT_MEX_ADDRESS, ISSUE)},
    {"ticket.format", AT(ISSUE)},
    {"ticket.other-format", AT(ISSUE)},
    {"ticket.lifetime", AT(ISSUE, GRANTED)},
    {"ticket.guest-lifetime", AT(ISSUE, GRANTED)},
    {"ticket.audience", AT(ISSUE)},
    {"ticket.clock", AT(ISSUE, GRANTED)},
    {"ticket.check-audience", AT(POINT_DISCOVER_USER, SHOWN)},
    {"ticket.key", NEVER},
    {"ticket.secret", AT(ISSUE, POINT_TICKET_KEY)},
    {"ticket.", AT(WRITE)},
    {"webticket.strict-applies-to", AT(POINT_WEBTICKET_REQUEST)},
};

/* One value for a word that is a setting itself, else names and values. */
struct overlay {
    const char *value;
    struct headers settings;
};

/* ---- What was written, as settings ---- */

/* "location", or "ntlm.flags-set". */
static char *setting_name(const char *word, const char *below)
{
    return below ? mem_printf("%s.%s", word, below) : mem_strdup(word);
}

/* A list comes as the same name again; the world's table wants commas. */
static char *value_of(const struct headers *settings, size_t index)
{
    const char *name = settings->items[index].name;
    char *all = mem_strdup(settings->items[index].value);

    for (size_t i = index + 1; i < settings->count; i++) {
        if (strcmp(settings->items[i].name, name) == 0) {
            char *longer = mem_printf("%s,%s", all, settings->items[i].value);

            mem_free(all);
            all = longer;
        }
    }
    return all;
}

static bool is_first(const struct headers *settings, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(settings->items[i].name, settings->items[index].name) == 0) {
            return false;
        }
    }
    return true;
}

/* ---- Where they may stand ---- */

static bool row_fits(const char *row, const char *name)
{
    size_t length = strlen(row);

    return row[length - 1] == '.' ? strncmp(row, name, length) == 0
                                  : strcmp(row, name) == 0;
}

static bool is_among(enum point at, const enum point *points)
{
    while (points && *points != at && *points != POINT_COUNT) {
        points++;
    }
    return !points || *points == at;
}

static bool check_point(const char *name, enum point at, struct err *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (!row_fits(rows[i].setting, name)) {
            continue;
        }
        if (rows[i].points == never) {
            break;
        }
        if (at == POINT_HTTP_REQUEST || is_among(at, rows[i].points)) {
            return true;
        }
        return err_set(err, "%s has no effect any more at %s; say it at %s",
                       name, point_info(at)->name,
                       point_info(POINT_HTTP_REQUEST)->name);
    }
    return err_set(err,
                   "%s cannot change for one exchange alone; set it in "
                   "`world`",
                   name);
}

/* The world is asked first: it knows the nearest valid word. */
static bool check_setting(const char *word, const char *below,
                          const char *value, enum point at, struct err *err)
{
    AUTO(str) name = setting_name(word, below);
    AUTO(world) world = world_good();

    return world_set(world, name, value, err) && check_point(name, at, err);
}

static bool check(const char *word, const struct overlay *asked, enum point at,
                  struct err *err)
{
    const struct headers *settings = &asked->settings;

    if (asked->value) {
        return check_setting(word, NULL, asked->value, at, err);
    }
    if (settings->count == 0) {
        return err_set(err, "expected at least one setting");
    }
    for (size_t i = 0; i < settings->count; i++) {
        if (!settings->items[i].value) {
            return err_set(err, "%s.%s: expected a value", word,
                           settings->items[i].name);
        }
    }
    for (size_t i = 0; i < settings->count; i++) {
        AUTO(str) value = value_of(settings, i);

        if (is_first(settings, i) &&
            !check_setting(word, settings->items[i].name, value, at, err)) {
            return false;
        }
    }
    return true;
}

/* ---- At work ---- */

static void set(const char *word, const char *below, const char *value,
                struct world *world)
{
    AUTO(str) name = setting_name(word, below);
    struct err err;
    bool good = world_set(world, name, value, &err);

    assert(good);
}

static void plan(const char *word, const struct overlay *asked,
                 struct subject *subject)
{
    const struct headers *settings = &asked->settings;
    struct world *world = subject->world;

    if (asked->value) {
        set(word, NULL, asked->value, world);
    }
    for (size_t i = 0; i < settings->count; i++) {
        AUTO(str) value = value_of(settings, i);

        if (is_first(settings, i)) {
            set(word, settings->items[i].name, value, world);
        }
    }
    world_follow_product(world);
    if (world->ticket.sha1 && world->ticket.key != KEY_RSA2048) {
        exchange_unchanged(subject->ex, "step",
                           "ticket.sha1 changes nothing: ticket.key is not "
                           "rsa2048");
    }
}

/* ---- The faults ---- */

#define PARAMS(ident, word, row_type, of_type, member)                         \
    static const struct setting ident##_params[] = {                           \
        {{(word), (row_type), "as the world's setting of this name"},          \
         .type = (of_type),                                                    \
         .offset = offsetof(struct overlay, member),                           \
         .size = sizeof(((struct overlay *)0)->member)},                       \
        {.info = {NULL, NULL, NULL}},                                          \
    }

/* The first example, and more for other points. */
#define OVERLAY(ident, word, heading, where, sample, ...)                      \
    static bool ident##_check(const void *params, enum point at,               \
                              struct err *err)                                 \
    {                                                                          \
        return check((word), params, at, err);                                 \
    }                                                                          \
    static void ident##_plan(const void *params, struct subject *subject)      \
    {                                                                          \
        plan((word), params, subject);                                         \
    }                                                                          \
    extern const struct fault fault_##ident;                                   \
    const struct fault fault_##ident = {                                       \
        .name = (word),                                                        \
        .title = (heading),                                                    \
        .doc = "For this exchange alone. " where,                              \
        .spec = "the world's settings, `lyncmock list`",                       \
        .example = (sample),                                                   \
        .examples = (const char *const[]){__VA_ARGS__},                        \
        .subjects = SUBJECT_WORLD,                                             \
        .order = FAULT_BYTES,                                                  \
        .params = ident##_params,                                              \
        .size = sizeof(struct overlay),                                        \
        .check = ident##_check,                                                \
        .plan = ident##_plan,                                                  \
    }

/* A word that is a setting itself, and one that has settings below it. */
#define ONE(ident, word, row_type, heading, where, sample)                     \
    PARAMS(ident, word, row_type, setting_text, value);                        \
    OVERLAY(ident, word, heading, where, sample, NULL)
#define MANY(ident, word, heading, where, ...)                                 \
    PARAMS(ident, word, "names and values", setting_map, settings);            \
    OVERLAY(ident, word, heading, where, __VA_ARGS__, NULL)

MANY(discover, "discover", "what discovery answers say, and in which form",
     "user-challenge and oauth-user-challenge at discover.user or "
     "ticket.challenge, sip-internal-port at discover.user or "
     "discover.servers, form and form-type wherever an answer is still to be "
     "written; all of them at http.request.",
     "{user-challenge: oauth}");
MANY(krb5, "krb5", "how a Kerberos ticket is judged",
     "clock, replay-cache, per-request, check-spn, channel-binding, wrong-key "
     "and etypes, at negotiate.init or http.request; a client that sends "
     "Kerberos with no SPNEGO around it passes http.request alone. Which hosts "
     "have an SPN is settled as the server starts.",
     "{clock: +6m}");
ONE(location, "location", "internal|external|both",
    "the site that answers: internal or external",
    "Links, redirects and the ticket's issuer follow. Wherever one of them is "
    "still to be written, and at http.request.",
    "internal");
MANY(
    mex, "mex", "what the metadata document says",
    "What the world has under mex: which ports it lists (negotiate, ntlm, "
    "auth, "
    "anon, cert, pin, fed), their host and scheme, the policies, and the shape "
    "of the document. At mex.get, mex.request, mex.import, mex.ports or "
    "http.request; host and scheme also at mex.address, policies also at "
    "mex.policy.",
    "{auth: no, cert: yes, host: pool01.contoso.test}");
ONE(negotiation, "negotiation", "rtm2013|cu2013|sfb2015",
    "which discovery bodies answer which Accept",
    "At discover.root, discover.domain, discover.user or http.request.",
    "rtm2013");
MANY(ntlm, "ntlm", "fields of the NTLM challenge, and how answers are judged",
     "All that the world has under ntlm. What the challenge carries is set at "
     "ntlm.challenge; how the final leg is judged (v1, v1-ess, require-mic, "
     "channel-binding, check-spn) at ntlm.authenticate. target-info names the "
     "same fields as the document does, and ntlm-message every byte.",
     "{flags-clear: 0x00080000}");
MANY(
    oauth, "oauth", "how the User resource names the OAuth token endpoint",
    "trusted-issuers, client-id, authorization-uri, href, grants and one-line, "
    "at oauth.challenge, discover.user and http.request; entities, which says "
    "how a form is read, at http.request alone.",
    "{href: unquoted}");
MANY(offer, "offer", "which ways to authenticate are offered",
     "windows and one-line at auth.offer; windows, soap and anonymous at "
     "discover.user and mex.get; kerberos at negotiate.init, where no leaves "
     "NTLM to Negotiate; all of them at http.request, where a scheme that is "
     "not offered is refused as well.",
     "{windows: [NTLM], one-line: yes}", "{windows: [NTLM]}", "{kerberos: no}");
ONE(product, "product", "lync2013|sfb2015",
    "which product the answer comes from",
    "Its headers, its challenges and its negotiation, unless the world sets "
    "those itself.",
    "sfb2015");
ONE(public_port, "public-port", "port|0", "the port in URLs of the answer",
    "0: the one that the client's Host carries. At discover.*, mex.get, "
    "webticket.request, webticket.issue or http.request.",
    "8443");
MANY(ticket, "ticket", "what the ticket says, and how tickets are judged",
     "format, lifetime, audience and clock at webticket.request or "
     "webticket.issue, and what is wrong with the ticket or the answer around "
     "it (signature, assertion, secret, context ...) there and at ticket.sign; "
     "check-audience at discover.user or ticket.present; all of them at "
     "http.request. The key that signs is made when the server starts.",
     "{lifetime: 5m}", "{check-audience: yes}");
MANY(webticket, "webticket", "how a ticket request is judged",
     "strict-applies-to, at webticket.request or http.request.",
     "{strict-applies-to: yes}");
