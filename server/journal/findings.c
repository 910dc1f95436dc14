/*
 * Findings of a record. Their evidence is a piece of what the client sent,
 * and may be a secret though nothing about it says so.
 */
#include "config.h"

#include "journal/content.h"
#include "journal/order.h"
#include "journal/secrets.h"
#include "util/buf.h"
#include "util/utf.h"

/* Longer bytes may be a response that a password can be guessed from; 16
 * bytes are a MIC or less. */
enum { HARMLESS_BYTES = 16 };

static const char *const levels[] = {
    [FINDING_MUST] = "must",
    [FINDING_SHOULD] = "should",
    [FINDING_PRACTICE] = "practice",
    [FINDING_ROBUSTNESS] = "robustness",
};

/* All of the request that the journal would show without secrets. */
static void add_shown(struct buf *out, const struct exchange *ex)
{
    const struct headers *headers = &ex->request.headers;

    secrets_target(out, span_text(ex->request.target));
    buf_add_u8(out, '\n');
    for (size_t i = 0; i < headers->count; i++) {
        buf_add_text(out, headers->items[i].name);
        buf_add_text(out, ": ");
        secrets_header(out, headers->items[i].name, headers->items[i].value);
        buf_add_u8(out, '\n');
    }
    secrets_body(out, ex->request.body);
}

/* All of it. */
static void add_whole(struct buf *out, const struct exchange *ex)
{
    const struct headers *headers = &ex->request.headers;

    buf_add_text(out, ex->request.target ? ex->request.target : "");
    buf_add_u8(out, '\n');
    for (size_t i = 0; i < headers->count; i++) {
        buf_printf(out, "%s: %s\n", headers->items[i].name,
                   headers->items[i].value);
    }
    buf_add(out, ex->request.body);
}

static bool has(const struct buf *text, struct span piece)
{
    return span_find(buf_span(text), piece, 0) != SIZE_MAX;
}

/* Of the raw bytes, or decoded from somewhere. */
static void mask_bytes(struct buf *out, struct span evidence)
{
    if (utf8_valid(evidence)) {
        secrets_message(out, evidence);
    } else if (evidence.size > HARMLESS_BYTES) {
        secrets_mask(out, evidence);
    } else {
        buf_add(out, evidence);
    }
}

static void mask_evidence(struct buf *out, const struct exchange *ex,
                          struct span evidence)
{
    AUTO_BUF shown = {0};
    AUTO_BUF whole = {0};

    add_shown(&shown, ex);
    add_whole(&whole, ex);
    if (has(&shown, evidence)) {
        buf_add(out, evidence);
    } else if (has(&whole, evidence)) {
        secrets_mask(out, evidence);
    } else {
        mask_bytes(out, evidence);
    }
}

void content_evidence(struct buf *out, const struct exchange *ex,
                      struct span evidence, bool secrets)
{
    if (secrets) {
        buf_add(out, evidence);
    } else if (ex) {
        mask_evidence(out, ex, evidence);
    } else {
        mask_bytes(out, evidence);
    }
}

static void add_finding(struct json *json, const struct exchange *ex,
                        const struct finding *finding, bool secrets)
{
    AUTO_BUF evidence = {0};

    json_open(json, '{');
    json_text(json, "rule", finding->rule);
    json_text(json, "level", levels[finding->level]);
    json_text(json, "section", finding->section);
    json_text(json, "text", finding->text);
    if (finding->where) {
        json_text(json, "where", finding->where);
    }
    if (finding->evidence.size) {
        content_evidence(&evidence, ex, finding->evidence, secrets);
        content_body(json, "evidence", buf_span(&evidence), true);
    }
    json_close(json, '}');
}

void content_findings(struct json *json, struct exchange *ex, bool secrets)
{
    json_open_named(json, "findings", '[');
    for (const struct finding **f = order_findings(ex); *f; f++) {
        add_finding(json, ex, *f, secrets);
    }
    json_close(json, ']');
}
