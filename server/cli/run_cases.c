/* Scenarios times a matrix, see run_cases.h. */
#include "config.h"

#include "cli/run_cases.h"

#include <string.h>
#include <unistd.h>

#include "cli/golden.h"
#include "cli/load.h"
#include "cli/option_types.h"
#include "cli/play.h"
#include "scenario/shipped.h"
#include "util/buf.h"

/* In the name of a file: what the run is called. */
#define PLACE "{}"

/* ---- Which scenarios ---- */

static bool is_pattern(const char *word)
{
    return strpbrk(word, "*?[") && access(word, F_OK) != 0;
}

static bool add_shipped(struct options *options, struct option_list *found,
                        const char *pattern, struct err *err)
{
    size_t before = found->count;
    struct shipped_file file;

    for (size_t i = 0; shipped_at(i, &file); i++) {
        const char *id = shipped_id(options->arena, &file);

        if (id && shipped_fits(pattern, id) &&
            !option_list(found, options, id, err)) {
            return false;
        }
    }
    if (found->count == before) {
        return err_set(err,
                       "no scenario fits \"%s\"; lyncmock list scenarios "
                       "prints those that are shipped",
                       pattern);
    }
    return true;
}

static bool find_scenarios(struct options *options, struct option_list *found,
                           struct err *err)
{
    for (size_t i = 0; i < options->scenarios.count; i++) {
        const char *word = options->scenarios.items[i];

        if (!(is_pattern(word) ? add_shipped(options, found, word, err)
                               : option_list(found, options, word, err))) {
            return false;
        }
    }
    return true;
}

/* ---- The matrix ---- */

/* One --matrix: a name and its values. */
struct axis {
    const char *name;
    struct option_list values;
};

/* Up to a comma; "\," is one that belongs to the value. */
static const char *next_value(struct arena *arena, const char **text)
{
    AUTO_BUF value = {0};
    const char *at = *text;

    for (; *at && *at != ','; at++) {
        at += at[0] == '\\' && at[1] == ',';
        buf_add_u8(&value, (uint8_t)*at);
    }
    *text = *at ? at + 1 : NULL;
    return arena_text(arena, buf_span(&value));
}

static bool read_axis(struct options *options, const char *item,
                      struct axis *out_axis, struct err *err)
{
    const char *equals = strchr(item, '=');
    const char *rest = equals ? equals + 1 : "";
    struct axis axis = {0};

    if (!*rest || equals == item) {
        return err_set(err, "%s %s: expected NAME=VALUE,VALUE...",
                       options->matrix.origin, item);
    }
    axis.name =
        arena_text(options->arena, span_of(item, (size_t)(equals - item)));
    while (rest) {
        const char *value = next_value(options->arena, &rest);

        if (!option_list(&axis.values, options, value, err)) {
            return err_wrap(err, "%s %s", options->matrix.origin, item);
        }
    }
    *out_axis = axis;
    return true;
}

static bool read_matrix(struct options *options, struct axis *axes,
                        size_t *out_count, struct err *err)
{
    size_t count = 1;

    for (size_t i = 0; i < options->matrix.count; i++) {
        if (!read_axis(options, options->matrix.items[i], &axes[i], err)) {
            return false;
        }
        count *= axes[i].values.count;
        if (count > RUN_CASES_MAX) {
            return err_set(err, "%s: more than %d combinations",
                           options->matrix.origin, RUN_CASES_MAX);
        }
    }
    *out_count = count;
    return true;
}

/* The last --matrix changes fastest. */
static void set_variant(struct run_case *run, const struct axis *axes,
                        size_t axis_count, size_t number)
{
    struct arena *arena = run->options.arena;
    const char **items = arena_alloc(arena, (axis_count + 1) * sizeof(*items));
    const char *text = NULL;

    for (size_t i = axis_count; i-- > 0;) {
        const struct option_list *values = &axes[i].values;

        items[i] = arena_printf(arena, "%s=%s", axes[i].name,
                                values->items[number % values->count]);
        number /= values->count;
        text = text ? arena_printf(arena, "%s %s", items[i], text) : items[i];
    }
    run->options.variant =
        (struct option_list){items, axis_count, run->options.matrix.origin};
    run->variant = text;
}

/* ---- Files of each run ---- */

/* "good/ios-ntlm ticket.format=cwt" -> "good-ios-ntlm-ticket.format-cwt" */
static char *file_part(struct arena *arena, const char *title)
{
    char *part = arena_strdup(arena, title);

    for (char *c = part; *c; c++) {
        bool keep = strchr("._-", *c) || (*c >= '0' && *c <= '9') ||
                    (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');

        *c = (char)(keep ? *c : '-');
    }
    return part;
}

static const char *fill_place(struct arena *arena, const char *path,
                              const char *title)
{
    const char *place = path ? strstr(path, PLACE) : NULL;

    return place ? arena_printf(arena, "%.*s%s%s", (int)(place - path), path,
                                file_part(arena, title), place + strlen(PLACE))
                 : path;
}

static bool check_place(const char *option, const char *path, struct err *err)
{
    return !path || strstr(path, PLACE) ||
           err_set(err,
                   "%s %s: each of several runs would write that file; put {} "
                   "into its name for the name of the run",
                   option, path);
}

static bool check_port(const struct options *options, const char *option,
                       int port, struct err *err)
{
    return port <= 0 || options->jobs == 1 ||
           err_set(err,
                   "%s %d: one run at a time can have it, and --jobs is %d; "
                   "leave one of them out",
                   option, port, options->jobs);
}

static bool check_several(const struct options *options, struct err *err)
{
    return check_place("--ports-file", options->ports_file, err) &&
           check_place("--journal", options->journal, err) &&
           check_place("--admin-socket", options->admin_socket, err) &&
           check_place("--golden", options->golden, err) &&
           check_port(options, "--https-port", options->https_port, err) &&
           check_port(options, "--http-port", options->http_port, err) &&
           check_port(options, "--proxy-port", options->proxy_port, err) &&
           check_port(options, "--kdc-port", options->kdc_port, err) &&
           check_port(options, "--admin-port", options->admin_port, err);
}

/* ---- All runs ---- */

static MUST_CHECK bool make_case(const struct options *options,
                                 const char *scenario, const struct axis *axes,
                                 size_t number, struct run_case *out_run,
                                 struct err *err)
{
    struct options *own = &out_run->options;

    *own = *options;
    own->scenario = scenario;
    set_variant(out_run, axes, options->matrix.count, number);
    out_run->title = out_run->variant ? arena_printf(options->arena, "%s %s",
                                                     scenario, out_run->variant)
                                      : scenario;
    own->ports_file = fill_place(own->arena, own->ports_file, out_run->title);
    own->journal = fill_place(own->arena, own->journal, out_run->title);
    own->admin_socket =
        fill_place(own->arena, own->admin_socket, out_run->title);
    own->golden = fill_place(own->arena, own->golden, out_run->title);
    return golden_check(own, err);
}

bool run_cases_make(const struct options *options, struct run_cases *out_cases,
                    struct err *err)
{
    struct options own = *options;
    struct option_list scenarios = {0};
    struct axis *axes =
        arena_alloc(own.arena, (own.matrix.count + 1) * sizeof(*axes));
    struct run_cases cases = {0};
    size_t variants = 0;

    if (!find_scenarios(&own, &scenarios, err) ||
        !read_matrix(&own, axes, &variants, err)) {
        return false;
    }
    if (scenarios.count * variants > RUN_CASES_MAX) {
        return err_set(err, "more than %d runs", RUN_CASES_MAX);
    }
    if (scenarios.count * variants > 1 && !check_several(&own, err)) {
        return false;
    }
    cases.items = arena_alloc(own.arena, (scenarios.count * variants + 1) *
                                             sizeof(*cases.items));
    for (size_t i = 0; i < scenarios.count * variants; i++) {
        if (!make_case(&own, scenarios.items[i / variants], axes, i % variants,
                       &cases.items[cases.count++], err)) {
            return false;
        }
    }
    *out_cases = cases;
    return true;
}

bool run_cases_check(const struct run_cases *cases)
{
    bool good = true;

    for (size_t i = 0; i < cases->count; i++) {
        AUTO(scenario) scenario = NULL;

        good = load_scenario(&cases->items[i].options, &scenario) &&
               play_check_templates(&cases->items[i].options, scenario) && good;
    }
    return good;
}
