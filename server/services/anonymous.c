/*
 * The web ticket service's port for the guests of a meeting. How a client asks
 * there was never published: what is taken for a request is protocol: webticket
 * 4.5, and settings narrow it.
 */
#include "config.h"

#include <string.h>

#include "auth/password.h"
#include "services/credentials.h"
#include "services/issue.h"
#include "services/reach.h"
#include "services/soap_reply.h"
#include "services/verdict.h"
#include "ticket/guid.h"
#include "wire/diagnostics.h"
#include "wire/uris.h"

#define PATH WEBTICKET_PATH "/Anon"

static const char *const trust_uris[] = {URI_TRUST, URI_TRUST_SLASH,
                                         URI_TRUST_200502, NULL};

/* ---- Which meeting ---- */

static const struct meeting *meeting_in_text(struct call *call,
                                             const char *text)
{
    const struct meeting *meeting = world_meeting(call->world, text);
    const char *decoded;

    if (meeting) {
        return meeting;
    }
    decoded = credentials_decode(call->arena, text);
    return decoded ? world_meeting(call->world, decoded) : NULL;
}

/* In the text of an element that holds nothing else, here or further down. */
static const struct meeting *meeting_below(struct call *call,
                                           const xmlNode *node)
{
    const struct meeting *meeting = NULL;

    if (node && !xml_first(node)) {
        return meeting_in_text(call, xml_text(call->arena, node));
    }
    for (const xmlNode *n = xml_first(node); n && !meeting; n = xml_next(n)) {
        meeting = meeting_below(call, n);
    }
    return meeting;
}

static const struct meeting *find_meeting(struct call *call,
                                          const struct soap *request,
                                          const struct usertoken *token)
{
    const xmlNode *claims = xml_child(request->body, trust_uris, "Claims");
    const struct meeting *meeting;

    switch (call->world->anonymous.uri_in) {
    case ANONYMOUS_URI_ANYWHERE:
        meeting = meeting_below(call, request->body);
        return meeting ? meeting : meeting_below(call, request->header);
    case ANONYMOUS_URI_CLAIMS:
        return meeting_below(call, claims);
    case ANONYMOUS_URI_USERTOKEN:
        return token->name ? meeting_in_text(call, token->name) : NULL;
    }
    return NULL;
}

/* ---- Whether to let the guest in ---- */

/* As it stands, or in base64; the key is looked for where 4.5 guesses it. */
static bool key_fits(struct call *call, const struct meeting *meeting,
                     const struct usertoken *token)
{
    const char *sent = token->password;
    const char *decoded = sent ? credentials_decode(call->arena, sent) : NULL;
    bool fits;

    if (call->world->anonymous.key == ANONYMOUS_KEY_IGNORE) {
        return true;
    }
    if (!sent) {
        return call->world->anonymous.key == ANONYMOUS_KEY_CHECK;
    }
    /* Both are compared, whatever the first one says. */
    fits = auth_same_secret(sent, meeting->key);
    return auth_same_secret(decoded ? decoded : sent, meeting->key) || fits;
}

static enum guest_reason objection(struct call *call,
                                   const struct meeting *meeting,
                                   const struct usertoken *token)
{
    if (!meeting) {
        return GUEST_REASON_UNKNOWN_MEETING;
    }
    if (meeting->state == MEETING_ENDED) {
        return GUEST_REASON_MEETING_ENDED;
    }
    return key_fits(call, meeting, token) ? GUEST_REASON_NONE
                                          : GUEST_REASON_WRONG_KEY;
}

static void refuse(struct call *call, const struct soap *request,
                   enum guest_reason reason)
{
    static const char *const texts[GUEST_REASON_COUNT] = {
        [GUEST_REASON_UNKNOWN_MEETING] =
            "no conference URI of a known meeting was found in the request",
        [GUEST_REASON_MEETING_ENDED] = "the meeting has ended",
        [GUEST_REASON_WRONG_KEY] = "the conference key is wrong",
    };

    call_reach(call, POINT_WEBTICKET_FAULT);
    soap_reply_diagnostic(call, request, DIAGNOSTIC_NO_TOKEN);
    exchange_why(call->ex, "anonymous.refused", "%s", texts[reason]);
}

/* Its conferences are on the organizer's pool; a ticket is good on its own. */
static void remark_meeting(struct call *call, const struct meeting *meeting)
{
    const struct user *organizer = world_user(call->world, meeting->organizer);

    exchange_remark(call->ex, "anonymous.meeting", "%s", meeting->uri);
    if (organizer && organizer->home >= 0 &&
        call->pool != &call->world->pools[organizer->home]) {
        exchange_remark(call->ex, "anonymous.pool",
                        "the organizer is homed on another pool");
    }
}

static enum call_result admit(struct call *call, const struct soap *request)
{
    struct identity who = {0};
    struct usertoken token;
    enum guest_reason reason;
    const char *text;

    /* What is wrong with a token that need not be there is no matter. */
    usertoken_decode(call->arena, request, &token, &text);
    call->ex->facts.auth = "anonymous";
    call_reach(call, POINT_WEBTICKET_GUEST);
    who.meeting = find_meeting(call, request, &token);
    reason = objection(call, who.meeting, &token);
    verdict_guest(call, reason);
    if (who.meeting) {
        remark_meeting(call, who.meeting);
    }
    call_reach(call, POINT_ANONYMOUS_VERDICT);
    verdict_force_guest(call, who.meeting, &reason);
    if (reason != GUEST_REASON_NONE) {
        refuse(call, request, reason);
        return CALL_DONE;
    }
    who.guest = guid_random(call->env, call->arena);
    exchange_remark(call->ex, "anonymous.guest", "%s",
                    ticket_guest_sip(call->arena, who.guest));
    return issue_token(call, request, &who);
}

static enum call_result issue_anonymous(struct call *call)
{
    struct soap request;

    if (!call->world->offer.anonymous) {
        call_reach(call, POINT_WEBTICKET_NOT_OFFERED);
        product_not_offered(call);
        return CALL_DONE;
    }
    if (!soap_read(call, &request)) {
        return CALL_DONE;
    }
    return admit(call, &request);
}

/* OPTIONS is no attempt to join, nor is anything else but POST. */
static const struct route routes[] = {
    {
        .path = PATH,
        .methods = METHOD_POST,
        .operation = "webticket.issue",
        .point = POINT_ANONYMOUS_VERDICT,
        .handle = issue_anonymous,
    },
    {.path = NULL},
};

extern const struct service service_anonymous;
const struct service service_anonymous = {
    .name = "anonymous",
    .spec = "[MS-OCAUTHWS] 3.2.4.1; protocol: webticket 4.5",
    .doc = "IssueToken: web tickets for the guests of a meeting",
    .routes = routes,
};
