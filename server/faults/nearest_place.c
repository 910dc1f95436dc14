/* What a path that finds nothing may have meant, see editing.h. */
#include "config.h"

#include <string.h>

#include "faults/editing.h"

/* What an XPath may have in its last name; a predicate, a function or a union
 * ends the guess. */
static bool is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* "Link" of "//Links/sp07:Link[@token='User']"; empty: there is none. */
static struct span last_name(const char *path)
{
    size_t end = strcspn(path, "[");
    size_t start;

    if (strpbrk(path, "|(")) {
        return SPAN_NONE;
    }
    start = end;
    while (start > 0 && is_of_name(path[start - 1])) {
        start--;
    }
    return span_of(path + start, end - start);
}

/* Lower case of both, by the only means that XPath 1.0 has. */
static const char *any_case(struct edit *edit, const char *axis,
                            struct span name)
{
    static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char lower[] = "abcdefghijklmnopqrstuvwxyz";

    return arena_printf(edit_arena(edit),
                        "%s*[translate(local-name(), '%s', '%s') = "
                        "translate('%.*s', '%s', '%s')]",
                        axis, upper, lower, (int)name.size,
                        (const char *)name.data, upper, lower);
}

/* As the document spells it, without prefix: a path's name fits any. */
static struct span spelled(const struct edit *edit, const struct spot *spot)
{
    struct span name = edit_bytes(edit, spot->name);
    const char *colon = memchr(name.data, ':', name.size);
    size_t prefix = colon ? (size_t)(colon + 1 - (const char *)name.data) : 0;

    return span_slice(name, prefix, name.size - prefix);
}

static const char *first_place(struct edit *edit, const char *axis,
                               const char *path)
{
    struct spot *spots;
    size_t count;
    struct span name;

    if (!edit_find(edit, path, &spots, &count) || !count ||
        spots[0].name.start == spots[0].name.end) {
        return NULL;
    }
    name = spelled(edit, &spots[0]);
    return arena_printf(edit_arena(edit), "%s%.*s", axis, (int)name.size,
                        (const char *)name.data);
}

const char *edit_nearest(struct edit *edit, const char *path)
{
    static const char *const axes[] = {"//@", "//"};
    struct span name = last_name(path);
    const char *found = NULL;

    if (!name.size) {
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_SIZE(axes) && !found; i++) {
        found =
            first_place(edit, axes[i],
                        arena_printf(edit_arena(edit), "%s%.*s", axes[i],
                                     (int)name.size, (const char *)name.data));
    }
    for (size_t i = 0; i < ARRAY_SIZE(axes) && !found; i++) {
        found = first_place(edit, axes[i], any_case(edit, axes[i], name));
    }
    return found;
}
