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

static const char *port_of(const struct url *url)
{
    return *url->port                         ? url->port
           : strcmp(url->scheme, "http") == 0 ? "80"
                                              : "443";
}

/* IIS does not tell letter cases apart; queries do not name a service. */
static bool same_service(struct arena *arena, const char *a, const char *b)
{
    struct url left;
    struct url right;

    return url_parse(arena, a, &left) && url_parse(arena, b, &right) &&
           strcmp(left.scheme, right.scheme) == 0 &&
           strcmp(left.host, right.host) == 0 &&
           strcmp(port_of(&left), port_of(&right)) == 0 &&
           strcasecmp(left.path, right.path) == 0;
}

static enum ticket_flaw
judge_audience(struct arena *arena, const char *audience, struct ticket *ticket)
{
    if (!audience || !ticket->audience ||
        same_service(arena, audience, ticket->audience)) {
        return TICKET_VALID;
    }
    ticket->detail = arena_printf(arena, "The ticket is for %s, not for %s.",
                                  ticket->audience, audience);
    return TICKET_WRONG_AUDIENCE;
}

enum ticket_flaw ticket_open(const struct ticket_keys *keys,
                             struct arena *arena, const char *presented,
                             int64_t now, const char *audience,
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
        flaw = cwt_open(keys, arena, bytes, out_ticket);
    }
    if (flaw == TICKET_VALID) {
        flaw = judge_times(arena, not_before, now, out_ticket);
    }
    if (flaw == TICKET_VALID) {
        flaw = judge_audience(arena, audience, out_ticket);
    }
    return flaw;
}
