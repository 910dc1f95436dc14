/* lyncmock schema: the language of scenarios as a JSON Schema. */
#include "config.h"

#include "scenario/schema.h"

#include <stdio.h>

#include "cli/arguments.h"
#include "cli/load.h"
#include "report/report.h"
#include "scenario/plan.h"
#include "util/log.h"

static enum exit_code run(int argc, char **argv)
{
    AUTO(arena) arena = arena_new();
    struct arguments arguments;
    enum exit_code code;
    AUTO_BUF out = {0};

    if (!arguments_parse(&verb_schema, argc, argv, &arguments, &code)) {
        return code;
    }
    if (arguments.count) {
        log_error("unexpected argument \"%s\"", arguments.words[0]);
        return EXIT_USAGE;
    }
    if (arguments_has(&arguments, "--report")) {
        report_schema(&out);
    } else if (arguments_has(&arguments, "--plan")) {
        plan_schema(&out);
    } else {
        schema_write(&out, load_vocabulary(arena));
    }
    return print_all(&out);
}

static const struct verb_option options[] = {
    {"--plan", NULL, "that of conformance plans instead"},
    {"--report", NULL,
     "that of reports (--json of serve, run, conformance) instead"},
    {NULL, NULL, NULL},
};

const struct verb verb_schema = {
    .name = "schema",
    .usage = "[--plan|--report]",
    .doc = "print the JSON Schema of scenarios, for editors",
    .help =
        "Prints the language of scenarios as a JSON Schema (draft 2020-12).\n"
        "An editor that knows it completes and explains words. The first\n"
        "line of a scenario names it:\n"
        "  # yaml-language-server: $schema=PATH/scenario.schema.json",
    .options = options,
    .run = run,
};
