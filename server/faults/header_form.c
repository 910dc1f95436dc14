/* header-form: the same headers, written in another way. */
#include "config.h"

#include "scenario/fault.h"

struct form_params {
    unsigned end;   /* enum write_end */
    unsigned names; /* enum write_case */
    unsigned order; /* enum write_order */
    bool fold;
    bool tight;
    bool endless;
};

#define AT(member)                                                             \
    .offset = offsetof(struct form_params, member),                            \
    .size = sizeof(((struct form_params *)0)->member)

static const struct setting params[] = {
    {{"header-form.line-end", "crlf|lf|cr", "how each line of the head ends"},
     .type = setting_word,
     AT(end)},
    {{"header-form.names", "usual|lower|upper", "the letters of names"},
     .type = setting_word,
     AT(names)},
    {{"header-form.order", "usual|reversed|sorted", "which comes first"},
     .type = setting_word,
     AT(order)},
    {{"header-form.fold", "yes|no", "each value begins on a line of its own"},
     .type = setting_flag,
     AT(fold)},
    {{"header-form.tight", "yes|no", "no space behind the colon"},
     .type = setting_flag,
     AT(tight)},
    {{"header-form.endless", "yes|no",
      "the empty line between head and body never comes"},
     .type = setting_flag,
     AT(endless)},
    {.info = {NULL, NULL, NULL}},
};

static bool form_check(const void *data, enum point at UNUSED, struct err *err)
{
    const struct form_params *asked = data;

    return asked->end || asked->names || asked->order || asked->fold ||
           asked->tight || asked->endless ||
           err_set(err, "expected something that is not as usual");
}

static void form_reply(const void *data, struct subject *subject)
{
    const struct form_params *asked = data;
    struct write_plan *write = exchange_write(subject->ex);

    write->end = (enum write_end)asked->end;
    write->names = (enum write_case)asked->names;
    write->order = (enum write_order)asked->order;
    write->fold = asked->fold;
    write->tight = asked->tight;
    write->endless = asked->endless;
}

extern const struct fault fault_header_form;
const struct fault fault_header_form = {
    .name = "header-form",
    .title = "the same headers, written in another way",
    .doc = "What the headers say stays. Names have no case, their order means "
           "nothing, and the space behind the colon is nobody's: a client "
           "that minds is wrong. A fold is obsolete, LF alone is to be "
           "taken, CR alone is not. Where the head does not end, no client "
           "can do a thing, and the connection ends.",
    .spec = "RFC 9112 sections 2.2 and 5",
    .example = "{names: lower, order: reversed, fold: yes}",
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FRAME,
    .params = params,
    .size = sizeof(struct form_params),
    .check = form_check,
    .reply = form_reply,
};
