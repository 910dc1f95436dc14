/* account: what becomes of a user's account once the answer is sent. */
#include "config.h"

#include "scenario/fault.h"

#define STATES "good|disabled|locked|expired|must-change|no-sip|unknown"

_Static_assert(USER_GOOD == 0 && USER_UNKNOWN == 6, "as user.NAME.state");

struct account_params {
    enum user_state state;
    bool state_given;
    const char *password;
};

#define AT(member)                                                             \
    .offset = offsetof(struct account_params, member),                         \
    .size = sizeof(((struct account_params *)0)->member)
#define GIVEN(member) .given = offsetof(struct account_params, member)

static const struct setting params[] = {
    {{"account", STATES, "the state of the account"},
     .type = setting_word,
     AT(state),
     GIVEN(state_given)},
    {{"account.state", STATES, "the same, beside account.password"},
     .type = setting_word,
     AT(state),
     GIVEN(state_given)},
    {{"account.password", "text", "the password, in UTF-8"},
     .type = setting_text,
     AT(password)},
    {.info = {NULL, NULL, NULL}},
};

struct change {
    const struct user *user;
    const struct account_params *asked; /* the scenario's */
};

static void commit(void *data)
{
    const struct change *change = data;

    if (change->asked->state_given) {
        user_change_state(change->user, change->asked->state);
    }
    if (change->asked->password) {
        user_change_password(change->user, change->asked->password);
    }
}

static bool account_check(const void *data, enum point at UNUSED,
                          struct err *err)
{
    const struct account_params *asked = data;

    return asked->state_given || asked->password ||
           err_set(err, "expected account.state or account.password");
}

static void change(const void *data, struct subject *subject)
{
    struct change *change;

    if (!subject->user) {
        exchange_unchanged(subject->ex, "step",
                           "account changes nothing: nobody is known here");
        return;
    }
    change = arena_alloc(subject->ex->arena, sizeof(*change));
    *change = (struct change){subject->user, data};
    exchange_effect(subject->ex, commit, change);
}

/* The KDC has no reply that could be planned: its answer follows. */
static void account_plan(const void *data, struct subject *subject)
{
    if (subject->kdc) {
        change(data, subject);
    }
}

static void account_reply(const void *data, struct subject *subject)
{
    change(data, subject);
}

extern const struct fault fault_account;
const struct fault fault_account = {
    .name = "account",
    .title = "the user's account is another from here on",
    .doc = "Once the answer of this exchange is sent, for all protocols at "
           "once: an administrator disables the account between two requests, "
           "or a password changes on another device. The user is the one that "
           "is known at the point. Wrong passwords counted so far are "
           "forgotten. A reset, a stall or another reply in the place of this "
           "one changes no account. What has been proven stays proven: a "
           "connection that is authenticated, a Kerberos ticket, a web ticket.",
    .spec = "the settings user.NAME.state and user.NAME.password",
    .example = "{state: disabled}",
    .subjects = SUBJECT_ACCOUNT,
    .order = FAULT_EFFECT,
    .params = params,
    .size = sizeof(struct account_params),
    .check = account_check,
    .plan = account_plan,
    .reply = account_reply,
};
