/* Items of a list, as lines, for people, or as JSON; see listing.h. */
#include "config.h"

#include "cli/listing.h"

#include <string.h>

#include "cli/wrap.h"
#include "scenario/layers.h"

enum { INDENT = 4, COLUMN = 16 };

/* ---- What is wanted ---- */

static bool one_has(const char *const *texts, const char *word)
{
    while (*texts && !strcasestr(*texts, word)) {
        texts++;
    }
    return *texts != NULL;
}

bool listing_wants(const struct listing *listing, const char *const *texts)
{
    for (size_t i = 0; i < listing->wanted_count; i++) {
        if (!one_has(texts, listing->wanted[i])) {
            return false;
        }
    }
    return true;
}

/* ---- Items ---- */

static void head_group(struct listing *listing, const char *group)
{
    const struct layer_info *layer = layer_named(group);

    if (listing->group && strcmp(listing->group, group) == 0) {
        return;
    }
    listing->group = group;
    buf_printf(&listing->out, "%s%s%s%s\n", listing->out.size ? "\n" : "",
               group, layer ? ": " : "", layer ? layer->title : "");
}

bool listing_begin(struct listing *listing, const char *group, const char *id,
                   const char *title)
{
    listing->count++;
    switch (listing->form) {
    case LISTING_LINES:
        buf_printf(&listing->out, "%s\t%s\n", id, title);
        return false;
    case LISTING_LONG:
        if (group) {
            head_group(listing, group);
        }
        buf_printf(&listing->out, "%s  %s\n", listing->out.size ? "\n" : "",
                   id);
        wrap_line(&listing->out, INDENT, INDENT, "", title);
        return true;
    case LISTING_JSON:
        json_open(&listing->json, '{');
        json_text(&listing->json, "id", id);
        json_text(&listing->json, "title", title);
        return true;
    }
    return false;
}

void listing_end(struct listing *listing)
{
    if (listing->form == LISTING_JSON) {
        json_close(&listing->json, '}');
    }
}

/* ---- Facts ---- */

void listing_text(struct listing *listing, const char *name, const char *text)
{
    if (listing->form == LISTING_JSON) {
        json_text(&listing->json, name, text);
    } else {
        wrap_line(&listing->out, INDENT, COLUMN, name, text);
    }
}

void listing_list(struct listing *listing, const char *name, const char *commas)
{
    if (listing->form != LISTING_JSON) {
        wrap_line(&listing->out, INDENT, COLUMN, name, commas);
        return;
    }
    json_open_named(&listing->json, name, '[');
    while (*commas) {
        size_t length = strcspn(commas, ",");

        json_bytes(&listing->json, NULL, span_of(commas, length));
        commas += length;
        commas += strspn(commas, ", ");
    }
    json_close(&listing->json, ']');
}

void listing_number(struct listing *listing, const char *name, size_t number)
{
    if (listing->form == LISTING_JSON) {
        json_number(&listing->json, name, (int64_t)number);
    }
}
