/*
 * The verdict of a session as JSON. Findings have the names that a report has
 * (report/shape.c); their evidence stays in the journal, which masks it.
 */
#include "config.h"

#include "admin/verdict.h"

#include "checks/checks.h"
#include "report/shape.h"
#include "scenario/session_measures.h"
#include "util/env.h"
#include "util/json.h"

static void add_line(struct json *json, const struct verdict_line *line)
{
    json_open(json, '{');
    json_text(json, "where", line->where);
    json_text(json, "what", line->what);
    json_boolean(json, "held", line->held);
    json_text(json, "severity", report_severity_word(line->severity));
    json_text(json, "why", line->why);
    json_text(json, "nearest", line->nearest);
    json_text(json, "known", line->known);
    json_close(json, '}');
}

static void add_finding(struct json *json, const struct found *found)
{
    const struct finding *finding = &found->finding;
    const struct rule *rule = rule_find(finding->rule);

    json_open(json, '{');
    json_text(json, "rule", finding->rule);
    json_text(json, "level", report_level_word(finding->level));
    json_text(json, "severity", report_severity_word(found->severity));
    json_text(json, "title", rule ? rule->title : NULL);
    json_text(json, "section", finding->section);
    json_text(json, "text", finding->text);
    json_text(json, "where", finding->where);
    json_text(json, "known", found->known);
    json_number(json, "exchange", (int64_t)found->exchange);
    json_number(json, "times", (int64_t)found->times);
    json_close(json, '}');
}

static void add_findings(struct json *json, const struct session *session)
{
    const struct found *found;

    json_open_named(json, "findings", '[');
    for (size_t i = 0; (found = session_found_at(session, i)) != NULL; i++) {
        add_finding(json, found);
    }
    json_close(json, ']');
}

/* Times in milliseconds, as in a report. */
static void add_measures(struct json *json, const struct session *session)
{
    json_open_named(json, "measures", '[');
    for (int i = 0; i < MEASURE_COUNT; i++) {
        uint64_t taken = session_measure(session, (enum measure)i);

        json_open(json, '{');
        json_text(json, "name", measure_info((enum measure)i)->name);
        json_number(
            json, "taken",
            (int64_t)(i == MEASURE_TIME ? taken / ENV_NS_PER_MS : taken));
        json_close(json, '}');
    }
    json_close(json, ']');
}

void admin_verdict(struct admin_call *call, struct session *session)
{
    struct session_verdict verdict;
    struct json json;

    checks_session(session, call->arena);
    session_verdict(session, call->arena, &verdict);
    admin_begin(call, 200, &json);
    json_boolean(&json, "judged", verdict.judged);
    json_boolean(&json, "held", verdict.held);
    json_open_named(&json, "lines", '[');
    for (size_t i = 0; i < verdict.count; i++) {
        add_line(&json, &verdict.lines[i]);
    }
    json_close(&json, ']');
    add_findings(&json, session);
    add_measures(&json, session);
    admin_end(call, &json);
}
