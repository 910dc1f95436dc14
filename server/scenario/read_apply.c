/* Whether a condition can ever hold: words that exist, counts that come. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "scenario/reading.h"

/* RFC 9110 9.3, RFC 5789: what a client may send before anything is routed. */
static const char *const any_methods[] = {
    "CONNECT", "DELETE", "GET", "HEAD",  "OPTIONS",
    "PATCH",   "POST",   "PUT", "TRACE", NULL,
};

static bool fits_one(const char *pattern, const char *const *words)
{
    const struct patterns patterns = {&pattern, 1};

    for (size_t i = 0; words[i]; i++) {
        if (patterns_fit(&patterns, words[i])) {
            return true;
        }
    }
    return false;
}

/* Any request gets there, whether it is served or not. */
static bool is_open(enum point at)
{
    return at == POINT_COUNT || span_equal(point_layer(at), span_text("http"));
}

/* The names of the world, and those that loopback has. */
static const char *const *hosts(struct reading *reading)
{
    static const char *const loopback[] = {"localhost", "127.0.0.1", "::1"};
    const struct world *world = reading->world;
    size_t count = 0;
    const char **words;

    while (world->names[count]) {
        count++;
    }
    words = arena_alloc(reading->arena,
                        (count + ARRAY_SIZE(loopback) + 1) * sizeof(*words));
    memcpy(words, world->names, count * sizeof(*words));
    memcpy(words + count, loopback, sizeof(loopback));
    return words;
}

static const char *const *users(struct reading *reading)
{
    const struct world *world = reading->world;
    const char **words =
        arena_alloc(reading->arena, (world->user_count + 1) * sizeof(*words));

    for (size_t i = 0; i < world->user_count; i++) {
        words[i] = world->users[i].name;
    }
    return words;
}

/* All that setting_status takes. */
static const char *const *statuses(struct reading *reading)
{
    enum { FIRST = 100, LAST = 599 };
    const char **words =
        arena_alloc(reading->arena, (LAST - FIRST + 2) * sizeof(*words));

    for (int i = FIRST; i <= LAST; i++) {
        words[i - FIRST] = arena_printf(reading->arena, "%d", i);
    }
    words[LAST - FIRST + 1] = NULL;
    return words;
}

static const char *const *pools(struct reading *reading)
{
    const struct world *world = reading->world;
    const char **words =
        arena_alloc(reading->arena, (world->pool_count + 1) * sizeof(*words));

    for (size_t i = 0; i < world->pool_count; i++) {
        words[i] = world->pools[i].fqdn;
    }
    return words;
}

/* What services/ say of a host, of an answer and of a ticket. */
static const char *const sites[] = {"internal", "external", NULL};
static const char *const forms[] = {"xml", "json", NULL};
static const char *const formats[] = {"saml", "cwt", NULL};

/* The words that a fact can have; NULL: any text. */
static const char *const *words_of(struct reading *reading, unsigned fact,
                                   enum point at)
{
    const struct vocabulary *words = reading->words;

    switch (fact) {
    case FACT_HOST:
        return reading->world_known ? hosts(reading) : NULL;
    case FACT_USER:
    case FACT_TICKET_USER:
        return reading->world_known ? users(reading) : NULL;
    case FACT_METHOD:
        return is_open(at) ? any_methods : words->methods;
    case FACT_PATH:
        return is_open(at) ? NULL : words->paths;
    case FACT_AUTH:
        return words->auth;
    case FACT_TICKET:
        return words->tickets;
    case FACT_VERDICT:
        return words->verdicts;
    case FACT_REASON:
        return words->reasons;
    case FACT_TRANSPORT:
        return words->transports;
    case FACT_STATUS:
        return statuses(reading);
    case FACT_SITE:
        return sites;
    case FACT_FORM:
        return forms;
    case FACT_TICKET_FORMAT:
        return formats;
    case FACT_TICKET_POOL:
        return reading->world_known ? pools(reading) : NULL;
    default:
        return NULL;
    }
}

static struct span first_label(const char *name)
{
    return span_of(name, strcspn(name, "."));
}

static bool is_name(unsigned fact)
{
    return fact == FACT_HOST || fact == FACT_TICKET_POOL;
}

/* Hosts are alike in their domain: it is the first label that counts. */
static const char *nearest_to(struct reading *reading, unsigned fact,
                              const char *pattern, const char *const *words)
{
    struct nearest nearest;
    const char *word = pattern;

    if (is_name(fact)) {
        word = arena_text(reading->arena, first_label(pattern));
    }
    nearest_init(&nearest, word);
    for (size_t i = 0; words[i]; i++) {
        nearest_try(&nearest, is_name(fact) ? first_label(words[i])
                                            : span_text(words[i]));
    }
    return nearest.best.size ? (const char *)nearest.best.data : NULL;
}

/* Where the world says which site serves all names, it is that one alone. */
static bool is_other_site(struct reading *reading, const char *pattern)
{
    static const char *const only[][2] = {
        [LOCATION_INTERNAL] = {"internal", NULL},
        [LOCATION_EXTERNAL] = {"external", NULL},
    };
    const struct world *world = reading->world;

    return reading->world_known && world->location != LOCATION_BOTH &&
           fits_one(pattern, sites) &&
           !fits_one(pattern, only[world->location]);
}

static void check_site(struct reading *reading, const struct node *node,
                       const char *pattern)
{
    if (is_other_site(reading, pattern)) {
        reading_error(reading, node,
                      "site: no site of this world is %s, so the step would "
                      "never apply; location: both gives one",
                      pattern);
    }
}

static void complain(struct reading *reading, const struct node *node,
                     unsigned fact, const char *pattern,
                     const char *const *words)
{
    static const char *const what[] = {
#define WHAT(fact, text) [__builtin_ctz(fact)] = (text)
        WHAT(FACT_HOST, "host of the world"),
        WHAT(FACT_METHOD, "method that is served"),
        WHAT(FACT_PATH, "path that is served"),
        WHAT(FACT_AUTH, "way to authenticate"),
        WHAT(FACT_USER, "user of the world"),
        WHAT(FACT_TICKET, "state of a ticket"),
        WHAT(FACT_VERDICT, "verdict"),
        WHAT(FACT_REASON, "reason of a refusal"),
        WHAT(FACT_TRANSPORT, "transport"),
        WHAT(FACT_SITE, "site"),
        WHAT(FACT_FORM, "form of an answer"),
        WHAT(FACT_TICKET_FORMAT, "format of a ticket"),
        WHAT(FACT_TICKET_USER, "user of the world"),
        WHAT(FACT_TICKET_POOL, "pool of the world"),
#undef WHAT
    };
    const char *nearest = nearest_to(reading, fact, pattern, words);
    size_t index = (size_t)__builtin_ctz(fact);

    if (fact == FACT_STATUS) {
        reading_error(reading, node,
                      "no status fits \"%s\", so the step would never apply; "
                      "expected one from 100 to 599, or a pattern such as "
                      "\"5*\"",
                      pattern);
    } else if (nearest) {
        reading_error(reading, node,
                      "no %s fits \"%s\", so the step would never apply; the "
                      "nearest is \"%s\"",
                      what[index], pattern, nearest);
    } else {
        reading_error(reading, node,
                      "no %s fits \"%s\", so the step would never apply; there "
                      "are: %s",
                      what[index], pattern, reading_list(reading, words));
    }
}

/*
 * A client may ask for any service. But that of a host which the world does not
 * have is a slip where it has one almost of that name, and a realm is no part
 * of the fact.
 */
static void check_service(struct reading *reading, const struct node *node,
                          const char *pattern)
{
    static const char prefix[] = "HTTP/";
    const char *host = pattern + strlen(prefix);
    const char *nearest;

    if (strchr(pattern, '@')) {
        reading_error(reading, node,
                      "service: the realm is no part of it, so the step would "
                      "never apply; write \"%.*s\"",
                      (int)strcspn(pattern, "@"), pattern);
        return;
    }
    if (!reading->world_known ||
        strncasecmp(pattern, prefix, strlen(prefix)) != 0 ||
        fits_one(host, hosts(reading))) {
        return;
    }
    nearest = nearest_to(reading, FACT_HOST, host, hosts(reading));
    if (nearest) {
        reading_warning(reading, node,
                        "service: the world has no host %s; did you mean "
                        "HTTP/%s?",
                        host, nearest);
    }
}

/* A head that is too long has a point of its own, where no status is known. */
static void check_status(struct reading *reading, const struct node *node,
                         const char *pattern)
{
    if (strcmp(pattern, "431") == 0) {
        reading_warning(reading, node,
                        "status: a head that is too long is not answered "
                        "here but at http.too-long, so this holds where a "
                        "step sends 431, and nowhere else");
    }
}

void check_patterns(struct reading *reading, const struct node *node,
                    unsigned fact, enum point at,
                    const struct patterns *patterns)
{
    const char *const *words = words_of(reading, fact, at);
    const struct node *item = node->kind == NODE_LIST ? node->first : node;

    for (size_t i = 0; words && i < patterns->count; i++) {
        if (!fits_one(patterns->items[i], words)) {
            complain(reading, item, fact, patterns->items[i], words);
        }
        item = item->next;
    }
    item = node->kind == NODE_LIST ? node->first : node;
    for (size_t i = 0; i < patterns->count; i++) {
        if (fact == FACT_SERVICE) {
            check_service(reading, item, patterns->items[i]);
        } else if (fact == FACT_SITE) {
            check_site(reading, item, patterns->items[i]);
        } else if (fact == FACT_STATUS) {
            check_status(reading, item, patterns->items[i]);
        }
        item = item->next;
    }
}

static bool one_counts(const struct condition *condition)
{
    for (const unsigned *n = condition->requests; *n; n++) {
        if (condition_counts(condition, *n)) {
            return true;
        }
    }
    return false;
}

void check_counts(struct reading *reading, const struct node *when,
                  const struct condition *condition)
{
    struct condition alone = *condition;

    alone.per = PER_SESSION;
    if (condition->per && !condition_is_counting(&alone)) {
        reading_error(reading, node_entry(when, "per"),
                      "per: nothing is counted here; expected first, after, "
                      "every, requests or chance beside it");
    } else if (condition->first && condition->every > condition->first) {
        reading_error(reading, when,
                      "first: %u and every: %u leave no request over, so the "
                      "step would never apply",
                      condition->first, condition->every);
    } else if (condition->requests && !one_counts(condition)) {
        reading_error(reading, when,
                      "after, first and every leave none of the requests over, "
                      "so the step would never apply");
    }
}
