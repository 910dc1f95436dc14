/* lyncmock check: are these scenarios well-formed? */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/load.h"
#include "scenario/read.h"
#include "util/json.h"
#include "util/log.h"

/* ---- As text ---- */

static void add_fact(struct buf *line, const char *quote, const char *text)
{
    if (*text) {
        buf_printf(line, "%s%s%s%s", line->size ? ", " : "", quote, text,
                   quote);
    }
}

static void add_count(struct buf *line, size_t count, const char *what)
{
    buf_printf(line, "%s%zu %s%s", line->size ? ", " : "", count, what,
               count == 1 ? "" : "s");
}

/* FILE: good: NAME, "TITLE", 2 settings, 1 step */
static void print_good(const char *file, const struct scenario *scenario)
{
    bool named = strcmp(scenario->name, file) != 0;
    AUTO_BUF line = {0};

    add_fact(&line, "", named ? scenario->name : "");
    add_fact(&line, "\"", scenario->title);
    add_count(&line, scenario->setting_count, "setting");
    add_count(&line, scenario->step_count, "step");
    if (scenario_expectations(scenario)) {
        add_count(&line, scenario_expectations(scenario), "expectation");
    }
    printf("%s: good: %s\n", file, buf_text(&line));
}

/* ---- As JSON ---- */

static void add_file(struct json *json, const char *file,
                     const struct scenario *scenario,
                     const struct diagnostics *diagnostics)
{
    json_open(json, '{');
    json_text(json, "file", file);
    json_boolean(json, "good", scenario != NULL);
    if (scenario) {
        json_text(json, "name", scenario->name);
        json_text(json, "title", scenario->title);
        json_number(json, "settings", (int64_t)scenario->setting_count);
        json_number(json, "steps", (int64_t)scenario->step_count);
        json_number(json, "expectations",
                    (int64_t)scenario_expectations(scenario));
    }
    json_number(json, "errors", (int64_t)diagnostics->errors);
    json_number(json, "warnings", (int64_t)diagnostics->warnings);
    diagnostics_json(json, diagnostics);
    json_close(json, '}');
}

/* ---- One file ---- */

/* More than a scenario may have: the reader says that it is too large. */
enum { STDIN_LIMIT = 2 * 1024 * 1024 };

static bool read_stdin(struct buf *out, struct err *err)
{
    while (!feof(stdin) && out->size < STDIN_LIMIT) {
        buf_commit(out, fread(buf_reserve(out, 65536), 1, 65536, stdin));
        if (ferror(stdin)) {
            return err_errno(err, "cannot read standard input");
        }
    }
    return true;
}

/* What each file is checked with. */
struct checking {
    const struct vocabulary *words;
    struct json *json; /* NULL: as text */
    bool strict;       /* warnings are errors */
};

static bool check(const struct scenario_source *source,
                  const struct checking *how)
{
    struct json *json = how->json;
    AUTO(scenario) scenario = NULL;
    struct diagnostics diagnostics;
    bool good;

    diagnostics_init(&diagnostics);
    good = scenario_read(source, how->words, &scenario, &diagnostics);
    if (json) {
        add_file(json, source->name, scenario, &diagnostics);
    } else {
        print_diagnostics(&diagnostics, LOG_TEXT);
    }
    if (!json && good) {
        print_good(source->name, scenario);
    }
    good = good && !(how->strict && diagnostics.warnings);
    diagnostics_clear(&diagnostics);
    return good;
}

/* "-" is what comes on standard input. */
static bool check_named(const char *file, const struct checking *how)
{
    struct scenario_source source = {.name = file};
    AUTO_BUF text = {0};
    struct err err;

    if (strcmp(file, "-") == 0) {
        source.name = "<stdin>";
        if (!read_stdin(&text, &err)) {
            log_error("%s", err.text);
            return false;
        }
        source.text =
            span_of(text.size ? (const void *)text.data : "", text.size);
    }
    return check(&source, how);
}

static enum exit_code check_all(const struct arguments *arguments)
{
    AUTO(arena) arena = arena_new();
    AUTO_BUF out = {0};
    struct json json = {.out = &out};
    const struct checking how = {
        .words = load_vocabulary(arena),
        .json = arguments->json ? &json : NULL,
        .strict = arguments_has(arguments, "--strict"),
    };
    bool good = true;
    enum exit_code printed;

    json_init(&json, &out);
    json_open(&json, '[');
    for (size_t i = 0; i < arguments->count; i++) {
        good = check_named(arguments->words[i], &how) && good;
    }
    json_close(&json, ']');
    buf_add_text(&out, "\n");
    printed = arguments->json ? print_all(&out) : EXIT_GOOD;
    return printed != EXIT_GOOD ? printed : good ? EXIT_GOOD : EXIT_USAGE;
}

static enum exit_code run(int argc, char **argv)
{
    struct arguments arguments;
    enum exit_code code;

    if (!arguments_parse(&verb_check, argc, argv, &arguments, &code)) {
        return code;
    }
    if (!arguments.count) {
        log_error("check wants the names of scenarios: files, ids of "
                  "lyncmock list scenarios, or - for standard input");
        return EXIT_USAGE;
    }
    return check_all(&arguments);
}

static const struct verb_option options[] = {
    {"--strict", NULL, "warnings count as errors"},
    {NULL, NULL, NULL},
};

const struct verb verb_check = {
    .name = "check",
    .usage = "SCENARIO... [--strict] [--json]",
    .doc = "say whether scenarios are well-formed, and what is wrong where",
    .help = "Reads scenarios (files, ids of lyncmock list scenarios with or "
            "without\ntheir folder, or - for standard input) as serve would, "
            "and starts nothing. What is wrong "
            "goes to stderr:\n"
            "  FILE:LINE:COL: error: TEXT\n"
            "Exit codes: 0 all are good, warnings or not; 2 one is not, or "
            "with --strict\nhas a warning.",
    .options = options,
    .json = "one JSON array on stdout, with an object for each scenario",
    .run = run,
};
