/* From a reply to the places that a path finds in it, see editing.h. */
#include "config.h"

#include "faults/editing.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "wire/xml_select.h"

static bool check_path(const char *path, struct err *err)
{
    return !path || xml_select_check(path, true, err);
}

bool edit_where_check(const void *params, enum point at, struct err *err)
{
    const struct edit_where *where = params;
    unsigned forms = point_info(at)->subjects;

    if (!where->path && !where->xml && !where->json) {
        return err_set(err, "expected a path, such as //Link/@href");
    }
    if (!where->path && !where->xml && (forms & SUBJECT_SOAP)) {
        return err_set(err,
                       "%s answers in XML alone; a path for JSON finds nothing "
                       "there",
                       point_info(at)->name);
    }
    return check_path(where->path, err) && check_path(where->xml, err) &&
           check_path(where->json, err);
}

void edit_nothing(struct subject *subject, const char *word, const char *format,
                  ...)
{
    va_list args;
    const char *why;

    va_start(args, format);
    why = arena_vprintf(subject->ex->arena, format, args);
    va_end(args);
    exchange_unchanged(subject->ex, "edit", "%s: %s: nothing is changed", word,
                       why);
}

struct edit *edit_reply_open(struct subject *subject, const char *word)
{
    const struct reply *reply = &subject->ex->reply;
    const char *why;
    struct edit *edit;

    if (!reply->body.size) {
        edit_nothing(subject, word, "the reply has no body");
        return NULL;
    }
    edit = edit_open(subject->ex->arena, reply->body, &why);
    if (!edit) {
        edit_nothing(subject, word, "the reply's document cannot be edited: %s",
                     why);
    }
    return edit;
}

void edit_reply_close(struct subject *subject, const char *word,
                      struct edit *edit)
{
    struct span changed = edit_result(edit);

    if (span_equal(changed, subject->ex->reply.body)) {
        edit_nothing(subject, word, "it stays as it was");
        return;
    }
    subject->ex->reply.body = changed;
}

static const char *path_for(const struct edit_where *where, enum edit_form form)
{
    const char *own = form == EDIT_XML ? where->xml : where->json;

    return own ? own : where->path;
}

static void find_nothing(struct subject *subject, const char *word,
                         struct edit *edit, const char *path)
{
    const char *form = edit_form_name(edit_form(edit));
    const char *nearest = edit_nearest(edit, path);

    if (nearest) {
        edit_nothing(subject, word,
                     "%s finds no place in this %s (the nearest is %s)", path,
                     form, nearest);
    } else {
        edit_nothing(subject, word, "%s finds no place in this %s", path, form);
    }
}

void edit_reply(struct subject *subject, const char *word, edit_change *change,
                const void *params)
{
    const struct edit_where *where = params;
    AUTO(edit) edit = edit_reply_open(subject, word);
    const char *path;
    const char *form;
    struct spot *spots;
    size_t count;

    if (!edit) {
        return;
    }
    path = path_for(where, edit_form(edit));
    form = edit_form_name(edit_form(edit));
    if (!path) {
        edit_nothing(subject, word, "the answer is %s, and no path is for that",
                     form);
    } else if (!edit_find(edit, path, &spots, &count)) {
        edit_nothing(subject, word, "%s takes too long to follow", path);
    } else if (!count) {
        find_nothing(subject, word, edit, path);
    } else {
        change(edit, spots, count, params);
        edit_reply_close(subject, word, edit);
    }
}

const char *edit_uri(const char *text)
{
    const char *uri = xml_select_uri(text);

    return uri ? uri : text;
}

const char *edit_uri_within(struct edit *edit, const char *text,
                            struct spot *out_root)
{
    struct spot *spots;
    size_t count;

    if (!edit_find(edit, "/*", &spots, &count) || !count) {
        return NULL;
    }
    *out_root = spots[0];
    return text ? edit_uri(text) : spots[0].uri;
}

static int by_parent(const void *one, const void *other)
{
    const struct spot *a = one;
    const struct spot *b = other;
    size_t mine = edit_parent(a);
    size_t its = edit_parent(b);

    if (mine != its) {
        return mine < its ? -1 : 1;
    }
    return a->whole.start < b->whole.start ? -1
                                           : a->whole.start > b->whole.start;
}

struct spot *edit_by_parent(const struct edit *edit, const struct spot *spots,
                            size_t count)
{
    struct spot *sorted =
        arena_alloc(edit_arena(edit), count * sizeof(*sorted));

    memcpy(sorted, spots, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), by_parent);
    return sorted;
}
