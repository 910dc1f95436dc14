/*
 * The sequence diagram of a run. Lanes are the client and the roles that occur;
 * an exchange is one line from the client to its lane, with what was asked on
 * the arrow and what was answered behind it:
 *
 *      1.2   1 #1  |- GET lyncdiscover/ ----------> 200     |
 *
 * In front: milliseconds since the run began, the exchange, the connection.
 * Behind the answer: the milliseconds that we took.
 */
#include "config.h"

#include "report/diagram.h"

#include <inttypes.h>
#include <string.h>

#include "report/columns.h"
#include "report/words.h"

enum {
    CLIENT = 18,      /* column of the client's lane */
    GAP_LEAST = 12,   /* between lanes */
    LABEL_LEAST = 34, /* up to the first lane */
    LABEL_MOST = 64,
    ANSWER = 20, /* room behind the last lane */
};

struct diagram {
    struct arena *arena;
    const struct report_run *run;
    const struct report_style *style;
    struct buf *out;
    size_t lane[ROLE_COUNT]; /* column; 0: the role does not occur */
};

/* Lines and heads of arrows. */
struct symbols {
    const char *bar;
    const char *tee;
    const char *dash;
    const char *head;
};

static const struct symbols *symbols(const struct diagram *diagram)
{
    static const struct symbols plain = {"|", "|", "-", ">"};
    static const struct symbols boxes = {"\xe2\x94\x82", "\xe2\x94\x9c",
                                         "\xe2\x94\x80", "\xe2\x96\xb6"};

    return diagram->style->unicode ? &boxes : &plain;
}

/* ---- Lanes ---- */

static size_t count_roles(const struct report_run *run, bool seen[ROLE_COUNT])
{
    size_t count = 0;

    for (size_t i = 0; i < run->exchange_count; i++) {
        enum report_role role = report_role_of(&run->exchanges[i]);

        count += !seen[role];
        seen[role] = true;
    }
    return count;
}

/* What the width allows, but never less than can be read. */
static void place_lanes(struct diagram *diagram)
{
    bool seen[ROLE_COUNT] = {false};
    size_t count = count_roles(diagram->run, seen);
    size_t others = (count ? count - 1 : 0) * GAP_LEAST;
    size_t fixed = CLIENT + others + ANSWER;
    size_t width = diagram->style->width;
    size_t label = width > fixed ? width - fixed : 0;
    size_t at;

    label = label < LABEL_LEAST ? LABEL_LEAST : label;
    at = CLIENT + (label > LABEL_MOST ? LABEL_MOST : label);
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (seen[role]) {
            diagram->lane[role] = at;
            at += GAP_LEAST;
        }
    }
}

static void put_heading(struct diagram *diagram)
{
    AUTO_BUF line = {0};

    columns_pad(&line, 6);
    buf_add_text(&line, "ms");
    columns_pad(&line, CLIENT - 8);
    buf_add_text(&line, "client");
    for (int role = 0; role < ROLE_COUNT; role++) {
        const char *name = report_role_name((enum report_role)role);

        if (diagram->lane[role]) {
            columns_pad(&line, diagram->lane[role] - line.size);
            buf_add_text(&line, name);
        }
    }
    columns_tone(diagram->out, diagram->style, TONE_BOLD, buf_text(&line));
    buf_add_u8(diagram->out, '\n');
}

/* Bars of the lanes behind this column, from there on. */
static void put_lanes(struct diagram *diagram, size_t at)
{
    for (int role = 0; role < ROLE_COUNT; role++) {
        size_t lane = diagram->lane[role];

        if (lane >= at && lane) {
            columns_pad(diagram->out, lane - at);
            columns_tone(diagram->out, diagram->style, TONE_DIM,
                         symbols(diagram)->bar);
            at = lane + 1;
        }
    }
    buf_add_u8(diagram->out, '\n');
}

/* ---- One exchange ---- */

static enum columns_tone tone_of(const struct report_exchange *exchange)
{
    if (exchange->status >= 200 && exchange->status < 400) {
        return exchange->outcome && strcmp(exchange->outcome, "whole") != 0
                   ? TONE_BAD
                   : TONE_GOOD;
    }
    if (exchange->status == 401 && exchange->leg > 0) {
        return TONE_PLAIN;
    }
    if (exchange->answer) {
        return strstr(exchange->answer, "ERR") ? TONE_WARN : TONE_GOOD;
    }
    return exchange->status == 401 ? TONE_WARN : TONE_BAD;
}

static const char *label_of(struct diagram *diagram, size_t index, size_t room)
{
    const struct report_exchange *exchange = &diagram->run->exchanges[index];
    struct arena *arena = diagram->arena;
    const struct report_style *style = diagram->style;
    const char *method = exchange->method ? exchange->method : "?";
    const char *auth = report_auth(arena, diagram->run, index);
    const char *user = exchange->user ? exchange->user : "";
    const char *target = report_target(arena, diagram->run, exchange);
    const char *tail;
    size_t taken;

    method = columns_cut(arena, style, method, 12);
    tail = arena_printf(arena, "%s%s%s%s", *auth ? " " : "", auth,
                        *user ? " " : "", user);
    tail = columns_cut(arena, style, tail, room > 40 ? room / 2 : 20);
    taken = columns_of(method) + columns_of(tail) + 1;
    target = columns_cut(arena, style, target, room > taken ? room - taken : 0);
    return arena_printf(arena, "%s%s%s%s", method, *target ? " " : "", target,
                        tail);
}

static void put_arrow(struct diagram *diagram, size_t index, size_t lane)
{
    const struct symbols *s = symbols(diagram);
    size_t room = lane - CLIENT - 6;
    const char *label = label_of(diagram, index, room);

    buf_printf(diagram->out, "%s%s %s ", s->tee, s->dash, label);
    for (size_t i = columns_of(label); i < room + 2; i++) {
        buf_add_text(diagram->out, s->dash);
    }
    buf_add_text(diagram->out, s->head);
}

static void put_exchange(struct diagram *diagram, size_t index)
{
    const struct report_exchange *exchange = &diagram->run->exchanges[index];
    size_t lane = diagram->lane[report_role_of(exchange)];
    const char *answer =
        columns_printable(diagram->arena, diagram->style,
                          report_answered(diagram->arena, exchange));
    const char *took = arena_printf(diagram->arena, " %.1f", exchange->took);
    AUTO_BUF gutter = {0};

    buf_printf(&gutter, "%8.1f %3" PRIu64 " ", exchange->at, exchange->id);
    if (exchange->connection) {
        buf_printf(&gutter, "#%-2" PRIu64, exchange->connection % 100);
    }
    columns_pad(&gutter, CLIENT > gutter.size ? CLIENT - gutter.size : 0);
    columns_tone(diagram->out, diagram->style, TONE_DIM, buf_text(&gutter));
    put_arrow(diagram, index, lane);
    buf_add_u8(diagram->out, ' ');
    columns_tone(diagram->out, diagram->style, tone_of(exchange), answer);
    columns_tone(diagram->out, diagram->style, TONE_DIM, took);
    put_lanes(diagram, lane + 2 + columns_of(answer) + strlen(took));
}

/* ---- What is said beneath ---- */

static void put_remark(struct diagram *diagram, const char *key,
                       const char *text)
{
    if (text) {
        columns_pad(diagram->out, CLIENT + 2);
        columns_wrap(diagram->out, diagram->style, CLIENT + 2, TONE_DIM,
                     arena_printf(diagram->arena, "%s: %s", key, text));
    }
}

static enum columns_tone tone_of_finding(const struct report_finding *finding)
{
    switch (finding->severity) {
    case SEVERITY_FAIL:
        return TONE_BAD;
    case SEVERITY_WARN:
        return TONE_WARN;
    case SEVERITY_NOTE:
    case SEVERITY_KNOWN:
        break;
    }
    return TONE_DIM;
}

/* What fails the run is told from what does not. */
static const char *mark_of_finding(const struct report_finding *finding,
                                   const struct report_style *style)
{
    if (finding->severity == SEVERITY_FAIL) {
        return style->unicode ? "\xe2\x9c\x97" : "NO";
    }
    return style->unicode ? "\xe2\x96\xb2" : "!";
}

void diagram_finding(struct arena *arena, const struct report_finding *finding,
                     const struct report_style *style, size_t indent,
                     struct buf *out)
{
    const char *where = finding->where ? finding->where : "";
    const char *section = finding->section ? finding->section : "";

    columns_pad(out, indent);
    columns_wrap(
        out, style, indent + 2, tone_of_finding(finding),
        arena_printf(arena, "%s %s %s%s%s%s%s", mark_of_finding(finding, style),
                     finding->rule ? finding->rule : "?",
                     report_level_label(finding->level), *where ? " at " : "",
                     where, finding->text ? ": " : "",
                     finding->text ? finding->text : ""));
    columns_pad(out, indent + 2);
    columns_wrap(out, style, indent + 2, TONE_DIM,
                 arena_printf(arena, "%s%s%s%s%s", section,
                              finding->evidence ? "; sent: " : "",
                              finding->evidence ? finding->evidence : "",
                              finding->known ? "; known: " : "",
                              finding->known ? finding->known : ""));
}

static void put_findings(struct diagram *diagram,
                         const struct report_exchange *exchange)
{
    for (size_t i = 0; i < diagram->run->finding_count; i++) {
        const struct report_finding *finding = &diagram->run->findings[i];

        if (report_is_at(finding, exchange)) {
            diagram_finding(diagram->arena, finding, diagram->style, CLIENT + 2,
                            diagram->out);
        }
    }
}

/* ---- All of them ---- */

static bool is_found(const struct report_run *run,
                     const struct report_exchange *exchange)
{
    for (size_t i = 0; i < run->finding_count; i++) {
        if (report_is_at(&run->findings[i], exchange)) {
            return true;
        }
    }
    return false;
}

bool diagram_shows(const struct report_run *run, size_t index)
{
    size_t count = run->exchange_count;

    return count <= DIAGRAM_EXCHANGES || index < DIAGRAM_EXCHANGES / 2 ||
           index >= count - DIAGRAM_EXCHANGES / 2 ||
           is_found(run, &run->exchanges[index]);
}

static void put_left_out(struct diagram *diagram, size_t *left_out)
{
    if (*left_out) {
        columns_pad(diagram->out, CLIENT);
        buf_printf(
            diagram->out, "%s\n",
            arena_printf(diagram->arena, "... %s left out",
                         report_amount(diagram->arena, *left_out, "exchange")));
        *left_out = 0;
    }
}

void diagram_text(struct arena *arena, const struct report_run *run,
                  const struct report_style *style, struct buf *out)
{
    struct diagram diagram = {arena, run, style, out, {0}};
    size_t left_out = 0;

    place_lanes(&diagram);
    put_heading(&diagram);
    for (size_t i = 0; i < run->exchange_count; i++) {
        if (!diagram_shows(run, i)) {
            left_out++;
            continue;
        }
        put_left_out(&diagram, &left_out);
        put_exchange(&diagram, i);
        put_remark(&diagram, "step", run->exchanges[i].step);
        put_remark(&diagram, "why", run->exchanges[i].why);
        put_findings(&diagram, &run->exchanges[i]);
    }
    if (run->dropped) {
        buf_printf(out, "%*s... %s that memory has no longer\n", CLIENT, "",
                   report_amount(arena, run->dropped, "exchange"));
    }
}
