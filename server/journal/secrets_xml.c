/*
 * Secrets in XML, masked in the text itself: a journal shows what was sent,
 * not what a parser made of it, and a parser refuses half of what arrives.
 */
#include "config.h"

#include "journal/secrets.h"
#include "journal/secrets_words.h"

/* The start of a tag: what is behind its "<". */
struct tag {
    struct span local_name;
    size_t name_end;
    bool closing;
};

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_space(struct span text, size_t at)
{
    while (at < text.size && is_space(text.data[at])) {
        at++;
    }
    return at;
}

/* Behind the next occurrence of `end`, or the end of all. */
static size_t behind(struct span text, size_t at, const char *end)
{
    struct span needle = span_text(end);
    size_t found = span_find(text, needle, at);

    return found == SIZE_MAX ? text.size : found + needle.size;
}

/* `at` is behind a "<". White space in front of a name is no XML, but a
 * person may have written it. */
static struct tag read_tag(struct span text, size_t at)
{
    struct tag tag = {0};
    size_t begin = skip_space(text, at);
    size_t end;

    if (begin < text.size && text.data[begin] == '/') {
        tag.closing = true;
        begin = skip_space(text, begin + 1);
    }
    for (end = begin; end < text.size; end++) {
        uint8_t c = text.data[end];

        if (is_space(c) || c == '/' || c == '>' || c == '<') {
            break;
        }
        if (c == ':') {
            begin = end + 1;
        }
    }
    tag.local_name = span_slice(text, begin, end - begin);
    tag.name_end = end;
    return tag;
}

/*
 * Where the content of an element begins, whose name ended at `at`. A ">" may
 * stand in an attribute's value, a "<" may not (XML 1.0, 2.3): where one does,
 * or where there is no end, all behind the name counts as content.
 */
static size_t content_begin(struct span text, size_t at, bool *out_empty)
{
    uint8_t quote = 0;

    *out_empty = false;
    for (size_t i = at; i < text.size && text.data[i] != '<'; i++) {
        uint8_t c = text.data[i];

        if (quote) {
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '>') {
            *out_empty = text.data[i - 1] == '/';
            return i + 1;
        }
    }
    return at;
}

static bool same_name(struct span a, struct span b)
{
    /* Both are names from the list if one is, hence ASCII. */
    if (a.size != b.size) {
        return false;
    }
    for (size_t i = 0; i < a.size; i++) {
        if ((a.data[i] | 0x20) != (b.data[i] | 0x20)) {
            return false;
        }
    }
    return true;
}

/* Where a CDATA section, a comment or an instruction that begins at `at` ends;
 * else `at`. */
static size_t skip_opaque(struct span text, size_t at)
{
    struct span rest = span_slice(text, at, text.size);

    if (span_starts(rest, "<![CDATA[")) {
        return behind(text, at, "]]>");
    }
    if (span_starts(rest, "<!--")) {
        return behind(text, at + 4, "-->");
    }
    if (span_starts(rest, "<?")) {
        return behind(text, at, "?>");
    }
    return at;
}

/* What the tag adds to the depth of nested elements of this name. */
static int depth_of(struct span text, const struct tag *tag, struct span name)
{
    bool empty;

    if (!same_name(tag->local_name, name)) {
        return 0;
    }
    if (tag->closing) {
        return -1;
    }
    content_begin(text, tag->name_end, &empty);
    return empty ? 0 : 1;
}

/* Offset of the tag that closes the element whose content begins at `at`, or
 * the end of all. */
static size_t content_end(struct span text, size_t at, struct span name)
{
    long depth = 1;

    while ((at = span_find(text, span_text("<"), at)) != SIZE_MAX) {
        size_t next = skip_opaque(text, at);
        struct tag tag;

        if (next > at) {
            at = next;
            continue;
        }
        tag = read_tag(text, at + 1);
        depth += depth_of(text, &tag, name);
        if (depth == 0) {
            return at;
        }
        at++;
    }
    return text.size;
}

void secrets_xml(struct buf *out, struct span text)
{
    size_t done = 0;
    size_t at = 0;

    while ((at = span_find(text, span_text("<"), at)) != SIZE_MAX) {
        struct tag tag = read_tag(text, at + 1);
        bool empty;
        size_t begin;

        at++;
        if (tag.closing || !secrets_is_element(tag.local_name)) {
            continue;
        }
        begin = content_begin(text, tag.name_end, &empty);
        if (!empty) {
            at = content_end(text, begin, tag.local_name);
            buf_add(out, span_slice(text, done, begin - done));
            secrets_mask(out, span_slice(text, begin, at - begin));
            done = at;
        }
    }
    buf_add(out, span_slice(text, done, text.size));
}
