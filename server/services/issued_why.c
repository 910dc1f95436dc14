/* Why a web ticket was refused, see issued.h. */
#include "config.h"

#include "services/issued.h"

#include <inttypes.h>
#include <string.h>

#include "scenario/session.h"
#include "scenario/sessions.h"
#include "services/reach.h"
#include "ticket/why.h"
#include "util/stamp.h"

enum { OTHERS_MAX = 16 }; /* sessions whose tickets are looked through */

/* ---- Its bytes ---- */

/* Which of the session's it was; NULL: none. */
static const struct issued *matched(struct call *call, struct session *session,
                                    const char *presented,
                                    struct ticket_change *out_change)
{
    struct issued *issued =
        arena_alloc(call->arena, ISSUED_MAX * sizeof(*issued));
    struct ticket_copy copies[ISSUED_MAX];
    size_t count = issued_list(call, session, issued);

    for (size_t i = 0; i < count; i++) {
        copies[i] = (struct ticket_copy){issued[i].id, issued[i].text};
    }
    ticket_why(call->arena, presented, copies, count, out_change);
    return out_change->copy ? &issued[out_change->copy - copies] : NULL;
}

static const char *owner_text(struct call *call, const struct issued *issued)
{
    return arena_printf(call->arena, "%s's ticket of exchange %" PRIu64,
                        issued->user ? issued->user : "a guest",
                        issued->exchange);
}

static const char *unchanged_text(struct call *call,
                                  const struct issued *issued)
{
    const char *owner = owner_text(call, issued);

    if (issued->broken) {
        return arena_printf(call->arena,
                            "it is %s, unchanged: what is wrong with it a step "
                            "made so",
                            owner);
    }
    if (issued->pool && call->pool && issued->pool != call->pool->fqdn &&
        strcmp(issued->pool, call->pool->fqdn) != 0) {
        return arena_printf(call->arena,
                            "it is %s, unchanged, which pool %s issued and %s "
                            "does not take (protocol: webticket 5.6)",
                            owner, issued->pool, call->pool->fqdn);
    }
    return arena_printf(call->arena,
                        "it is %s, unchanged: the session's keys are others "
                        "by now",
                        owner);
}

static const char *of_other_session(struct call *call, const char *presented)
{
    const struct sessions *sessions = call->services->sessions;
    struct session_entry entry;

    for (size_t i = 0; i < OTHERS_MAX && sessions_at(sessions, i, &entry);
         i++) {
        struct ticket_change change = {0};
        const struct issued *issued =
            entry.session == call->session
                ? NULL
                : matched(call, entry.session, presented, &change);

        if (issued && !change.what) {
            return arena_printf(call->arena,
                                "it is %s of session %s: each session has keys "
                                "of its own",
                                owner_text(call, issued),
                                session_name(entry.session));
        }
    }
    return NULL;
}

static const char *bytes_why(struct call *call, const char *presented)
{
    struct ticket_change change;
    const struct issued *issued =
        matched(call, call->session, presented, &change);
    const char *other;

    if (issued && change.what) {
        return arena_printf(call->arena,
                            "it is %s, %s: a client gives it back as it got "
                            "it (protocol: webticket 5.3)",
                            owner_text(call, issued), change.what);
    }
    if (issued) {
        return unchanged_text(call, issued);
    }
    other = of_other_session(call, presented);
    return other ? other
                 : "no ticket of this session was like it: it is from an "
                   "earlier run, another server, or long ago";
}

/* ---- Times ---- */

static const char *away(struct arena *arena, int64_t ns)
{
    int64_t seconds = ns / ENV_NS_PER_SEC;

    if (seconds < 600) {
        return arena_printf(arena, "%" PRId64 " s", seconds);
    }
    if (seconds < INT64_C(36000)) {
        return arena_printf(arena, "%" PRId64 " min", seconds / 60);
    }
    return arena_printf(arena, "%" PRId64 " h", seconds / 3600);
}

/* By whose clock: the world's may be moved. */
static const char *clock_text(struct call *call)
{
    int64_t moved = call->now - env_now(call->services->env);
    int64_t by = moved < 0 ? -moved : moved;

    return by < ENV_NS_PER_SEC
               ? "the server's clock"
               : arena_printf(call->arena,
                              "the world's clock, which is %s %s the real one",
                              away(call->arena, by),
                              moved < 0 ? "behind" : "ahead of");
}

static const char *times_why(struct call *call, enum ticket_flaw flaw,
                             const struct ticket *ticket)
{
    int64_t ago = call->now - ticket->expires;

    if (flaw == TICKET_EXPIRED) {
        return arena_printf(call->arena,
                            "it expired %s ago, at %s by %s: a client asks for "
                            "another one before Lifetime/Expires (protocol: "
                            "webticket 5.5)",
                            away(call->arena, ago),
                            stamp_iso(call->arena, ticket->expires),
                            clock_text(call));
    }
    return arena_printf(call->arena,
                        "it is not valid yet: issued for %s, and it is %s by "
                        "%s (protocol: webticket 5.5)",
                        stamp_iso(call->arena, ticket->issued),
                        stamp_iso(call->arena, call->now), clock_text(call));
}

static const char *audience_why(struct call *call, const struct ticket *ticket)
{
    return arena_printf(
        call->arena,
        "it is for %s, and was shown at %s: AppliesTo of its "
        "request names what it opens ([MS-OCAUTHWS] 1.3.1)",
        ticket->audience,
        call_url(call, call->ex->request.host, call->ex->request.path));
}

const char *issued_why(struct call *call, const char *presented,
                       enum ticket_flaw flaw, const struct ticket *ticket)
{
    const char *why = NULL;

    switch (flaw) {
    case TICKET_VALID:
        return NULL;
    case TICKET_EXPIRED:
    case TICKET_NOT_YET_VALID:
        why = times_why(call, flaw, ticket);
        break;
    case TICKET_WRONG_AUDIENCE:
        why = audience_why(call, ticket);
        break;
    case TICKET_GARBAGE:
    case TICKET_BAD_SIGNATURE:
    case TICKET_OTHER_POOL:
        why = bytes_why(call, presented);
        break;
    }
    return arena_printf(call->arena, "the web ticket was refused: %s", why);
}
