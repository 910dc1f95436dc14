/* Issues web tickets, see ticket.h. */
#include "config.h"

#include "ticket/ticket.h"

#include "ticket/cwt.h"
#include "ticket/guid.h"
#include "ticket/saml.h"

char *ticket_id(enum ticket_format format, struct env *env, struct arena *arena)
{
    char *guid = guid_random(env, arena);

    switch (format) {
    case TICKET_SAML:
        return arena_printf(arena, "SamlSecurityToken-%s", guid);
    case TICKET_CWT:
        return guid;
    }
    return guid;
}

/* anonymous.invalid is whom the product's call records show in conferences;
 * that tickets name guests so is a guess, and no client looks. */
char *ticket_guest_sip(struct arena *arena, const char *guest)
{
    return arena_printf(arena, "sip:%s@anonymous.invalid", guest);
}

bool ticket_issue(const struct ticket_keys *keys, bool sha1,
                  struct arena *arena, const struct ticket *ticket,
                  struct span *out_text, struct err *err)
{
    switch (ticket->format) {
    case TICKET_SAML:
        if (ticket->guest) {
            return err_set(err, "an assertion cannot name a meeting's guest");
        }
        return saml_issue(keys, sha1, arena, ticket, out_text, err);
    case TICKET_CWT:
        return cwt_issue(keys, arena, ticket, out_text, err);
    }
    return err_set(err, "no such ticket format");
}
