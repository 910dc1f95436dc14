/* Where an HTTP/1.1 message ends, see framer.h. */
#include "config.h"

#include "edge/framer.h"

#include <string.h>
#include <strings.h>

struct line {
    struct span name;  /* without white space behind it */
    struct span value; /* without white space around it */
    bool folded;       /* continues the line before (RFC 9112, 5.2) */
    bool spaced;       /* white space between name and colon (5.1) */
};

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span text)
{
    while (text.size && is_space(text.data[0])) {
        text = span_slice(text, 1, SIZE_MAX);
    }
    while (text.size && is_space(text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

static bool is_text(struct span bytes, const char *text)
{
    return bytes.size == strlen(text) &&
           strncasecmp((const char *)bytes.data, text, bytes.size) == 0;
}

bool framer_token_char(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c && strchr("!#$%&'*+-.^_`|~", c));
}

size_t framer_head_size(struct span bytes, size_t from)
{
    /* The empty line may have begun with the last three bytes seen. */
    size_t at = from > 3 ? from - 3 : 0;

    while (at < bytes.size) {
        const uint8_t *lf = memchr(bytes.data + at, '\n', bytes.size - at);

        if (!lf) {
            return 0;
        }
        at = (size_t)(lf - bytes.data) + 1;
        if (at < bytes.size && bytes.data[at] == '\n') {
            return at + 1;
        }
        if (at + 1 < bytes.size && bytes.data[at] == '\r' &&
            bytes.data[at + 1] == '\n') {
            return at + 2;
        }
    }
    return 0;
}

/* The line in front, without its LF; drops it from `rest`. */
static struct span next_line(struct span *rest)
{
    const uint8_t *lf =
        rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
    size_t size = lf ? (size_t)(lf - rest->data) : rest->size;
    struct span line = span_slice(*rest, 0, size);

    *rest = span_slice(*rest, size + 1, SIZE_MAX);
    return line;
}

static struct line split_line(struct span text)
{
    const uint8_t *colon = text.size ? memchr(text.data, ':', text.size) : NULL;
    struct line line = {0};
    size_t size = colon ? (size_t)(colon - text.data) : text.size;

    line.folded = text.size && (text.data[0] == ' ' || text.data[0] == '\t');
    line.name = trim(span_slice(text, 0, size));
    line.spaced = line.name.size != size;
    if (colon) {
        line.value = trim(span_slice(text, size + 1, SIZE_MAX));
    }
    return line;
}

static bool has_token(struct span list, const char *token)
{
    while (list.size) {
        const uint8_t *comma = memchr(list.data, ',', list.size);
        size_t size = comma ? (size_t)(comma - list.data) : list.size;

        if (is_text(trim(span_slice(list, 0, size)), token)) {
            return true;
        }
        list = span_slice(list, size + 1, SIZE_MAX);
    }
    return false;
}

/* What the header lines say about the frame. */
struct frame {
    bool sized;
    bool coded;   /* some Transfer-Encoding */
    bool chunked; /* the one that we know */
    bool bad;     /* readers may differ about it */
    bool close;
    bool keep_alive;
    uint64_t size;
};

static void read_size(struct frame *frame, struct span value)
{
    uint64_t size = 0;

    for (size_t i = 0; i < value.size; i++) {
        unsigned digit = (unsigned)value.data[i] - '0';

        if (digit > 9 || size > (UINT64_MAX - digit) / 10) {
            frame->bad = true;
            return;
        }
        size = size * 10 + digit;
    }
    if (!value.size || (frame->sized && frame->size != size)) {
        frame->bad = true;
        return;
    }
    frame->sized = true;
    frame->size = size;
}

static void read_coding(struct frame *frame, struct span value)
{
    frame->bad |= frame->coded;
    frame->coded = true;
    frame->chunked = is_text(value, "chunked");
}

/* Returns whether the line says something about the frame. */
static bool read_header(struct frame *frame, const struct line *line)
{
    if (is_text(line->name, "Content-Length")) {
        read_size(frame, line->value);
    } else if (is_text(line->name, "Transfer-Encoding")) {
        read_coding(frame, line->value);
    } else {
        if (is_text(line->name, "Connection")) {
            frame->close |= has_token(line->value, "close");
            frame->keep_alive |= has_token(line->value, "keep-alive");
        }
        return false;
    }
    frame->bad |= line->spaced;
    return true;
}

static struct frame read_headers(struct span rest)
{
    struct frame frame = {0};
    bool framing = false;

    while (rest.size) {
        struct line line = split_line(next_line(&rest));

        if (line.folded) {
            frame.bad |= framing;
        } else {
            framing = read_header(&frame, &line);
        }
    }
    frame.bad |= frame.coded && frame.sized;
    return frame;
}

/* Some readers take a lone CR as the end of a line (RFC 9112, 2.2). */
static bool lone_cr(struct span head)
{
    for (size_t i = 0; i < head.size; i++) {
        const uint8_t *cr = memchr(head.data + i, '\r', head.size - i);

        if (!cr) {
            return false;
        }
        i = (size_t)(cr - head.data);
        if (i + 1 == head.size || head.data[i + 1] != '\n') {
            return true;
        }
    }
    return false;
}

static void set_body(struct framer *framer, enum framer_body body,
                     uint64_t size)
{
    framer->body = body;
    framer->payload = framer->left = size;
    framer->done = body == FRAMER_NONE || (body == FRAMER_SIZED && size == 0);
    framer->close |= body == FRAMER_OPEN;
}

static bool says_close(const struct frame *frame, bool old)
{
    return frame->close || (old && !frame->keep_alive);
}

void framer_request(struct framer *framer, struct span head)
{
    struct span rest = head;
    struct span line = trim(next_line(&rest));
    struct frame frame = read_headers(rest);
    struct span version = span_slice(line, line.size - 8, 8);

    *framer = (struct framer){
        .bad = frame.bad || lone_cr(head),
        .unknown_coding = frame.coded && !frame.chunked && !frame.bad,
        .head_method = span_starts(head, "HEAD "),
        .close =
            says_close(&frame, line.size >= 8 && is_text(version, "HTTP/1.0")),
    };
    if (framer->bad || framer->unknown_coding) {
        set_body(framer, FRAMER_OPEN, 0);
    } else if (frame.chunked) {
        set_body(framer, FRAMER_CHUNKED, 0);
    } else {
        set_body(framer, frame.sized ? FRAMER_SIZED : FRAMER_NONE, frame.size);
    }
}

/* RFC 9112, 6.3: replies that have no body whatever their headers say. */
static bool bodiless(unsigned status, bool to_head)
{
    return to_head || (status >= 100 && status < 200) || status == 204 ||
           status == 304;
}

void framer_reply(struct framer *framer, struct span head, bool to_head)
{
    struct span rest = head;
    struct span line = next_line(&rest);
    struct frame frame = read_headers(rest);

    *framer = (struct framer){.bad = frame.bad, .status = framer_status(line)};
    framer->chunks.strict = true;
    framer->close = says_close(&frame, !span_starts(line, "HTTP/1.1"));
    if (bodiless(framer->status, to_head)) {
        set_body(framer, FRAMER_NONE, 0);
    } else if (frame.coded) {
        set_body(framer, frame.chunked ? FRAMER_CHUNKED : FRAMER_OPEN, 0);
    } else if (frame.sized) {
        set_body(framer, FRAMER_SIZED, frame.size);
    } else {
        set_body(framer, FRAMER_OPEN, 0);
    }
}

unsigned framer_status(struct span bytes)
{
    unsigned status = 0;

    if (bytes.size < 12 || memcmp(bytes.data, "HTTP/", 5) != 0 ||
        bytes.data[8] != ' ') {
        return 0;
    }
    for (size_t i = 9; i < 12; i++) {
        unsigned digit = (unsigned)bytes.data[i] - '0';

        if (digit > 9) {
            return 0;
        }
        status = status * 10 + digit;
    }
    return status;
}

static size_t pass_chunks(struct framer *framer, struct span bytes)
{
    size_t passed = chunks_pass(&framer->chunks, bytes);

    framer->payload = framer->chunks.payload;
    framer->done = framer->chunks.done;
    if (framer->chunks.bad) {
        framer->bad = true;
        set_body(framer, FRAMER_OPEN, framer->payload);
        return bytes.size;
    }
    return passed;
}

static size_t pass_sized(struct framer *framer, size_t size)
{
    size_t part = size < framer->left ? size : (size_t)framer->left;

    framer->left -= part;
    framer->done = framer->left == 0;
    return part;
}

size_t framer_pass(struct framer *framer, struct span bytes)
{
    size_t passed = 0;

    switch (framer->body) {
    case FRAMER_NONE:
        break;
    case FRAMER_SIZED:
        passed = pass_sized(framer, bytes.size);
        break;
    case FRAMER_CHUNKED:
        passed = pass_chunks(framer, bytes);
        break;
    case FRAMER_OPEN:
        passed = bytes.size;
        break;
    }
    framer->passed += passed;
    return passed;
}
