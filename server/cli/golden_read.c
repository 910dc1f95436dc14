/* Whether a file is a golden trace, see golden.h: so that no other is compared
 * with, which would be one long difference. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "cli/golden.h"
#include "util/utf.h"

enum { SHOWN_MOST = 60 };

static bool has(struct span line, const char *word)
{
    return span_find(line, span_text(word), 0) != SIZE_MAX;
}

/* What golden_trace begins a block with. */
static bool begins_block(struct span line)
{
    static const char *const words[] = {"TLS ", "KDC ", "CONNECT ", "session ",
                                        "no request:"};

    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (span_starts(line, words[i])) {
            return true;
        }
    }
    return line.data[0] != ' ' &&
           (has(line, " http://") || has(line, " https://"));
}

static bool fits(struct span line, bool inside)
{
    return !line.size || line.data[0] == '#' ||
           (inside ? span_starts(line, "  ") : begins_block(line));
}

static bool is_none(const char *path, size_t number, struct span line,
                    struct err *err)
{
    AUTO_BUF shown = {0};

    utf8_add_printable(&shown, span_slice(line, 0, SHOWN_MOST));
    return err_set(err,
                   "%s:%zu: expected a line of a golden trace, found \"%.*s\" "
                   "(--approve writes the file anew)",
                   path, number, (int)shown.size, (const char *)shown.data);
}

bool golden_is_trace(const char *path, struct span text, struct err *err)
{
    bool inside = false;
    size_t number = 1;

    if (!text.size) {
        return is_none(path, number, text, err);
    }
    for (; text.size; number++) {
        const uint8_t *end = memchr(text.data, '\n', text.size);
        size_t size = end ? (size_t)(end - text.data) : text.size;
        struct span line = span_slice(text, 0, size);

        if (!fits(line, inside)) {
            return is_none(path, number, line, err);
        }
        inside = line.size && (inside || line.data[0] != '#');
        text = span_slice(text, size + 1, text.size);
    }
    return true;
}
