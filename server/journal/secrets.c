/* Takes secrets out of what the journal shows, see secrets.h. */
#include "config.h"

#include "journal/secrets.h"

#include <string.h>

#include "journal/secrets_words.h"
#include "util/attr.h"
#include "util/utf.h"

/* Header fields whose value is a secret or holds one. */
static const char *const fields[] = {
    "Authentication-Info", "Authorization",       "Cookie",
    "Proxy-Authenticate",  "Proxy-Authorization", "Set-Cookie",
    "WWW-Authenticate",    "X-MS-WebTicket",
};

/* Fields of ours that only begin like one of those. */
static const char *const harmless[] = {
    "X-MS-WebTicketSupported",
    "X-MS-WebTicketURL",
};

/* What may stand in front of the secret and is none itself. A scheme that is
 * not listed might be a password sent without one. */
static const char *const openings[] = {
    "Basic", "Bearer", "Digest", "Kerberos", "NTLM", "Negotiate",
};
static const char *const ticket_forms[] = {"cwt=", "opaque="};

/* Encodings in which a name reads as in ASCII. */
static const char *const encodings[] = {
    "ascii", "iso-8859-1", "us-ascii", "utf-8", "windows-1252",
};

static struct span from(struct span whole, size_t offset)
{
    return span_slice(whole, offset, whole.size);
}

static bool starts(struct span text, const char *word)
{
    return secrets_same(span_slice(text, 0, strlen(word)), word);
}

static struct span trim_left(struct span text)
{
    while (text.size && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text = from(text, 1);
    }
    return text;
}

void secrets_mask(struct buf *out, struct span secret)
{
    buf_printf(out, "***(%zu bytes)", secret.size);
}

/* Length of the auth-scheme in front, with its space; 0: none we know. */
static size_t scheme_size(struct span value)
{
    for (size_t i = 0; i < ARRAY_SIZE(openings); i++) {
        size_t size = strlen(openings[i]);

        if (secrets_same(value, openings[i])) {
            return size;
        }
        if (value.size > size && starts(value, openings[i]) &&
            value.data[size] == ' ') {
            return size + 1;
        }
    }
    return 0;
}

static size_t ticket_form_size(struct span value)
{
    for (size_t i = 0; i < ARRAY_SIZE(ticket_forms); i++) {
        if (starts(value, ticket_forms[i])) {
            return strlen(ticket_forms[i]);
        }
    }
    return 0;
}

/* "NTLM TlRM...", "Bearer cwt=AAEB...", "opaque=PHNh..." */
static void mask_credentials(struct buf *out, struct span value)
{
    size_t size = scheme_size(value);

    size += ticket_form_size(from(value, size));
    buf_add(out, span_slice(value, 0, size));
    if (size < value.size) {
        secrets_mask(out, from(value, size));
    }
}

/* Challenges of one field, with commas in between: tokens are masked,
 * parameters are no secrets (realm, href, trusted_issuers ...). */
static void mask_challenges(struct buf *out, struct span value)
{
    while (value.size > 0) {
        size_t comma = span_find(value, span_text(","), 0);
        size_t size = comma == SIZE_MAX ? value.size : comma;
        struct span part = trim_left(span_slice(value, 0, size));

        buf_add(out, span_slice(value, 0, size - part.size));
        if (starts(part, "NTLM") || starts(part, "Negotiate") ||
            starts(part, "Kerberos")) {
            mask_credentials(out, part);
        } else {
            buf_add(out, part);
        }
        buf_add(out, span_slice(value, size, 1));
        value = from(value, size + 1);
    }
}

static bool is_listed_field(struct span name)
{
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
        if (secrets_same(name, fields[i])) {
            return true;
        }
    }
    return false;
}

static void mask_field(struct buf *out, struct span name, struct span value)
{
    if (secrets_same(name, "WWW-Authenticate") ||
        secrets_same(name, "Proxy-Authenticate")) {
        mask_challenges(out, value);
    } else if (is_listed_field(name)) {
        mask_credentials(out, value);
    } else if (secrets_same(name, "Host")) {
        secrets_authority(out, value);
    } else {
        secrets_form(out, value);
    }
}

void secrets_header(struct buf *out, const char *name, const char *value)
{
    mask_field(out, span_text(name), span_text(value));
}

/* ---- Bodies ---- */

/* "<?xml version='1.0' encoding='utf-7'?>": names may not read as in ASCII. */
static bool is_odd_encoding(struct span text)
{
    struct span declaration;
    size_t at;

    if (!span_starts(text, "<?xml")) {
        return false;
    }
    declaration = span_slice(text, 0, span_find(text, span_text("?>"), 0));
    at = span_find(declaration, span_text("encoding"), 0);
    if (at == SIZE_MAX) {
        return false;
    }
    declaration = from(declaration, at + strlen("encoding"));
    while (declaration.size && strchr(" \t\r\n='\"", declaration.data[0])) {
        declaration = from(declaration, 1);
    }
    for (size_t i = 0; i < ARRAY_SIZE(encodings); i++) {
        if (starts(declaration, encodings[i])) {
            return false;
        }
    }
    return true;
}

static bool is_text(struct span body)
{
    return utf8_valid(body) && (!body.size || !memchr(body.data, 0, body.size));
}

/* "<?xm" in EBCDIC, the one encoding of XML that has no ASCII in it. */
static bool is_ebcdic(struct span body)
{
    return span_starts(body, "\x4c\x6f\xa7\x94");
}

/*
 * A KDC-PROXY-MESSAGE ([MS-KKDCP] 2.2.2), of which no more than the beginning
 * may be here: SEQUENCE, its length, [0]. Tickets are in it, and what passwords
 * can be guessed by.
 */
static bool is_kerberos(struct span body)
{
    enum { SEQUENCE = 0x30, CONTEXT_0 = 0xa0, LONG_FORM = 0x80 };
    size_t more = body.size > 1 && body.data[1] & LONG_FORM
                      ? body.data[1] & ~(unsigned)LONG_FORM
                      : 0;

    return body.size > 2 + more && body.data[0] == SEQUENCE &&
           body.data[2 + more] == CONTEXT_0;
}

/* The first character that tells what notation this is. */
static uint8_t notation(struct span body)
{
    for (size_t i = span_starts(body, "\xef\xbb\xbf") ? 3 : 0; i < body.size;
         i++) {
        if (!strchr(" \t\r\n", body.data[i])) {
            return body.data[i];
        }
    }
    return 0;
}

static void mask_text(struct buf *out, struct span text)
{
    AUTO_BUF pairs = {0};

    switch (notation(text)) {
    case '<':
        secrets_xml(out, text);
        break;
    case '{':
    case '[':
        secrets_json(out, text);
        break;
    default:
        secrets_form(&pairs, text);
        secrets_xml(out, buf_span(&pairs));
    }
}

void secrets_body(struct buf *out, struct span body)
{
    if (!is_text(body)) {
        if (is_ebcdic(body) || is_kerberos(body) || secrets_are_named(body)) {
            secrets_mask(out, body);
        } else {
            buf_add(out, body);
        }
    } else if (is_odd_encoding(body)) {
        secrets_mask(out, body);
    } else {
        mask_text(out, body);
    }
}

/* ---- Messages nobody has understood ---- */

/* The size of the word of the list that the text begins with, or 0. */
static size_t word_in_front(struct span text, const char *const *list,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (starts(text, list[i])) {
            return strlen(list[i]);
        }
    }
    return 0;
}

/* Offset behind the name of a field that holds a secret, wherever it stands in
 * the line; 0: none does. */
static size_t find_field(struct span line)
{
    size_t at = word_in_front(line, harmless, ARRAY_SIZE(harmless));

    for (; at < line.size; at++) {
        size_t size = word_in_front(from(line, at), fields, ARRAY_SIZE(fields));

        if (size) {
            return at + size;
        }
    }
    return 0;
}

static void mask_line(struct buf *out, struct span line)
{
    size_t colon = span_find(line, span_text(":"), 0);
    struct span name = span_slice(line, 0, colon);
    size_t end = find_field(line);

    if (colon != SIZE_MAX && is_listed_field(name)) {
        struct span value = trim_left(from(line, colon + 1));

        buf_add(out, span_slice(line, 0, line.size - value.size));
        mask_field(out, name, value);
    } else if (end) {
        buf_add(out, span_slice(line, 0, end));
        secrets_mask(out, from(line, end));
    } else {
        secrets_form(out, line);
    }
}

/* Length of the line in front, and of the line with its end. */
static size_t line_size(struct span text, size_t *out_whole)
{
    size_t size = 0;
    size_t whole;

    while (size < text.size && text.data[size] != '\r' &&
           text.data[size] != '\n') {
        size++;
    }
    whole = size + (size < text.size);
    if (whole < text.size && text.data[size] == '\r' &&
        text.data[whole] == '\n') {
        whole++;
    }
    *out_whole = whole;
    return size;
}

/* A line that begins with white space goes on with the field before it
 * (RFC 9112, 5.2). What follows an empty line is a body in some coding. */
void secrets_message(struct buf *out, struct span raw)
{
    bool secret = false;

    while (raw.size > 0) {
        size_t whole;
        size_t size = line_size(raw, &whole);
        struct span line = span_slice(raw, 0, size);
        bool more = trim_left(line).size < line.size;

        if (more && secret) {
            secrets_mask(out, line);
        } else {
            secret = find_field(line) != 0;
            mask_line(out, line);
        }
        buf_add(out, span_slice(raw, size, whole - size));
        raw = from(raw, whole);
        if (size == 0 && raw.size > 0) {
            secrets_mask(out, raw);
            return;
        }
    }
}
