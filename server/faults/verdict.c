/* verdict: accepted or refused, whatever the credentials are worth. */
#include "config.h"

#include <string.h>

#include "scenario/fault.h"

struct verdict_params {
    unsigned is; /* 1: accepted, 2: refused */
    const char *reason;
    const char *user;
};

enum { ACCEPTED = 1, REFUSED = 2 };

#define AT(member)                                                             \
    .offset = offsetof(struct verdict_params, member),                         \
    .size = sizeof(((struct verdict_params *)0)->member)

static const struct setting params[] = {
    {{"verdict", "accepted|refused", "what becomes of it"},
     .type = setting_word,
     AT(is),
     .first = ACCEPTED},
    {{"verdict.is", "accepted|refused", "the same, beside the others"},
     .type = setting_word,
     AT(is),
     .first = ACCEPTED},
    {{"verdict.reason", "text",
      "why it is refused, in the words of `when: {reason}`; at ticket.verdict "
      "in those of `when: {ticket}`"},
     .type = setting_text,
     AT(reason)},
    {{"verdict.user", "text",
      "the user it is accepted as; by default who it says"},
     .type = setting_user_name,
     AT(user)},
    {.info = {NULL, NULL, NULL}},
};

/* The reasons of each kind of credentials; services/ has what they mean. */
static const char *const sign_in_reasons[] = {
    "bad-token",  "unknown-user", "wrong-password",  "disabled",
    "locked",     "expired",      "must-change",     "anonymous",
    "version",    "mic",          "channel-binding", "spn",
    "clock-skew", "replay",       "ticket-expired",  NULL,
};
static const char *const guest_reasons[] = {
    "unknown-meeting",
    "meeting-ended",
    "wrong-key",
    NULL,
};
static const char *const ticket_reasons[] = {
    "expired",    "not-yet-valid",  "garbage", "bad-signature",
    "other-pool", "wrong-audience", NULL,
};

static bool is_among(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0) {
        words++;
    }
    return *words;
}

static bool fits(const char *word, enum point at)
{
    switch (at) {
    case POINT_TICKET_VERDICT:
        return is_among(word, ticket_reasons);
    case POINT_ANONYMOUS_VERDICT:
        return is_among(word, guest_reasons);
    case POINT_OAUTH_VERDICT:
        return is_among(word, sign_in_reasons) || is_among(word, guest_reasons);
    default:
        return is_among(word, sign_in_reasons);
    }
}

static bool check_accepted(const struct verdict_params *asked, enum point at,
                           struct err *err)
{
    if (asked->reason) {
        return err_set(err, "verdict.reason: what is accepted needs no reason");
    }
    if (at == POINT_AUTH_STANDING) {
        return err_set(err, "who stands there is accepted already; expected "
                            "refused");
    }
    return !asked->user || at != POINT_ANONYMOUS_VERDICT ||
           err_set(err, "verdict.user: a guest is no user");
}

static bool verdict_check(const void *data, enum point at, struct err *err)
{
    const struct verdict_params *asked = data;

    if (!asked->is) {
        return err_set(err, "verdict.is: expected accepted or refused");
    }
    if (asked->is == ACCEPTED) {
        return check_accepted(asked, at, err);
    }
    if (asked->user) {
        return err_set(err, "verdict.user goes with accepted alone");
    }
    if (asked->reason && at == POINT_AUTH_STANDING) {
        return err_set(err, "verdict.reason: there is none at %s",
                       point_info(at)->name);
    }
    return !asked->reason || fits(asked->reason, at) ||
           err_set(err,
                   "verdict.reason: \"%s\" is no reason at %s; `lyncmock "
                   "explain %s` lists them",
                   asked->reason, point_info(at)->name,
                   at == POINT_TICKET_VERDICT ? "ticket" : "reason");
}

static void verdict_plan(const void *data, struct subject *subject)
{
    const struct verdict_params *asked = data;

    *subject->verdict = (struct verdict_plan){
        .forced = true,
        .accepted = asked->is == ACCEPTED,
        .reason = asked->reason,
        .user = asked->user,
    };
}

extern const struct fault fault_verdict;
const struct fault fault_verdict = {
    .name = "verdict",
    .title = "credentials are accepted or refused, whatever they are worth",
    .doc = "What follows from it happens: who is accepted is signed in, and "
           "gets a ticket; who is refused gets the product's answer to that "
           "reason, and the connection is nobody's. But nobody's wrong "
           "passwords are counted, nor forgotten, and the journal says that "
           "the verdict was forced. No Kerberos service token and no "
           "mechListMIC comes with what a step accepts. At auth.standing "
           "`refused` forgets who the connection was.",
    .spec = "RFC 9110 section 11.6",
    .example = "{is: refused, reason: locked}",
    .examples = (const char *const[]){"{is: accepted, user: bob}", NULL},
    .subjects = SUBJECT_VERDICT,
    .order = FAULT_BODY,
    .params = params,
    .size = sizeof(struct verdict_params),
    .check = verdict_check,
    .plan = verdict_plan,
};
