/* What the forms of a report say alike, see words.h. */
#include "config.h"

#include "report/words.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

enum { SKIPPED = 77 }; /* cli/verb.h: a promise to users */

/* ---- Who answers ---- */

static bool begins(const char *text, const char *start)
{
    return text && strncmp(text, start, strlen(start)) == 0;
}

static enum report_role role_of_host(const char *host)
{
    return begins(host, "lyncdiscover") ? ROLE_DISCOVER : ROLE_RESOURCE;
}

enum report_role report_role_of(const struct report_exchange *exchange)
{
    static const struct {
        const char *operation;
        enum report_role role;
    } rows[] = {
        {"proxy.", ROLE_PROXY},       {"kdc.", ROLE_KDC},
        {"discover.", ROLE_DISCOVER}, {"mex.", ROLE_MEX},
        {"webticket.", ROLE_TICKET},  {"oauth.", ROLE_OAUTH},
    };

    if (exchange->kind && strcmp(exchange->kind, "kdc") == 0) {
        return ROLE_KDC;
    }
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (begins(exchange->operation, rows[i].operation)) {
            return rows[i].role;
        }
    }
    return role_of_host(exchange->host);
}

const char *report_role_name(enum report_role role)
{
    static const char *const names[] = {
        [ROLE_PROXY] = "proxy",       [ROLE_KDC] = "KDC",
        [ROLE_DISCOVER] = "discover", [ROLE_MEX] = "MEX",
        [ROLE_TICKET] = "web ticket", [ROLE_OAUTH] = "OAuth",
        [ROLE_RESOURCE] = "resource",
    };

    return names[role];
}

/* ---- One exchange ---- */

static bool same(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* How many legs the handshake has that this exchange is one of. */
static int legs_of(const struct report_run *run, size_t index)
{
    const struct report_exchange *here = &run->exchanges[index];
    int legs = here->leg;

    for (size_t i = index + 1; i < run->exchange_count; i++) {
        const struct report_exchange *next = &run->exchanges[i];

        if (next->connection != here->connection ||
            !same(next->kind, here->kind)) {
            continue;
        }
        if (next->leg <= legs || !same(next->auth, here->auth)) {
            break;
        }
        legs = next->leg;
    }
    return legs;
}

static const char *auth_word(const char *auth)
{
    static const struct {
        const char *auth;
        const char *word;
    } rows[] = {
        {"basic", "Basic"},
        {"negotiate", "Negotiate"},
        {"negotiate+krb5", "Negotiate+Kerberos"},
        {"negotiate+ntlm", "Negotiate+NTLM"},
        {"ntlm", "NTLM"},
        {"usertoken", "UsernameToken"},
        {"webticket", "ticket"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].auth, auth) == 0) {
            return rows[i].word;
        }
    }
    return auth;
}

const char *report_auth(struct arena *arena, const struct report_run *run,
                        size_t index)
{
    const struct report_exchange *exchange = &run->exchanges[index];
    const char *word = exchange->auth ? auth_word(exchange->auth) : "";

    return *word && exchange->leg > 0
               ? arena_printf(arena, "%s %d/%d", word, exchange->leg,
                              legs_of(run, index))
               : word;
}

/* "lyncweb" of "lyncweb.contoso.test" in that domain. */
static const char *short_host(struct arena *arena, const struct report_run *run,
                              const char *host)
{
    size_t host_length = strlen(host);
    size_t length = run->domain ? strlen(run->domain) : 0;

    if (length && host_length > length + 1 &&
        host[host_length - length - 1] == '.' &&
        strcasecmp(host + host_length - length, run->domain) == 0) {
        return arena_text(
            arena, span_slice(span_text(host), 0, host_length - length - 1));
    }
    return host;
}

const char *report_target(struct arena *arena, const struct report_run *run,
                          const struct report_exchange *exchange)
{
    const char *target = exchange->target ? exchange->target : "";
    const char *host =
        exchange->host ? short_host(arena, run, exchange->host) : "";

    bool plain = exchange->kind && strcmp(exchange->kind, "http") == 0 &&
                 !exchange->tls && *host;

    /* A whole URL, or host and port, has the host already. */
    return *target == '/' || !*target
               ? arena_printf(arena, "%s%s%s", plain ? "http://" : "", host,
                              target)
               : target;
}

const char *report_answered(struct arena *arena,
                            const struct report_exchange *exchange)
{
    const char *outcome = exchange->outcome ? exchange->outcome : "";
    bool whole = strcmp(outcome, "whole") == 0;

    if (exchange->answer) {
        return exchange->answer;
    }
    if (!exchange->status) {
        return whole ? "" : outcome;
    }
    return arena_printf(arena, "%u%s%s", exchange->status, whole ? "" : " ",
                        whole ? "" : outcome);
}

/* ---- One run ---- */

const char *report_run_label(struct arena *arena, const struct report_run *run)
{
    const char *name = run->name       ? run->name
                       : run->scenario ? run->scenario
                                       : "good world";

    if (run->session && strcmp(run->session, "default") != 0) {
        name = arena_printf(arena, "%s [%s]", name, run->session);
    }
    return run->variant ? arena_printf(arena, "%s (%s)", name, run->variant)
                        : name;
}

bool report_is_at(const struct report_finding *finding,
                  const struct report_exchange *exchange)
{
    return finding->exchange != 0 && finding->exchange == exchange->id;
}

bool report_has_exchange(const struct report_run *run, uint64_t id)
{
    for (size_t i = 0; i < run->exchange_count; i++) {
        if (run->exchanges[i].id == id) {
            return true;
        }
    }
    return false;
}

size_t report_count(const struct report_run *run, enum report_severity severity)
{
    size_t count = 0;

    for (size_t i = 0; i < run->finding_count; i++) {
        count += run->findings[i].severity == severity;
    }
    return count;
}

size_t report_rules_met(const struct report_run *run)
{
    size_t count = 0;

    for (size_t i = 0; i < run->rule_count; i++) {
        count += run->rules[i].met > 0;
    }
    return count;
}

const char *report_level_label(enum finding_level level)
{
    static const char *const labels[] = {
        [FINDING_MUST] = "MUST",
        [FINDING_SHOULD] = "SHOULD",
        [FINDING_PRACTICE] = "practice",
        [FINDING_ROBUSTNESS] = "robustness",
    };

    return labels[level];
}

const char *report_fate(const struct report_expectation *expectation)
{
    static const char *const words[] = {
        [SEVERITY_FAIL] = "failed",
        [SEVERITY_WARN] = "missed",
        [SEVERITY_NOTE] = "missed",
        [SEVERITY_KNOWN] = "known",
    };

    return expectation->held ? "held" : words[expectation->severity];
}

const char *report_client_trouble(struct arena *arena,
                                  const struct report_client *client)
{
    if (client->timed_out) {
        return "it was still running when its time was up";
    }
    if (client->stopped) {
        return NULL;
    }
    if (client->signal) {
        return arena_printf(arena, "a signal ended it: %s",
                            strsignal(client->signal));
    }
    if (client->exit_status < 0) {
        return "it never ran";
    }
    return client->exit_status && !client->may_fail
               ? arena_printf(arena, "it ended with %d", client->exit_status)
               : NULL;
}

bool report_is_good(int exit_code)
{
    return exit_code == 0;
}

bool report_is_skipped(int exit_code)
{
    return exit_code == SKIPPED;
}

/* ---- Numbers ---- */

const char *report_number(struct arena *arena, double value)
{
    return value == (double)(int64_t)value
               ? arena_printf(arena, "%" PRId64, (int64_t)value)
               : arena_printf(arena, "%.1f", value);
}

const char *report_amount(struct arena *arena, uint64_t count, const char *word)
{
    return arena_printf(arena, "%" PRIu64 " %s%s", count, word,
                        count == 1 ? "" : "s");
}
