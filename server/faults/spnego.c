/* spnego: another mechanism, a rejection, another mechListMIC. */
#include "config.h"

#include "scenario/fault.h"

struct spnego_params {
    enum negotiate_mech mech;
    unsigned reject;
    enum negotiate_mic mech_list_mic;
};

_Static_assert(NEGOTIATE_MECH_KRB5 == 1 && NEGOTIATE_MECH_NTLM == 2 &&
                   NEGOTIATE_MECH_NEGOEX == 3 && NEGOTIATE_MIC_OMIT == 1 &&
                   NEGOTIATE_MIC_WRONG == 2 && NEGOTIATE_MIC_SEND == 3,
               "words begin at 1");

#define AT(member)                                                             \
    .offset = offsetof(struct spnego_params, member),                          \
    .size = sizeof(((struct spnego_params *)0)->member)

static const struct setting params[] = {
    {{"spnego.mech", "krb5|ntlm|negoex",
      "the mechanism to pick, whether the client has it or not; at "
      "negotiate.init"},
     .type = setting_word,
     AT(mech),
     .first = NEGOTIATE_MECH_KRB5},
    {{"spnego.reject", "yes|true|on",
      "NegTokenResp with negState reject, and no more; at negotiate.init"},
     .type = setting_word,
     AT(reject),
     .first = 1},
    {{"spnego.mech-list-mic", "omit|wrong|send",
      "mechListMIC; send: also where none is due; at negotiate.answer"},
     .type = setting_word,
     AT(mech_list_mic),
     .first = NEGOTIATE_MIC_OMIT},
    {.info = {NULL, NULL, NULL}},
};

static bool spnego_check(const void *data, enum point at, struct err *err)
{
    const struct spnego_params *asked = data;
    bool begins = at == POINT_NEGOTIATE_INIT;

    if (!asked->mech && !asked->reject && !asked->mech_list_mic) {
        return err_set(err, "expected mech, reject or mech-list-mic");
    }
    if (begins && asked->mech_list_mic) {
        return err_set(err,
                       "spnego.mech-list-mic goes with the last token of a "
                       "sign-in; say it at %s",
                       point_info(POINT_NEGOTIATE_ANSWER)->name);
    }
    if (!begins && (asked->mech || asked->reject)) {
        return err_set(err,
                       "spnego.%s has no effect any more at %s; say it at %s",
                       asked->mech ? "mech" : "reject", point_info(at)->name,
                       point_info(POINT_NEGOTIATE_INIT)->name);
    }
    return !asked->mech || !asked->reject ||
           err_set(err, "spnego.mech and spnego.reject: expected one of them");
}

static void spnego_plan(const void *data, struct subject *subject)
{
    const struct spnego_params *asked = data;
    struct negotiate_plan *plan = subject->negotiate;

    plan->mech = asked->mech ? asked->mech : plan->mech;
    plan->reject = asked->reject || plan->reject;
    plan->mech_list_mic =
        asked->mech_list_mic ? asked->mech_list_mic : plan->mech_list_mic;
}

extern const struct fault fault_spnego;
const struct fault fault_spnego = {
    .name = "spnego",
    .title = "SPNEGO picks another mechanism, rejects, or signs wrongly",
    .doc = "At negotiate.init, as the client's list of mechanisms is here: "
           "mech picks one that is not its first, or none that it has, and "
           "reject ends it. At negotiate.answer mech-list-mic changes what "
           "protects the choice. To withdraw Negotiate altogether, `offer: "
           "{windows: [NTLM]}` at http.request; to let it pick NTLM as though "
           "there was no Kerberos, `offer: {kerberos: no}`.",
    .spec = "RFC 4178 sections 4.2.2, 5",
    .example = "{mech: ntlm}",
    .examples = (const char *const[]){"{mech-list-mic: wrong}", NULL},
    .subjects = SUBJECT_SPNEGO | SUBJECT_AP,
    .order = FAULT_BODY,
    .params = params,
    .size = sizeof(struct spnego_params),
    .check = spnego_check,
    .plan = spnego_plan,
};
