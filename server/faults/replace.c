/* replace: another text, or other markup, in an element, attribute or member */
#include "config.h"

#include "faults/editing.h"
#include "scenario/expand.h"

struct replace_params {
    struct edit_where where;
    const char *with;
    const char *markup;
};

#define AT(member)                                                             \
    .offset = offsetof(struct replace_params, member),                         \
    .size = sizeof(((struct replace_params *)0)->member)

static const struct setting params[] = {
    EDIT_WHERE("replace"),
    {{"replace.with", "text",
      "the new text; ${...} is replaced, and what XML or JSON need escaped is"},
     .type = setting_text,
     AT(with)},
    {{"replace.markup", "text",
      "the new content as it is, elements or JSON; ${...} is replaced"},
     .type = setting_text,
     AT(markup)},
    {.info = {NULL, NULL, NULL}},
};

static bool replace_check(const void *data, enum point at, struct err *err)
{
    const struct replace_params *asked = data;
    const char *text = asked->with ? asked->with : asked->markup;

    if (!asked->with == !asked->markup) {
        return err_set(err, "expected one of replace.with and replace.markup");
    }
    return expand_check(text, err) && edit_where_check(data, at, err);
}

static void replace_change(struct edit *edit, const struct spot *spots,
                           size_t count, const void *data)
{
    const struct replace_params *asked = data;

    for (size_t i = 0; i < count; i++) {
        edit_put_value(edit, &spots[i],
                       asked->with ? edit_quote(edit, &spots[i], asked->with)
                                   : span_text(asked->markup));
    }
}

static void replace_reply(const void *data, struct subject *subject)
{
    const struct subject_forms *forms = subject->forms;
    struct replace_params asked = *(const struct replace_params *)data;

    if (asked.with) {
        asked.with = forms->expand(subject->forms_ctx, asked.with);
    }
    if (asked.markup) {
        asked.markup = forms->expand(subject->forms_ctx, asked.markup);
    }
    edit_reply(subject, "replace", replace_change, &asked);
}

extern const struct fault fault_replace;
const struct fault fault_replace = {
    .name = "replace",
    .title = "another text by path",
    .doc = "The value of an attribute or member, or all that is in an "
           "element. In JSON a number stays one where the new text is one "
           "too. The signature over a SAML assertion does not survive a "
           "change within it, which may be what is wanted.",
    .spec = "protocol: discover 6, F-63 to F-66",
    .example = "{path: //@AccessLocation, with: Elsewhere}",
    .examples =
        (const char *const[]){"{path: //@AccessLocation, markup: Elsewhere}",
                              "{path: //Link, markup: '<Link/>'}", NULL},
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct replace_params),
    .check = replace_check,
    .reply = replace_reply,
};
