/* Reports as files, see report_files.h. */
#include "config.h"

#include "cli/report_files.h"

#include <string.h>
#include <unistd.h>

#include "report/scorecard.h"
#include "util/whole_file.h"

struct report_file {
    const char *option;
    size_t field; /* const char * of struct options: the path */
    void (*write)(const struct report *report, struct buf *out);
};

/* For a file, whoever reads it: no colours. */
static void write_text(const struct report *report, struct buf *out)
{
    const struct report_style style = {.unicode = true};

    report_text(report, &style, out);
}

static const struct report_file files[] = {
    {"--json", offsetof(struct options, json), report_json},
    {"--junit", offsetof(struct options, junit), report_junit},
    {"--tap", offsetof(struct options, tap), report_tap},
    {"--markdown", offsetof(struct options, markdown), report_markdown},
    {"--html", offsetof(struct options, html), scorecard_html},
    {"--text", offsetof(struct options, text), write_text},
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

/* ---- GitHub Actions ---- */

static bool is_github(struct env *env)
{
    const char *value = env_variable(env, "GITHUB_ACTIONS");

    return value && strcmp(value, "true") == 0;
}

static bool tell_github(struct env *env, const struct report *report,
                        struct err *err)
{
    const char *summary = env_variable(env, "GITHUB_STEP_SUMMARY");
    AUTO_BUF annotations = {0};
    AUTO_BUF markdown = {0};

    report_github(report, &annotations);
    if (!whole_file_put(STDOUT_FILENO, buf_span(&annotations))) {
        return err_errno(err, "cannot write to stdout");
    }
    if (!summary || !*summary) {
        return true;
    }
    report_markdown(report, &markdown);
    return whole_file_append(summary, buf_span(&markdown), err) ||
           err_wrap(err, "GITHUB_STEP_SUMMARY");
}

/* ---- All of them ---- */

bool report_files_wanted(const struct options *options, struct env *env)
{
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        if (path_of(&files[i], options)) {
            return true;
        }
    }
    return is_github(env);
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

bool report_files_write(const struct options *options, struct env *env,
                        const struct report *report, struct err *err)
{
    bool good = true;
    struct err here;

    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        const char *path = path_of(&files[i], options);

        if (path && !write_one(&files[i], path, report, &here)) {
            *err = good ? here : *err;
            good = false;
        }
    }
    if (is_github(env) && !tell_github(env, report, &here)) {
        *err = good ? here : *err;
        good = false;
    }
    return good;
}
