/* The folder of one run, see run_dir.h. */
#include "config.h"

#include "cli/run_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/env.h"
#include "util/log.h"
#include "util/mem.h"

#define PREFIX "lyncmock-"
/* Locked for as long as the server lives, by the kernel. */
#define LOCK     "lock"
#define LOCK_NEW "lock.new"

enum {
    SUFFIX_LENGTH = 6, /* mkdtemp(3) */
    /* A folder that has been empty for so long will get no lock any more. */
    EMPTY_SECONDS = 60 * 60,
};

struct run_dir {
    char *path;
    int lock;
};

/* ---- Removing ---- */

/* Files alone: there are no folders in it. 0, or an errno. */
static int empty_folder(int fd)
{
    DIR *folder = fdopendir(fd);
    struct dirent *item;
    int error = 0;

    if (!folder) {
        error = errno;
        close(fd);
        return error;
    }
    while ((item = readdir(folder)) != NULL) {
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0 &&
            unlinkat(dirfd(folder), item->d_name, 0) != 0 && errno != ENOENT) {
            error = errno;
        }
    }
    closedir(folder);
    return error;
}

/* Somebody else may be at it, too: the KDC's keeper, or another sweep. */
static int remove_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int error = fd >= 0 ? empty_folder(fd) : errno;

    if (rmdir(path) == 0 || errno == ENOENT) {
        return 0;
    }
    return error && error != ENOENT ? error : errno;
}

/* ---- Sweeping ---- */

static bool is_run_dir(const char *name)
{
    return strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
           strlen(name) == strlen(PREFIX) + SUFFIX_LENGTH;
}

static bool is_own(int fd, mode_t kind)
{
    struct stat stat;

    return fstat(fd, &stat) == 0 && stat.st_uid == geteuid() &&
           (stat.st_mode & S_IFMT) == kind;
}

/* Its server has ended, if it has a lock that nobody holds. One without a lock
 * may be about to get one, or of a version that had none. */
static bool is_stale(int folder)
{
    /* Not waiting: it may be a FIFO, which is none of ours. */
    int lock =
        openat(folder, LOCK, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    bool stale = lock >= 0 && is_own(lock, S_IFREG) &&
                 flock(lock, LOCK_EX | LOCK_NB) == 0;

    if (lock >= 0) {
        close(lock);
    }
    return stale;
}

static bool is_old(int folder, int64_t now)
{
    struct stat stat;

    return fstat(folder, &stat) == 0 &&
           stat.st_mtim.tv_sec < now / ENV_NS_PER_SEC - EMPTY_SECONDS;
}

static void sweep_one(const char *parent, const char *name, int64_t now)
{
    AUTO(str) path = mem_printf("%s/%s", parent, name);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool own = fd >= 0 && is_own(fd, S_IFDIR);
    bool stale = own && is_stale(fd);
    bool old = own && is_old(fd, now);

    if (fd >= 0) {
        close(fd);
    }
    if (old && !stale) {
        (void)rmdir(path); /* if it is empty */
    }
    if (stale && remove_folder(path) == 0) {
        log_debug("removed %s, which a server that was killed left behind",
                  path);
    }
}

static void sweep(const char *parent, int64_t now)
{
    DIR *folder = opendir(parent);
    struct dirent *item;

    while (folder && (item = readdir(folder)) != NULL) {
        if (is_run_dir(item->d_name)) {
            sweep_one(parent, item->d_name, now);
        }
    }
    if (folder) {
        closedir(folder);
    }
}

/* ---- Making ---- */

/* The lock gets its name once it is held: whoever finds it finds it so. */
static bool take_lock(struct run_dir *dir, struct err *err)
{
    AUTO(str) name = mem_printf("%s/" LOCK, dir->path);
    AUTO(str) temporary = mem_printf("%s/" LOCK_NEW, dir->path);

    dir->lock = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (dir->lock < 0 || flock(dir->lock, LOCK_EX | LOCK_NB) != 0 ||
        rename(temporary, name) != 0) {
        return err_errno(err, "cannot lock %s", name);
    }
    return true;
}

static char *absolute(const char *folder)
{
    char *path = realpath(folder, NULL);

    return path ? path : mem_strdup(folder);
}

bool run_dir_new(struct env *env, struct run_dir **out_dir, struct err *err)
{
    const char *given = env_variable(env, "TMPDIR");
    AUTO(str) parent = absolute(given && *given ? given : "/tmp");
    AUTO(str) path = mem_printf("%s/" PREFIX "XXXXXX", parent);
    AUTO(run_dir) dir = NULL;

    sweep(parent, env_now(env));
    if (!mkdtemp(path)) {
        return given && *given
                   ? err_errno(err,
                               "cannot make a directory in %s (set TMPDIR "
                               "to a folder that can be written to)",
                               given)
                   : err_errno(err, "cannot make a directory like %s", path);
    }
    dir = NEW(struct run_dir);
    dir->path = take(&path);
    dir->lock = -1;
    /* Clients of any user shall read what is meant for them; only we write. */
    if (chmod(dir->path, 0755) != 0) {
        return err_errno(err, "cannot open %s to readers", dir->path);
    }
    if (!take_lock(dir, err)) {
        return false;
    }
    *out_dir = take(&dir);
    return true;
}

void run_dir_free(struct run_dir *dir)
{
    int error;

    if (!dir) {
        return;
    }
    error = remove_folder(dir->path);
    if (error) {
        log_warning("%s stays behind: %s", dir->path, strerror(error));
    }
    if (dir->lock >= 0) {
        close(dir->lock);
    }
    mem_free(dir->path);
    mem_free(dir);
}

const char *run_dir_path(const struct run_dir *dir)
{
    return dir->path;
}
