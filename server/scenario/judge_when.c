/* What `when` asks, in a line: " (reason: wrong-password, leg: 2)". */
#include "config.h"

#include "scenario/keys.h"
#include "scenario/session_judge.h"
#include "util/buf.h"
#include "util/duration.h"
#include "util/utf.h"

enum { ASKED_MAX = 120 };

struct telling {
    struct arena *arena;
    struct buf out;
};

static void add_name(struct telling *telling, const char *name)
{
    buf_printf(&telling->out, "%s%s", telling->out.size ? ", " : "", name);
}

/* As the scenario has it; a long one is cut. */
static void add_asked(struct telling *telling, struct span text)
{
    utf8_add_printable(&telling->out, span_slice(text, 0, ASKED_MAX));
    buf_add_text(&telling->out, text.size > ASKED_MAX ? " ..." : "");
}

static void add_patterns(struct telling *telling,
                         const struct patterns *patterns)
{
    AUTO_BUF text = {0};

    for (size_t i = 0; i < patterns->count; i++) {
        const char *item = patterns->items[i];

        buf_printf(&text, "%s%s", i ? " or " : "", *item ? item : "''");
    }
    buf_add_text(&telling->out, ": ");
    add_asked(telling, buf_span(&text));
}

static void add_named(struct telling *telling, const char *kind,
                      const struct named_conditions *named)
{
    for (size_t i = 0; i < named->count; i++) {
        add_name(telling, kind);
        buf_add_text(&telling->out, " ");
        add_asked(telling, span_text(named->items[i].name));
        if (named->items[i].absent) {
            buf_add_text(&telling->out, ": none");
        } else {
            add_patterns(telling, &named->items[i].value);
        }
    }
}

static void add_numbers(struct telling *telling, const unsigned *numbers)
{
    for (const unsigned *at = numbers; *at; at++) {
        buf_printf(&telling->out, "%s%u", at == numbers ? ": " : " or ", *at);
    }
}

static void add_fact(struct telling *telling, const struct key *key,
                     const void *field)
{
    add_name(telling, key->name);
    switch (key->shape) {
    case SHAPE_XPATH:
        buf_add_text(&telling->out, ": ");
        add_asked(telling, span_text(*(const char *const *)field));
        break;
    case SHAPE_WHICH:
        add_numbers(telling, *(const unsigned *const *)field);
        break;
    case SHAPE_DURATION:
        buf_printf(&telling->out, ": %s",
                   duration_text(telling->arena, *(const int64_t *)field));
        break;
    case SHAPE_COUNT:
        buf_printf(&telling->out, ": %u", *(const unsigned *)field);
        break;
    default:
        add_patterns(telling, field);
        break;
    }
}

const char *judge_when(struct arena *arena, const struct condition *when)
{
    struct telling telling = {.arena = arena};
    const char *text = "";

    for (const struct key *key = keys_when; key->name; key++) {
        const void *field = (const char *)when + key->offset;

        if (key->shape == SHAPE_HEADERS || key->shape == SHAPE_QUERY ||
            key->shape == SHAPE_STATES) {
            add_named(&telling, key->name, field);
        } else if (when->facts & key->fact) {
            add_fact(&telling, key, field);
        }
    }
    if (telling.out.size) {
        text = arena_printf(arena, " (%s)", buf_text(&telling.out));
    }
    buf_clear(&telling.out);
    return text;
}
