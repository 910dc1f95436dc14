/* Reports on a server's sessions, see reports.h. */
#include "config.h"

#include "cli/reports.h"

#include "cli/gather.h"
#include "cli/golden.h"
#include "cli/report_files.h"
#include "util/log.h"

void reports_gather(const struct server *server, int64_t began,
                    struct report *report)
{
    const struct gather gather = {
        .journal = server->journal,
        .scenario = server->options->scenario,
        .secrets = server->options->log_secrets,
        .began = began,
    };
    struct session_entry entry;
    size_t count = 0;

    while (sessions_at(server->sessions, count, &entry)) {
        count++;
    }
    report->runs = arena_alloc(report->arena, count * sizeof(*report->runs));
    for (size_t i = 0; sessions_at(server->sessions, i, &entry); i++) {
        gather_session(&gather, entry.session, report->arena,
                       &report->runs[report->run_count++]);
    }
    golden_judge(server, report);
    gather_conclude(&report->runs[0], report->arena);
}

enum exit_code reports_tell(const struct server *server, enum exit_code code)
{
    AUTO(arena) arena = NULL;
    struct report report = {.version = PACKAGE_VERSION, .exit_code = (int)code};
    struct err err;

    if (!report_files_wanted(server->options, server->env) &&
        !server->options->golden) {
        return code;
    }
    arena = arena_new();
    report.arena = arena;
    reports_gather(server, 0, &report);
    if (code == EXIT_GOOD && report.runs[0].exit_code != EXIT_GOOD) {
        code = EXIT_VERDICT; /* by the golden trace, which no session knows */
        report.exit_code = (int)code;
    }
    golden_approve(server, code == EXIT_GOOD, &report);
    if (code == EXIT_GOOD && report.runs[0].exit_code != EXIT_GOOD) {
        code = EXIT_VERDICT; /* it could not be written */
        report.exit_code = (int)code;
    }
    if (!report_files_write(server->options, server->env, &report, &err)) {
        log_error("%s", err.text);
        return EXIT_INTERNAL;
    }
    return code;
}
