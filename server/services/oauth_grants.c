/*
 * The grants of the OAuth token endpoint, see oauth.h: who proves what, and by
 * which parameters. protocol: discover 4.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "auth/password.h"
#include "checks/checks.h"
#include "services/gate.h"
#include "services/oauth.h"
#include "services/reach.h"
#include "services/verdict.h"
#include "ticket/guid.h"
#include "util/attr.h"
#include "util/guard.h"
#include "wire/diagnostics.h"

const char *oauth_parameter(const struct form *form, const char *name)
{
    const char *value = form_value(form, name);

    return value && *value ? value : NULL;
}

/* Its value; NULL: it is missing, and the refusal is planned. */
static const char *required(struct call *call, const struct form *form,
                            const char *name)
{
    const char *value = oauth_parameter(form, name);

    if (!value) {
        exchange_why(call->ex, "oauth.missing",
                     "the parameter %s is missing or empty", name);
        check_report(call->ex, "OA-004", "body", span_text(name),
                     "the parameter %s is missing or empty", name);
        oauth_refuse(call, OAUTH_INVALID_REQUEST, 0);
    }
    return value;
}

static bool refuse_credentials(struct call *call)
{
    return oauth_refuse(call, OAUTH_INVALID_GRANT, DIAGNOSTIC_NO_TOKEN);
}

/* GUESS: at the web ticket service this number comes with 403; here every
 * error that is seen comes with 400. */
static bool enabled(struct call *call, const struct user *user)
{
    return user_state_now(user) != USER_NO_SIP ||
           oauth_refuse(call, OAUTH_INVALID_GRANT, DIAGNOSTIC_NO_SIP);
}

/* ---- password ---- */

static bool offers_password(const struct world *world)
{
    return world->offer.soap;
}

static bool judge_password(struct call *call, const struct form *form,
                           struct identity *out_who)
{
    const char *name = required(call, form, "username");
    const char *password = name ? required(call, form, "password") : NULL;
    struct auth_outcome outcome;

    if (!password) {
        return false;
    }
    outcome = verdict_password(call, "password", name, password);
    call_reach(call, POINT_OAUTH_VERDICT);
    verdict_settle(call, &outcome);
    if (outcome.verdict != AUTH_ACCEPTED) {
        verdict_why(call, &outcome);
        return refuse_credentials(call);
    }
    out_who->user = outcome.user;
    return enabled(call, outcome.user);
}

/* ---- urn:microsoft.rtc:windows ---- */

static bool offers_windows(const struct world *world)
{
    return world->offer.windows_count > 0;
}

static bool judge_windows(struct call *call, const struct form *form,
                          struct identity *out_who)
{
    if (form_value(form, "username") || form_value(form, "password")) {
        exchange_why(call->ex, "oauth.surplus",
                     "username and password must not be there");
        check_report(call->ex, "OA-005", "body", SPAN_NONE,
                     "username and password have no place in a grant that HTTP "
                     "Negotiate or NTLM proves");
        return oauth_refuse(call, OAUTH_INVALID_REQUEST, 0);
    }
    call_reach(call, POINT_OAUTH_WINDOWS);
    if (!call->user && gate_pass(call, GATE_WINDOWS) == GATE_CLOSED) {
        return false;
    }
    out_who->user = call->user;
    return enabled(call, call->user);
}

/* ---- urn:microsoft.rtc:anonmeeting ---- */

static bool offers_guests(const struct world *world)
{
    return world->offer.anonymous;
}

/*
 * The identity that an earlier token of the same meeting gave. It may have
 * expired since: the conference key is what proves the guest (GUESS). NULL: it
 * is no such token.
 */
static const char *renewed(struct call *call, const struct meeting *meeting,
                           const char *token)
{
    struct ticket old;
    unsigned held = guard_pause();
    enum ticket_flaw flaw = ticket_open(call->ticket_keys, call->arena, token,
                                        call->now, call->pool, &old);

    guard_resume(held);
    if ((flaw != TICKET_VALID && flaw != TICKET_EXPIRED) || !old.guest ||
        strcasecmp(old.meeting, meeting->uri) != 0) {
        return NULL;
    }
    exchange_remark(call->ex, "oauth.renewed", "%s", old.id);
    return old.guest;
}

/* Whether the guest may come in, and who he is then. */
static enum guest_reason admit(struct call *call, const struct form *form,
                               const char *key, struct identity *who)
{
    const struct meeting *meeting = who->meeting;
    const char *old = oauth_parameter(form, "ms_rtc_renew");
    bool same =
        auth_same_secret(key, meeting ? meeting->key : "no such meeting");

    if (!meeting) {
        return GUEST_REASON_UNKNOWN_MEETING;
    }
    if (!same) {
        return GUEST_REASON_WRONG_KEY;
    }
    if (meeting->state != MEETING_OPEN) {
        return GUEST_REASON_MEETING_ENDED;
    }
    if (old) {
        call_reach(call, POINT_OAUTH_RENEW);
    }
    who->guest =
        old ? renewed(call, meeting, old) : guid_random(call->env, call->arena);
    return who->guest ? GUEST_REASON_NONE : GUEST_REASON_BAD_TOKEN;
}

static bool deny_guest(struct call *call, enum guest_reason reason)
{
    static const char *const texts[GUEST_REASON_COUNT] = {
        [GUEST_REASON_UNKNOWN_MEETING] = "unknown meeting",
        [GUEST_REASON_MEETING_ENDED] = "the meeting has ended",
        [GUEST_REASON_WRONG_KEY] = "wrong conference key",
        [GUEST_REASON_BAD_TOKEN] = "no guest's token in ms_rtc_renew",
    };

    exchange_why(call->ex, "anonymous.refused", "%s", texts[reason]);
    return refuse_credentials(call);
}

static bool judge_guest(struct call *call, const struct form *form,
                        struct identity *out_who)
{
    const char *uri = required(call, form, "ms_rtc_conferenceuri");
    const char *key = uri ? required(call, form, "password") : NULL;
    enum guest_reason reason;

    if (!key) {
        return false;
    }
    call->ex->facts.auth = "anonymous";
    out_who->meeting = world_meeting(call->world, uri);
    reason = admit(call, form, key, out_who);
    verdict_guest(call, reason);
    call_reach(call, POINT_OAUTH_VERDICT);
    verdict_force_guest(call, out_who->meeting, &reason);
    if (reason == GUEST_REASON_NONE && !out_who->guest) {
        out_who->guest = guid_random(call->env, call->arena);
    }
    return reason == GUEST_REASON_NONE || deny_guest(call, reason);
}

/* ---- urn:microsoft.rtc:passive ---- */

static bool offers_always(const struct world *world UNUSED)
{
    return true;
}

/* The page of AD FS that gives the cookie is not emulated: nobody has one. */
static bool judge_passive(struct call *call, const struct form *form UNUSED,
                          struct identity *out_who UNUSED)
{
    exchange_why(call->ex, "auth.refused",
                 "a passive sign-in needs a cookie that this server never "
                 "gives");
    call_reach(call, POINT_OAUTH_PASSIVE);
    return oauth_refuse_passive(call);
}

/* ---- All of them, as the product lists them ---- */

static const struct oauth_grant grants[] = {
    {"urn:microsoft.rtc:windows", offers_windows, true, judge_windows},
    {"urn:microsoft.rtc:anonmeeting", offers_guests, true, judge_guest},
    {"password", offers_password, true, judge_password},
    {"urn:microsoft.rtc:passive", offers_always, false, judge_passive},
};

const struct oauth_grant *oauth_grant(const struct world *world,
                                      const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(grants); i++) {
        if (strcmp(grants[i].name, name) == 0) {
            return grants[i].offered(world) ? &grants[i] : NULL;
        }
    }
    return NULL;
}

const char *oauth_grants_text(struct arena *arena, const struct world *world)
{
    const char *text = "";

    for (size_t i = 0; i < ARRAY_SIZE(grants); i++) {
        if (grants[i].advertised && grants[i].offered(world)) {
            text = arena_printf(arena, "%s%s%s", text, *text ? "," : "",
                                grants[i].name);
        }
    }
    return text;
}
