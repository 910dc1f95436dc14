/* The closing sentence. */
#include "config.h"

#include "probe/sentence.h"

#include <inttypes.h>
#include <string.h>

#include "util/buf.h"
#include "util/env.h"
#include "util/stamp.h"

/* A stage within a sentence. */
static const char *the_stage(const char *stage)
{
    static const struct {
        const char *stage;
        const char *words;
    } rows[] = {
        {STAGE_USER, "the User resource"},
        {STAGE_METADATA, "the metadata"},
        {STAGE_TICKET, "the web ticket"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].stage, stage) == 0) {
            return rows[i].words;
        }
    }
    return stage;
}

static void add_failure(struct buf *out, const struct failure *failure)
{
    buf_printf(out, "The sign-in failed at %s: %s", the_stage(failure->stage),
               failure->reason);
    if (failure->id) {
        buf_printf(out, " (%u)", failure->id);
    }
    if (failure->said) {
        buf_printf(out, "; the server said \"%s\"", failure->said);
    }
    if (failure->advice) {
        buf_printf(out, "; try %s", failure->advice);
    }
    buf_add_text(out, ".");
}

static void add_ticket(struct buf *out, struct arena *arena,
                       const struct ticket *ticket)
{
    buf_printf(out, "ticket %s", ticket->kind == TOKEN_SAML ? "SAML" : "CWT");
    if (ticket->has_expires) {
        buf_printf(out, " until %s", stamp_iso(arena, ticket->expires));
    } else {
        buf_add_text(out, " without an end");
    }
}

static void add_success(struct buf *out, struct arena *arena,
                        const struct outcome *outcome)
{
    buf_printf(out, "%s signed in over %s in %" PRId64 " ms: ", outcome->user,
               outcome->method, outcome->took / ENV_NS_PER_MS);
    if (outcome->ticket) {
        add_ticket(out, arena, outcome->ticket);
    } else {
        buf_add_text(out, "no ticket was asked for");
    }
    if (outcome->pool) {
        buf_printf(out, ", home pool %s", outcome->pool);
    }
    if (outcome->next_stop) {
        buf_printf(out, ", next stop %s at %s", outcome->next_kind,
                   outcome->next_stop);
    } else {
        buf_printf(out, ", but %s is told nowhere", outcome->next_kind);
    }
    buf_add_text(out, ".");
}

char *sentence_of(struct arena *arena, const struct outcome *outcome)
{
    AUTO_BUF out = {0};

    if (outcome->failure) {
        add_failure(&out, outcome->failure);
    } else {
        add_success(&out, arena, outcome);
    }
    return arena_text(arena, buf_span(&out));
}
