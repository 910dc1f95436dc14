/* Plans for the verbs, see conformance.h. */
#include "config.h"

#include "cli/conformance.h"

#include "cli/load.h"
#include "scenario/plan.h"
#include "util/log.h"

bool conformance_plan(const struct options *options, const char *name,
                      struct plan *out_plan)
{
    struct diagnostics diagnostics;
    struct source source;
    struct err err;
    bool good;

    if (!plan_open(options->arena, name, &source, &err)) {
        log_error("%s", err.text);
        return false;
    }
    diagnostics_init(&diagnostics);
    good = plan_read(options->arena, &source, out_plan, &diagnostics);
    print_diagnostics(&diagnostics, options->log_format);
    diagnostics_clear(&diagnostics);
    return good;
}
