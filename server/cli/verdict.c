/* Verdicts on the log, see verdict.h. */
#include "config.h"

#include "cli/verdict.h"

#include <inttypes.h>

#include "checks/checks.h"
#include "util/log.h"

static void tell_line(const struct verdict_line *line)
{
    const char *where = line->where ? line->where : "";
    const char *colon = line->where ? ": " : "";

    if (line->held) {
        log_info("verdict: %s%sheld: %s", where, colon, line->what);
    } else {
        log_warning("verdict: %s%sfailed: expected %s, %s", where, colon,
                    line->what, line->why);
    }
}

static size_t count_failed(const struct session_verdict *verdict)
{
    size_t failed = 0;

    for (size_t i = 0; i < verdict->count; i++) {
        failed += !verdict->lines[i].held;
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
