/*
 * The editor of documents: a path, a fault's work, and a document, each
 * whatever comes. Ranges stay within the document, what is cut is cut, and the
 * result is edited again.
 *
 * Input: the first line is the path, the second byte of the rest says what is
 * done; what follows is the document.
 */
#include "config.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "util/arena.h"
#include "wire/xml_edit.h"
#include "wire/xml_select.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_within(struct span body, struct range range)
{
    assert(range.start <= range.end && range.end <= body.size);
}

static void judge(struct edit *edit, struct span body, const struct spot *spot)
{
    const struct range *previous;
    const struct range *next;

    must_be_within(body, spot->whole);
    must_be_within(body, spot->name);
    must_be_within(body, spot->close);
    must_be_within(body, spot->value);
    edit_siblings(spot, &previous, &next);
    assert(!previous || previous->end <= spot->whole.start);
    assert(!next || next->start >= spot->whole.end);
    (void)edit_value(edit, spot);
}

static void change(struct edit *edit, const struct spot *spot, uint8_t how)
{
    switch (how % 4) {
    case 0:
        edit_put(edit, spot->whole, SPAN_NONE);
        break;
    case 1:
        edit_put_value(edit, spot, edit_quote(edit, spot, "a<\"b"));
        break;
    case 2:
        edit_put(edit, (struct range){spot->whole.end, spot->whole.end},
                 edit_bytes(edit, spot->whole));
        break;
    case 3:
        edit_put_text(edit, spot->name, "renamed");
        break;
    }
}

static struct span edit_once(struct arena *arena, struct span body,
                             const char *path, uint8_t how)
{
    const char *why = NULL;
    AUTO(edit) edit = edit_open(arena, body, &why);
    struct spot *spots;
    size_t count;

    if (!edit) {
        assert(why);
        return SPAN_NONE;
    }
    edit_declarations(edit, &spots, &count);
    for (size_t i = 0; i < count; i++) {
        judge(edit, body, &spots[i]);
    }
    if (!edit_find(edit, path, &spots, &count)) {
        return SPAN_NONE;
    }
    for (size_t i = 0; i < count && i < 1000; i++) {
        judge(edit, body, &spots[i]);
        change(edit, &spots[i], how);
    }
    return edit_result(edit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    AUTO(arena) arena = arena_new();
    struct span all = span_of(data, size);
    size_t end = span_find(all, span_text("\n"), 0);
    struct err err;
    struct span body;
    const char *path;

    if (!started) {
        xml_init();
        started = true;
    }
    if (end == SIZE_MAX || end + 1 >= size) {
        return 0;
    }
    path = arena_text(arena, span_slice(all, 0, end));
    if (!xml_select_check(path, true, &err)) {
        assert(err.text[0]);
        return 0;
    }
    body = span_slice(all, end + 2, size);
    body = edit_once(arena, body, path, data[end + 1]);
    edit_once(arena, body, path, (uint8_t)(data[end + 1] + 1));
    return 0;
}
