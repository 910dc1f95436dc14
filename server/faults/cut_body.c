/*
 * cut-body: a document that ends too early. HTTP does not show it: the reply
 * is whole, and its Content-Length is that of what is left.
 */
#include "config.h"

#include "faults/editing.h"

struct cut_body_params {
    struct edit_where where;
    unsigned after;
    bool given;
};

static const struct setting params[] = {
    {{"cut-body", "bytes", "how many bytes are left"},
     .type = setting_bytes,
     .offset = offsetof(struct cut_body_params, after),
     .size = sizeof(unsigned),
     .given = offsetof(struct cut_body_params, given)},
    EDIT_ROW("cut-body.path", "the first place that is cut off, as an XPath",
             path),
    EDIT_ROW("cut-body.xml", "the same in an answer in XML", xml),
    EDIT_ROW("cut-body.json", "the same in an answer in JSON", json),
    {.info = {NULL, NULL, NULL}},
};

static bool cut_body_check(const void *data, enum point at, struct err *err)
{
    const struct cut_body_params *asked = data;

    return asked->given || edit_where_check(data, at, err);
}

static void cut_body_change(struct edit *edit, const struct spot *spots,
                            size_t count UNUSED, const void *data UNUSED)
{
    edit_put(edit, (struct range){spots[0].whole.start, SIZE_MAX}, SPAN_NONE);
}

static void cut_body_reply(const void *data, struct subject *subject)
{
    const struct cut_body_params *asked = data;
    struct span *body = &subject->ex->reply.body;

    if (!asked->given) {
        edit_reply(subject, "cut-body", cut_body_change, data);
    } else if (asked->after >= body->size) {
        edit_nothing(subject, "cut-body", "the body has %zu bytes", body->size);
    } else {
        *body = span_slice(*body, 0, asked->after);
    }
}

extern const struct fault fault_cut_body;
const struct fault fault_cut_body = {
    .name = "cut-body",
    .title = "a document that ends too early",
    .doc = "Content-Length is that of what is left, so that HTTP is whole and "
           "the document is not: as a proxy leaves it that stored half an "
           "answer. Where HTTP shall show it, `truncate`.",
    .spec = "XML 1.0 2.1",
    .example = "{path: //Link}",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct cut_body_params),
    .check = cut_body_check,
    .reply = cut_body_reply,
};
