/* Encoding and characters of a YAML text, see yaml_text.h. */
#include "config.h"

#include "scenario/yaml_text.h"

#include "scenario/yaml_node.h"
#include "util/utf.h"

static bool bad(struct diagnostics *diagnostics, struct place at,
                const char *text)
{
    diagnostics_add(diagnostics, SEVERITY_ERROR, at, "%s", text);
    return false;
}

/* YAML 1.1 5.1: c-printable. NULL: the character may stand there. */
static const char *flaw(struct span rest, size_t length)
{
    uint8_t first = rest.data[0];

    if (length == 0) {
        return "this is no UTF-8; save the file as UTF-8";
    }
    if (first == 0) {
        return "a NUL byte; a scenario is a text in UTF-8 (is this UTF-16, or "
               "no text at all?)";
    }
    if ((first < 0x20 && first != '\t' && first != '\n' && first != '\r') ||
        first == 0x7f ||
        (first == 0xc2 && rest.data[1] < 0xa0 && rest.data[1] != 0x85)) {
        return "a control character; write it as an escape in double quotes, "
               "such as \"\\x07\"";
    }
    if (span_starts(rest, "\xef\xbb\xbf")) {
        return "a byte order mark; save the file as UTF-8 without one";
    }
    if (span_starts(rest, "\xef\xbf\xbe") ||
        span_starts(rest, "\xef\xbf\xbf")) {
        return "U+FFFE and U+FFFF are no characters";
    }
    return NULL;
}

bool yaml_text_good(struct span text, const char *file,
                    struct diagnostics *diagnostics)
{
    struct place at = {file, 1, 1};

    if (text.size > YAML_SIZE_LIMIT) {
        return bad(diagnostics, at,
                   "the file is larger than 1 MiB, the limit of a scenario");
    }
    while (text.size > 0) {
        size_t length = utf8_sequence(text);
        const char *wrong = flaw(text, length);

        if (wrong) {
            return bad(diagnostics, at, wrong);
        }
        if (text.data[0] == '\n') {
            at.line++;
            at.column = 1;
        } else {
            at.column++;
        }
        text = span_slice(text, length, text.size);
    }
    return true;
}
