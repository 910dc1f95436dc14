/* Where plans come from: files, or compiled in. See plan.h. */
#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "scenario/plan.h"
#include "scenario/shipped.h"
#include "util/buf.h"
#include "util/nearest.h"

#define SUFFIX ".yaml"

/* "mobile" of "conformance/mobile.yaml"; NULL: it is none. */
static const char *name_of(struct arena *arena, const struct shipped_file *file)
{
    const char *name = file->path + strlen(SHIPPED_PLANS);

    return shipped_is_plan(file)
               ? arena_text(arena, span_of(name, strlen(name) - strlen(SUFFIX)))
               : NULL;
}

const char *plan_shipped(struct arena *arena, size_t index)
{
    struct shipped_file file;

    for (size_t i = 0; shipped_at(i, &file); i++) {
        if (shipped_is_plan(&file) && index-- == 0) {
            return name_of(arena, &file);
        }
    }
    return NULL;
}

static bool unknown_plan(struct arena *arena, const char *name, struct err *err)
{
    struct nearest nearest;
    const char *known;
    AUTO_BUF all = {0};

    nearest_init(&nearest, name);
    for (size_t i = 0; (known = plan_shipped(arena, i)) != NULL; i++) {
        nearest_try(&nearest, span_text(known));
        buf_printf(&all, "%s%s", i ? ", " : "", known);
    }
    return err_set(err, "no file and no shipped plan is called \"%s\"; %s%s",
                   name, nearest.best.size ? "the nearest is " : "there are ",
                   nearest.best.size ? (const char *)nearest.best.data
                                     : buf_text(&all));
}

static bool open_shipped(struct arena *arena, const char *name,
                         struct source *out_source)
{
    bool whole = strncmp(name, SHIPPED_PLANS, strlen(SHIPPED_PLANS)) == 0;
    struct shipped_file file;

    if (!shipped_find(arena_printf(arena, "%s%s" SUFFIX,
                                   whole ? "" : SHIPPED_PLANS, name),
                      &file)) {
        return false;
    }
    *out_source = (struct source){
        .label = file.path,
        .id = name_of(arena, &file),
        .folder = SHIPPED_PLANS,
        .identity = file.path,
        .text = file.text,
    };
    return true;
}

bool plan_open(struct arena *arena, const char *name, struct source *out_source,
               struct err *err)
{
    struct stat found;

    if (stat(name, &found) == 0 && !S_ISDIR(found.st_mode)) {
        return source_open(arena, name, out_source, err);
    }
    return open_shipped(arena, name, out_source) ||
           unknown_plan(arena, name, err);
}
