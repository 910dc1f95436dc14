/* Private folders, see folder.h. */
#include "config.h"

#include "keeper/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "util/mem.h"

#define FOLDER_PREFIX "lyncmock-kdc-"
#define FOLDER_LOCK   "lock"

enum {
    /* A sweep may take a folder that is not locked yet; then another one. */
    FOLDER_TRIES = 16,
    /* What must be free: a database of several thousand users. */
    FOLDER_ROOM = 16 * 1024 * 1024,
};

static bool in_memory(const char *path)
{
    struct statfs fs;

    return statfs(path, &fs) == 0 && fs.f_type == TMPFS_MAGIC &&
           fs.f_bavail * (uint64_t)fs.f_bsize >= FOLDER_ROOM &&
           access(path, R_OK | W_OK | X_OK) == 0;
}

/* What paths in a profile, and in lists of profiles, cannot have. */
static bool is_plain(const char *path)
{
    for (const char *c = path; *c; c++) {
        if (*c == ':' || (unsigned char)*c < ' ') {
            return false;
        }
    }
    return path[0] == '/';
}

const char *folder_parent(const char *tmpdir)
{
    if (in_memory("/dev/shm")) {
        return "/dev/shm";
    }
    if (tmpdir && is_plain(tmpdir)) {
        return tmpdir;
    }
    return "/tmp";
}

bool folder_open(const char *path, struct folder *out_folder, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0) {
        return err_errno(err, "cannot open the folder %s", path);
    }
    *out_folder = (struct folder){mem_strdup(path), fd};
    return true;
}

void folder_forget(struct folder *folder)
{
    if (folder->path) {
        close(folder->fd);
        mem_free(folder->path);
    }
    *folder = (struct folder){NULL, -1};
}

/* Of this user, and a file and nothing else. */
static bool is_own_file(int folder, const char *name)
{
    struct stat st;

    return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(st.st_mode) && st.st_uid == geteuid();
}

static void remove_files(int folder)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        /* The lock goes last: as long as it is there, it is held. */
        if (strcmp(entry->d_name, FOLDER_LOCK) != 0 &&
            is_own_file(folder, entry->d_name)) {
            unlinkat(folder, entry->d_name, 0);
        }
    }
    if (dir) {
        closedir(dir);
    }
    if (is_own_file(folder, FOLDER_LOCK)) {
        unlinkat(folder, FOLDER_LOCK, 0);
    }
}

static bool is_still_there(const struct folder *folder)
{
    struct stat opened;
    struct stat named;

    return fstat(folder->fd, &opened) == 0 &&
           lstat(folder->path, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

void folder_remove(struct folder *folder)
{
    if (folder->path && is_still_there(folder)) {
        remove_files(folder->fd);
        rmdir(folder->path);
    }
    folder_forget(folder);
}

/* -1: it is another's. */
static int lock_in(int folder, int flags)
{
    struct stat st;
    int fd = openat(folder, FOLDER_LOCK,
                    flags | O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);

    /* A sweep that held it before us has unlinked it: it guards nothing. */
    if (fd >= 0 && (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &st) != 0 ||
                    !S_ISREG(st.st_mode) || st.st_nlink == 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* False without an err: a sweep was faster. */
static bool try_make(const char *parent, struct folder *out_folder,
                     int *out_lock, struct err *err)
{
    AUTO(str) path = mem_printf("%s/" FOLDER_PREFIX "XXXXXX", parent);
    struct folder folder = {NULL, -1};
    int lock;

    if (!mkdtemp(path)) {
        return err_errno(err, "cannot make a folder in %s", parent);
    }
    if (!folder_open(path, &folder, err)) {
        return false;
    }
    lock = lock_in(folder.fd, O_CREAT | O_EXCL);
    if (lock < 0) {
        err_errno(err, "cannot lock %s", path);
        rmdir(path);
        folder_forget(&folder);
        return false;
    }
    *out_folder = folder;
    *out_lock = lock;
    return true;
}

bool folder_make(const char *parent, struct folder *out_folder, int *out_lock,
                 struct err *err)
{
    for (int i = 0; i < FOLDER_TRIES; i++) {
        if (try_make(parent, out_folder, out_lock, err)) {
            return true;
        }
    }
    return false;
}

/*
 * A keeper that is just starting has a folder that is empty, which rmdir may
 * take, or a lock that is not yet held, which we may: it sees either when it
 * locks, and makes another folder.
 */
static void sweep_one(const char *parent, const char *name)
{
    AUTO(str) path = mem_printf("%s/%s", parent, name);
    struct folder folder = {NULL, -1};
    struct stat st;
    struct err err;
    int lock;

    if (!folder_open(path, &folder, &err)) {
        return;
    }
    if (fstat(folder.fd, &st) != 0 || st.st_uid != geteuid()) {
        folder_forget(&folder);
        return;
    }
    lock = lock_in(folder.fd, 0);
    if (lock >= 0) {
        folder_remove(&folder);
        close(lock);
    } else {
        rmdir(path);
        folder_forget(&folder);
    }
}

void folder_sweep(const char *parent)
{
    DIR *dir = opendir(parent);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        if (strncmp(entry->d_name, FOLDER_PREFIX, strlen(FOLDER_PREFIX)) == 0) {
            sweep_one(parent, entry->d_name);
        }
    }
    if (dir) {
        closedir(dir);
    }
}
