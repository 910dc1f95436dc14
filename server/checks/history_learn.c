/* What there is to remember once an exchange has been judged, see
 * history_discover.h: what was really sent decides, not what was planned. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/history.h"
#include "checks/history_parts.h"
#include "checks/rule.h"
#include "util/env.h"
#include "util/mem.h"
#include "util/number.h"
#include "world/world.h"

enum { RETRY_SECONDS_MAX = 24 * 3600 };

#define GRANT_GUEST "urn:microsoft.rtc:anonmeeting"

/* ---- Headers ---- */

static const char *inside(struct check *check, const char *text,
                          const char *name)
{
    const char *at = text ? strstr(text, name) : NULL;
    bool quoted;

    if (!at) {
        return NULL;
    }
    at += strlen(name);
    quoted = *at == '"';
    at += quoted;
    return arena_text(check->arena,
                      span_of(at, strcspn(at, quoted ? "\"" : ", ")));
}

/* protocol: discover 3.2: where tokens are given, and for which grants. */
static void learn_oauth(struct check *check, const char *challenge,
                        unsigned flags)
{
    struct discover_history *history = &check->history->discover;
    const char *href = inside(check, challenge, "href=");
    const char *grants = inside(check, challenge, "grant_type=");

    if (href) {
        discover_announce(check, &(struct link){LINK_TOKEN, href}, flags);
    }
    *history->grants = '\0';
    if (grants && strlen(grants) < GRANTS_MAX) {
        memcpy(history->grants, grants, strlen(grants) + 1);
    }
}

static void learn_challenge(struct check *check)
{
    struct discover_history *history = &check->history->discover;
    const struct headers *headers = &check->ex->reply.headers;
    const char *service = discover_sent(check, "X-MS-WebTicketURL");
    unsigned flags = discover_flags(check);

    if (service) {
        discover_announce(check, &(struct link){LINK_SERVICE, service}, flags);
        history->services++;
    }
    for (size_t i = 0; i < headers->count; i++) {
        const char *value = headers->items[i].value;

        if (strcasecmp(headers->items[i].name, "WWW-Authenticate") != 0) {
            continue;
        }
        history->windows_offered |= strncasecmp(value, "NTLM", 4) == 0 ||
                                    strncasecmp(value, "Negotiate", 9) == 0 ||
                                    strncasecmp(value, "Basic", 5) == 0;
        if (strstr(value, "MsRtcOAuth")) {
            learn_oauth(check, strstr(value, "MsRtcOAuth"), flags);
        }
    }
    history->windows_offered |= check->ex->reply.raw.size != 0;
}

static void learn_location(struct check *check)
{
    const char *location = discover_sent(check, "Location");

    if (location) {
        discover_announce(check, &(struct link){LINK_REDIRECT, location},
                          discover_flags(check) | ANNOUNCED_LOCATION);
    }
}

/* RFC 6265 section 5.2, as far as the product's own go. */
static void learn_cookie(struct check *check, const char *value)
{
    struct discover_history *history = &check->history->discover;
    const char *host = check->ex->request.host;
    size_t size = strcspn(value, ";");
    size_t name = strcspn(value, "=");
    struct cookie *cookie = NULL;

    if (name >= size || strcasestr(value, "max-age") ||
        strcasestr(value, "expires") || strcasestr(value, "domain=")) {
        return;
    }
    for (size_t i = 0; i < COOKIES_MAX && i < history->cookie_count; i++) {
        struct cookie *other = &history->cookies[i];

        if (strcmp(other->host, host) == 0 &&
            strncmp(other->pair, value, name + 1) == 0) {
            cookie = other;
        }
    }
    cookie = cookie ? cookie
                    : &history->cookies[history->cookie_count++ % COOKIES_MAX];
    mem_free(cookie->host);
    mem_free(cookie->pair);
    *cookie =
        (struct cookie){mem_strdup(host), mem_printf("%.*s", (int)size, value)};
}

static void learn_cookies(struct check *check)
{
    const struct headers *headers = &check->ex->reply.headers;

    for (size_t i = 0; i < headers->count; i++) {
        if (*headers->items[i].name == 'S' &&
            strcasecmp(headers->items[i].name, "Set-Cookie") == 0) {
            learn_cookie(check, headers->items[i].value);
        }
    }
}

/* ---- What came of it ---- */

static int64_t retry_time(const struct check *check)
{
    const char *text = discover_sent(check, "Retry-After");
    uint64_t seconds;

    return text && number_parse(text, NUMBER_DECIMAL, RETRY_SECONDS_MAX,
                                &seconds)
               ? check->ex->decided + (int64_t)seconds * ENV_NS_PER_SEC
               : 0;
}

static bool has_failed(unsigned status)
{
    return status >= 400 && status != 401;
}

static void learn_tries(struct check *check)
{
    struct discover_history *history = &check->history->discover;
    const struct exchange *ex = check->ex;
    bool failed = has_failed(ex->sent.status);
    struct tries *tries;
    uint64_t key;

    if (!failed && !history->failing) {
        return;
    }
    key = discover_key(ex);
    tries = &history->tries[key % TRIES_MAX];
    if (!failed) {
        if (tries->key == key) {
            *tries = (struct tries){0};
            history->failing--;
        }
        return;
    }
    if (tries->key != key || ex->began_monotonic - tries->first > TRIES_SPAN) {
        history->failing += tries->key == 0;
        *tries = (struct tries){.key = key, .first = ex->began_monotonic};
    }
    tries->failed++;
    tries->status = ex->sent.status;
    tries->retry = retry_time(check);
}

static void note_root(struct check *check)
{
    struct discover_history *history = &check->history->discover;
    const struct exchange *ex = check->ex;
    const char *host = ex->request.host;

    for (size_t i = 0; history->failing && i < TRIES_MAX; i++) {
        history->tries[i].root_since = true;
    }
    if (discover_is_internal_host(host) && !history->internal) {
        history->internal = ex->began_monotonic;
    }
    if (discover_is_external_host(host) && !history->external) {
        history->external = ex->began_monotonic;
    }
    history->unused_root =
        discover_is_internal_host(host) && ex->sent.status == 200 &&
                !ex->step && ex->conn->tls && ex->sent.outcome == SENT_WHOLE
            ? ex->began_monotonic
            : 0;
}

static void learn_discovery(struct check *check)
{
    struct discover_history *history = &check->history->discover;
    unsigned status = check->ex->sent.status;

    if (check->traits & TRAIT_ROOT) {
        note_root(check);
    } else {
        history->unused_root = 0;
    }
    if (check->traits & TRAIT_USER) {
        bool ticket = (check->traits & TRAIT_TICKET) != 0;

        history->refused_tickets =
            status == 401 ? history->refused_tickets + ticket : 0;
    }
    if (check->traits & (TRAIT_DISCOVER | TRAIT_MEX)) {
        if (status == 200) {
            discover_read(check);
        } else if (status == 401) {
            learn_challenge(check);
        }
    }
}

static void learn_oauth_answer(struct check *check)
{
    struct discover_history *history = &check->history->discover;
    const struct exchange *ex = check->ex;
    uint64_t hash;

    if (ex->sent.status == 200) {
        history->forms_refused = 0;
        history->guest =
            ex->facts.grant && strcmp(ex->facts.grant, GRANT_GUEST) == 0
                ? ex->conn->id
                : history->guest;
    } else if (ex->sent.status == 400) {
        hash = discover_hash(ex->request.body, 0);
        history->forms_refused =
            hash == history->form ? history->forms_refused + 1 : 1;
        history->form = hash;
    }
}

/* ---- Connections ---- */

static struct connection_seen *seat(struct check *check)
{
    uint64_t id = check->ex->conn->id;
    struct connection_seen *seen =
        &check->history->discover.connections[id % CONNECTIONS_MAX];

    if (seen->id != id) {
        *seen = (struct connection_seen){.id = id};
    }
    return seen;
}

static void learn_handshake(struct check *check)
{
    const struct conn_facts *conn = check->ex->conn;
    struct name_seen *name =
        conn->sni ? discover_name_of(&check->history->discover, conn->sni)
                  : NULL;

    if (name) {
        name->full += !conn->tls_resumed;
        name->offered += conn->tls_resume_offered;
        name->failed = 0;
        name->distrusted = false;
    }
}

static void learn_connection(struct check *check)
{
    struct connection_seen *seen = seat(check);

    if (!seen->requests++ && check->ex->conn->tls) {
        learn_handshake(check);
    }
}

static void learn_tls(struct check *check)
{
    const struct exchange *ex = check->ex;
    const struct tls_exchange *tls = ex->tls;
    const char *sni = ex->conn->sni;
    struct name_seen *name;

    if (tls->complete) {
        seat(check)->certificate =
            tls->made_out_to && sni && strcasecmp(tls->made_out_to, sni) != 0
                ? "wrong-name"
                : tls->certificate;
        return;
    }
    name = sni ? discover_name_of(&check->history->discover, sni) : NULL;
    if (!name) {
        return;
    }
    if (!name->failed++) {
        name->first = ex->began_monotonic;
    }
    name->distrusted |= tls->alert >= 0;
}

static void learn_http(struct check *check)
{
    struct announced *asked;

    learn_connection(check);
    asked = discover_announced(check);
    if (asked) {
        asked->asked = true;
    }
    learn_discovery(check);
    if (check->traits & TRAIT_OAUTH) {
        learn_oauth_answer(check);
    }
    if (check->ex->sent.status / 100 == 3) {
        learn_location(check);
    }
    learn_cookies(check);
    learn_tries(check);
}

void discover_learn(struct check *check)
{
    if (check->traits & TRAIT_TLS) {
        learn_tls(check);
    } else if (check->traits & TRAIT_HTTP) {
        learn_http(check);
    }
    check->history->discover.looked = NULL;
}
