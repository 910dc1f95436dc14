/* Reports as files, see report_files.h. */
#include "config.h"

#include "cli/report_files.h"

#include <string.h>
#include <unistd.h>

#include "util/log.h"
#include "util/whole_file.h"

struct report_file {
    const char *option;
    size_t field; /* const char * of struct options: the path */
    void (*write)(const struct report *report, struct buf *out);
};

static const struct report_file files[] = {
    {"--json", offsetof(struct options, json), report_json},
};

static const char *path_of(const struct report_file *file,
                           const struct options *options)
{
    return *(const char *const *)((const char *)options + file->field);
}

static bool is_stdout(const char *path)
{
    return strcmp(path, "-") == 0;
}

static bool check_twice(const struct options *options, size_t index,
                        struct err *err)
{
    const char *path = path_of(&files[index], options);

    for (size_t i = 0; i < index; i++) {
        const char *other = path_of(&files[i], options);

        if (other && strcmp(path, other) == 0) {
            return err_set(err, "%s and %s are both %s", files[i].option,
                           files[index].option, path);
        }
    }
    return true;
}

bool report_files_check(const struct options *options, struct err *err)
{
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        const char *path = path_of(&files[i], options);

        if (path && !check_twice(options, i, err)) {
            return false;
        }
        if (path && !is_stdout(path) && !whole_file_check(path, err)) {
            return err_wrap(err, "%s", files[i].option);
        }
    }
    return true;
}

bool report_files_wanted(const struct options *options)
{
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        if (path_of(&files[i], options)) {
            return true;
        }
    }
    return false;
}

static bool write_one(const struct report_file *file, const char *path,
                      const struct report *report, struct err *err)
{
    AUTO_BUF text = {0};

    file->write(report, &text);
    if (!is_stdout(path)) {
        return whole_file_write(path, buf_span(&text), err) ||
               err_wrap(err, "%s", file->option);
    }
    return whole_file_put(STDOUT_FILENO, buf_span(&text)) ||
           err_errno(err, "%s: cannot write to stdout", file->option);
}

bool report_files_write(const struct options *options,
                        const struct report *report, struct err *err)
{
    bool good = true;

    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        const char *path = path_of(&files[i], options);
        struct err here;

        if (path && !write_one(&files[i], path, report, &here)) {
            *err = good ? here : *err;
            good = false;
        }
    }
    return good;
}
