/* How a report may look, see report_style.h. */
#include "config.h"

#include "cli/report_style.h"

#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "util/number.h"

enum { WIDTH_LEAST = 60, WIDTH_MOST = 200 };

static const char *variable(struct env *env, const char *name)
{
    const char *value = env_variable(env, name);

    return value ? value : "";
}

/* bixense.com/clicolors and no-color.org. */
static bool wants_colour(struct env *env, int fd)
{
    const char *force = variable(env, "CLICOLOR_FORCE");

    if (*variable(env, "NO_COLOR")) {
        return false;
    }
    if (*force && strcmp(force, "0") != 0) {
        return true;
    }
    return isatty(fd) && strcmp(variable(env, "CLICOLOR"), "0") != 0 &&
           strcmp(variable(env, "TERM"), "dumb") != 0;
}

/* POSIX: the first of these that is not empty says it. */
static bool is_utf8(struct env *env)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const char *value = variable(env, names[i]);
        const char *charset = strchr(value, '.');

        if (*value) {
            return charset && (strncasecmp(charset, ".UTF-8", 6) == 0 ||
                               strncasecmp(charset, ".UTF8", 5) == 0);
        }
    }
    return false;
}

static unsigned width_of(struct env *env, int fd)
{
    struct winsize size = {0};
    uint64_t columns = 0;

    if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0) {
        columns = size.ws_col;
    }
    if (!columns && !number_parse(variable(env, "COLUMNS"), NUMBER_DECIMAL,
                                  WIDTH_MOST, &columns)) {
        columns = REPORT_WIDTH;
    }
    return (unsigned)(columns < WIDTH_LEAST  ? WIDTH_LEAST
                      : columns > WIDTH_MOST ? WIDTH_MOST
                                             : columns);
}

struct report_style report_style_of(struct env *env, int fd)
{
    return (struct report_style){
        .colour = wants_colour(env, fd),
        .unicode = is_utf8(env),
        .width = width_of(env, fd),
    };
}
