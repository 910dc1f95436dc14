/* Rules of how a request is written down, and where it ends: RFC 9112. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/http_seen.h"
#include "checks/rule.h"
#include "wire/exchange.h"

/* ---- Of heads that were refused, as they came ---- */

/* The lines of this name, in a head that nobody else has read. */
static size_t count_lines(struct span rest, const char *name,
                          struct span *out_last)
{
    size_t length = strlen(name);
    size_t count = 0;

    while (rest.size && *rest.data != '\r' && *rest.data != '\n') {
        const uint8_t *lf = memchr(rest.data, '\n', rest.size);
        size_t size = lf ? (size_t)(lf - rest.data) : rest.size;

        if (size > length && rest.data[length] == ':' &&
            strncasecmp((const char *)rest.data, name, length) == 0) {
            *out_last = span_slice(rest, 0, size);
            count++;
        }
        rest = span_slice(rest, size + 1, SIZE_MAX);
    }
    return count;
}

static bool check_one_length(struct check *check)
{
    struct span last = SPAN_NONE;
    size_t count;

    if (check->traits & TRAIT_HTTP) {
        const struct http_seen *seen = http_seen(check);

        count = http_has(seen, FIELD_CONTENT_LENGTH) +
                ((seen->repeated >> FIELD_CONTENT_LENGTH) & 1u);
        last = span_text(seen->values[FIELD_CONTENT_LENGTH]);
    } else {
        count = count_lines(check->ex->raw, "Content-Length", &last);
    }
    if (count > 1) {
        check_breach(check, "Content-Length", last,
                     "Content-Length came %zu times: once is right", count);
    }
    return count > 0;
}

static bool check_one_framing(struct check *check)
{
    struct span length = SPAN_NONE;
    struct span coding = SPAN_NONE;
    bool coded;
    bool sized;

    if (check->traits & TRAIT_HTTP) {
        const struct http_seen *seen = http_seen(check);

        coded = http_has(seen, FIELD_TRANSFER_ENCODING);
        sized = http_has(seen, FIELD_CONTENT_LENGTH);
    } else {
        coded = count_lines(check->ex->raw, "Transfer-Encoding", &coding) > 0;
        sized = count_lines(check->ex->raw, "Content-Length", &length) > 0;
    }
    if (coded && sized) {
        check_breach(check, "Transfer-Encoding", coding,
                     "the length of the body is said twice, by "
                     "Transfer-Encoding and by Content-Length: one of them");
    }
    return coded;
}

/* "gzip, chunked" ends well, "chunked, gzip" does not. */
static bool ends_in_chunked(struct span line)
{
    static const char chunked[] = "chunked";
    size_t size = strlen(chunked);

    while (line.size && strchr(" \t\r", line.data[line.size - 1])) {
        line.size--;
    }
    return line.size >= size &&
           strncasecmp((const char *)line.data + line.size - size, chunked,
                       size) == 0;
}

static bool check_chunked_last(struct check *check)
{
    struct span line = SPAN_NONE;

    if (check->traits & TRAIT_HTTP) {
        line = span_text(http_seen(check)->values[FIELD_TRANSFER_ENCODING]);
    } else if (!count_lines(check->ex->raw, "Transfer-Encoding", &line)) {
        return false;
    }
    if (!line.size) {
        return false;
    }
    if (!ends_in_chunked(line)) {
        check_breach(check, "Transfer-Encoding", line,
                     "the last transfer coding of a request is \"chunked\"; "
                     "without it nobody knows where the body ends");
    }
    return true;
}

static bool check_folding(struct check *check)
{
    const struct http_seen *seen = http_seen(check);

    if (seen->folded.size) {
        check_breach(check, "head", seen->folded,
                     "a header goes on in the next line: it belongs into one");
    }
    return true;
}

static bool check_bare_cr(struct check *check)
{
    const struct http_seen *seen = http_seen(check);

    if (seen->bare_cr.size) {
        check_breach(check, "head", seen->bare_cr,
                     "a CR without LF stands within a line: lines end in CR LF,"
                     " and elsewhere there is none");
    }
    return true;
}

/* What is cut by a step, or by the server's end, is not the client's doing. */
static bool check_whole(struct check *check)
{
    const struct exchange *ex = check->ex;

    if (ex->sent.outcome == SENT_NOTHING && !ex->step && ex->raw.size) {
        check_breach(
            check, "body",
            span_slice(ex->raw, ex->raw.size > 64 ? ex->raw.size - 64 : 0, 64),
            "the connection ended %llu bytes into a request that was "
            "not complete",
            (unsigned long long)ex->raw_size);
    }
    return true;
}

static bool check_form_of_target(struct check *check)
{
    const char *target = check->ex->request.target;

    if (*target != '/' && strcmp(target, "*") != 0) {
        check_breach(check, "request line", span_text(target),
                     "within TLS a request goes to the server itself: its "
                     "target is path and query, \"%s\"",
                     check->ex->request.path);
    }
    return true;
}

static bool is_hex(char c)
{
    return c && strchr("0123456789abcdefABCDEF", c);
}

static bool check_escapes(struct check *check)
{
    const char *target = check->ex->request.target;

    for (const char *at = strchr(target, '%'); at; at = strchr(at + 1, '%')) {
        if (!is_hex(at[1]) || !is_hex(at[2])) {
            check_breach(check, "request line", span_text(at),
                         "behind \"%%\" come two hexadecimal digits; the sign "
                         "itself is written %%25");
            break;
        }
    }
    return strchr(target, '%') != NULL;
}

static bool check_fragment(struct check *check)
{
    const char *hash = strchr(check->ex->request.target, '#');

    if (hash) {
        check_breach(check, "request line", span_text(hash),
                     "the fragment of a URL stays with the client");
    }
    return true;
}

extern const struct rule rules_framing[];
const struct rule rules_framing[] = {
    {
        .id = "HT-003",
        .level = FINDING_MUST,
        .title = "Content-Length comes once",
        .section = "RFC 9110 section 5.3; RFC 9112 section 6.3",
        .doc = "A sender must not repeat a field that is no list. Two lengths "
               "let a proxy and the server disagree on where a request ends; "
               "most refuse it.",
        .good = "Content-Length: 1204",
        .bad = "Content-Length: 1204 and, in another line, Content-Length: 0",
        .on = TRAIT_BYTES,
        .check = check_one_length,
    },
    {
        .id = "HT-004",
        .level = FINDING_MUST,
        .title = "A request with Transfer-Encoding has no Content-Length",
        .section = "RFC 9112 section 6.2",
        .doc = "A sender must not send both. Who believes the one reads other "
               "bytes as the next request than who believes the other: that "
               "is how requests are smuggled past a reverse proxy.",
        .good = "Transfer-Encoding: chunked",
        .bad = "Transfer-Encoding: chunked and Content-Length: 4",
        .on = TRAIT_BYTES,
        .check = check_one_framing,
    },
    {
        .id = "HT-005",
        .level = FINDING_MUST,
        .title = "A header stays in its line",
        .section = "RFC 9112 section 5.2",
        .doc = "A sender must not fold lines. Servers refuse them, or put the "
               "pieces together in ways of their own; long tokens in "
               "Authorization belong into one line, however long.",
        .good = "Authorization: Negotiate YIIJ...",
        .bad = "Authorization: Negotiate YIIJ... and, in the next line, a "
               "blank and the rest",
        .on = TRAIT_BYTES,
        .check = check_folding,
    },
    {
        .id = "HT-006",
        .level = FINDING_MUST,
        .title = "CR stands at the end of a line alone",
        .section = "RFC 9112 section 2.2",
        .doc = "A sender must not generate a bare CR in the head. Some readers "
               "take it for the end of a line, so that one header becomes two.",
        .good = "User-Agent: lync CR LF",
        .bad = "User-Agent: lync CR X-Other: 1 CR LF",
        .on = TRAIT_BYTES,
        .check = check_bare_cr,
    },
    {
        .id = "HT-007",
        .level = FINDING_MUST,
        .title = "The last transfer coding of a request is chunked",
        .section = "RFC 9112 section 6.1",
        .doc = "Where a request has any transfer coding, the last must be "
               "chunked: a server must answer 400 and close else, since the "
               "length of the body cannot be known.",
        .good = "Transfer-Encoding: chunked",
        .bad = "Transfer-Encoding: gzip",
        .on = TRAIT_BYTES,
        .check = check_chunked_last,
    },
    {
        .id = "HT-008",
        .level = FINDING_ROBUSTNESS,
        .title = "A request that is begun is completed",
        .section = "RFC 9112 section 8",
        .doc = "The client went away, or fell silent, in the middle: fewer "
               "bytes than Content-Length says, or chunks without the last "
               "one. Seen when a client resends a body from a stream that is "
               "used up.",
        .good = "Content-Length: 5 and five bytes",
        .bad = "Content-Length: 5 and three bytes, then FIN",
        .on = TRAIT_BYTES,
        .check = check_whole,
    },
    {
        .id = "HT-009",
        .level = FINDING_MUST,
        .title = "Within TLS the target is path and query",
        .section = "RFC 9112 section 3.2.1",
        .doc = "A request that goes directly to the server must have the "
               "origin form. The absolute form is for proxies, and none is "
               "asked within TLS to the server's own name.",
        .good = "GET /Autodiscover/AutodiscoverService.svc/root HTTP/1.1",
        .bad = "GET https://lyncweb.contoso.test/Autodiscover/... HTTP/1.1",
        .on = TRAIT_HTTP | TRAIT_SECURE,
        .check = check_form_of_target,
    },
    {
        .id = "HT-010",
        .level = FINDING_MUST,
        .title = "Percent signs in a URL are escapes",
        .section = "RFC 9110 section 2.2; RFC 3986 sections 2.1 and 2.4",
        .doc = "A percent sign that is meant as such must be written %25. "
               "Addresses with one in their user part break else, and IIS "
               "answers 400.",
        .good = "GET /?sipuri=a%25b@contoso.test HTTP/1.1",
        .bad = "GET /?sipuri=a%b@contoso.test HTTP/1.1",
        .on = TRAIT_HTTP,
        .check = check_escapes,
    },
    {
        .id = "HT-011",
        .level = FINDING_SHOULD,
        .title = "The fragment of a URL is not sent",
        .section = "RFC 9110 section 7.1",
        .doc = "The target of a request is the URL without its fragment. A "
               "server that gets one looks for a resource of that name.",
        .good = "GET /Autodiscover/XFrame/XFrame.html HTTP/1.1",
        .bad = "GET /Autodiscover/XFrame/XFrame.html#top HTTP/1.1",
        .on = TRAIT_HTTP,
        .check = check_fragment,
    },
    {.id = NULL},
};
