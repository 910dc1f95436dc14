/* The journal's file, see file.h. */
#include "config.h"

#include "journal/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/log.h"
#include "util/mem.h"

struct journal_file {
    char *path;
    char *old_path; /* PATH.1 */
    uint64_t limit;
    uint64_t size;
    int fd;       /* -1 after a failure */
    bool regular; /* else a pipe or terminal, which cannot be rotated */
};

static bool open_path(struct journal_file *file, struct err *err)
{
    struct stat st;

    file->fd = open(file->path,
                    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (file->fd < 0 || fstat(file->fd, &st) != 0) {
        return err_errno(err, "%s: cannot write the journal", file->path);
    }
    file->regular = S_ISREG(st.st_mode);
    file->size = file->regular ? (uint64_t)st.st_size : 0;
    return true;
}

bool file_open(const char *path, uint64_t limit, struct journal_file **out_file,
               struct err *err)
{
    AUTO(journal_file) file = NEW(struct journal_file);

    file->path = mem_strdup(path);
    file->old_path = mem_printf("%s.1", path);
    file->limit = limit;
    if (!open_path(file, err)) {
        return false;
    }
    *out_file = take(&file);
    return true;
}

static void stop(struct journal_file *file)
{
    if (file->fd >= 0) {
        close(file->fd);
    }
    file->fd = -1;
}

void file_close(struct journal_file *file)
{
    if (!file) {
        return;
    }
    stop(file);
    mem_free(file->path);
    mem_free(file->old_path);
    mem_free(file);
}

static bool rotate(struct journal_file *file, struct err *err)
{
    stop(file);
    if (rename(file->path, file->old_path) != 0) {
        return err_errno(err, "%s: cannot be renamed to %s", file->path,
                         file->old_path);
    }
    return open_path(file, err);
}

/* Takes back the part of a line, so that what is there stays JSON lines. */
static void take_back(struct journal_file *file, size_t written)
{
    struct stat st;

    if (file->regular && written > 0 && fstat(file->fd, &st) == 0 &&
        (uint64_t)st.st_size == file->size + written &&
        ftruncate(file->fd, (off_t)file->size) != 0) {
        log_debug("%s: ends in half a line", file->path);
    }
}

static bool append(struct journal_file *file, struct span line, struct err *err)
{
    size_t done = 0;

    while (done < line.size) {
        ssize_t written = write(file->fd, line.data + done, line.size - done);

        if (written < 0 && errno != EINTR) {
            err_errno(err, "%s: cannot write the journal", file->path);
            take_back(file, done);
            return false;
        }
        done += written > 0 ? (size_t)written : 0;
    }
    file->size += line.size;
    return true;
}

void file_write(struct journal_file *file, struct span line)
{
    struct err err;
    bool full;

    if (file->fd < 0) {
        return;
    }
    full =
        file->regular && file->size > 0 && file->size + line.size > file->limit;
    if ((full && !rotate(file, &err)) || !append(file, line, &err)) {
        log_warning("%s; no more exchanges are written to it", err.text);
        stop(file);
    }
}
