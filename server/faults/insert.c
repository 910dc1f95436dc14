/* insert: elements, attributes or members that nobody expects */
#include "config.h"

#include <string.h>

#include "faults/editing.h"
#include "scenario/expand.h"

enum insert_at {
    INSERT_LAST,
    INSERT_FIRST,
    INSERT_BEFORE,
    INSERT_AFTER,
    INSERT_TAG,
};

struct insert_params {
    struct edit_where where;
    const char *markup;
    const char *member;
    enum insert_at at;
};

#define AT(member)                                                             \
    .offset = offsetof(struct insert_params, member),                          \
    .size = sizeof(((struct insert_params *)0)->member)

static const struct setting params[] = {
    EDIT_WHERE("insert"),
    {{"insert.markup", "text", "what goes into XML; ${...} is replaced"},
     .type = setting_text,
     AT(markup)},
    {{"insert.member", "text", "what goes into JSON; ${...} is replaced"},
     .type = setting_text,
     AT(member)},
    {{"insert.at", "last|first|before|after|tag",
      "within what is found, before or behind it, or as an attribute in its "
      "opening tag (in JSON: last)"},
     .type = setting_word,
     AT(at)},
    {.info = {NULL, NULL, NULL}},
};

static bool insert_check(const void *data, enum point at, struct err *err)
{
    const struct insert_params *asked = data;

    if (!asked->markup && !asked->member) {
        return err_set(err, "expected insert.markup (for XML), insert.member "
                            "(for JSON) or both");
    }
    return (!asked->markup || expand_check(asked->markup, err)) &&
           (!asked->member || expand_check(asked->member, err)) &&
           edit_where_check(data, at, err);
}

static struct range at(size_t offset)
{
    return (struct range){offset, offset};
}

static void put_markup(struct edit *edit, const struct spot *spot,
                       enum insert_at where, const char *markup)
{
    switch (where) {
    case INSERT_LAST:
    case INSERT_FIRST:
        if (!spot->close.end) {
            edit_put_value(edit, spot, span_text(markup));
            break;
        }
        edit_put_text(
            edit,
            at(where == INSERT_FIRST ? spot->value.start : spot->value.end),
            markup);
        break;
    case INSERT_BEFORE:
        edit_put_text(edit, at(spot->whole.start), markup);
        break;
    case INSERT_AFTER:
        edit_put_text(edit, at(spot->whole.end), markup);
        break;
    case INSERT_TAG:
        edit_put_text(edit, at(spot->name.end), " ");
        edit_put_text(edit, at(spot->name.end), markup);
        break;
    }
}

/* Whether there is anything between the brackets of an object or array. */
static bool is_empty(struct span value)
{
    size_t at = 1;

    while (at < value.size && value.data[at] &&
           strchr(" \t\r\n", value.data[at])) {
        at++;
    }
    return at + 1 >= value.size;
}

/* Into an object or array; a text has nothing within. */
static void put_within(struct edit *edit, const struct spot *spot, bool first,
                       const char *member)
{
    struct span value = edit_bytes(edit, spot->value);
    struct range place =
        at(first ? spot->value.start + 1 : spot->value.end - 1);
    bool empty = is_empty(value);

    if (value.size < 2 || !strchr("{[", value.data[0])) {
        return;
    }
    if (!first && !empty) {
        edit_put_text(edit, place, ",");
    }
    edit_put_text(edit, place, member);
    if (first && !empty) {
        edit_put_text(edit, place, ",");
    }
}

static void put_member(struct edit *edit, const struct spot *spot,
                       enum insert_at where, const char *member)
{
    switch (where) {
    case INSERT_LAST:
    case INSERT_TAG:
        put_within(edit, spot, false, member);
        break;
    case INSERT_FIRST:
        put_within(edit, spot, true, member);
        break;
    case INSERT_BEFORE:
        edit_put_text(edit, at(spot->whole.start), member);
        edit_put_text(edit, at(spot->whole.start), ",");
        break;
    case INSERT_AFTER:
        edit_put_text(edit, at(spot->whole.end), ",");
        edit_put_text(edit, at(spot->whole.end), member);
        break;
    }
}

static void insert_change(struct edit *edit, const struct spot *spots,
                          size_t count, const void *data)
{
    const struct insert_params *asked = data;

    for (size_t i = 0; i < count; i++) {
        if (spots[i].kind == SPOT_ELEMENT && asked->markup) {
            put_markup(edit, &spots[i], asked->at, asked->markup);
        } else if (spots[i].kind == SPOT_MEMBER && asked->member) {
            put_member(edit, &spots[i], asked->at, asked->member);
        }
    }
}

static void insert_reply(const void *data, struct subject *subject)
{
    const struct subject_forms *forms = subject->forms;
    struct insert_params asked = *(const struct insert_params *)data;

    if (asked.markup) {
        asked.markup = forms->expand(subject->forms_ctx, asked.markup);
    }
    if (asked.member) {
        asked.member = forms->expand(subject->forms_ctx, asked.member);
    }
    edit_reply(subject, "insert", insert_change, &asked);
}

extern const struct fault fault_insert;
const struct fault fault_insert = {
    .name = "insert",
    .title = "elements, attributes or members added",
    .doc = "Put in as it is written, well-formed or not: tokens and "
           "elements that the client does not know, a second Redirect, a "
           "lone attribute. What is for XML goes into an answer in XML "
           "alone, and what is for JSON into JSON.",
    .spec = "[MS-OCDISCWS] 2.2.5; protocol: discover 6, F-28 and F-80",
    .example = "{path: //Root, markup: '<Future/>', member: '\"Future\": {}'}",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct insert_params),
    .check = insert_check,
    .reply = insert_reply,
};
