/* The parts of a record that may hold secrets or bytes that are no text. */
#ifndef JOURNAL_CONTENT_H
#define JOURNAL_CONTENT_H

#include <stdbool.h>

#include "util/json.h"
#include "util/span.h"
#include "wire/exchange.h"
#include "wire/token.h"

/* {"size":N,"text":"..."}, or "base64" where it is no UTF-8, and "cut":true
 * where it is longer than JOURNAL_BODY_LIMIT. */
void content_body(struct json *json, const char *name, struct span body,
                  bool secrets);
/* The same for the raw bytes of a message. */
void content_message(struct json *json, const char *name, struct span raw,
                     bool secrets);
/* [{"name":"Host","value":"..."}] */
void content_headers(struct json *json, const struct headers *headers,
                     bool secrets);
/* A text with a query or form in it. */
void content_target(struct json *json, const char *name, const char *target,
                    bool secrets);
void content_remarks(struct json *json, struct exchange *ex, bool secrets);
/* A finding's evidence. ex: the exchange that it is of; NULL: not there. */
void content_evidence(struct buf *out, const struct exchange *ex,
                      struct span evidence, bool secrets);
void content_findings(struct json *json, struct exchange *ex, bool secrets);
/* What the authentication headers of request and reply carry, decoded. */
void content_tokens(struct json *json, struct exchange *ex,
                    const struct token_view *view);

#endif
