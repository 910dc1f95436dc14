/* oauth-error: an error of the OAuth token endpoint. */
#include "config.h"

#include "scenario/expand.h"
#include "scenario/fault.h"
#include "wire/diagnostics.h"

#define AT(member)                                                             \
    .offset = offsetof(struct oauth_say, member),                              \
    .size = sizeof(((struct oauth_say *)0)->member)

static const struct setting params[] = {
    {{"oauth-error", "text", "the member `error`, such as invalid_grant"},
     .type = setting_text,
     AT(error)},
    {{"oauth-error.error", "text", "the same, beside the others"},
     .type = setting_text,
     AT(error)},
    {{"oauth-error.description", "text", "error_description"},
     .type = setting_text,
     AT(description)},
    {{"oauth-error.passive-uri", "text",
      "ms_rtc_passiveauthuri: the page where a passive sign-in begins"},
     .type = setting_text,
     AT(passive_uri)},
    {{"oauth-error.diagnostics", "number", "X-Ms-diagnostics beside it"},
     .type = setting_count,
     AT(diagnostics)},
    {{"oauth-error.status", "100-599", "by default 400"},
     .type = setting_status,
     AT(status)},
    {.info = {NULL, NULL, NULL}},
};

static bool oauth_error_check(const void *data, enum point at UNUSED,
                              struct err *err)
{
    const struct oauth_say *asked = data;
    AUTO(arena) arena = arena_new();

    if (!asked->error || !*asked->error) {
        return err_set(err, "oauth-error.error: expected a word such as "
                            "invalid_grant or invalid_client");
    }
    if (asked->diagnostics && !diagnostic(asked->diagnostics)) {
        return err_set(err, "oauth-error.diagnostics: expected one of %s",
                       diagnostic_ids(arena));
    }
    return (!asked->description || expand_check(asked->description, err)) &&
           (!asked->passive_uri || expand_check(asked->passive_uri, err));
}

static void oauth_error_reply(const void *data, struct subject *subject)
{
    const struct subject_forms *forms = subject->forms;
    struct oauth_say say = *(const struct oauth_say *)data;

    if (say.description) {
        say.description = forms->expand(subject->forms_ctx, say.description);
    }
    if (say.passive_uri) {
        say.passive_uri = forms->expand(subject->forms_ctx, say.passive_uri);
    }
    forms->oauth_error(subject->forms_ctx, &say);
}

extern const struct fault fault_oauth_error;
const struct fault fault_oauth_error = {
    .name = "oauth-error",
    .title = "an error of the OAuth token endpoint",
    .doc = "JSON with the member `error`, status 400 and the headers that the "
           "product has there. The words are those of RFC 6749 (invalid_grant, "
           "invalid_client, invalid_scope ...), or any other. With passive-uri "
           "and invalid_grant it is what a server answers whose users sign in "
           "at a page alone.",
    .spec = "RFC 6749 5.2; protocol: discover 4",
    .example = "{error: invalid_grant, diagnostics: 28020}",
    .subjects = SUBJECT_OAUTH,
    .order = FAULT_FORM,
    .params = params,
    .size = sizeof(struct oauth_say),
    .check = oauth_error_check,
    .reply = oauth_error_reply,
};
