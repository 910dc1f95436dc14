/* ntlm-leg: another answer to a leg of NTLM than its turn. */
#include "config.h"

#include "scenario/fault.h"

struct ntlm_leg_params {
    enum ntlm_turn answer;
};

_Static_assert(NTLM_TURN_CHALLENGE == 1 && NTLM_TURN_AGAIN == 2 &&
                   NTLM_TURN_BARE == 3,
               "words begin at 1");

static const struct setting params[] = {
    {{"ntlm-leg", "challenge|again|scheme",
      "challenge: a fresh challenge; again: the challenge of this handshake "
      "once more; scheme: 401 with the names of the schemes, and no token"},
     .type = setting_word,
     .offset = offsetof(struct ntlm_leg_params, answer),
     .size = sizeof(enum ntlm_turn),
     .first = NTLM_TURN_CHALLENGE},
    {.info = {NULL, NULL, NULL}},
};

static bool ntlm_leg_check(const void *data, enum point at, struct err *err)
{
    const struct ntlm_leg_params *asked = data;

    if (asked->answer == NTLM_TURN_BARE) {
        return true;
    }
    if (at == POINT_NTLM_NEGOTIATE) {
        return err_set(err,
                       "a challenge is the right answer at %s; an old one is "
                       "`ntlm-message: {challenge: stale}` at %s",
                       point_info(at)->name,
                       point_info(POINT_NTLM_CHALLENGE)->name);
    }
    return at != POINT_NTLM_OUT_OF_TURN || asked->answer != NTLM_TURN_AGAIN ||
           err_set(err,
                   "no challenge went before it at %s; expected challenge "
                   "or scheme",
                   point_info(at)->name);
}

static void ntlm_leg_plan(const void *data, struct subject *subject)
{
    const struct ntlm_leg_params *asked = data;

    subject->ntlm->turn = asked->answer;
}

extern const struct fault fault_ntlm_leg;
const struct fault fault_ntlm_leg = {
    .name = "ntlm-leg",
    .title = "a leg of NTLM is answered out of order",
    .doc = "At ntlm.authenticate a challenge in the place of the verdict: the "
           "last leg is not judged, and the client has to send another one. At "
           "ntlm.negotiate the handshake ends before it began. Where no token "
           "at all is wanted in a 200, `status: 200` does it there.",
    .spec = "[MS-NLMP] 3.2.5.1",
    .example = "challenge",
    .subjects = SUBJECT_NTLM_LEG,
    .order = FAULT_BODY,
    .params = params,
    .size = sizeof(struct ntlm_leg_params),
    .check = ntlm_leg_check,
    .plan = ntlm_leg_plan,
};
