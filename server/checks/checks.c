/* The table of rules and their runs, see checks.h. */
#include "config.h"

#include "checks/checks.h"

#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks/concerns.h"
#include "checks/family.h"
#include "checks/history.h"
#include "checks/history_ticket.h"
#include "checks/list.h"
#include "checks/soap_seen.h"
#include "scenario/known.h"
#include "scenario/session.h"

enum { TEXT_MAX = 1024, EVIDENCE_MAX = 256 };

#define DECLARE_SHEET(name) extern const struct rule name[];
RULES(DECLARE_SHEET)

#define SHEET_ADDRESS(name) name,
static const struct rule *const sheets[] = {RULES(SHEET_ADDRESS)};

/* ---- The catalogue ---- */

const char *rule_level_word(enum finding_level level)
{
    static const char *const words[] = {
        [FINDING_MUST] = "must",
        [FINDING_SHOULD] = "should",
        [FINDING_PRACTICE] = "practice",
        [FINDING_ROBUSTNESS] = "robustness",
    };

    return words[level];
}

/* Neither changes once it is made: the sheets, sorted by id. */
static const struct rule *table[RULE_MAX];
static struct concerns concerns;
static size_t rule_count;

static int by_id(const void *a, const void *b)
{
    const struct rule *const *left = a;
    const struct rule *const *right = b;

    return strcasecmp((*left)->id, (*right)->id);
}

static void make_table(void)
{
    size_t count = 0;

    for (size_t i = 0; i < ARRAY_SIZE(sheets); i++) {
        for (const struct rule *rule = sheets[i]; rule->id; rule++) {
            assert(count < RULE_MAX - 1 && rule_family_of(rule->id));
            table[count++] = rule;
        }
    }
    qsort(table, count, sizeof(struct rule *), by_id);
    concerns_make(table, &concerns);
    rule_count = count;
}

static const struct rule *const *all_rules(void)
{
    static pthread_once_t made = PTHREAD_ONCE_INIT;

    (void)pthread_once(&made, make_table);
    return table;
}

const struct rule *rule_at(size_t index)
{
    return all_rules()[index];
}

const struct rule *rule_find(const char *id)
{
    const struct rule *const *rules = all_rules();
    const struct rule key = {.id = id};
    const struct rule *const wanted = &key;
    const struct rule *const *found =
        bsearch(&wanted, rules, rule_count, sizeof(*rules), by_id);

    return found ? *found : NULL;
}

/* ---- Findings ---- */

struct finding check_finding(const char *id, struct span evidence,
                             const char *text)
{
    const struct rule *rule = rule_find(id);

    assert(rule);
    return (struct finding){
        .rule = rule->id,
        .level = rule->level,
        .section = rule->section,
        .text = text,
        .evidence = span_slice(evidence, 0, EVIDENCE_MAX),
    };
}

static void report(struct exchange *ex, const char *rule, const char *where,
                   struct span evidence, const char *text)
{
    struct finding finding = check_finding(rule, evidence, text);

    finding.where = where;
    exchange_finding(ex, &finding);
}

void check_report(struct exchange *ex, const char *rule, const char *where,
                  struct span evidence, const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = arena_vprintf_most(ex->arena, TEXT_MAX, format, args);
    va_end(args);
    report(ex, rule, where, evidence, text);
}

/* At the end of a session there is no exchange that would keep it. */
static void tell_session(struct check *check, const char *where,
                         struct span evidence, const char *text)
{
    struct finding finding = check_finding(check->rule->id, evidence, text);

    finding.where = where;
    session_found(check->session, &finding, NULL);
}

void check_breach(struct check *check, const char *where, struct span evidence,
                  const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = arena_vprintf_most(check->arena, TEXT_MAX, format, args);
    va_end(args);
    if (check->ex) {
        report(check->ex, check->rule->id, where, evidence, text);
    } else {
        tell_session(check, where, evidence, text);
    }
}

/* ---- What an exchange is ---- */

static bool begins(const char *text, const char *start)
{
    return text && strncmp(text, start, strlen(start)) == 0;
}

static bool is(const char *text, const char *other)
{
    return text && strcmp(text, other) == 0;
}

static unsigned traits_of_operation(const struct exchange *ex)
{
    const char *operation = ex->facts.operation;
    unsigned traits = 0;

    if (begins(operation, "discover.")) {
        traits |= TRAIT_DISCOVER;
        traits |= is(operation, "discover.root") ? TRAIT_ROOT : 0u;
        traits |= is(operation, "discover.user") ? TRAIT_USER : 0u;
    } else if (is(operation, "mex.get")) {
        traits |= TRAIT_MEX;
    } else if (begins(operation, "webticket.")) {
        traits |= is(ex->request.method, "POST") ? TRAIT_RST : 0u;
    } else if (is(operation, "oauth.token")) {
        traits |= TRAIT_OAUTH;
    }
    return traits;
}

static unsigned traits_of_http(const struct exchange *ex)
{
    const struct headers *headers = &ex->request.headers;
    unsigned traits = ex->conn->tls ? TRAIT_SECURE : TRAIT_PLAIN;

    if (!ex->dispatched) {
        return traits | TRAIT_BYTES | TRAIT_REFUSED;
    }
    if (begins(ex->facts.operation, "proxy.")) {
        return TRAIT_PROXY; /* no server has seen it */
    }
    traits |= TRAIT_BYTES | TRAIT_HTTP | traits_of_operation(ex);
    if (headers_get(headers, "Authorization")) {
        traits |= TRAIT_AUTHORIZATION;
    }
    if (headers_get(headers, "X-MS-WebTicket") || ex->facts.shown.format) {
        traits |= TRAIT_TICKET;
    }
    if (ex->request.body.size) {
        traits |= TRAIT_BODY;
    }
    return traits | (ex->sent.status == 401 ? TRAIT_UNAUTHORIZED : 0u);
}

static unsigned traits_of(const struct exchange *ex)
{
    switch (ex->kind) {
    case EXCHANGE_HTTP:
        return traits_of_http(ex);
    case EXCHANGE_KDC:
        return TRAIT_KDC;
    case EXCHANGE_TCP:
        return TRAIT_TCP;
    case EXCHANGE_TLS:
        return TRAIT_TLS;
    }
    return 0;
}

/* ---- Runs ---- */

static void run_one(struct check *check, size_t index)
{
    const struct rule *rule = table[index];
    uint64_t *times = &check->history->met[index];
    bool met;

    check->rule = rule;
    met = !rule->check || rule->check(check);
    /* A session may be judged again and again. */
    *times = check->ex ? *times + met : met || *times;
}

static void run(struct check *check)
{
    struct rule_set set;

    (void)all_rules();
    concerns_of(&concerns, check->traits, &set);
    for (size_t i = 0; i < concerns.words; i++) {
        for (uint64_t left = set.words[i]; left; left &= left - 1) {
            run_one(check, i * RULE_WORD_BITS + (size_t)__builtin_ctzll(left));
        }
    }
}

/* Oldest first: exchanges keep them the other way round. */
static void tell_findings(struct session *session, const struct exchange *ex,
                          const struct finding *finding)
{
    if (finding) {
        tell_findings(session, ex, finding->next);
        session_found(session, finding, ex);
    }
}

void checks_exchange(struct exchange *ex, const struct world *world)
{
    struct session *session = ex->owner;
    struct check check = {
        .ex = ex,
        .session = session,
        .world = world ? world : session_world(session),
        .traits = traits_of(ex),
        .arena = ex->arena,
    };

    if (ex->era != session_era(session)) {
        return; /* another scenario has been put in place since */
    }
    check.history = history_of(session, ex->era);
    run(&check);
    ticket_history_note(&check);
    discover_learn(&check);
    soap_seen_free(check.soap);
    tell_findings(session, ex, ex->findings);
}

/* Known failures whose rules had a say. */
static void tell_known(struct session *session)
{
    const struct scenario *scenario = session_scenario(session);

    for (size_t i = 0; i < known_count(scenario->known); i++) {
        const struct known_failure *failure = known_at(scenario->known, i);

        for (size_t k = 0; rule_at(k); k++) {
            if (checks_met(session, k) &&
                known_covers(failure, scenario->name, rule_at(k)->id)) {
                session_known_met(session, i);
            }
        }
    }
}

void checks_session(struct session *session, struct arena *arena)
{
    struct check check = {
        .session = session,
        .world = session_world(session),
        .traits = TRAIT_SESSION,
        .arena = arena,
    };

    check.history = history_of(session, session_era(session));
    session_judge_again(session);
    run(&check);
    tell_known(session);
}

uint64_t checks_met(const struct session *session, size_t index)
{
    const struct history *history = history_peek(session);

    return history && history->era == session_era(session) ? history->met[index]
                                                           : 0;
}
