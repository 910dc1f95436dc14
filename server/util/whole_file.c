/* Files written whole, see whole_file.h. */
#include "config.h"

#include "util/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/mem.h"

bool whole_file_put(int fd, struct span bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(fd, bytes.data, bytes.size);

        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            bytes = span_slice(bytes, (size_t)written, bytes.size);
        }
    }
    return true;
}

/* In the folder of the file, so that a rename is one step. */
static char *temporary_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return mem_printf("%.*s.lyncmock.%d", slash ? (int)(slash - path + 1) : 0,
                      path, (int)getpid());
}

static bool is_special(const char *path)
{
    struct stat stat_;

    return stat(path, &stat_) == 0 && !S_ISREG(stat_.st_mode);
}

static int open_temporary(const char *temporary)
{
    return open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
}

static bool check_special(const char *path, struct err *err)
{
    struct stat stat_;

    if (stat(path, &stat_) == 0 && S_ISDIR(stat_.st_mode)) {
        errno = EISDIR;
    } else if (access(path, W_OK) == 0) {
        return true;
    }
    return err_errno(err, "cannot write %s", path);
}

bool whole_file_check(const char *path, struct err *err)
{
    AUTO(str) temporary = temporary_name(path);
    struct stat stat_;
    int fd;

    if (is_special(path)) {
        return check_special(path, err);
    }
    if (stat(path, &stat_) != 0 && errno != ENOENT) {
        return err_errno(err, "cannot write %s", path);
    }
    fd = open_temporary(temporary);
    if (fd < 0) {
        return err_errno(err, "cannot write %s", path);
    }
    close(fd);
    unlink(temporary);
    return true;
}

static bool put_and_close(int fd, struct span bytes)
{
    bool good = whole_file_put(fd, bytes);

    return close(fd) == 0 && good;
}

static bool write_special(const char *path, int flags, struct span bytes,
                          struct err *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0644);

    return (fd >= 0 && put_and_close(fd, bytes)) ||
           err_errno(err, "cannot write %s", path);
}

bool whole_file_write(const char *path, struct span bytes, struct err *err)
{
    AUTO(str) temporary = temporary_name(path);
    int fd;

    if (is_special(path)) {
        return write_special(path, 0, bytes, err);
    }
    fd = open_temporary(temporary);
    if (fd < 0) {
        return err_errno(err, "cannot write %s", path);
    }
    if (!put_and_close(fd, bytes) || rename(temporary, path) != 0) {
        err_errno(err, "cannot write %s", path);
        unlink(temporary);
        return false;
    }
    return true;
}

bool whole_file_append(const char *path, struct span bytes, struct err *err)
{
    return write_special(path, O_APPEND | O_CREAT, bytes, err);
}

static bool take_all(int fd, size_t most, struct buf *out)
{
    enum { PIECE = 64 * 1024 };
    ssize_t got;

    do {
        got = read(fd, buf_reserve(out, PIECE), PIECE);
        if (got > 0) {
            buf_commit(out, (size_t)got);
        }
        if (out->size > most) {
            errno = EFBIG;
            return false;
        }
    } while (got > 0 || (got < 0 && errno == EINTR));
    return got == 0;
}

bool whole_file_read(const char *path, size_t most, struct buf *out,
                     struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && take_all(fd, most, out);

    if (!good) {
        err_errno(err, "cannot read %s", path);
    }
    if (fd >= 0) {
        close(fd);
    }
    return good;
}
