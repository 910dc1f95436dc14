/* What is remembered of discovery, and how it is asked, see the header. What
 * there is to remember is history_learn.c. */
#include "config.h"

#include "checks/history_discover.h"

#include <string.h>
#include <strings.h>

#include "checks/history.h"
#include "checks/rule.h"
#include "pki/profile.h"
#include "util/mem.h"
#include "util/url.h"
#include "world/world.h"

/* ---- Owning ---- */

static void forget_url(struct announced *url)
{
    mem_free(url->text);
    mem_free(url->port);
    mem_free(url->host);
    *url = (struct announced){0};
}

void discover_forget(struct discover_history *history)
{
    for (size_t i = 0; i < ANNOUNCED_MAX; i++) {
        forget_url(&history->urls[i]);
    }
    for (size_t i = 0; i < COOKIES_MAX; i++) {
        mem_free(history->cookies[i].host);
        mem_free(history->cookies[i].pair);
    }
    for (size_t i = 0; i < NAMES_MAX; i++) {
        mem_free(history->names[i].name);
    }
    mem_free(history->memo.body);
    *history = (struct discover_history){0};
}

/* ---- Hashes ---- */

/* FNV-1a; zero is not among what it gives. */
uint64_t discover_hash(struct span bytes, uint64_t from)
{
    uint64_t hash = from ? from : 0xcbf29ce484222325u;

    for (size_t i = 0; i < bytes.size; i++) {
        hash = (hash ^ bytes.data[i]) * 0x100000001b3u;
    }
    return hash ? hash : 1;
}

uint64_t discover_key(const struct exchange *ex)
{
    uint64_t hash = discover_hash(span_text(ex->request.method), 0);

    hash = discover_hash(span_text(ex->conn->tls ? "s" : "p"), hash);
    hash = discover_hash(span_text(ex->request.host), hash);
    return discover_hash(span_text(ex->request.target), hash);
}

/* ---- URLs ---- */

/* Two spellings of one URL give one text; letter case of paths is kept. */
static const char *plain_text(struct arena *arena, const char *scheme,
                              const char *host, const char *path,
                              const char *query)
{
    const char *plain = url_decode(arena, span_text(query), false);

    return arena_printf(arena, "%s://%s%s%s%s", scheme, host, path,
                        *plain ? "?" : "", plain);
}

static const char *scheme_of(const struct exchange *ex)
{
    return ex->conn->tls ? "https" : "http";
}

static const char *own_text(const struct check *check)
{
    const struct request *request = &check->ex->request;
    const char *path = request->path;

    if (*request->target != '/') {
        struct url url;

        path = url_parse(check->arena, request->target, &url) ? url.path : path;
    }
    return plain_text(check->arena, scheme_of(check->ex), request->host, path,
                      request->query);
}

const char *discover_url(struct check *check)
{
    const struct exchange *ex = check->ex;
    const char *port = ex->request.port;

    return arena_printf(check->arena, "%s://%s%s%s%s", scheme_of(ex),
                        ex->request.host, *port ? ":" : "", port,
                        ex->request.target);
}

static const char *port_or_default(const char *port, const char *scheme)
{
    return *port ? port : strcmp(scheme, "https") == 0 ? "443" : "80";
}

/* sipe leaves the port out of Host (protocol: discover 8.7). */
static bool same_port(const struct check *check, const struct announced *url)
{
    const char *port = check->ex->request.port;
    const char *scheme = scheme_of(check->ex);

    return !*port || strcmp(port_or_default(port, scheme),
                            port_or_default(url->port, scheme)) == 0;
}

static struct announced *find(struct check *check, const char *text,
                              size_t size)
{
    struct discover_history *history = &check->history->discover;
    struct announced *found = NULL;

    for (size_t i = 0; i < ANNOUNCED_MAX && i < history->count; i++) {
        struct announced *url = &history->urls[i];

        if (strncmp(url->text, text, size) == 0 &&
            (url->text[size] == '\0' || url->text[size] == '?') &&
            same_port(check, url) && (!found || url->at > found->at)) {
            found = url;
        }
    }
    return found;
}

/* A Root that nothing leads to is where clients begin: by far the most. */
static bool is_worth_a_look(const struct check *check)
{
    static const unsigned led =
        TRAIT_USER | TRAIT_MEX | TRAIT_RST | TRAIT_OAUTH;
    const struct discover_history *history = &check->history->discover;

    return history->redirects || (history->count && (check->traits & led));
}

struct announced *discover_announced(struct check *check)
{
    struct discover_history *history = &check->history->discover;

    if (!is_worth_a_look(check)) {
        return NULL;
    }
    if (history->looked != check->ex) {
        const char *text = own_text(check);
        struct announced *found = find(check, text, strlen(text));

        if (found && strcmp(found->text, text) != 0) {
            found = NULL;
        }
        history->looked = check->ex;
        history->found = found;
    }
    return history->found;
}

struct announced *discover_nearly(struct check *check)
{
    const char *text = own_text(check);

    return find(check, text, strcspn(text, "?"));
}

const struct announced *discover_newest(const struct check *check,
                                        enum link_kind kind)
{
    const struct discover_history *history = &check->history->discover;
    const struct announced *found = NULL;

    for (size_t i = 0; i < ANNOUNCED_MAX && i < history->count; i++) {
        const struct announced *url = &history->urls[i];

        if (url->kind == kind && (!found || url->at > found->at)) {
            found = url;
        }
    }
    return found;
}

/* The same URL again; NULL: it is new. */
static struct announced *known(struct discover_history *history,
                               const char *text, const char *port,
                               enum link_kind kind)
{
    for (size_t i = 0; i < ANNOUNCED_MAX && i < history->count; i++) {
        struct announced *url = &history->urls[i];

        if (url->kind == kind && strcmp(url->text, text) == 0 &&
            strcmp(url->port, port) == 0) {
            return url;
        }
    }
    return NULL;
}

static struct announced *new_url(struct discover_history *history,
                                 const char *text, const struct url *url,
                                 enum link_kind kind)
{
    struct announced *new = &history->urls[history->count++ % ANNOUNCED_MAX];

    if (history->count > ANNOUNCED_MAX) {
        history->memo.size = 0; /* what is dropped is to be read again */
        history->redirects -= new->kind == LINK_REDIRECT;
    }
    forget_url(new);
    *new = (struct announced){
        .text = mem_strdup(text),
        .port = mem_strdup(url->port),
        .host = mem_strdup(url->host),
        .kind = kind,
        .flags = UINT32_MAX,
    };
    history->redirects += kind == LINK_REDIRECT;
    return new;
}

/* "/root" becomes what a client makes of it (RFC 3986 section 5.2). */
static const char *absolute(const struct check *check, const char *url)
{
    const struct request *request = &check->ex->request;

    if (*url != '/') {
        return url;
    }
    return arena_printf(check->arena, "%s://%s%s%s%s", scheme_of(check->ex),
                        request->host, *request->port ? ":" : "", request->port,
                        url);
}

void discover_announce(struct check *check, const struct link *link,
                       unsigned flags)
{
    struct discover_history *history = &check->history->discover;
    const struct announced *from = discover_announced(check);
    struct announced *entry;
    struct url url;
    const char *text;

    if (!url_parse(check->arena, absolute(check, link->url), &url)) {
        return;
    }
    text = plain_text(check->arena, url.scheme, url.host,
                      url_decode(check->arena, span_text(url.path), false),
                      url.query);
    entry = known(history, text, url.port, link->kind);
    entry = entry ? entry : new_url(history, text, &url, link->kind);
    entry->flags &= flags;
    entry->at = check->ex->began_monotonic;
    entry->asked = false;
    entry->hops = (from && from->kind == LINK_REDIRECT ? from->hops : 0) + 1;
    history->looked = NULL;
}

bool discover_went_on(const struct discover_history *history,
                      const struct announced *from)
{
    for (size_t i = 0; i < ANNOUNCED_MAX && i < history->count; i++) {
        const struct announced *url = &history->urls[i];

        if (url->asked && url->at >= from->at && url != from) {
            return true;
        }
    }
    return false;
}

bool discover_is_ours(const struct check *check, const struct announced *url)
{
    return world_has_host(check->world, url->host) &&
           strncmp(url->text, "https:", 6) == 0;
}

/* ---- Others ---- */

const struct tries *discover_tries(const struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    uint64_t key;

    if (!history->failing) {
        return NULL;
    }
    key = discover_key(check->ex);
    return history->tries[key % TRIES_MAX].key == key
               ? &history->tries[key % TRIES_MAX]
               : NULL;
}

static const struct connection_seen *connection_of(const struct check *check)
{
    uint64_t id = check->ex->conn->id;
    const struct connection_seen *seen =
        &check->history->discover.connections[id % CONNECTIONS_MAX];

    return seen->id == id ? seen : NULL;
}

bool discover_is_first(const struct check *check)
{
    const struct connection_seen *seen = connection_of(check);

    return !seen || !seen->requests;
}

const char *discover_certificate(const struct check *check)
{
    const struct connection_seen *seen = connection_of(check);

    return seen && seen->certificate
               ? seen->certificate
               : profile_of(check->world->tls.profile)->name;
}

const struct name_seen *discover_name(const struct check *check,
                                      const char *name)
{
    const struct discover_history *history = &check->history->discover;

    for (size_t i = 0; name && i < history->name_count; i++) {
        if (strcmp(history->names[i].name, name) == 0) {
            return &history->names[i];
        }
    }
    return NULL;
}

struct name_seen *discover_name_of(struct discover_history *history,
                                   const char *name)
{
    struct name_seen *new;

    for (size_t i = 0; i < history->name_count; i++) {
        if (strcmp(history->names[i].name, name) == 0) {
            return &history->names[i];
        }
    }
    if (history->name_count == NAMES_MAX) {
        return NULL;
    }
    new = &history->names[history->name_count++];
    new->name = mem_strdup(name);
    return new;
}

static bool begins(const char *host, const char *label)
{
    return strncmp(host, label, strlen(label)) == 0;
}

bool discover_is_internal_host(const char *host)
{
    return begins(host, "lyncdiscoverinternal.");
}

bool discover_is_external_host(const char *host)
{
    return begins(host, "lyncdiscover.");
}
