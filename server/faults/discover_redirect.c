/* discover-redirect: lyncdiscover's own way to send a client elsewhere. */
#include "config.h"

#include "scenario/expand.h"
#include "scenario/fault.h"

struct redirect_params {
    const char *to;
};

static const struct setting params[] = {
    {{"discover-redirect", "URL", "the Root to ask next; ${...} is replaced"},
     .type = setting_text,
     .offset = offsetof(struct redirect_params, to),
     .size = sizeof(const char *)},
    {.info = {NULL, NULL, NULL}},
};

static bool redirect_check(const void *data, enum point at UNUSED,
                           struct err *err)
{
    const struct redirect_params *asked = data;

    return expand_check(asked->to, err);
}

static void redirect_reply(const void *data, struct subject *subject)
{
    const struct redirect_params *asked = data;

    subject->forms->discover_redirect(
        subject->forms_ctx,
        subject->forms->expand(subject->forms_ctx, asked->to));
}

extern const struct fault fault_discover_redirect;
const struct fault fault_discover_redirect = {
    .name = "discover-redirect",
    .title = "an Autodiscover answer that leads elsewhere",
    .doc = "The answer is good, in the form that the client's Accept chose, "
           "and holds nothing but a Redirect link to this URL. To lead the "
           "client in circles, name the Root that it asks: "
           "https://${host}:${port}/Autodiscover/AutodiscoverService.svc/root.",
    .spec = "protocol: discover 2.7",
    .example = "'https://lyncdiscover.fabrikam.test/'",
    .subjects = SUBJECT_DISCOVER,
    .order = FAULT_FORM,
    .params = params,
    .size = sizeof(struct redirect_params),
    .check = redirect_check,
    .reply = redirect_reply,
};
