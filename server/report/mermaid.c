/* The sequence diagram as Mermaid, see mermaid.h. */
#include "config.h"

#include "report/mermaid.h"

#include <inttypes.h>
#include <string.h>

#include "report/columns.h"
#include "report/diagram.h"
#include "report/escape.h"
#include "report/words.h"

enum { TARGET_MOST = 60, TEXT_MOST = 200 };

static void put_participants(const struct report_run *run, struct buf *out)
{
    bool seen[ROLE_COUNT] = {false};

    buf_add_text(out, "sequenceDiagram\n    participant C as client\n");
    for (size_t i = 0; i < run->exchange_count; i++) {
        seen[report_role_of(&run->exchanges[i])] = true;
    }
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (seen[role]) {
            buf_printf(out, "    participant R%d as %s\n", role,
                       report_role_name((enum report_role)role));
        }
    }
}

static void put_text(struct arena *arena, struct buf *out, const char *text,
                     size_t most)
{
    const struct report_style style = {.unicode = true};

    escape_mermaid(out, columns_cut(arena, &style, text, most));
}

static void put_request(struct arena *arena, const struct report_run *run,
                        size_t index, struct buf *out)
{
    const struct report_exchange *exchange = &run->exchanges[index];
    const char *auth = report_auth(arena, run, index);

    buf_printf(out, "    C->>R%d: ", (int)report_role_of(exchange));
    put_text(arena, out, exchange->method ? exchange->method : "?",
             TARGET_MOST);
    buf_add_u8(out, ' ');
    put_text(arena, out, report_target(arena, run, exchange), TARGET_MOST);
    if (*auth) {
        buf_add_text(out, ", ");
        put_text(arena, out, auth, TARGET_MOST);
    }
    buf_add_u8(out, '\n');
}

/* A message must have a text. */
static void put_answer(struct arena *arena,
                       const struct report_exchange *exchange, struct buf *out)
{
    const char *answer = report_answered(arena, exchange);

    buf_printf(out, "    R%d-->>C: ", (int)report_role_of(exchange));
    put_text(arena, out, *answer ? answer : "nothing", TARGET_MOST);
    buf_add_u8(out, '\n');
}

static void put_note(struct arena *arena,
                     const struct report_exchange *exchange, const char *text,
                     struct buf *out)
{
    buf_printf(out, "    Note over C,R%d: ", (int)report_role_of(exchange));
    put_text(arena, out, text, TEXT_MOST);
    buf_add_u8(out, '\n');
}

static void put_notes(struct arena *arena, const struct report_run *run,
                      const struct report_exchange *exchange, struct buf *out)
{
    if (exchange->why) {
        put_note(arena, exchange, exchange->why, out);
    }
    for (size_t i = 0; i < run->finding_count; i++) {
        const struct report_finding *finding = &run->findings[i];

        if (report_is_at(finding, exchange)) {
            put_note(arena, exchange,
                     arena_printf(arena, "%s %s, %s",
                                  finding->rule ? finding->rule : "?",
                                  report_level_label(finding->level),
                                  finding->text ? finding->text : ""),
                     out);
        }
    }
}

void mermaid_write(struct arena *arena, const struct report_run *run,
                   struct buf *out)
{
    put_participants(run, out);
    for (size_t i = 0; i < run->exchange_count; i++) {
        if (diagram_shows(run, i)) {
            put_request(arena, run, i, out);
            put_answer(arena, &run->exchanges[i], out);
            put_notes(arena, run, &run->exchanges[i], out);
        }
    }
}
