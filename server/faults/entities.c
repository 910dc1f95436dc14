/* entities: text as character references */
#include "config.h"

#include "faults/editing.h"
#include "util/buf.h"

static const struct setting params[] = {
    EDIT_WHERE("entities"),
    {.info = {NULL, NULL, NULL}},
};

static struct span references(const struct edit *edit, bool xml,
                              const char *text)
{
    AUTO_BUF out = {0};

    for (; *text; text++) {
        unsigned c = (unsigned char)*text;

        if (c >= 0x80) {
            buf_add_u8(&out, (uint8_t)c);
        } else if (xml) {
            buf_printf(&out, "&#x%x;", c);
        } else {
            buf_printf(&out, "\\u%04x", c);
        }
    }
    return arena_copy(edit_arena(edit), buf_span(&out));
}

static void entities_change(struct edit *edit, const struct spot *spots,
                            size_t count, const void *data UNUSED)
{
    for (size_t i = 0; i < count; i++) {
        struct span old = edit_bytes(edit, spots[i].value);
        const char *text = edit_value(edit, &spots[i]);

        if (!text) {
            continue;
        }
        if (spots[i].kind != SPOT_MEMBER) {
            edit_put_value(edit, &spots[i], references(edit, true, text));
        } else if (old.size && old.data[0] == '"') {
            edit_put(edit,
                     (struct range){spots[i].value.start + 1,
                                    spots[i].value.end - 1},
                     references(edit, false, text));
        }
    }
}

static void entities_reply(const void *data, struct subject *subject)
{
    edit_reply(subject, "entities", entities_change, data);
}

extern const struct fault fault_entities;
const struct fault fault_entities = {
    .name = "entities",
    .title = "text as character references",
    .doc = "Each ASCII character of the value as &#x..;, in JSON as "
           "\\u00..: the same text for a reader of XML or JSON, and "
           "gibberish for one that looks for it in the bytes.",
    .spec = "XML 1.0 4.1; RFC 8259 7",
    .example = "//Link/@href",
    .subjects = EDIT_SUBJECTS,
    .order = FAULT_EDIT,
    .params = params,
    .size = sizeof(struct edit_where),
    .check = edit_where_check,
    .reply = entities_reply,
};
