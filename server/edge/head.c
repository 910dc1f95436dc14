/* Whether the head of a request is one, see head.h. */
#include "config.h"

#include "edge/head.h"

#include <string.h>

#include "edge/framer.h"

/* The line in front, without its LF or CRLF; drops it from `rest`. */
static struct span next_line(struct span *rest)
{
    const uint8_t *lf =
        rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
    size_t size = lf ? (size_t)(lf - rest->data) : rest->size;
    struct span line = span_slice(*rest, 0, size);

    *rest = span_slice(*rest, size + 1, SIZE_MAX);
    if (line.size && line.data[line.size - 1] == '\r') {
        line.size--;
    }
    return line;
}

static size_t token_size(struct span text)
{
    size_t size = 0;

    while (size < text.size && framer_token_char(text.data[size])) {
        size++;
    }
    return size;
}

static size_t word_size(struct span text)
{
    size_t size = 0;

    while (size < text.size && text.data[size] > ' ') {
        size++;
    }
    return size;
}

/* Takes so many bytes and the space behind them; false: there is none. */
static bool take_word(struct span *rest, size_t size)
{
    bool good = size > 0 && size < rest->size && rest->data[size] == ' ';

    *rest = span_slice(*rest, size + 1, SIZE_MAX);
    return good;
}

/* RFC 9112, 3: method SP request-target SP HTTP-version. */
static bool is_request_line(struct span line)
{
    return take_word(&line, token_size(line)) &&
           take_word(&line, word_size(line)) && span_starts(line, "HTTP/") &&
           word_size(line) == line.size;
}

/* RFC 9112, 5.1: no white space in front of the colon. */
static bool is_header_line(struct span line)
{
    size_t size = token_size(line);

    return size > 0 && size < line.size && line.data[size] == ':';
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* Where the value begins in a line that head_flaw finds good, or goes on. */
static uint8_t *value_of(uint8_t *line, uint8_t *end)
{
    uint8_t *colon =
        is_blank(*line) ? NULL : memchr(line, ':', (size_t)(end - line));

    return colon ? colon + 1 : line;
}

static void tidy_line(uint8_t *line, uint8_t *end)
{
    uint8_t *value = value_of(line, end);
    size_t size = (size_t)(end - value);
    size_t kept = size;

    while (kept && is_blank(value[kept - 1])) {
        kept--;
    }
    if (kept) {
        memmove(value + size - kept, value, kept);
        memset(value, ' ', size - kept);
    }
}

void head_tidy(uint8_t *head, size_t size)
{
    uint8_t *end = head + size;
    uint8_t *lf = size ? memchr(head, '\n', size) : NULL;
    uint8_t *line = lf ? lf + 1 : end;

    while (line < end &&
           (lf = memchr(line, '\n', (size_t)(end - line))) != NULL) {
        tidy_line(line, lf > line && lf[-1] == '\r' ? lf - 1 : lf);
        line = lf + 1;
    }
}

const char *head_flaw(struct span head)
{
    struct span line;
    bool first = true;

    if (head.size && memchr(head.data, '\0', head.size)) {
        return "there is a NUL in the head";
    }
    line = next_line(&head);
    if (!is_request_line(line)) {
        return "the request line is not METHOD TARGET HTTP/VERSION";
    }
    for (line = next_line(&head); line.size; line = next_line(&head)) {
        bool folded = line.data[0] == ' ' || line.data[0] == '\t';

        if (folded ? first : !is_header_line(line)) {
            return "a header line is not NAME: VALUE";
        }
        first = false;
    }
    return NULL;
}
