/* A session and its journal as a report, see gather.h. */
#include "config.h"

#include "cli/gather.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checks/checks.h"
#include "cli/gather_parts.h"
#include "cli/verb.h"
#include "util/mem.h"
#include "util/stamp.h"
#include "util/utf.h"

/* ---- Exchanges ---- */

static bool take_exchange(void *ctx, struct exchange *ex)
{
    struct gathering *gathering = ctx;

    if (ex->era == gathering->era && gathering->count < gathering->room) {
        gathering->exchanges[gathering->count++] = ex;
    }
    return true;
}

static int by_id(const void *a, const void *b)
{
    const struct exchange *const *left = a;
    const struct exchange *const *right = b;

    return (*left)->id < (*right)->id ? -1 : (*left)->id > (*right)->id;
}

static void find_exchanges(struct gathering *gathering,
                           const struct journal *journal, const char *session)
{
    struct journal_share share = journal_share(journal, session);

    gathering->room = share.exchanges;
    gathering->exchanges =
        mem_array(share.exchanges + 1, sizeof(struct exchange *));
    journal_visit(journal, session, 0, take_exchange, gathering);
    qsort(gathering->exchanges, gathering->count, sizeof(struct exchange *),
          by_id);
}

static void fill_exchanges(struct gathering *gathering, struct report_run *run)
{
    int64_t last = gathering->began;

    run->exchange_count = gathering->count;
    run->exchanges = arena_alloc(gathering->arena, (gathering->count + 1) *
                                                       sizeof(*run->exchanges));
    for (size_t i = 0; i < gathering->count; i++) {
        const struct exchange *ex = gathering->exchanges[i];

        gather_exchange(gathering, ex, &run->exchanges[i]);
        last = ex->ended > last ? ex->ended : last;
    }
    run->took = gather_ms(last - gathering->began);
}

/* ---- Findings and rules ---- */

/* Bytes that are no text are shown in hexadecimal. */
static const char *evidence_text(struct gathering *gathering,
                                 const struct found *found)
{
    AUTO_BUF hex = {0};
    struct span bytes =
        gathering->secrets ? found->finding.evidence : found->shown;

    if (!bytes.size) {
        return NULL;
    }
    if (utf8_is_text(bytes)) {
        return arena_text(gathering->arena, bytes);
    }
    buf_add_text(&hex, "0x");
    for (size_t i = 0; i < bytes.size; i++) {
        buf_printf(&hex, "%02x", bytes.data[i]);
    }
    return arena_text(gathering->arena, buf_span(&hex));
}

static void fill_finding(struct gathering *gathering, const struct found *found,
                         struct report_finding *out)
{
    const struct finding *finding = &found->finding;
    const struct rule *rule = rule_find(finding->rule);

    *out = (struct report_finding){
        .rule = finding->rule,
        .level = finding->level,
        .severity = found->severity,
        .title = rule ? rule->title : NULL,
        .section = finding->section,
        .text = gather_copy(gathering->arena, finding->text),
        .where = gather_copy(gathering->arena, finding->where),
        .evidence = evidence_text(gathering, found),
        .known = gather_copy(gathering->arena, found->known),
        .exchange = found->exchange,
        .times = found->times,
    };
}

static void fill_findings(struct gathering *gathering,
                          const struct session *session, struct report_run *run)
{
    const struct found *found;

    while (session_found_at(session, run->finding_count)) {
        run->finding_count++;
    }
    run->findings = arena_alloc(gathering->arena, (run->finding_count + 1) *
                                                      sizeof(*run->findings));
    for (size_t i = 0; (found = session_found_at(session, i)); i++) {
        fill_finding(gathering, found, &run->findings[i]);
    }
}

static uint64_t times_broken(const struct report_run *run, const char *rule)
{
    for (size_t i = 0; i < run->finding_count; i++) {
        if (strcmp(run->findings[i].rule, rule) == 0) {
            return run->findings[i].times;
        }
    }
    return 0;
}

static void fill_rules(struct arena *arena, const struct session *session,
                       struct report_run *run)
{
    while (rule_at(run->rule_count)) {
        run->rule_count++;
    }
    run->rules =
        arena_alloc(arena, (run->rule_count + 1) * sizeof(*run->rules));
    for (size_t i = 0; i < run->rule_count; i++) {
        run->rules[i] = (struct report_rule){
            .id = rule_at(i)->id,
            .met = checks_met(session, i),
            .broken = times_broken(run, rule_at(i)->id),
        };
    }
}

/* ---- The verdict ---- */

static void fill_expectations(struct arena *arena,
                              const struct session *session,
                              struct report_run *run)
{
    struct session_verdict verdict;

    session_verdict(session, arena, &verdict);
    run->expectation_count = verdict.count;
    run->expectations =
        arena_alloc(arena, (verdict.count + 1) * sizeof(*run->expectations));
    for (size_t i = 0; i < verdict.count; i++) {
        const struct verdict_line *line = &verdict.lines[i];

        run->expectations[i] = (struct report_expectation){
            .where = gather_copy(arena, line->where),
            .what = gather_copy(arena, line->what),
            .held = line->held,
            .severity = line->severity,
            .why = gather_copy(arena, line->why),
            .nearest = gather_copy(arena, line->nearest),
            .known = gather_copy(arena, line->known),
        };
    }
}

static void fill_points(struct arena *arena, const struct session *session,
                        struct report_run *run)
{
    run->points = arena_alloc(arena, POINT_COUNT * sizeof(*run->points));
    for (int point = 0; point < POINT_COUNT; point++) {
        if (session_reached(session, (enum point)point)) {
            run->points[run->point_count++] =
                point_info((enum point)point)->name;
        }
    }
}

static void fill_names(const struct gather *gather,
                       const struct session *session, struct arena *arena,
                       struct report_run *run)
{
    const struct scenario *scenario = session_scenario(session);

    run->scenario = gather_copy(arena, gather->scenario);
    if (*scenario->name) {
        run->name = gather_copy(arena, scenario->name);
        run->title = gather_copy(arena, scenario->title);
    }
    run->session = gather_copy(arena, session_name(session));
    run->domain = gather_copy(arena, scenario->world->domain);
    run->seed = session_seed_of(session);
}

void gather_session(const struct gather *gather, struct session *session,
                    struct arena *arena, struct report_run *out_run)
{
    struct report_run run = {.client = {.exit_status = -1}};
    struct gathering gathering = {
        .arena = arena,
        .secrets = gather->secrets,
        .began = gather->began,
        .era = session_era(session),
    };

    fill_names(gather, session, arena, &run);
    find_exchanges(&gathering, gather->journal, session_name(session));
    if (gathering.count) {
        const struct exchange *first = gathering.exchanges[0];

        run.began = stamp_iso_ms(arena, first->began);
        gathering.began =
            gather->began ? gather->began : first->began_monotonic;
    }
    run.dropped = journal_share(gather->journal, session_name(session)).dropped;
    fill_exchanges(&gathering, &run);
    fill_findings(&gathering, session, &run);
    fill_rules(arena, session, &run);
    fill_expectations(arena, session, &run);
    fill_points(arena, session, &run);
    gather_codes(&gathering, &run);
    gather_measures(arena, session, &run);
    /* A handshake that nothing follows is no exchange. */
    run.client.reached = gathering.count > 0 || run.point_count > 0;
    gather_conclude(&run, arena);
    mem_free(gathering.exchanges);
    *out_run = run;
}
