/* What can stand where, see fits.h. */
#include "config.h"

#include "cli/fits.h"

#include <string.h>

#include "scenario/keys.h"
#include "scenario/read.h"
#include "util/buf.h"

bool fits_text(const struct vocabulary *words, const char *text)
{
    const struct scenario_source source = {.name = "example",
                                           .text = span_text(text)};
    AUTO(scenario) scenario = NULL;
    struct diagnostics diagnostics;
    bool good;

    diagnostics_init(&diagnostics);
    good = scenario_read(&source, words, &scenario, &diagnostics);
    diagnostics_clear(&diagnostics);
    return good;
}

static bool is_accepted(const struct vocabulary *words,
                        const struct fault *fault, enum point at,
                        const char *value)
{
    AUTO_BUF text = {0};

    buf_printf(&text, "lyncmock: 1\nsteps:\n  - at: %s\n    do: {%s: %s}\n",
               point_info(at)->name, fault->name, value);
    return fits_text(words, buf_text(&text));
}

const char *fits_example(const struct vocabulary *words,
                         const struct fault *fault, enum point at)
{
    if (!(fault->subjects & point_info(at)->subjects)) {
        return NULL;
    }
    if (is_accepted(words, fault, at, fault->example)) {
        return fault->example;
    }
    for (size_t i = 0; fault->examples && fault->examples[i]; i++) {
        if (is_accepted(words, fault, at, fault->examples[i])) {
            return fault->examples[i];
        }
    }
    return NULL;
}

static void add_name(struct buf *out, const char *name)
{
    buf_printf(out, "%s%s", out->size ? ", " : "", name);
}

const char *fits_faults(struct arena *arena, const struct vocabulary *words,
                        enum point at)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; words->faults[i]; i++) {
        if (fits_example(words, words->faults[i], at)) {
            add_name(&out, words->faults[i]->name);
        }
    }
    return arena_text(arena, buf_span(&out));
}

const char *fits_points(struct arena *arena, const struct vocabulary *words,
                        const struct fault *fault)
{
    AUTO_BUF out = {0};

    for (int i = 0; i < POINT_COUNT; i++) {
        if (fits_example(words, fault, (enum point)i)) {
            add_name(&out, point_info((enum point)i)->name);
        }
    }
    return arena_text(arena, buf_span(&out));
}

const char *fits_facts(struct arena *arena, enum point at)
{
    AUTO_BUF out = {0};

    for (const struct key *key = keys_when; key->name; key++) {
        if (key->fact & point_info(at)->facts) {
            add_name(&out, key->name);
        }
    }
    return arena_text(arena, buf_span(&out));
}
