/* redirect: the client is sent elsewhere by HTTP. */
#include "config.h"

#include "scenario/expand.h"
#include "scenario/fault.h"

struct redirect_params {
    const char *to;
    unsigned status; /* its place among the words, from 1; 0: the first */
};

static const struct setting params[] = {
    {{"redirect", "URL", "Location; ${...} is replaced"},
     .type = setting_text,
     .offset = offsetof(struct redirect_params, to),
     .size = sizeof(const char *)},
    {{"redirect.to", "URL", "the same, beside redirect.status"},
     .type = setting_text,
     .offset = offsetof(struct redirect_params, to),
     .size = sizeof(const char *)},
    {{"redirect.status", "302|301|303|307|308", "by default 302"},
     .type = setting_word,
     .offset = offsetof(struct redirect_params, status),
     .size = sizeof(unsigned),
     .first = 1},
    {.info = {NULL, NULL, NULL}},
};

static bool redirect_check(const void *data, enum point at UNUSED,
                           struct err *err)
{
    const struct redirect_params *asked = data;

    if (!asked->to || !*asked->to) {
        return err_set(err, "redirect.to: expected a URL");
    }
    return expand_check(asked->to, err);
}

static void redirect_reply(const void *data, struct subject *subject)
{
    static const unsigned statuses[] = {302, 302, 301, 303, 307, 308};
    const struct redirect_params *asked = data;

    subject->forms->redirect(
        subject->forms_ctx, statuses[asked->status],
        subject->forms->expand(subject->forms_ctx, asked->to));
}

extern const struct fault fault_redirect;
const struct fault fault_redirect = {
    .name = "redirect",
    .title = "an HTTP redirect",
    .doc = "The reply has this status and Location, with the page of IIS. "
           "The URL may be relative, lead elsewhere, or back here: it is sent "
           "as it stands, with ${...} replaced. Lyncdiscover redirects in its "
           "body: see discover-redirect.",
    .spec = "RFC 9110 section 15.4",
    .example = "{to: 'https://lyncweb.contoso.test/', status: 307}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FORM,
    .params = params,
    .size = sizeof(struct redirect_params),
    .check = redirect_check,
    .reply = redirect_reply,
};
