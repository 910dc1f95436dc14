/* Files and shipped scenarios, see source.h. */
#include "config.h"

#include "scenario/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenario/shipped.h"
#include "util/buf.h"
#include "util/mem.h"
#include "util/nearest.h"

enum { SOURCE_SIZE_LIMIT = 1024 * 1024 };

/* ---- Files ---- */

static bool read_to_end(int fd, struct buf *out, const char *path,
                        struct err *err)
{
    for (;;) {
        ssize_t got = read(fd, buf_reserve(out, 65536), 65536);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return err_errno(err, "cannot read %s", path);
        }
        if (got == 0) {
            return true;
        }
        buf_commit(out, (size_t)got);
        if (out->size > SOURCE_SIZE_LIMIT) {
            return err_set(err, "%s is larger than 1 MiB, the limit", path);
        }
    }
}

/*
 * What a scenario names must be a plain file: a device never ends, a pipe
 * holds up the start. What the user names himself may be a pipe.
 */
static bool read_file(struct arena *arena, const char *path, bool pipes,
                      struct span *out_bytes, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | (pipes ? 0 : O_NONBLOCK));
    AUTO_BUF bytes = {0};
    struct stat stat;
    bool good;

    if (fd < 0) {
        return err_errno(err, "cannot read %s", path);
    }
    good = fstat(fd, &stat) == 0 &&
           (S_ISREG(stat.st_mode) || (pipes && S_ISFIFO(stat.st_mode)));
    if (!good) {
        err_set(err, "cannot read %s: it is no plain file", path);
    }
    good = good && read_to_end(fd, &bytes, path, err);
    close(fd);
    if (good) {
        *out_bytes = arena_copy(arena, buf_span(&bytes));
    }
    return good;
}

static const char *folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? arena_text(arena, span_of(path, (size_t)(slash - path) + 1))
                 : "";
}

static bool open_file(struct arena *arena, const char *path, bool pipes,
                      struct source *out_source, struct err *err)
{
    char *absolute;
    struct source source = {
        .label = arena_strdup(arena, path),
        .folder = folder_of(arena, path),
    };

    if (!read_file(arena, path, pipes, &source.text, err)) {
        return false;
    }
    absolute = realpath(path, NULL);
    source.identity = arena_strdup(arena, absolute ? absolute : path);
    mem_free(absolute);
    *out_source = source;
    return true;
}

/* ---- Shipped ---- */

static bool open_shipped(struct arena *arena, const char *path,
                         struct source *out_source)
{
    struct shipped_file file;

    if (!shipped_find(path, &file) || !shipped_id(arena, &file)) {
        return false;
    }
    *out_source = (struct source){
        .label = file.path,
        .id = shipped_id(arena, &file),
        .folder = folder_of(arena, file.path),
        .identity = arena_printf(arena, "shipped:%s", file.path),
        .text = file.text,
    };
    return true;
}

/* "good/../failures/x" -> "failures/x" */
static char *without_dots(struct arena *arena, const char *path)
{
    AUTO_BUF out = {0};

    while (*path) {
        size_t length = strcspn(path, "/");

        if (length == 2 && path[0] == '.' && path[1] == '.') {
            const uint8_t *slash =
                out.size ? memrchr(out.data, '/', out.size - 1) : NULL;

            out.size = slash ? (size_t)(slash - out.data) + 1 : 0;
        } else if (length && !(length == 1 && path[0] == '.')) {
            buf_add(&out, span_of(path, length + (path[length] == '/')));
        }
        path += length + (path[length] == '/');
    }
    return arena_text(arena, buf_span(&out));
}

static bool unknown_id(struct arena *arena, const char *name, struct err *err)
{
    struct shipped_file file;
    struct nearest nearest;

    nearest_init(&nearest, name);
    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(arena, &file);

        if (id) {
            nearest_try(&nearest, span_text(id));
        }
    }
    if (nearest.best.size) {
        return err_set(err,
                       "there is no file %s, and no shipped scenario of this "
                       "name; the nearest is \"%s\"",
                       name, (const char *)nearest.best.data);
    }
    return err_set(err,
                   "there is no file %s, and no shipped scenario of this name; "
                   "lyncmock list scenarios prints them",
                   name);
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool open_id(struct arena *arena, const char *id,
                    struct source *out_source, struct err *err)
{
    return open_shipped(arena, arena_printf(arena, "%s.yaml", id),
                        out_source) ||
           unknown_id(arena, id, err);
}

bool source_shipped(struct arena *arena, const char *name,
                    struct source *out_source, struct err *err)
{
    const char *id = shipped_named(arena, name);

    return open_id(arena, id ? id : name, out_source, err);
}

bool source_open(struct arena *arena, const char *name,
                 struct source *out_source, struct err *err)
{
    return exists(name) ? open_file(arena, name, true, out_source, err)
                        : source_shipped(arena, name, out_source, err);
}

static char *join(struct arena *arena, const struct source *beside,
                  const char *name)
{
    return arena_printf(arena, "%s%s", *name == '/' ? "" : beside->folder,
                        name);
}

const char *source_path(struct arena *arena, const struct source *beside,
                        const char *name)
{
    return beside->id ? NULL : join(arena, beside, name);
}

bool source_beside(struct arena *arena, const struct source *beside,
                   const char *name, struct source *out_source, struct err *err)
{
    const char *path = join(arena, beside, name);

    if (beside->id) {
        return open_shipped(arena, without_dots(arena, path), out_source) ||
               open_id(arena, name, out_source, err);
    }
    return !beside->sealed && exists(path)
               ? open_file(arena, path, false, out_source, err)
               : open_id(arena, name, out_source, err);
}

bool source_file(struct arena *arena, const struct source *beside,
                 const char *name, struct span *out_bytes, struct err *err)
{
    const char *path = join(arena, beside, name);
    struct shipped_file file;

    if (beside->sealed) {
        return err_set(err,
                       "%s: a scenario that came over the admin port opens no "
                       "files; write what it holds into the text",
                       name);
    }
    if (!beside->id) {
        return read_file(arena, path, false, out_bytes, err);
    }
    if (!shipped_find(without_dots(arena, path), &file)) {
        return err_set(err, "there is no shipped file %s", path);
    }
    *out_bytes = file.text;
    return true;
}
