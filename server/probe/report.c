/* Steps as they happen, see report.h. */
#include "config.h"

#include "probe/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "probe/mask.h"
#include "probe/sentence.h"
#include "util/env.h"

void report_init(struct report *report, struct arena *arena, bool json)
{
    *report = (struct report){.arena = arena, .json = json, .printed = true};
}

static void print_step(const struct step *step)
{
    AUTO_BUF raw = {0};
    AUTO_BUF line = {0};

    buf_printf(&raw, "%s %s", step->method, step->url);
    if (step->problem) {
        buf_printf(&raw, ": %s", step->problem);
    } else if (step->learned) {
        buf_printf(&raw, ": %s", step->learned);
    }
    mask_text(&line, buf_span(&raw));
    printf("%-10s %7.1f ms  ", step->stage,
           (double)step->took / (double)ENV_NS_PER_MS);
    if (step->status) {
        printf("%3d  ", step->status);
    } else {
        printf("  -  ");
    }
    printf("%s\n", buf_text(&line));
    for (const struct warning *at = step->warnings; at; at = at->next) {
        buf_reset(&line);
        mask_text(&line, span_text(at->text));
        printf("    warning: %s\n", buf_text(&line));
    }
    (void)fflush(stdout);
}

static void print_last(struct report *report)
{
    if (!report->json && report->last && !report->printed) {
        print_step(report->last);
    }
    report->printed = true;
}

struct step *report_step(struct report *report, const char *stage,
                         const char *method, const char *url)
{
    struct step *step = ARENA_NEW(report->arena, struct step);

    print_last(report);
    *step = (struct step){.stage = stage, .method = method, .url = url};
    if (report->last) {
        report->last->next = step;
    } else {
        report->first = step;
    }
    report->last = step;
    report->printed = false;
    return step;
}

void report_answer(struct step *step, const struct http_answer *answer)
{
    step->status = answer->status;
    step->problem = answer->problem;
    step->took = answer->took;
}

PRINTF(2, 0)
static char *text_of(struct arena *arena, const char *format, va_list args)
{
    char text[1024];

    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized)
    vsnprintf(text, sizeof(text), format, args);
    return arena_strdup(arena, text);
}

void report_learned(struct report *report, const char *format, ...)
{
    struct step *step = report->last;
    const char *text;
    va_list args;

    va_start(args, format);
    text = text_of(report->arena, format, args);
    va_end(args);
    step->learned = step->learned ? arena_printf(report->arena, "%s; %s",
                                                 step->learned, text)
                                  : text;
}

void report_warn(struct report *report, const char *format, ...)
{
    struct warning *warning = ARENA_NEW(report->arena, struct warning);
    struct warning **at = &report->last->warnings;
    va_list args;

    va_start(args, format);
    warning->text = text_of(report->arena, format, args);
    va_end(args);
    while (*at) {
        at = &(*at)->next;
    }
    *at = warning;
}

void report_end(struct report *report, const struct outcome *outcome)
{
    const char *sentence = sentence_of(report->arena, outcome);

    print_last(report);
    if (report->json) {
        document_print(report, outcome, sentence);
    } else {
        AUTO_BUF line = {0};

        mask_text(&line, span_text(sentence));
        printf("%s\n", buf_text(&line));
    }
    (void)fflush(stdout);
}
