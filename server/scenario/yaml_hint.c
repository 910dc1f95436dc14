/* Remedies for bad YAML, see yaml_hint.h. */
#include "config.h"

#include "scenario/yaml_hint.h"

#include <stdbool.h>
#include <string.h>

#include "util/utf.h"

enum { WORD_MAX = 40 };

/* libyaml counts characters, not bytes. */
static struct span rest_at(struct span text, size_t index)
{
    while (index-- > 0 && text.size > 0) {
        size_t length = utf8_sequence(text);

        text = span_slice(text, length ? length : 1, text.size);
    }
    return text;
}

static uint8_t first_of(struct span text)
{
    return text.size ? text.data[0] : 0;
}

/* Only blanks stand before it in its line. */
static bool begins_line(struct span text, size_t index, size_t column)
{
    struct span line = rest_at(text, index - column);
    size_t blanks = 0;

    while (blanks < line.size && line.data[blanks] == ' ') {
        blanks++;
    }
    return blanks >= column;
}

/* What stands there, up to a blank or a colon; for messages. */
static const char *word_at(struct arena *arena, struct span text, size_t index)
{
    struct span rest = rest_at(text, index);
    size_t size = 0;

    while (size < rest.size && size < WORD_MAX &&
           !strchr(" :\t\r\n", rest.data[size])) {
        size++;
    }
    while (size > 0 && !utf8_valid(span_slice(rest, 0, size))) {
        size--;
    }
    return size ? arena_text(arena, span_slice(rest, 0, size)) : "the line";
}

/* What no token begins with. */
static const char *for_character(uint8_t first)
{
    switch (first) {
    case '\t':
        return " (a tab: YAML indents with spaces alone)";
    case '@':
    case '`':
    case '%':
        return " (put the text in quotes)";
    default:
        return "";
    }
}

static const struct {
    const char *problem; /* as libyaml words it, or a part of that */
    const char *hint;
} rows[] = {
    {"expected ',' or '}'", "a comma or } is missing"},
    {"expected ',' or ']'", "a comma or ] is missing"},
    {"mapping values are not allowed", "quote a text that holds ': '; a key is "
                                       "indented as far as its neighbours, "
                                       "and a blank stands behind its colon"},
    {"unknown escape",
     "write \\\\ for one \\ in double quotes, or use single quotes"},
    {"end of stream", "the quote that ends it is missing"},
    {"could not find expected ':'", "a key is followed by a colon and a blank"},
    {"a tab character", "YAML indents with spaces alone"},
    {"sequence entries are not allowed",
     "begin the list on a line of its own, or write [a, b]; quote a text that "
     "begins with '- '"},
    {"alphabetic or numeric", "quote a text that begins with * or &"},
    {"comment or line break", "quote a text that begins with | or >"},
};

/* A key or an item was awaited, and it is none. */
static bool is_misplaced(const char *problem)
{
    return strstr(problem, "expected key") ||
           strstr(problem, "expected '-' indicator");
}

const char *yaml_hint(struct arena *arena, struct span text,
                      const char *problem, size_t index, size_t column)
{
    if (strstr(problem, "start any token")) {
        return for_character(first_of(rest_at(text, index)));
    }
    if (is_misplaced(problem)) {
        return begins_line(text, index, column)
                   ? arena_printf(arena,
                                  " (indent \"%s\" as far as the line before, "
                                  "or as what it belongs to)",
                                  word_at(arena, text, index))
                   : " (the value ends before this; put all of it in quotes, "
                     "or leave the rest out)";
    }
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strstr(problem, rows[i].problem)) {
            return arena_printf(arena, " (%s)", rows[i].hint);
        }
    }
    return "";
}
