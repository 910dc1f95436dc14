/* From an identity to a ticket, see identity.h. */
#include "config.h"

#include "services/identity.h"

#include "services/issue.h"

static void name_user(struct call *call, const struct user *user,
                      struct ticket *ticket)
{
    ticket->user = user->name;
    ticket->sip = arena_printf(call->arena, "sip:%s", user->sip);
    ticket->sid = user->sid;
    ticket->expires = ticket->issued + call->world->ticket.lifetime;
}

static void name_guest(struct call *call, const struct identity *who,
                       struct ticket *ticket)
{
    ticket->guest = who->guest;
    ticket->meeting = who->meeting->uri;
    ticket->sip = ticket_guest_sip(call->arena, who->guest);
    ticket->expires = ticket->issued + call->world->ticket.guest_lifetime;
}

struct ticket identity_ticket(struct call *call, const struct identity *who,
                              enum ticket_format format, const char *audience)
{
    const char *said = call->world->ticket.audience;
    int64_t now = call->now + call->world->ticket.clock;
    struct ticket ticket = {
        .format = who->user ? format : TICKET_CWT,
        .issuer = call_web_url(call, WEBTICKET_PATH),
        .pool = call->pool->fqdn,
        .audience = said ? said : audience,
        /* Whole seconds: Lifetime and assertion then say the same. */
        .issued = now - now % ENV_NS_PER_SEC,
    };

    ticket.id = ticket_id(ticket.format, call->env, call->arena);
    if (who->user) {
        name_user(call, who->user, &ticket);
    } else {
        name_guest(call, who, &ticket);
    }
    return ticket;
}
