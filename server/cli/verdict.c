/* Verdicts on the log, see verdict.h. */
#include "config.h"

#include "cli/verdict.h"

#include <inttypes.h>
#include <string.h>

#include "checks/checks.h"
#include "util/log.h"

/* What came nearest, one message for each of its lines. */
static void tell_nearest(const char *nearest)
{
    while (nearest && *nearest) {
        size_t size = strcspn(nearest, "\n");

        log_warning("verdict:   nearest: %.*s", (int)size, nearest);
        nearest += size + (nearest[size] == '\n');
    }
}

static const char *severity_word(enum report_severity severity)
{
    switch (severity) {
    case SEVERITY_FAIL:
        return "failed";
    case SEVERITY_WARN:
        return "warning";
    case SEVERITY_NOTE:
        return "note";
    case SEVERITY_KNOWN:
        return "known";
    }
    return "failed";
}

static void tell_line(const struct verdict_line *line)
{
    const char *where = line->where ? line->where : "";
    const char *colon = line->where ? ": " : "";

    if (line->held) {
        log_info("verdict: %s%sheld: %s", where, colon, line->what);
        return;
    }
    log_warning("verdict: %s%s%s: expected %s, %s", where, colon,
                severity_word(line->severity), line->what, line->why);
    tell_nearest(line->nearest);
}

/* "": it is of the whole session. */
static const char *exchange_text(struct arena *arena, const struct found *found)
{
    return found->exchange
               ? arena_printf(arena, " at exchange %" PRIu64, found->exchange)
               : "";
}

/* Breaches that fail nothing: those that do are in a line of their own. */
static void tell_findings(const struct session *session, struct arena *arena)
{
    const struct found *found;

    for (size_t i = 0; (found = session_found_at(session, i)) != NULL; i++) {
        const struct finding *finding = &found->finding;

        if (found->severity == SEVERITY_WARN) {
            log_warning("verdict: warning: %s (%s)%s: %s", finding->rule,
                        finding->section, exchange_text(arena, found),
                        finding->text);
        } else if (found->severity == SEVERITY_KNOWN) {
            log_info("verdict: known: %s%s: %s; %s", finding->rule,
                     exchange_text(arena, found), finding->text, found->known);
        }
    }
}

static size_t count_failed(const struct session_verdict *verdict)
{
    size_t failed = 0;

    for (size_t i = 0; i < verdict->count; i++) {
        failed += !verdict->lines[i].held &&
                  verdict->lines[i].severity == SEVERITY_FAIL;
    }
    return failed;
}

bool verdict_tell_one(struct session *session)
{
    AUTO(arena) arena = arena_new();
    const char *name = session_scenario(session)->name;
    struct session_verdict verdict;

    checks_session(session, arena);
    session_verdict(session, arena, &verdict);
    if (!verdict.judged) {
        return true;
    }
    for (size_t i = 0; i < verdict.count; i++) {
        tell_line(&verdict.lines[i]);
    }
    tell_findings(session, arena);
    if (verdict.held) {
        log_info("verdict: passed: session=%s scenario=%s seed=%" PRIu64,
                 session_name(session), name, session_seed_of(session));
    } else {
        log_warning("verdict: failed: session=%s scenario=%s seed=%" PRIu64
                    " failed=%zu of=%zu",
                    session_name(session), name, session_seed_of(session),
                    count_failed(&verdict), verdict.count);
    }
    return verdict.held;
}

enum exit_code verdict_tell(const struct sessions *sessions)
{
    struct session_entry entry;
    bool held = true;

    for (size_t i = 0; sessions_at(sessions, i, &entry); i++) {
        held = verdict_tell_one(entry.session) && held;
    }
    return held ? EXIT_GOOD : EXIT_VERDICT;
}

void verdict_prepare(const struct sessions *sessions)
{
    AUTO(arena) arena = arena_new();
    struct session_entry entry;

    for (size_t i = 0; sessions_at(sessions, i, &entry); i++) {
        checks_session(entry.session, arena);
    }
}
