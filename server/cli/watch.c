/*
 * Watched files, see watch.h. inotify(7) only says that it is time to look:
 * what counts is whether the file that a path leads to is another than before.
 * So it does not matter in which of many ways a program writes files.
 */
#include "config.h"

#include "cli/watch.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/env.h"
#include "util/log.h"
#include "util/mem.h"

enum {
    WATCH_FILES_MAX = 256,
    WATCH_QUIET_MS = 60,   /* without a change: it is over */
    WATCH_GONE_MS = 1000,  /* between looks for one that stays away */
    WATCH_GONE_TRIES = 50, /* so often a file that is gone is waited for */
    WATCH_EVENTS = 16 * 1024,
};

/* Two of one file that was not written to are the same. */
struct look {
    bool there;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
    struct timespec changed;
};

struct file {
    char *path;
    struct look told; /* as it was when it was read */
    struct look last; /* as it was when we looked last */
};

struct watch {
    struct loop *loop;        /* NULL: not started */
    struct loop_watch events; /* of inotify */
    struct loop_timer quiet;
    unsigned gone; /* times that a file was not there */
    struct file files[WATCH_FILES_MAX];
    size_t count;
    void (*changed)(void *ctx);
    void *ctx;
};

static void look_at(const char *path, struct look *out_look)
{
    struct stat now;

    memset(out_look, 0, sizeof(*out_look));
    if (stat(path, &now) != 0) {
        return;
    }
    out_look->there = true;
    out_look->device = now.st_dev;
    out_look->inode = now.st_ino;
    out_look->size = now.st_size;
    out_look->modified = now.st_mtim;
    out_look->changed = now.st_ctim;
}

static bool same_time(struct timespec one, struct timespec other)
{
    return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

static bool same_look(const struct look *one, const struct look *other)
{
    return one->there == other->there && one->device == other->device &&
           one->inode == other->inode && one->size == other->size &&
           same_time(one->modified, other->modified) &&
           same_time(one->changed, other->changed);
}

/* ---- Folders ---- */

static void watch_folder(const struct watch *watch, const char *path)
{
    const char *slash = strrchr(path, '/');
    AUTO(str)
    folder = slash ? mem_printf("%.*s", (int)(slash - path) + 1, path)
                   : mem_strdup(".");

    /* A folder that is watched already is so once. */
    if (inotify_add_watch(watch->events.fd, folder,
                          IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_DELETE |
                              IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
                              IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR) < 0) {
        log_debug("cannot watch %s", folder);
    }
}

/* The one that has the name, and the one that a link leads to. */
static void watch_folders(const struct watch *watch, const char *path)
{
    char *real = realpath(path, NULL);

    watch_folder(watch, path);
    if (real) {
        watch_folder(watch, real);
    }
    mem_free(real);
}

/* ---- Changes ---- */

static void look_again(struct watch *watch, int64_t ms)
{
    loop_start(watch->loop, &watch->quiet, ms * ENV_NS_PER_MS);
}

/* A folder may be another one by now. */
static void watch_all(const struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        watch_folders(watch, watch->files[i].path);
    }
}

static bool all_there(const struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        if (!watch->files[i].last.there) {
            return false;
        }
    }
    return true;
}

/* Looks at all. Is one other than when it was read? And is none other than
 * when we looked last, and all there? */
static bool has_changed(struct watch *watch, bool *out_quiet)
{
    bool changed = false;
    bool there = true;

    *out_quiet = true;
    for (size_t i = 0; i < watch->count; i++) {
        struct file *file = &watch->files[i];
        struct look now;

        look_at(file->path, &now);
        changed = changed || !same_look(&now, &file->told);
        *out_quiet = *out_quiet && same_look(&now, &file->last);
        there = there && (now.there || !file->told.there);
        file->last = now;
    }
    watch->gone = there ? 0 : watch->gone + 1;
    *out_quiet = *out_quiet && (there || watch->gone > WATCH_GONE_TRIES);
    return changed;
}

static void on_quiet(struct loop_timer *timer)
{
    struct watch *watch =
        (struct watch *)((char *)timer - offsetof(struct watch, quiet));
    bool quiet;

    if (has_changed(watch, &quiet)) {
        if (!quiet) {
            look_again(watch, WATCH_QUIET_MS);
            return;
        }
        watch->gone = 0;
        watch->changed(watch->ctx);
    }
    /* Its folder may be gone, and then nothing tells of it. */
    if (!all_there(watch)) {
        watch_all(watch);
        look_again(watch, WATCH_GONE_MS);
    }
}

static void on_event(struct loop_watch *events, uint32_t flags UNUSED)
{
    struct watch *watch =
        (struct watch *)((char *)events - offsetof(struct watch, events));
    char buffer[WATCH_EVENTS];
    bool any = false;

    while (read(events->fd, buffer, sizeof(buffer)) > 0) {
        any = true;
    }
    if (!any) {
        return;
    }
    watch_all(watch);
    if (!watch->quiet.slot || !all_there(watch)) {
        look_again(watch, WATCH_QUIET_MS);
    }
}

/* ---- Beginning and end ---- */

bool watch_new(void (*changed)(void *ctx), void *ctx, struct watch **out_watch,
               struct err *err)
{
    struct watch *watch = NEW(struct watch);

    watch->changed = changed;
    watch->ctx = ctx;
    watch->quiet.expired = on_quiet;
    watch->quiet.bare = true;
    watch->events = (struct loop_watch){inotify_init1(IN_CLOEXEC | IN_NONBLOCK),
                                        on_event, true};
    if (watch->events.fd < 0) {
        mem_free(watch);
        return err_errno(err, "cannot watch files");
    }
    *out_watch = watch;
    return true;
}

bool watch_start(struct watch *watch, struct loop *loop, struct err *err)
{
    if (!loop_watch(loop, &watch->events, EPOLLIN, err)) {
        return err_wrap(err, "--watch");
    }
    watch->loop = loop;
    look_again(watch, WATCH_QUIET_MS);
    return true;
}

void watch_clear(struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++) {
        mem_free(watch->files[i].path);
    }
    watch->count = 0;
}

void watch_free(struct watch *watch)
{
    if (!watch) {
        return;
    }
    watch_clear(watch);
    if (watch->loop) {
        loop_cancel(watch->loop, &watch->quiet);
        loop_unwatch(watch->loop, &watch->events);
    }
    close(watch->events.fd);
    mem_free(watch);
}

void watch_add(struct watch *watch, const char *path)
{
    struct file *file = &watch->files[watch->count];

    if (watch->count == WATCH_FILES_MAX) {
        log_warning("--watch: %s is not watched: %d files are", path,
                    WATCH_FILES_MAX);
        return;
    }
    watch->count++;
    watch_folders(watch, path);
    file->path = mem_strdup(path);
    look_at(path, &file->told);
    file->last = file->told;
    /* What has happened since the folder is watched comes as an event. */
}
