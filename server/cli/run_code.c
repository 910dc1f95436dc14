/* Exit codes of runs, see run.h. */
#include "config.h"

#include "cli/run.h"

/* The worst first; all held beats skipped: something was run. */
static const struct {
    enum exit_code code;
    const char *text;
} codes[] = {
    {EXIT_INTERNAL, "stopped by a bug of lyncmock"},
    {EXIT_START, "could not start"},
    {EXIT_USAGE, "not started: an option or the scenario is wrong"},
    {EXIT_TIME, "the time limit was reached"},
    {EXIT_VERDICT, "failed"},
    {EXIT_CLIENT, "the client failed"},
    {EXIT_GOOD, "passed"},
    {EXIT_SKIPPED, "skipped"},
};

static size_t rank(enum exit_code code)
{
    size_t at = 0;

    while (at < ARRAY_SIZE(codes) && codes[at].code != code) {
        at++;
    }
    return at < ARRAY_SIZE(codes) ? at : 0; /* a code of nobody's is a bug */
}

enum exit_code run_worse(enum exit_code one, enum exit_code other)
{
    return rank(one) < rank(other) ? codes[rank(one)].code
                                   : codes[rank(other)].code;
}

const char *run_code_text(enum exit_code code)
{
    return codes[rank(code)].text;
}
