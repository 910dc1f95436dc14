/* Opens what a client presented as its web ticket, see ticket.h. */
#include "config.h"

#include "ticket/ticket.h"

#include <string.h>
#include <strings.h>

#include "ticket/cwt.h"
#include "ticket/saml.h"
#include "util/base64.h"
#include "util/stamp.h"
#include "util/url.h"

enum { PRESENTED_MAX = 64 * 1024 };

/* Takes a label off the front, in any letter case. */
static const char *without(const char *text, const char *label)
{
    size_t length = strlen(label);

    return strncasecmp(text, label, length) == 0 ? text + length : text;
}

/*
 * protocol: discover 3.6: strip "opaque=", percent-decode, strip "cwt=",
 * base64-decode. The labels may be percent-encoded as well; base64 itself has
 * no "%", so decoding everything first comes to the same.
 */
static bool carried_bytes(struct arena *arena, const char *presented,
                          struct span *out_bytes)
{
    const char *text;

    if (strlen(presented) > PRESENTED_MAX) {
        return false;
    }
    text = url_decode(arena, span_text(presented), false);
    text += strspn(text, " \t");
    text = without(without(text, "opaque="), "cwt=");
    return base64_decode(arena, span_text(text), out_bytes);
}

static enum ticket_flaw judge_times(struct arena *arena, int64_t not_before,
                                    int64_t now, struct ticket *ticket)
{
    if (now < not_before) {
        ticket->detail = arena_printf(
            arena, "The ticket is valid from %s; it is %s.",
            stamp_iso_ms(arena, not_before), stamp_iso_ms(arena, now));
        return TICKET_NOT_YET_VALID;
    }
    if (now >= ticket->expires) {
        ticket->detail = arena_printf(
            arena, "The ticket expired at %s; it is %s.",
            stamp_iso_ms(arena, ticket->expires), stamp_iso_ms(arena, now));
        return TICKET_EXPIRED;
    }
    return TICKET_VALID;
}

/* The assertion's Issuer is a URL on one of the pool's two web names. */
static enum ticket_flaw judge_pool(struct arena *arena, const struct pool *pool,
                                   struct ticket *ticket)
{
    struct url url;

    if (!pool || !ticket->issuer ||
        (url_parse(arena, ticket->issuer, &url) &&
         (strcmp(url.host, pool->web_internal) == 0 ||
          strcmp(url.host, pool->web_external) == 0))) {
        return TICKET_VALID;
    }
    ticket->detail = arena_printf(arena, "The ticket is from %s, not from %s.",
                                  ticket->issuer, pool->fqdn);
    return TICKET_OTHER_POOL;
}

enum ticket_flaw ticket_open(const struct ticket_keys *keys,
                             struct arena *arena, const char *presented,
                             int64_t now, const struct pool *pool,
                             struct ticket *out_ticket)
{
    int64_t not_before = INT64_MIN;
    enum ticket_flaw flaw;
    struct span bytes;

    *out_ticket = (struct ticket){0};
    if (!carried_bytes(arena, presented, &bytes) || bytes.size == 0) {
        out_ticket->detail = "The ticket is no base64, or far too long.";
        return TICKET_GARBAGE;
    }
    if (bytes.data[0] == '<') {
        flaw = saml_open(keys, arena, bytes, out_ticket, &not_before);
    } else {
        flaw = cwt_open(keys, arena, bytes, pool ? pool->fqdn : "", out_ticket);
    }
    if (flaw == TICKET_VALID) {
        flaw = judge_pool(arena, pool, out_ticket);
    }
    if (flaw == TICKET_VALID) {
        flaw = judge_times(arena, not_before, now, out_ticket);
    }
    return flaw;
}
