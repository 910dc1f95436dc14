/*
 * What a client was refused with, each once: "diagnostics 28033", "kerberos
 * KDC_ERR_PREAUTH_REQUIRED", "reasons wrong-password", "statuses 503". The
 * first word is the kind by which coverage counts them.
 */
#include "config.h"

#include <string.h>

#include "checks/ticket_seen.h"
#include "cli/gather_parts.h"

enum { CODES_MAX = 256, STATUS_LEAST = 300 };

static void add(struct arena *arena, struct report_run *run, const char *kind,
                const char *code)
{
    const char *text = arena_printf(arena, "%s %s", kind, code);

    for (size_t i = 0; i < run->code_count; i++) {
        if (strcmp(run->codes[i], text) == 0) {
            return;
        }
    }
    if (run->code_count < CODES_MAX) {
        run->codes[run->code_count++] = text;
    }
}

static void add_http(struct arena *arena, struct report_run *run,
                     const struct exchange *ex)
{
    unsigned diagnostic = told_diagnostic(ex);

    if (ex->sent.status >= STATUS_LEAST) {
        add(arena, run, "statuses", arena_printf(arena, "%u", ex->sent.status));
    }
    if (diagnostic) {
        add(arena, run, "diagnostics", arena_printf(arena, "%u", diagnostic));
    }
    if (ex->facts.reason) {
        add(arena, run, "reasons", ex->facts.reason);
    }
}

static void add_kdc(struct arena *arena, struct report_run *run,
                    const struct kdc_exchange *kdc)
{
    if (kdc->is_error) {
        add(arena, run, "kerberos",
            kdc->error_name ? kdc->error_name
                            : arena_printf(arena, "%d", (int)kdc->error));
    }
}

void gather_codes(const struct gathering *gathering, struct report_run *run)
{
    run->codes = arena_alloc(gathering->arena, CODES_MAX * sizeof(char *));
    for (size_t i = 0; i < gathering->count; i++) {
        const struct exchange *ex = gathering->exchanges[i];

        if (ex->kind == EXCHANGE_KDC) {
            add_kdc(gathering->arena, run, ex->kdc);
        } else if (ex->kind == EXCHANGE_HTTP) {
            add_http(gathering->arena, run, ex);
        }
    }
}
