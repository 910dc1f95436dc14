/* The table that make writes from SCENARIO_FILES (scenarios/local.mk). */
#include "config.h"

#include "scenario/shipped.h"

#include <string.h>
#include <strings.h>

#include "scenario/shipped_list.h"
#include "util/attr.h"

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

char *shipped_id(struct arena *arena, const struct shipped_file *file)
{
    static const char suffix[] = ".yaml";
    size_t length = strlen(file->path);
    size_t end = length - strlen(suffix);

    if (length <= strlen(suffix) || strcmp(file->path + end, suffix) != 0) {
        return NULL;
    }
    return arena_text(arena, span_of(file->path, end));
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
