/* Which session serves a name, see sessions.h. */
#include "config.h"

#include "scenario/sessions.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "util/dnsname.h"
#include "util/env.h"
#include "util/guard.h"
#include "util/log.h"
#include "util/mem.h"

enum {
    NAME_MAX = 253, /* RFC 1035 2.3.4, as text */
    /* After a template has failed: it is not read for each contact. */
    QUIET_SECONDS = 1,
};

struct entry {
    struct session *session;
    bool by_contact;
    int64_t ttl;
    int64_t contact; /* monotonic ns */
    uint64_t contacts;
};

struct sessions {
    struct session *fallback;
    uint64_t contacts; /* of it */
    struct sessions_options options;
    struct entry *entries; /* by name, for a binary search */
    size_t count;
    size_t room;
    size_t by_contact;
    bool told_full;
    int64_t quiet_until;
};

struct sessions *sessions_new(struct scenario *scenario)
{
    struct sessions *sessions = NEW(struct sessions);

    sessions->fallback = session_new(SESSIONS_DEFAULT, scenario);
    return sessions;
}

void sessions_free(struct sessions *sessions)
{
    if (!sessions) {
        return;
    }
    for (size_t i = 0; i < sessions->count; i++) {
        session_unref(sessions->entries[i].session);
    }
    session_unref(sessions->fallback);
    mem_free(sessions->entries);
    mem_free(sessions);
}

void sessions_setup(struct sessions *sessions,
                    const struct sessions_options *options)
{
    sessions->options = *options;
    if (options->env) {
        session_start(sessions->fallback, options->env);
    }
}

struct session *sessions_default(const struct sessions *sessions)
{
    return sessions->fallback;
}

static const char *base_domain(const struct sessions *sessions)
{
    return session_world(sessions->fallback)->domain;
}

static int64_t now(const struct sessions *sessions)
{
    return sessions->options.env ? env_monotonic(sessions->options.env) : 0;
}

/* ---- By name ---- */

/* Where it is, or would be. */
static size_t place_of(const struct sessions *sessions, const char *name,
                       bool *out_found)
{
    size_t low = 0;
    size_t high = sessions->count;

    *out_found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order =
            strcmp(name, session_name(sessions->entries[middle].session));

        if (order == 0) {
            *out_found = true;
            return middle;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static struct entry *find(const struct sessions *sessions, const char *name)
{
    bool found;
    size_t place = place_of(sessions, name, &found);

    return found ? &sessions->entries[place] : NULL;
}

/* In lower case, without the dot that ends an absolute name; false: it is none
 * that a session can have. */
static bool plain_name(const char *host, char out[NAME_MAX + 1])
{
    size_t size = host ? strlen(host) : 0;

    if (size && host[size - 1] == '.') {
        size--;
    }
    if (!size || size > NAME_MAX) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        char c = host[i];

        out[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    out[size] = '\0';
    return true;
}

static const char *parent_of(const char *name)
{
    const char *dot = strchr(name, '.');

    return dot ? dot + 1 : NULL;
}

/* The longest domain that it is in; NULL: none, or it is the default's. */
static struct entry *entry_of(const struct sessions *sessions, const char *name)
{
    const char *base = base_domain(sessions);

    for (; name && strcasecmp(name, base) != 0; name = parent_of(name)) {
        struct entry *entry = find(sessions, name);

        if (entry) {
            return entry;
        }
    }
    return NULL;
}

/* ---- Coming and going ---- */

static void take_out(struct sessions *sessions, size_t place)
{
    struct entry entry = sessions->entries[place];

    memmove(&sessions->entries[place], &sessions->entries[place + 1],
            (sessions->count - place - 1) * sizeof(entry));
    sessions->count--;
    sessions->by_contact -= entry.by_contact;
    sessions->told_full = false;
    session_retire(entry.session);
    if (sessions->options.gone) {
        sessions->options.gone(sessions->options.ctx, entry.session);
    }
    session_unref(entry.session);
}

static void put_in(struct sessions *sessions, const struct entry *entry)
{
    bool found;
    size_t place = place_of(sessions, session_name(entry->session), &found);

    if (sessions->options.env) {
        session_start(entry->session, sessions->options.env);
    }
    if (sessions->count == sessions->room) {
        sessions->room = sessions->room ? 2 * sessions->room : 16;
        sessions->entries =
            mem_resize(sessions->entries, sessions->room * sizeof(*entry));
    }
    assert(sessions->entries);
    memmove(&sessions->entries[place + 1], &sessions->entries[place],
            (sessions->count - place) * sizeof(*entry));
    sessions->entries[place] = *entry;
    sessions->count++;
    sessions->by_contact += entry->by_contact;
}

static bool has_expired(const struct entry *entry, int64_t at)
{
    return entry->ttl && at - entry->contact >= entry->ttl;
}

static void expire(struct sessions *sessions, size_t place)
{
    log_info("session %s: no contact for its time to live, forgotten",
             session_name(sessions->entries[place].session));
    take_out(sessions, place);
}

void sessions_sweep(struct sessions *sessions)
{
    int64_t at = now(sessions);

    for (size_t i = sessions->count; i-- > 0;) {
        if (has_expired(&sessions->entries[i], at)) {
            expire(sessions, i);
        }
    }
}

bool sessions_remove(struct sessions *sessions, const char *name)
{
    bool found;
    size_t place = place_of(sessions, name, &found);

    if (found) {
        take_out(sessions, place);
    }
    return found;
}

static bool check_new(const struct sessions *sessions, const char *domain,
                      struct err *err)
{
    const struct world *world = session_world(sessions->fallback);

    if (!dnsname_valid(domain) || !strchr(domain, '.')) {
        return err_set(err, "\"%s\" is no DNS domain", domain);
    }
    if (strcasecmp(domain, world->domain) == 0 ||
        world_has_host(world, domain)) {
        return err_set(err,
                       "%s is a name of the default session; choose a domain "
                       "of its own, such as t1.%s",
                       domain, world->domain);
    }
    if (find(sessions, domain)) {
        return err_set(err, "there is a session of %s already", domain);
    }
    if (sessions->count >= SESSIONS_MAX) {
        return err_set(err,
                       "there are %d sessions already, the limit: remove some",
                       SESSIONS_MAX);
    }
    return true;
}

bool sessions_free_domain(struct sessions *sessions, const char *domain,
                          struct err *err)
{
    AUTO(arena) arena = arena_new();

    sessions_sweep(sessions);
    return check_new(sessions, arena_lower(arena, domain), err);
}

bool sessions_add(struct sessions *sessions, struct session *session,
                  int64_t ttl, struct err *err)
{
    struct entry entry = {
        .session = session,
        .ttl = ttl,
        .contact = now(sessions),
    };

    sessions_sweep(sessions);
    if (!check_new(sessions, session_name(session), err)) {
        return false;
    }
    put_in(sessions, &entry);
    return true;
}

/* ---- First contact ---- */

static void tell_full(struct sessions *sessions, const char *domain)
{
    if (!sessions->told_full) {
        log_warning("session %s: there are %d made at first contact already, "
                    "the limit; this name and others are answered by the "
                    "default session until some have expired",
                    domain, SESSIONS_BY_CONTACT_MAX);
        sessions->told_full = true;
    }
}

/*
 * The domain that a name, below the base, would have a session of: one label
 * and the base. A name that is the domain itself is of a session that is there,
 * and makes none: it may as well be a slip in a name of the world.
 */
static const char *domain_of(const struct sessions *sessions, const char *name)
{
    const struct world *world = session_world(sessions->fallback);
    const char *parent;

    for (name = parent_of(name); name; name = parent) {
        parent = parent_of(name);
        if (parent && strcasecmp(parent, world->domain) == 0) {
            return dnsname_valid(name) && !world_has_host(world, name) ? name
                                                                       : NULL;
        }
    }
    return NULL;
}

static struct entry *make(struct sessions *sessions, const char *domain)
{
    const struct sessions_options *options = &sessions->options;
    struct entry entry = {.by_contact = true, .ttl = options->ttl};
    bool failed = false;
    unsigned held;

    if (sessions->by_contact >= SESSIONS_BY_CONTACT_MAX ||
        sessions->count >= SESSIONS_MAX) {
        sessions_sweep(sessions);
    }
    if (sessions->by_contact >= SESSIONS_BY_CONTACT_MAX ||
        sessions->count >= SESSIONS_MAX) {
        tell_full(sessions, domain);
        return NULL;
    }
    entry.contact = now(sessions);
    if (entry.contact < sessions->quiet_until) {
        return NULL;
    }
    held = guard_pause();
    entry.session = options->at_contact(options->ctx, domain, &failed);
    guard_resume(held);
    if (entry.session && find(sessions, domain)) {
        /* Another thread has made one meanwhile. */
        session_unref(entry.session);
        return find(sessions, domain);
    }
    if (!entry.session) {
        if (failed) {
            sessions->quiet_until =
                entry.contact + QUIET_SECONDS * ENV_NS_PER_SEC;
        }
        return NULL;
    }
    put_in(sessions, &entry);
    return find(sessions, domain);
}

static struct session *contact(struct sessions *sessions, const char *name,
                               const char *domain)
{
    struct entry *entry = entry_of(sessions, name);

    if (entry && has_expired(entry, now(sessions))) {
        expire(sessions, (size_t)(entry - sessions->entries));
        entry = NULL;
    }
    if (!entry && domain && sessions->options.at_contact) {
        entry = make(sessions, domain);
    }
    if (!entry) {
        sessions->contacts++;
        return sessions->fallback;
    }
    entry->contact = now(sessions);
    entry->contacts++;
    return entry->session;
}

/* Most servers have but the default session. */
static bool is_alone(const struct sessions *sessions)
{
    return sessions->count == 0 && !sessions->options.at_contact;
}

struct session *sessions_of(struct sessions *sessions, const char *host)
{
    char name[NAME_MAX + 1];

    assert(guard_held());
    if (is_alone(sessions) || !plain_name(host, name)) {
        sessions->contacts++;
        return sessions->fallback;
    }
    return contact(sessions, name, domain_of(sessions, name));
}

struct session *sessions_of_domain(struct sessions *sessions,
                                   const char *domain)
{
    AUTO(str) host = mem_printf("sip.%s", domain);

    return sessions_of(sessions, host);
}

struct session *sessions_peek(const struct sessions *sessions, const char *host)
{
    char name[NAME_MAX + 1];
    const struct entry *entry = NULL;

    assert(guard_held());
    if (sessions->count && plain_name(host, name)) {
        entry = entry_of(sessions, name);
    }
    return entry ? entry->session : sessions->fallback;
}

/* ---- Lists ---- */

static void tell_entry(const struct sessions *sessions,
                       const struct entry *entry, struct session_entry *out)
{
    *out = (struct session_entry){
        .session = entry->session,
        .domain = session_name(entry->session),
        .by_contact = entry->by_contact,
        .ttl = entry->ttl,
        .idle = now(sessions) - entry->contact,
        .contacts = entry->contacts,
    };
}

bool sessions_find(const struct sessions *sessions, const char *name,
                   struct session_entry *out_entry)
{
    const struct entry *entry = find(sessions, name);

    if (entry) {
        tell_entry(sessions, entry, out_entry);
    }
    return entry != NULL;
}

bool sessions_at(const struct sessions *sessions, size_t index,
                 struct session_entry *out_entry)
{
    if (index > sessions->count) {
        return false;
    }
    if (index > 0) {
        tell_entry(sessions, &sessions->entries[index - 1], out_entry);
        return true;
    }
    *out_entry = (struct session_entry){
        .session = sessions->fallback,
        .domain = base_domain(sessions),
        .contacts = sessions->contacts,
    };
    return true;
}
