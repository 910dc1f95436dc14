/* lyncmock new: a scenario to start from. */
#include "config.h"

#include "cli/new.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/load.h"
#include "scenario/read.h"
#include "util/log.h"

/* What the text begins with: for people, to be filled in. */
static void write_head(const struct draft *draft, struct buf *out)
{
    buf_printf(
        out,
        "# yaml-language-server: $schema=scenario.schema.json\n"
        "# `lyncmock schema >scenario.schema.json` writes that file, for "
        "editors.\n"
        "lyncmock: 1\n"
        "name: %s\n"
        "title: What happens, in one line\n"
        "about:\n"
        "  symptom: What the customer sees.\n"
        "  layer: %s\n"
        "  client: What a good client does about it.\n"
        "  source: Where that is known from, or the number of the ticket.\n",
        draft->name, draft->layer ? draft->layer : "http");
}

/* The child's `expect` replaces its parent's. */
static bool expects(const struct draft *draft)
{
    return strncmp(draft->from, "failures/", strlen("failures/")) != 0;
}

static void write_parent(const struct draft *draft, struct buf *out)
{
    buf_printf(out,
               "# What is not said here is as there; `lyncmock explain ID` "
               "prints it.\n%sextends: %s\n",
               expects(draft) ? ""
                              : "# Its `expect` holds, unless there is one "
                                "here.\n",
               draft->from);
}

/* The client gets there at all: whoever goes on says how often. */
static void write_expect(const struct draft *draft, struct buf *out)
{
    buf_printf(out,
               "# What a good client does, as far as the server sees it.\n"
               "expect:\n"
               "  - {at: %s, at-least: 1}\n",
               draft->first == POINT_COUNT ? "discover.root"
                                           : point_info(draft->first)->name);
}

static void write_draft(struct draft *draft, struct buf *out)
{
    write_head(draft, out);
    write_parent(draft, out);
    if (draft->world.size) {
        buf_printf(out, "world:\n%s", buf_text(&draft->world));
    }
    if (draft->steps.size) {
        buf_printf(out, "steps:\n%s", buf_text(&draft->steps));
    } else if (!draft->world.size) {
        buf_add_text(out, "# The first step of a point whose `when` holds "
                          "applies.\nsteps: []\n");
    }
    if (expects(draft)) {
        write_expect(draft, out);
    }
}

/* It is what it promises to be; two faults may not go together. */
static bool check_draft(const char *name, const struct buf *text,
                        const struct vocabulary *words)
{
    const struct scenario_source source = {.name = name,
                                           .text = buf_span(text)};
    AUTO(scenario) scenario = NULL;
    struct diagnostics diagnostics;
    bool good;

    diagnostics_init(&diagnostics);
    good = scenario_read(&source, words, &scenario, &diagnostics);
    if (!good) {
        print_diagnostics(&diagnostics, LOG_TEXT);
        log_error("what was asked for does not go together");
    }
    diagnostics_clear(&diagnostics);
    return good;
}

/* ---- Where it goes ---- */

/* Never over a file that is there. */
static enum exit_code write_file(const char *path, const struct buf *text)
{
    FILE *file = fopen(path, "wx");
    bool good;

    if (!file) {
        log_error("%s: %s%s", path, strerror(errno),
                  errno == EEXIST ? "; nothing was written" : "");
        return errno == EEXIST ? EXIT_USAGE : EXIT_START;
    }
    good = fwrite(text->data, 1, text->size, file) == text->size;
    good = fclose(file) == 0 && good;
    if (!good) {
        log_error("%s: %s", path, strerror(errno));
        return EXIT_START;
    }
    return EXIT_GOOD;
}

/* "wifi" of "bugs/wifi.yaml". */
static const char *name_of(struct arena *arena, const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    const char *base = slash ? slash + 1 : path;
    const char *dot = base ? strrchr(base, '.') : NULL;

    if (!base || !*base || dot == base) {
        return "my-scenario";
    }
    return arena_text(arena,
                      span_of(base, dot ? (size_t)(dot - base) : strlen(base)));
}

/* ---- The verb ---- */

static bool add_faults(struct draft *draft, const struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->given_count; i++) {
        if (strcmp(arguments->given[i].option->name, "--fault") == 0 &&
            !draft_fault(draft, arguments->given[i].value)) {
            return false;
        }
    }
    return true;
}

static bool find_parent(struct draft *draft, const struct arguments *arguments)
{
    const char *from = arguments_value(arguments, "--from");

    if (from) {
        draft->from = new_shipped(draft->examples.arena, from);
    }
    return !from || draft->from;
}

static enum exit_code make(struct draft *draft,
                           const struct arguments *arguments)
{
    const char *path = arguments_value(arguments, "-o");
    AUTO_BUF text = {0};

    draft->name = name_of(draft->examples.arena, path);
    if (!find_parent(draft, arguments) || !add_faults(draft, arguments)) {
        return EXIT_USAGE;
    }
    if (!draft->from) {
        draft->from = point_of_kerberos(draft->first)
                          ? "good/pc-internal-kerberos"
                          : "good/pc-external-ntlm";
    }
    write_draft(draft, &text);
    if (!check_draft(path ? path : "<new>", &text, draft->examples.words)) {
        return EXIT_USAGE;
    }
    return path ? write_file(path, &text) : print_all(&text);
}

static enum exit_code run(int argc, char **argv)
{
    AUTO(arena) arena = arena_new();
    struct draft draft = {.examples = {arena, load_vocabulary(arena)},
                          .first = POINT_COUNT};
    struct arguments arguments;
    enum exit_code code;

    if (!arguments_parse(&verb_new, argc, argv, &arguments, &code)) {
        return code;
    }
    if (arguments.count) {
        log_error("unexpected argument \"%s\"; a fault goes with --fault, a "
                  "file with -o",
                  arguments.words[0]);
        return EXIT_USAGE;
    }
    code = make(&draft, &arguments);
    buf_clear(&draft.world);
    buf_clear(&draft.steps);
    return code;
}

static const struct verb_option options[] = {
    {"--from", "ID", "the scenario that it extends: ios-ntlm"},
    {"--fault", "WORD", "what goes wrong; again for more"},
    {"-o", "FILE", "write it there, and over no file"},
    {NULL, NULL, NULL},
};

const struct verb verb_new = {
    .name = "new",
    .usage = "[--from ID] [--fault WORD]... [-o FILE]",
    .doc = "print a scenario to start from",
    .help =
        "Prints a scenario that check accepts, with comments, an `about` to\n"
        "fill in, and a step or setting for each --fault. WORD is\n"
        "  POINT.FAULT    discover.root.delay, kdc.as.garbage\n"
        "  POINT.NUMBER   discover.root.503, discover.user.28033: a status, "
        "an\n                 id of X-Ms-diagnostics\n"
        "  LAYER.WORD     discover.503, tls.expired: at its first point that "
        "fits,\n                 or a value of a setting\n"
        "  FAULT          stall: at a point that fits\n"
        "  ID             discovery-loop: what a shipped failure does\n"
        "ID is one of lyncmock list scenarios, with or without its folder: "
        "good/ios-ntlm,\nios-ntlm. Without --from it extends "
        "a failure that is named first, or\ngood/pc-external-ntlm, at the KDC "
        "good/pc-internal-kerberos.",
    .options = options,
    .run = run,
};
