/*
 * What came nearest to an expectation: which of its facts were right, and what
 * the others were. Texts are clipped, and secrets masked as in the journal; of
 * each expectation the session keeps one.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "journal/secrets.h"
#include "scenario/keys.h"
#include "scenario/match.h"
#include "scenario/session_parts.h"
#include "util/buf.h"
#include "util/duration.h"
#include "util/mem.h"
#include "util/utf.h"
#include "wire/exchange.h"

enum { VALUE_MAX = 120 };

struct comparing {
    const struct condition *when;
    const struct facts *facts;
    struct arena *arena;
    struct buf lines;
    unsigned held;
};

/* ---- Texts ---- */

static const char *clip(struct arena *arena, struct span text)
{
    AUTO_BUF out = {0};

    utf8_add_printable(&out, span_slice(text, 0, VALUE_MAX));
    if (text.size > VALUE_MAX) {
        buf_add_text(&out, " ...");
    }
    return arena_text(arena, buf_span(&out));
}

static const char *patterns_text(struct arena *arena,
                                 const struct patterns *patterns)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < patterns->count; i++) {
        const char *item = patterns->items[i];

        buf_printf(&out, "%s%s", i ? " or " : "", *item ? item : "''");
    }
    return clip(arena, buf_span(&out));
}

/* ---- Facts ---- */

static void add_held(struct comparing *comparing, const char *name,
                     const char *was)
{
    comparing->held++;
    buf_printf(&comparing->lines, "%s: %s, as expected\n", name, was);
}

static void add_missed(struct comparing *comparing, const char *name,
                       const char *expected, const char *was)
{
    buf_printf(&comparing->lines, "%s: expected %s, was %s\n", name, expected,
               was);
}

static void compare_text(struct comparing *comparing, const struct key *key)
{
    const char *text;
    const struct patterns *patterns =
        condition_fact(comparing->when, comparing->facts, key->fact, &text);
    const char *was =
        text ? clip(comparing->arena, span_text(text)) : "unknown";

    was = *was ? was : "''";
    if (patterns_fit(patterns, text)) {
        add_held(comparing, key->name, was);
    } else {
        add_missed(comparing, key->name,
                   patterns_text(comparing->arena, patterns), was);
    }
}

static const char *header_text(struct comparing *comparing, const char *name)
{
    const char *value = comparing->facts->headers
                            ? headers_get(comparing->facts->headers, name)
                            : NULL;
    AUTO_BUF masked = {0};

    if (!value) {
        return "absent";
    }
    secrets_header(&masked, name, value);
    return clip(comparing->arena, buf_span(&masked));
}

static void compare_named(struct comparing *comparing, const char *kind,
                          const struct named_condition *asked, bool held,
                          const char *was)
{
    const char *name =
        arena_printf(comparing->arena, "%s %s", kind, asked->name);

    if (held) {
        add_held(comparing, name, was);
    } else {
        add_missed(comparing, name,
                   asked->absent
                       ? "none"
                       : patterns_text(comparing->arena, &asked->value),
                   was);
    }
}

static void compare_headers(struct comparing *comparing)
{
    const struct named_conditions *headers = &comparing->when->headers;

    for (size_t i = 0; i < headers->count; i++) {
        const struct condition alone = {
            .facts = FACT_HEADER,
            .headers = {&headers->items[i], 1},
        };

        compare_named(comparing, "header", &headers->items[i],
                      condition_holds(&alone, comparing->facts),
                      header_text(comparing, headers->items[i].name));
    }
}

static void compare_query(struct comparing *comparing)
{
    const struct named_conditions *query = &comparing->when->query;
    const char *sent = comparing->facts->query;
    AUTO_BUF masked = {0};

    secrets_form(&masked, span_text(sent ? sent : ""));
    for (size_t i = 0; i < query->count; i++) {
        const struct condition alone = {
            .facts = FACT_QUERY,
            .query = {&query->items[i], 1},
        };

        compare_named(comparing, "query", &query->items[i],
                      condition_holds(&alone, comparing->facts),
                      masked.size ? clip(comparing->arena, buf_span(&masked))
                                  : "none");
    }
}

static const char *number_was(struct comparing *comparing, unsigned fact)
{
    const struct facts *facts = comparing->facts;

    switch (fact) {
    case FACT_LEG:
        return arena_printf(comparing->arena, "%d", facts->leg);
    case FACT_CONNECTION:
        return arena_printf(comparing->arena, "%" PRIu64, facts->connection);
    case FACT_TICKET_AGE:
    case FACT_TICKET_LEFT:
        return facts->shown.format
                   ? duration_text(comparing->arena, fact == FACT_TICKET_AGE
                                                         ? facts->shown.age
                                                         : facts->shown.left)
                   : "unknown";
    default:
        return "otherwise";
    }
}

/* What is no text: whether it holds, and what it was. */
static void compare_other(struct comparing *comparing, const struct key *key)
{
    struct condition alone = *comparing->when;

    alone.facts = key->fact;
    alone.headers.count = 0;
    alone.query.count = 0;
    alone.xpath = key->fact == FACT_XPATH ? alone.xpath : NULL;
    if (condition_holds(&alone, comparing->facts)) {
        comparing->held++;
        buf_printf(&comparing->lines, "%s: as expected\n", key->name);
    } else if (key->fact == FACT_XPATH) {
        buf_printf(&comparing->lines, "xpath: %s does not hold\n",
                   clip(comparing->arena, span_text(alone.xpath)));
    } else {
        buf_printf(&comparing->lines, "%s: not as expected, was %s\n",
                   key->name, number_was(comparing, key->fact));
    }
}

static void compare_states(struct comparing *comparing,
                           const struct session *session)
{
    const struct named_conditions *is = &comparing->when->is;

    for (size_t i = 0; i < is->count; i++) {
        const struct named_condition *one = &is->items[i];
        const char *value = session_state(session, one->name);
        bool held = one->absent ? !value : patterns_fit(&one->value, value);

        compare_named(comparing, "state", one, held, value ? value : "not set");
    }
}

static void compare(struct comparing *comparing, const struct session *session)
{
    for (const struct key *key = keys_when; key->name; key++) {
        if (!key->fact || !(comparing->when->facts & key->fact)) {
            continue;
        }
        if (key->fact == FACT_HEADER) {
            compare_headers(comparing);
        } else if (key->fact == FACT_QUERY) {
            compare_query(comparing);
        } else if (key->shape == SHAPE_PATTERNS) {
            compare_text(comparing, key);
        } else {
            compare_other(comparing, key);
        }
    }
    compare_states(comparing, session);
}

/* The first of those that are as near is kept. */
void session_saw_near(struct session *session, size_t index,
                      const struct facts *facts)
{
    struct near *near = &session->play.seen[index].near;
    AUTO(arena) arena = arena_new();
    struct comparing comparing = {
        .when = &session->play.scenario->expectations[index].when,
        .facts = facts,
        .arena = arena,
    };

    compare(&comparing, session);
    if (!near->text || comparing.held > near->held) {
        mem_free(near->text);
        near->text = mem_strdup(buf_text(&comparing.lines));
        near->held = comparing.held;
        near->exchange = facts->exchange;
    }
    buf_clear(&comparing.lines);
}

/* ---- How far it came ---- */

/* Points that every request passes say nothing of a sign-in. */
static bool is_general(enum point point)
{
    static const char *const layers[] = {"tcp", "tls", "http", "proxy"};
    struct span layer = point_layer(point);

    for (size_t i = 0; i < ARRAY_SIZE(layers); i++) {
        if (span_equal(layer, span_text(layers[i]))) {
            return true;
        }
    }
    return false;
}

void session_came_to(struct session *session, enum point point,
                     const struct facts *facts)
{
    struct furthest *furthest = &session->play.furthest;
    bool general = is_general(point);

    if (general &&
        (furthest->point != POINT_COUNT && !is_general(furthest->point))) {
        return;
    }
    furthest->point = point;
    furthest->exchange = facts->exchange;
    furthest->status = 0;
    snprintf(furthest->request, sizeof(furthest->request), "%s%s%s%s",
             facts->method ? facts->method : "", facts->method ? " " : "",
             facts->host ? facts->host : "", facts->path ? facts->path : "");
}

static const char *exchange_text(struct arena *arena, uint64_t exchange)
{
    return exchange ? arena_printf(arena, " at exchange %" PRIu64, exchange)
                    : "";
}

/* The point was never reached: which was, last of all. */
static const char *came_text(const struct session *session, enum point at,
                             struct arena *arena)
{
    const struct furthest *furthest = &session->play.furthest;
    const char *answer = "";

    if (furthest->point == POINT_COUNT) {
        return NULL; /* no client came, which is told by itself */
    }
    if (furthest->status) {
        answer = arena_printf(arena, ", answered %u", furthest->status);
    }
    return arena_printf(
        arena, "%s was never reached; the client came as far as %s%s%s%s%s\n",
        point_info(at)->name, point_info(furthest->point)->name,
        exchange_text(arena, furthest->exchange),
        *furthest->request ? ": " : "",
        clip(arena, span_text(furthest->request)), answer);
}

const char *session_nearest(const struct session *session, size_t index,
                            struct arena *arena)
{
    const struct playing *play = &session->play;
    const struct expectation *expected = &play->scenario->expectations[index];
    const struct seen *seen = &play->seen[index];
    const char *text = "";

    if (seen->other) {
        const char *was = seen->other_status
                              ? arena_printf(arena, "%u", seen->other_status)
                              : "not answered at all";

        return arena_printf(arena, "%s%s:\nanswered: expected %s, was %s\n",
                            point_info(expected->at)->name,
                            exchange_text(arena, seen->other_exchange),
                            expected->answered_text, was);
    }
    if (seen->near.text) {
        text = arena_printf(arena, "%s%s:\n%s", point_info(expected->at)->name,
                            exchange_text(arena, seen->near.exchange),
                            seen->near.text);
    } else if (!session_reached(session, expected->at)) {
        text = came_text(session, expected->at, arena);
    }
    return text && *text ? text : NULL;
}
