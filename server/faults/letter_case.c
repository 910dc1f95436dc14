/* case: values in other letters */
#include "config.h"

#include "faults/editing.h"
#include "util/utf.h"

enum letter_case {
    CASE_UPPER,
    CASE_LOWER,
};

struct letter_case_params {
    struct edit_where where;
    enum letter_case to;
};

#define AT(member)                                                             \
    .offset = offsetof(struct letter_case_params, member),                     \
    .size = sizeof(((struct letter_case_params *)0)->member)

static const struct setting params[] = {
    EDIT_WHERE("case"),
    {{"case.to", "upper|lower", "which letters"}, .type = setting_word, AT(to)},
    {.info = {NULL, NULL, NULL}},
};

static void letter_case_change(struct edit *edit, const struct spot *spots,
                               size_t count, const void *data)
{
    const struct letter_case_params *asked = data;

    for (size_t i = 0; i < count; i++) {
        const char *text = edit_value(edit, &spots[i]);

        if (text) {
            text = asked->to == CASE_UPPER
                       ? utf8_upper(edit_arena(edit), text)
                       : arena_lower(edit_arena(edit), text);
            edit_put_value(edit, &spots[i], edit_quote(edit, &spots[i], text));
        }
    }
}

static void letter_case_reply(const void *data, struct subject *subject)
{
    edit_reply(subject, "case", letter_case_change, data);
}

extern const struct fault fault_letter_case;
const struct fault fault_letter_case = {
    .name = "case",
    .title = "values in capital or small letters",
    .doc = "The value of an attribute or member, or the text of an "
           "element, in the other case. Tokens of discovery are compared "
           "without regard to it.",
    .spec = "protocol: discover 6, F-81",
    .example = "{path: //Link/@token, to: upper}",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct letter_case_params),
    .check = edit_where_check,
    .reply = letter_case_reply,
};
