/* The option --known-failures, see known.h. */
#include "config.h"

#include "cli/known.h"

#include "cli/load.h"
#include "scenario/known.h"
#include "scenario/source.h"

bool known_load(struct options *options, struct env *env)
{
    AUTO(arena) arena = arena_new();
    const struct source here = {.label = "", .folder = ""};
    struct diagnostics diagnostics;
    struct span text;
    struct err err;
    bool good;

    if (!options->known_failures) {
        return true;
    }
    if (!source_file(arena, &here, options->known_failures, &text, &err)) {
        log_error("--known-failures: %s", err.text);
        return false;
    }
    diagnostics_init(&diagnostics);
    good = known_read(text, options->known_failures, load_vocabulary(arena),
                      env_now(env), &options->known, &diagnostics);
    print_diagnostics(&diagnostics, options->log_format);
    diagnostics_clear(&diagnostics);
    return good;
}
