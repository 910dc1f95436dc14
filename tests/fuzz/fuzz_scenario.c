/*
 * Scenarios as YAML, with the real faults: whatever is read ends as a scenario
 * whose steps can be asked for, or with diagnostics that have a place.
 */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "cli/load.h"
#include "scenario/read.h"
#include "scenario/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Some facts, so that conditions are looked at. */
static void ask(struct scenario *scenario)
{
    AUTO(session) session = session_new("default", scenario);
    const struct facts facts = {
        .host = "lyncdiscover.contoso.test",
        .method = "GET",
        .path = "/",
        .client = "fuzz",
        .user = "alice",
        .auth = "ntlm",
        .leg = 1,
        .ticket = "none",
    };

    for (int i = 0; i < POINT_COUNT; i++) {
        struct steps steps;

        scenario_at(session, (enum point)i, &facts, &steps);
        assert(steps.count <= scenario->step_count);
        for (size_t j = 0; j < steps.count; j++) {
            assert(steps.items[j]->action_count + steps.items[j]->set_count >
                   0);
        }
    }
}

static void judge(const struct diagnostics *diagnostics, bool good)
{
    AUTO(arena) arena = arena_new();

    assert(good == (diagnostics->errors == 0));
    for (size_t i = 0; i < diagnostics->count; i++) {
        const struct diagnostic *item = &diagnostics->items[i];

        assert(item->place.line > 0 && item->place.column > 0);
        assert(item->text[0] != '\0');
        assert(!strchr(diagnostic_line(arena, item), '\n'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(arena) arena = arena_new();
    const struct scenario_source source = {
        .name = "fuzz.yaml",
        /* Not NULL, also where there is nothing. */
        .text = span_of(data ? data : (const uint8_t *)"", size),
    };
    AUTO(scenario) scenario = NULL;
    struct diagnostics diagnostics;
    bool good;

    diagnostics_init(&diagnostics);
    good =
        scenario_read(&source, load_vocabulary(arena), &scenario, &diagnostics);
    judge(&diagnostics, good);
    diagnostics_clear(&diagnostics);
    if (good) {
        ask(scenario);
    }
    return 0;
}
