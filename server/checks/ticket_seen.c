/* Web tickets on the wire, see ticket_seen.h. */
#include "config.h"

#include "checks/ticket_seen.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "util/base64.h"
#include "util/number.h"
#include "util/stamp.h"
#include "util/url.h"

enum {
    VALUE_MAX = 64 * 1024,
    /*
     * Of a compact ticket in base64url: version, SID and most of the GUID
     * (protocol: webticket 5.6). No two begin so, and its MAC is not in it.
     */
    CWT_ID_SIZE = 4 + 64,
    ID_WITHIN = 1024, /* AssertionID is an attribute of the first element */
    STAMP_LONGEST = 40,
};

/* ---- Text search ---- */

static struct span from(struct span text, size_t at)
{
    return span_slice(text, at, text.size);
}

static struct span up_to(struct span text, const char *ends)
{
    size_t length = 0;

    while (length < text.size && !strchr(ends, text.data[length])) {
        length++;
    }
    return span_slice(text, 0, length);
}

static bool is_name(uint8_t c)
{
    return isalnum(c) || (c && strchr("_-.", c));
}

/* The "<" of a tag whose name, with or without a prefix, ends in front of `at`;
 * SIZE_MAX: it is none. */
static size_t tag_start(struct span text, size_t at)
{
    size_t start = at;

    if (start && text.data[start - 1] == ':') {
        start--;
        while (start && is_name(text.data[start - 1])) {
            start--;
        }
    }
    return start && text.data[start - 1] == '<' ? start - 1 : SIZE_MAX;
}

/* As span_find: whole answers are searched for short names that most of them
 * do not have, where memchr is many times as fast as memmem. */
static size_t find_name(struct span text, struct span name, size_t from)
{
    const uint8_t *end = text.data + text.size;
    const uint8_t *at = text.size ? text.data + from : end;

    while ((size_t)(end - at) >= name.size) {
        at = memchr(at, name.data[0], (size_t)(end - at) - name.size + 1);
        if (!at) {
            return SIZE_MAX;
        }
        if (memcmp(at, name.data, name.size) == 0) {
            return (size_t)(at - text.data);
        }
        at++;
    }
    return SIZE_MAX;
}

/* The first start tag of this local name; SIZE_MAX: there is none. */
static size_t find_tag(struct span text, const char *name)
{
    struct span wanted = span_text(name);
    size_t at = find_name(text, wanted, 0);

    for (; at != SIZE_MAX; at = find_name(text, wanted, at + 1)) {
        struct span behind = span_slice(text, at + wanted.size, 1);

        if (behind.size && strchr(" \t\r\n>", behind.data[0]) &&
            tag_start(text, at) != SIZE_MAX) {
            return tag_start(text, at);
        }
    }
    return SIZE_MAX;
}

/* What stands between a start tag of this name and the next "<". */
static struct span element_text(struct span text, const char *name)
{
    size_t start = find_tag(text, name);
    size_t end =
        start == SIZE_MAX ? SIZE_MAX : span_find(text, span_text(">"), start);

    return end == SIZE_MAX ? SPAN_NONE : up_to(from(text, end + 1), "<");
}

/* ---- Answers ---- */

bool told_whole(const struct exchange *ex)
{
    return ex->sent.outcome == SENT_WHOLE && !ex->reply.raw.size &&
           !ex->reply.plan.raw.size;
}

/* The whole element; empty: there is none. */
static struct span find_assertion(const struct exchange *ex)
{
    struct span body = ex->reply.body;
    size_t start = find_tag(body, "Assertion");
    struct span name;
    struct span close;
    size_t end;

    if (start == SIZE_MAX) {
        return SPAN_NONE;
    }
    name = up_to(from(body, start + 1), " \t\r\n>");
    close = span_text(
        arena_printf(ex->arena, "</%s>", arena_text(ex->arena, name)));
    end = span_find(body, close, start);
    return end == SIZE_MAX ? SPAN_NONE
                           : span_slice(body, start, end + close.size - start);
}

static struct span assertion_id(struct span assertion)
{
    static const char label[] = " AssertionID=\"";
    struct span start = span_slice(assertion, 0, ID_WITHIN);
    size_t at = span_find(start, span_text(label), 0);

    return at == SIZE_MAX ? SPAN_NONE
                          : up_to(from(start, at + strlen(label)), "\"");
}

static struct span cwt_id(struct span text)
{
    return text.size > CWT_ID_SIZE ? span_slice(text, 0, CWT_ID_SIZE)
                                   : SPAN_NONE;
}

static bool read_stamp(const struct exchange *ex, const char *name,
                       int64_t *out_time)
{
    struct span text = element_text(ex->reply.body, name);

    return text.size && text.size < STAMP_LONGEST &&
           stamp_parse(arena_text(ex->arena, text), out_time);
}

static int64_t read_lifetime(const struct exchange *ex)
{
    int64_t created;
    int64_t expires;

    return read_stamp(ex, "Created", &created) &&
                   read_stamp(ex, "Expires", &expires) && expires > created
               ? expires - created
               : 0;
}

static void read_told(const struct exchange *ex, struct ticket_told *told)
{
    struct span body = ex->reply.body;
    struct span assertion = find_assertion(ex);
    size_t at =
        assertion.size ? SIZE_MAX : span_find(body, span_text("cwt="), 0);

    *told = (struct ticket_told){
        .saml = assertion.size != 0,
        .text = assertion.size   ? assertion
                : at == SIZE_MAX ? SPAN_NONE
                                 : up_to(from(body, at), "< \t\r\n\"'"),
        .lifetime = read_lifetime(ex),
    };
    told->id = told->saml ? assertion_id(assertion) : cwt_id(told->text);
}

bool ticket_told(struct check *check, struct ticket_told *out_told)
{
    const struct exchange *ex = check->ex;

    if (ex->sent.status != 200 || !told_whole(ex)) {
        return false;
    }
    if (!check->told) {
        check->told = ARENA_NEW(check->arena, struct ticket_told);
        read_told(ex, check->told);
    }
    *out_told = *check->told;
    return out_told->text.size != 0;
}

unsigned told_diagnostic(const struct exchange *ex)
{
    const char *header = headers_get(&ex->reply.headers, "X-Ms-diagnostics");
    struct span digits = header ? up_to(span_text(header), "; ,")
                                : element_text(ex->reply.body, "ErrorId");
    uint64_t id;

    return told_whole(ex) && digits.size && digits.size < 10 &&
                   number_parse(arena_text(ex->arena, digits), NUMBER_DECIMAL,
                                UINT32_MAX, &id)
               ? (unsigned)id
               : 0;
}

struct span told_fault(const struct exchange *ex)
{
    struct span code = SPAN_NONE;
    size_t colon;

    if (ex->sent.status != 500 || !told_whole(ex)) {
        return SPAN_NONE;
    }
    code = element_text(ex->reply.body, "faultcode");
    if (!code.size) {
        size_t at = find_tag(ex->reply.body, "Subcode");

        code = at == SIZE_MAX ? SPAN_NONE
                              : element_text(from(ex->reply.body, at), "Value");
    }
    colon = span_find(code, span_text(":"), 0);
    return colon == SIZE_MAX ? code : from(code, colon + 1);
}

/* ---- Requests ---- */

const char *ticket_bearer(const struct exchange *ex)
{
    static const char scheme[] = "Bearer";
    const char *value = headers_get(&ex->request.headers, "Authorization");
    size_t length = strlen(scheme);

    if (!value || strncasecmp(value, scheme, length) != 0 ||
        (value[length] != ' ' && value[length] != '\0')) {
        return NULL;
    }
    return value + length + strspn(value + length, " ");
}

static bool starts(const char *text, const char *label)
{
    return strncasecmp(text, label, strlen(label)) == 0;
}

static void read_cwt(const struct check *check, const char *text,
                     struct ticket_shown *shown)
{
    shown->form = TICKET_FORM_CWT;
    shown->text = span_text(arena_printf(check->arena, "cwt=%s", text));
    shown->id = cwt_id(shown->text);
}

/* protocol: discover 3.6: both labels in any letter case, percent-encoded or
 * not, and neither of them must be there. */
static void read_value(const struct check *check, struct ticket_shown *shown)
{
    const char *text = url_decode(check->arena, span_text(shown->value), false);
    struct span bytes;

    text += strspn(text, " \t");
    shown->labelled = starts(text, "opaque=") || starts(text, "cwt=");
    text += starts(text, "opaque=") ? strlen("opaque=") : 0;
    if (starts(text, "cwt=")) {
        read_cwt(check, text + strlen("cwt="), shown);
    } else if (!base64_decode(check->arena, span_text(text), &bytes)) {
        shown->form = TICKET_FORM_OTHER;
    } else if (span_starts(bytes, "<")) {
        shown->form = TICKET_FORM_OPAQUE;
        shown->text = bytes;
        shown->id = assertion_id(bytes);
    } else {
        read_cwt(check, text, shown);
    }
}

bool ticket_shown(const struct check *check, struct ticket_shown *out_shown)
{
    const char *value =
        headers_get(&check->ex->request.headers, "X-MS-WebTicket");

    *out_shown = (struct ticket_shown){
        .header = value ? "X-MS-WebTicket" : "Authorization",
        .value = value ? value : ticket_bearer(check->ex),
        .form = TICKET_FORM_OTHER,
    };
    if (out_shown->value && strlen(out_shown->value) <= VALUE_MAX) {
        read_value(check, out_shown);
    }
    return out_shown->value != NULL;
}
