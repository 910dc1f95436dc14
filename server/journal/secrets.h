/*
 * Takes secrets out of what the journal shows: each is replaced by
 * "***(N bytes)". Masking works on what a peer really sent, however malformed:
 * where a secret has no visible end, all that follows it goes too.
 */
#ifndef JOURNAL_SECRETS_H
#define JOURNAL_SECRETS_H

#include <stdbool.h>

#include "util/buf.h"
#include "util/span.h"

/* "***(N bytes)" */
void secrets_mask(struct buf *out, struct span secret);

/* The value of a header field; the auth-scheme stays. */
void secrets_header(struct buf *out, const char *name, const char *value);
/* A query, or a form: "user=a&password=b"; also passwords of URLs in it:
 * "http://user:password@host/". */
void secrets_form(struct buf *out, struct span form);
/* A request target: the same, and "user:password@host:443". */
void secrets_target(struct buf *out, struct span target);
/* "user:password@host" */
void secrets_authority(struct buf *out, struct span text);
/* A message body of whatever kind: XML, JSON, form, other text, bytes. */
void secrets_body(struct buf *out, struct span body);
/* An HTTP message as it came, of which nobody knows how far it is one. */
void secrets_message(struct buf *out, struct span raw);

#endif
