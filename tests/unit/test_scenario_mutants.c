/*
 * Shipped scenarios with one thing of them wrong: an error that names the
 * line, or another scenario than before, never silence. What it is that was
 * read, scenario_dump tells. (That the JSON Schema allows the same,
 * tests/e2e/test_scenario_mutations.py sees to.)
 */
#include "config.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/load.h"
#include "mutants.h"
#include "scenario/dump.h"
#include "scenario/read.h"
#include "scenario/shipped.h"

/* ---- Judging ---- */

/* One in so many. */
enum { HEAD_SHARE = 8 };

struct judging {
    const struct vocabulary *words;
    const char *name;
    size_t file;
    size_t head;     /* mutants of what every file begins with */
    struct buf dump; /* of the original */
    size_t mutants;
    size_t accepted;
    size_t bad;
};

static bool read_text(const struct judging *judging, struct span text,
                      struct buf *out_dump, struct diagnostics *diagnostics)
{
    const struct scenario_source source = {
        .name = "mutant.yaml",
        .text = text,
    };
    AUTO(scenario) scenario = NULL;

    if (!scenario_read(&source, judging->words, &scenario, diagnostics)) {
        return false;
    }
    scenario_dump(out_dump, scenario);
    return true;
}

/* At its line or around it; where the word is used that is no more; where
 * something does not go with the setting, which is named. Errors of YAML
 * itself are told where it stops making sense: a line below. */
static bool is_placed(const struct mutant *mutant,
                      const struct diagnostic *item)
{
    char word[256];
    char named[256];

    for (size_t i = 0; mutant->lines[i]; i++) {
        if (item->place.line == mutant->lines[i]) {
            return true;
        }
    }
    snprintf(word, sizeof(word), "\"%.*s\"", (int)mutant->old.size,
             (const char *)mutant->old.data);
    snprintf(named, sizeof(named), ".%s is", mutant->key ? mutant->key : "?");
    return item->place.line == mutant->lines[0] + 1 ||
           strstr(item->text, named) != NULL ||
           strstr(item->text, word) != NULL;
}

static bool is_told(const struct mutant *mutant,
                    const struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        if (diagnostics->items[i].severity == SEVERITY_ERROR &&
            is_placed(mutant, &diagnostics->items[i])) {
            return true;
        }
    }
    return false;
}

static void complain(struct judging *judging, const struct mutant *mutant,
                     const char *why)
{
    print_error("%s:%u: %s: \"%.*s\" -> \"%s\": %s\n", judging->name,
                mutant->lines[0], mutant->what, (int)mutant->old.size,
                (const char *)mutant->old.data, mutant->fresh, why);
    judging->bad++;
}

/* What every file begins with is told alike: each tries some of that. */
static bool is_left_out(struct judging *judging, const struct mutant *mutant)
{
    return mutant->head && (judging->head++ + judging->file) % HEAD_SHARE != 0;
}

/* What is said is what holds where it is not said. */
static bool is_default(const struct judging *judging,
                       const struct mutant *mutant)
{
    static const struct {
        const char *name;
        const char *old;
    } rows[] = {
        {"failures/token-case.yaml", ", to: upper"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].name, judging->name) == 0 &&
            span_equal(mutant->old, span_text(rows[i].old))) {
            return strcmp(mutant->what, "entry: removed") == 0;
        }
    }
    return false;
}

static void judge(void *ctx, const struct mutant *mutant)
{
    struct judging *judging = ctx;
    struct diagnostics diagnostics;
    AUTO_BUF dump = {0};
    bool good;

    if (is_left_out(judging, mutant)) {
        return;
    }
    diagnostics_init(&diagnostics);
    good = read_text(judging, mutant->text, &dump, &diagnostics);
    judging->mutants++;
    judging->accepted += good;
    if (!good && !is_told(mutant, &diagnostics)) {
        AUTO(arena) arena = arena_new();

        complain(judging, mutant,
                 diagnostic_line(arena, &diagnostics.items[0]));
    } else if (good && !mutant->same && !is_default(judging, mutant) &&
               span_equal(buf_span(&dump), buf_span(&judging->dump))) {
        complain(judging, mutant, "silence");
    }
    diagnostics_clear(&diagnostics);
}

/* ---- Shipped ---- */

/* Files that it names stand beside it. */
static void enter_folder(const char *path)
{
    AUTO(arena) arena = arena_new();
    const char *slash = strrchr(path, '/');

    assert_non_null(slash);
    assert_int_equal(
        chdir(arena_text(arena, span_of(path, (size_t)(slash - path)))), 0);
}

static void judge_file(struct judging *judging, const struct shipped_file *file)
{
    struct diagnostics diagnostics;

    judging->name = file->path;
    judging->file++;
    judging->head = 0;
    buf_reset(&judging->dump);
    diagnostics_init(&diagnostics);
    enter_folder(file->path);
    assert_true(read_text(judging, file->text, &judging->dump, &diagnostics));
    diagnostics_clear(&diagnostics);
    mutants_of(file->text, judge, judging);
    assert_int_equal(chdir(".."), 0);
}

static void test_shipped(void **state UNUSED)
{
    AUTO(arena) arena = arena_new();
    struct judging judging = {.words = load_vocabulary(arena)};
    struct shipped_file file;
    const char *source = getenv("srcdir");
    const char *only = getenv("LYNCMOCK_MUTANTS_OF");

    assert_int_equal(chdir(source ? source : "."), 0);
    assert_int_equal(chdir("scenarios"), 0);
    for (size_t i = 0; shipped_at(i, &file); i++) {
        if (shipped_id(arena, &file) && (!only || strstr(file.path, only))) {
            judge_file(&judging, &file);
        }
    }
    buf_clear(&judging.dump);
    print_message("%zu mutants, %zu of them scenarios\n", judging.mutants,
                  judging.accepted);
    assert_true(judging.mutants > 0);
    assert_true(judging.accepted < judging.mutants);
    assert_int_equal(judging.bad, 0);
}

int main(void)
{
    /* libc keeps what it has read for as long as somebody holds it. */
    locale_t held = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    int failed;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped),
    };

    failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (held) {
        freelocale(held);
    }
    return failed;
}
