/* The table that make writes from SCENARIO_FILES (scenarios/local.mk). */
#include "config.h"

#include "scenario/shipped.h"

#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "scenario/shipped_list.h"
#include "util/attr.h"

#define SUFFIX ".yaml"

bool shipped_at(size_t index, struct shipped_file *out_file)
{
    static const struct {
        const char *path;
        const unsigned char *bytes;
        size_t size;
    } files[] = {
    /* Each array ends with a NUL that is no part of the file. */
#define SHIPPED_ROW(path, array) {path, array, sizeof(array) - 1},
        SHIPPED_FILES(SHIPPED_ROW)
#undef SHIPPED_ROW
    };

    if (index >= ARRAY_SIZE(files)) {
        return false;
    }
    out_file->path = files[index].path;
    out_file->text = span_of(files[index].bytes, files[index].size);
    return true;
}

bool shipped_find(const char *path, struct shipped_file *out_file)
{
    struct shipped_file file;

    for (size_t i = 0; shipped_at(i, &file); i++) {
        if (strcmp(file.path, path) == 0) {
            *out_file = file;
            return true;
        }
    }
    return false;
}

static bool has_suffix(const char *text, const char *suffix)
{
    size_t length = strlen(text);

    return length > strlen(suffix) &&
           strcmp(text + length - strlen(suffix), suffix) == 0;
}

bool shipped_is_plan(const struct shipped_file *file)
{
    return strncmp(file->path, SHIPPED_PLANS, strlen(SHIPPED_PLANS)) == 0 &&
           has_suffix(file->path, SUFFIX);
}

bool shipped_fits(const char *pattern, const char *id)
{
    const char *slash = strrchr(id, '/');

    return fnmatch(pattern, id, 0) == 0 ||
           (slash && !strchr(pattern, '/') &&
            fnmatch(pattern, slash + 1, 0) == 0);
}

char *shipped_id(struct arena *arena, const struct shipped_file *file)
{
    if (!has_suffix(file->path, SUFFIX) || shipped_is_plan(file)) {
        return NULL;
    }
    return arena_text(arena,
                      span_of(file->path, strlen(file->path) - strlen(SUFFIX)));
}

const char *shipped_named(struct arena *arena, const char *word)
{
    struct shipped_file file;
    const char *found = NULL;

    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(arena, &file);
        const char *slash = id ? strrchr(id, '/') : NULL;

        if (id && strcasecmp(id, word) == 0) {
            return id;
        }
        if (slash && strcasecmp(slash + 1, word) == 0) {
            if (found) {
                return NULL;
            }
            found = id;
        }
    }
    return found;
}
