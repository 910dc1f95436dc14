/* The parts of a record that may hold secrets, see content.h. */
#include "config.h"

#include "journal/content.h"

#include <strings.h>

#include "journal/journal.h"
#include "journal/order.h"
#include "journal/secrets.h"
#include "util/attr.h"
#include "util/base64.h"
#include "util/utf.h"
#include "wire/httpauth.h"
#include "wire/token.h"

/* A code point is not cut in two: the rest would be no text any more. */
static struct span limited(struct span bytes)
{
    size_t size = JOURNAL_BODY_LIMIT;

    if (bytes.size <= size) {
        return bytes;
    }
    while (size > JOURNAL_BODY_LIMIT - 4 && (bytes.data[size] & 0xc0) == 0x80) {
        size--;
    }
    return span_slice(bytes, 0, size);
}

static void add_bytes(struct json *json, struct span bytes)
{
    AUTO_BUF encoded = {0};

    if (utf8_valid(bytes)) {
        json_bytes(json, "text", bytes);
    } else {
        base64_add(&encoded, bytes);
        json_bytes(json, "base64", buf_span(&encoded));
    }
}

typedef void masker(struct buf *out, struct span bytes);

static void add_content(struct json *json, const char *name, struct span bytes,
                        masker *mask)
{
    struct span shown = limited(bytes);
    AUTO_BUF masked = {0};

    json_open_named(json, name, '{');
    json_number(json, "size", (int64_t)bytes.size);
    if (mask) {
        mask(&masked, shown);
        add_bytes(json, buf_span(&masked));
    } else {
        add_bytes(json, shown);
    }
    if (shown.size < bytes.size) {
        json_boolean(json, "cut", true);
    }
    json_close(json, '}');
}

void content_body(struct json *json, const char *name, struct span body,
                  bool secrets)
{
    add_content(json, name, body, secrets ? NULL : secrets_body);
}

void content_message(struct json *json, const char *name, struct span raw,
                     bool secrets)
{
    add_content(json, name, raw, secrets ? NULL : secrets_message);
}

void content_headers(struct json *json, const struct headers *headers,
                     bool secrets)
{
    AUTO_BUF value = {0};

    json_open_named(json, "headers", '[');
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *header = &headers->items[i];

        buf_reset(&value);
        if (secrets) {
            buf_add_text(&value, header->value);
        } else {
            secrets_header(&value, header->name, header->value);
        }
        json_open(json, '{');
        json_text(json, "name", header->name);
        json_bytes(json, "value", buf_span(&value));
        json_close(json, '}');
    }
    json_close(json, ']');
}

void content_target(struct json *json, const char *name, const char *target,
                    bool secrets)
{
    AUTO_BUF masked = {0};

    if (!target || secrets) {
        json_text(json, name, target);
        return;
    }
    secrets_target(&masked, span_text(target));
    json_bytes(json, name, buf_span(&masked));
}

void content_remarks(struct json *json, struct exchange *ex, bool secrets)
{
    AUTO_BUF text = {0};

    json_open_named(json, "remarks", '[');
    for (const struct remark **r = order_remarks(ex); *r; r++) {
        buf_reset(&text);
        if ((*r)->secret && !secrets) {
            secrets_mask(&text, span_text((*r)->text));
        } else {
            buf_add_text(&text, (*r)->text);
        }
        json_open(json, '{');
        json_text(json, "key", (*r)->key);
        json_bytes(json, "text", buf_span(&text));
        json_close(json, '}');
    }
    json_close(json, ']');
}

/* ---- Tokens ---- */

static bool has_tokens(const struct header *header)
{
    static const char *const names[] = {"Authorization", "WWW-Authenticate"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcasecmp(header->name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* The schemes whose one token is SPNEGO, NTLM or Kerberos (RFC 4559). */
static bool is_windows(const char *scheme)
{
    static const char *const schemes[] = {"Kerberos", "Negotiate", "NTLM"};

    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
        if (strcasecmp(scheme, schemes[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void add_tokens(struct json *json, struct exchange *ex,
                       const struct headers *headers,
                       const struct token_view *view)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *header = &headers->items[i];
        struct httpauth auth;

        if (!has_tokens(header) ||
            httpauth_decode(ex->arena, header->value, &auth) != HTTPAUTH_OK ||
            !is_windows(auth.scheme)) {
            continue;
        }
        json_open(json, '{');
        json_text(json, "header", header->name);
        json_text(json, "scheme", auth.scheme);
        token_describe(ex->arena, "token", auth.token, view, json);
        json_close(json, '}');
    }
}

void content_tokens(struct json *json, struct exchange *ex,
                    const struct token_view *view)
{
    json_open_named(json, "tokens", '[');
    add_tokens(json, ex, &ex->request.headers, view);
    add_tokens(json, ex, &ex->reply.headers, view);
    json_close(json, ']');
}
