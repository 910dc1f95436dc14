/* Compares a ticket with those that were issued, see why.h. */
#include "config.h"

#include "ticket/why.h"

#include <string.h>
#include <strings.h>

#include "ticket/why_place.h"
#include "util/base64.h"
#include "util/buf.h"
#include "util/url.h"
#include "util/utf.h"

enum {
    PRESENTED_MAX = 64 * 1024, /* as in open.c */
    /* Bytes that two compact tickets have in common: more of the beginning
     * than two of one user have, or some of the GUID at the end. */
    KIN_BEGIN = 40,
    KIN_END = 12,
};

/* ---- What is shown, in the forms that it may have come from ---- */

struct shown {
    struct arena *arena;
    const char *label; /* behind "opaque=" and the like, as it was sent */
    const struct ticket_copy *copies;
    size_t count;
    struct ticket_change *change;
};

static bool starts(const char *text, const char *label)
{
    return strncasecmp(text, label, strlen(label)) == 0;
}

static const char *bare(const char *text)
{
    text += strspn(text, " \t");
    text += starts(text, "opaque=") ? strlen("opaque=") : 0;
    return text + (starts(text, "cwt=") ? strlen("cwt=") : 0);
}

/* The bytes that a ticket is: an assertion, or what a CWT's base64 has. */
static struct span bytes_of(struct arena *arena, struct span text)
{
    struct span bytes = SPAN_NONE;

    if (!span_starts(text, "cwt=")) {
        return text;
    }
    return base64_decode(arena, span_slice(text, 4, text.size), &bytes)
               ? bytes
               : SPAN_NONE;
}

/* Whether these bytes are one that was issued; what: how they came about. */
static bool is_one(struct shown *s, struct span bytes, const char *what)
{
    for (size_t i = 0; i < s->count && !s->change->copy; i++) {
        if (bytes.size &&
            span_equal(bytes, bytes_of(s->arena, s->copies[i].text))) {
            s->change->copy = &s->copies[i];
            s->change->what = what;
        }
    }
    return s->change->copy != NULL;
}

/* ---- Changes of the bytes ---- */

static struct span trimmed(struct span bytes)
{
    size_t begin = 0;

    while (begin < bytes.size && strchr(" \t\r\n", bytes.data[begin])) {
        begin++;
    }
    while (bytes.size > begin &&
           strchr(" \t\r\n", bytes.data[bytes.size - 1])) {
        bytes.size--;
    }
    return span_slice(bytes, begin, bytes.size - begin);
}

/* Without a byte order mark and an XML declaration. */
static struct span without_prolog(struct span bytes)
{
    if (span_starts(bytes, "\xef\xbb\xbf")) {
        bytes = span_slice(bytes, 3, bytes.size);
    }
    if (span_starts(bytes, "<?xml")) {
        size_t end = span_find(bytes, span_text("?>"), 0);

        bytes =
            end == SIZE_MAX ? bytes : span_slice(bytes, end + 2, bytes.size);
    }
    return trimmed(bytes);
}

/* Without white space between ">" and "<". */
static struct span squeezed(struct arena *arena, struct span bytes)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < bytes.size;) {
        size_t next = i + 1;

        buf_add_u8(&out, bytes.data[i]);
        while (bytes.data[i] == '>' && next < bytes.size &&
               strchr(" \t\r\n", bytes.data[next])) {
            next++;
        }
        i = next < bytes.size && bytes.data[i] == '>' && bytes.data[next] != '<'
                ? i + 1
                : next;
    }
    return arena_copy(arena, buf_span(&out));
}

static struct span without(struct arena *arena, struct span bytes, char which)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i] != (uint8_t)which) {
            buf_add_u8(&out, bytes.data[i]);
        }
    }
    return arena_copy(arena, buf_span(&out));
}

static struct span unescaped(struct arena *arena, struct span bytes)
{
    static const struct {
        const char *entity;
        char is;
    } entities[] = {{"&lt;", '<'},  {"&gt;", '>'},    {"&quot;", '"'},
                    {"&#34;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}};
    AUTO_BUF out = {0};

    for (size_t at = 0; at < bytes.size;) {
        struct span rest = span_slice(bytes, at, bytes.size);
        size_t length = 1;
        uint8_t c = bytes.data[at];

        for (size_t i = 0; c == '&' && i < ARRAY_SIZE(entities); i++) {
            if (span_starts(rest, entities[i].entity)) {
                c = (uint8_t)entities[i].is;
                length = strlen(entities[i].entity);
            }
        }
        buf_add_u8(&out, c);
        at += length;
    }
    return arena_copy(arena, buf_span(&out));
}

static struct span narrow(struct arena *arena, struct span bytes)
{
    return span_text(utf16le_text(arena, bytes));
}

static struct span decoded(struct arena *arena, struct span bytes)
{
    const char *text = arena_text(arena, bytes);
    struct span out = SPAN_NONE;

    return base64_decode(arena, span_text(bare(text)), &out) ? out : SPAN_NONE;
}

static bool is_changed_in_whole(struct shown *s, struct span bytes)
{
    struct arena *arena = s->arena;

    return is_one(s, bytes, NULL) ||
           is_one(s, trimmed(bytes), "with white space around it") ||
           is_one(s, without_prolog(bytes),
                  "with a byte order mark or an XML declaration before it") ||
           is_one(s, without(arena, bytes, '\r'),
                  "with its line ends changed from LF to CR LF") ||
           is_one(s, trimmed(squeezed(arena, without_prolog(bytes))),
                  "pretty-printed: with white space between its elements") ||
           is_one(s, unescaped(arena, bytes), "escaped for XML once more") ||
           is_one(s, decoded(arena, bytes), "in base64 twice") ||
           is_one(s, narrow(arena, bytes), "in UTF-16, not in UTF-8") ||
           is_one(s, without(arena, bytes, '\0'), "with NULs in it");
}

/* ---- Changes of the text that carries it ---- */

static struct span of_base64(struct arena *arena, const char *text)
{
    struct span out = SPAN_NONE;

    return base64_decode(arena, span_text(text), &out) ? out : SPAN_NONE;
}

static bool is_carried_wrongly(struct shown *s)
{
    struct arena *arena = s->arena;
    const char *text = s->label;
    const char *twice = url_decode(arena, span_text(text), false);

    return is_one(s, trimmed(span_text(text)),
                  "as it is: in X-MS-WebTicket, an assertion is in base64") ||
           is_one(s, trimmed(span_text(twice)),
                  "percent-encoded, not in base64") ||
           is_one(s, of_base64(arena, bare(twice)),
                  "percent-encoded once more") ||
           is_one(s,
                  of_base64(
                      arena,
                      arena_text(arena, without(arena, span_text(text), '"'))),
                  "in quotation marks");
}

/* Whether the text is this base64 with blanks for each run of "+". Those at its
 * end are not there: white space around a field's value is no part of it
 * (RFC 9110 5.5), and an assertion of 3n bytes ends with one, as "on>" does. */
static bool has_blanks_for_plus(const char *text, const char *base64)
{
    bool any = false;

    while (*text && *text != '=') {
        size_t blanks = strspn(text, " ");
        size_t pluses = strspn(base64, "+");

        if ((blanks > 0) != (pluses > 0)) {
            return false;
        }
        any = any || blanks > 0;
        text += blanks;
        base64 += pluses;
        if (*text && *text != '=' && *text++ != *base64++) {
            return false;
        }
    }
    any = any || *base64 == '+';
    return any && !text[strspn(text, " =")] && !base64[strspn(base64, "+=")];
}

static bool is_other_case(const char *text, const char *base64)
{
    return strcasecmp(text, base64) == 0;
}

/* Base64 with other characters is other bytes, or none. */
static bool is_base64_changed(struct shown *s, const char *what,
                              bool (*is_it)(const char *, const char *))
{
    for (size_t i = 0; i < s->count; i++) {
        struct span bytes = bytes_of(s->arena, s->copies[i].text);

        if (is_it(s->label, base64_text(s->arena, bytes))) {
            s->change->copy = &s->copies[i];
            s->change->what = what;
            return true;
        }
    }
    return false;
}

/* ---- Differences in places ---- */

static size_t common(struct span a, struct span b)
{
    size_t at = 0;

    while (at < a.size && at < b.size && a.data[at] == b.data[at]) {
        at++;
    }
    return at;
}

static bool holds(struct span bytes, const char *id)
{
    return span_find(bytes, span_text(id), 0) != SIZE_MAX;
}

static size_t common_end(struct span a, struct span b)
{
    size_t count = 0;

    if (!a.data || !b.data) {
        return 0;
    }
    while (count < a.size && count < b.size &&
           a.data[a.size - 1 - count] == b.data[b.size - 1 - count]) {
        count++;
    }
    return count;
}

/* An assertion by its id; compact tickets have theirs in bytes. */
static const struct ticket_copy *nearest(struct shown *s, struct span bytes)
{
    for (size_t i = 0; i < s->count; i++) {
        struct span issued = bytes_of(s->arena, s->copies[i].text);
        bool compact = issued.size && issued.data[0] != '<';

        if (holds(bytes, s->copies[i].id) ||
            (compact && (common(bytes, issued) >= KIN_BEGIN ||
                         common_end(bytes, issued) >= KIN_END))) {
            return &s->copies[i];
        }
    }
    return NULL;
}

static const char *cut_text(struct shown *s, size_t at, size_t size)
{
    size_t sent = strlen(s->label);

    return arena_printf(s->arena,
                        "cut: %zu of its %zu bytes came (a value of %zu "
                        "characters)",
                        at, size, sent);
}

static const char *place_text(struct shown *s, struct span issued,
                              struct span bytes, size_t at)
{
    const char *place = ticket_place(s->arena, issued, at);
    size_t rest = common_end(span_slice(issued, at, issued.size),
                             span_slice(bytes, at, bytes.size));

    if (issued.size == bytes.size && issued.size - rest == at + 1) {
        return arena_printf(s->arena,
                            "with one byte changed: byte %zu of %zu, in %s", at,
                            issued.size, place);
    }
    return arena_printf(s->arena,
                        "changed: from byte %zu of %zu on, in %s; %zu bytes "
                        "stand where there were %zu",
                        at, issued.size, place, bytes.size - at - rest,
                        issued.size - at - rest);
}

static const char *difference(struct shown *s, struct span issued,
                              struct span bytes)
{
    size_t at = common(issued, bytes);

    if (at == bytes.size) {
        return cut_text(s, at, issued.size);
    }
    if (at == issued.size) {
        return arena_printf(s->arena, "with %zu bytes more behind its end",
                            bytes.size - at);
    }
    if (issued.data && issued.data[0] == '<' &&
        ticket_same_but_prefixes(s->arena, issued, bytes)) {
        return arena_printf(s->arena,
                            "with other namespace prefixes, from byte %zu on: "
                            "it was read and written again",
                            at);
    }
    return place_text(s, issued, bytes, at);
}

void ticket_why(struct arena *arena, const char *presented,
                const struct ticket_copy *copies, size_t count,
                struct ticket_change *out_change)
{
    struct shown s = {
        .arena = arena,
        .copies = copies,
        .count = count,
        .change = out_change,
    };
    struct span bytes;

    *out_change = (struct ticket_change){0};
    if (strlen(presented) > PRESENTED_MAX) {
        return;
    }
    s.label = bare(url_decode(arena, span_text(presented), false));
    bytes = of_base64(arena, s.label);
    if (is_changed_in_whole(&s, bytes) || is_carried_wrongly(&s) ||
        is_base64_changed(&s,
                          "with a blank for each \"+\" of its base64, as forms "
                          "are decoded",
                          has_blanks_for_plus) ||
        is_base64_changed(&s, "with the letter case of its base64 changed",
                          is_other_case)) {
        return;
    }
    bytes = bytes.size ? bytes : trimmed(span_text(s.label));
    out_change->copy = nearest(&s, bytes);
    if (out_change->copy) {
        out_change->what =
            difference(&s, bytes_of(arena, out_change->copy->text), bytes);
    }
}
