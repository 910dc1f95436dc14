/* lyncmock wait: until a session of a running server has reached a point. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/admin_client.h"
#include "cli/arguments.h"
#include "cli/load.h"
#include "scenario/yaml_node.h"
#include "util/duration.h"
#include "util/log.h"
#include "util/number.h"
#include "util/url.h"

enum {
    TIMEOUT_SECONDS = 30,
    TIMEOUT_MAX_SECONDS = 600, /* as the admin port has it */
    TIMES_MAX = 1000000000,
    MARGIN_SECONDS = 5, /* for the answer, once its time is up */
};

struct waiting {
    const char *point;
    const char *ports_file;
    const char *session;
    uint64_t times;
    int64_t timeout;
};

/* ---- The command line ---- */

static bool read_times(const char *text, uint64_t *times)
{
    if (text &&
        (!number_parse(text, NUMBER_DECIMAL, TIMES_MAX, times) || !*times)) {
        log_error("--times %s: expected a whole number from 1", text);
        return false;
    }
    return true;
}

static bool read_timeout(const char *text, int64_t *timeout)
{
    struct err err;

    if (text && (!duration_parse(text, timeout, &err) || *timeout < 0 ||
                 *timeout > TIMEOUT_MAX_SECONDS * ENV_NS_PER_SEC)) {
        log_error("--timeout %s: expected a time up to 10m, such as 30s", text);
        return false;
    }
    return true;
}

static bool read_arguments(const struct arguments *arguments, struct env *env,
                           struct waiting *out)
{
    const char *session = arguments_value(arguments, "--session");
    const char *file = arguments_value(arguments, "--ports-file");
    enum point point;

    if (arguments->count != 1) {
        log_error("wait wants one point, as in: lyncmock wait webticket.issue "
                  "--ports-file ports.json");
        return false;
    }
    *out = (struct waiting){
        .session = session ? session : "default",
        .ports_file = file ? file : env_variable(env, "LYNC_PORTS_FILE"),
        .times = 1,
        .timeout = TIMEOUT_SECONDS * ENV_NS_PER_SEC,
    };
    if (!out->ports_file) {
        log_error("--ports-file is missing: name the file that the server "
                  "writes with the same option");
        return false;
    }
    if (!load_point(arguments->words[0], &point)) {
        return false;
    }
    out->point = point_info(point)->name;
    return read_times(arguments_value(arguments, "--times"), &out->times) &&
           read_timeout(arguments_value(arguments, "--timeout"), &out->timeout);
}

/* ---- The question ---- */

/* The reason that an error of the admin port gives. */
static const char *reason(struct arena *arena, struct span body)
{
    struct diagnostics diagnostics;
    const struct node *root;
    const struct node *error;

    diagnostics_init(&diagnostics);
    root = yaml_read(arena, body, "the answer", &diagnostics);
    diagnostics_clear(&diagnostics);
    error = root && root->kind == NODE_MAP ? node_entry(root, "error") : NULL;
    return error && error->kind == NODE_TEXT ? error->text : "no reason";
}

static enum exit_code tell(const struct waiting *waiting, unsigned status,
                           struct buf *body, bool json)
{
    AUTO(arena) arena = arena_new();

    if (json && (status == 200 || status == 504)) {
        enum exit_code printed = print_all(body);

        return printed != EXIT_GOOD ? printed
               : status == 200      ? EXIT_GOOD
                                    : EXIT_TIME;
    }
    switch (status) {
    case 200:
        printf("%s was reached %" PRIu64 " time%s\n", waiting->point,
               waiting->times, waiting->times == 1 ? "" : "s or more");
        return EXIT_GOOD;
    case 504:
        log_error("%s", reason(arena, buf_span(body)));
        return EXIT_TIME;
    case 404:
        log_error("there is no session %s", waiting->session);
        return EXIT_USAGE;
    default:
        log_error("the server answers %u: %s", status,
                  reason(arena, buf_span(body)));
        return EXIT_START;
    }
}

static enum exit_code ask(const struct waiting *waiting, struct env *env,
                          bool json)
{
    AUTO(arena) arena = arena_new();
    AUTO_BUF body = {0};
    int64_t until = env_monotonic(env) + waiting->timeout;
    struct admin_place place;
    unsigned status;
    const char *target;
    int64_t left;
    struct err err;

    if (!admin_find(arena, env, waiting->ports_file, until, &place, &err)) {
        log_error("%s", err.text);
        return EXIT_START;
    }
    left = until - env_monotonic(env);
    target = arena_printf(
        arena,
        "/sessions/%s/wait?point=%s&times=%" PRIu64 "&timeout=%" PRId64 "ms",
        url_encode(arena, waiting->session, ""), waiting->point, waiting->times,
        left > 0 ? left / ENV_NS_PER_MS : 0);
    if (!admin_get(&place, target, until + MARGIN_SECONDS * ENV_NS_PER_SEC,
                   &status, &body, &err)) {
        log_error("%s", err.text);
        return EXIT_START;
    }
    return tell(waiting, status, &body, json);
}

static enum exit_code run(int argc, char **argv)
{
    struct arguments arguments;
    struct waiting waiting;
    enum exit_code code;
    struct env env;

    if (!arguments_parse(&verb_wait, argc, argv, &arguments, &code)) {
        return code;
    }
    env_system(&env, 0);
    return read_arguments(&arguments, &env, &waiting)
               ? ask(&waiting, &env, arguments.json)
               : EXIT_USAGE;
}

static const struct verb_option options[] = {
    {"--ports-file", "FILE",
     "a running lyncmock's (LYNC_PORTS_FILE, where run has set it)"},
    {"--session", "NAME", "of which session (default)"},
    {"--times", "N", "how often the point was reached since it began (1)"},
    {"--timeout", "TIME", "how long to wait, up to 10m (30s)"},
    {NULL, NULL, NULL},
};

const struct verb verb_wait = {
    .name = "wait",
    .usage = "POINT --ports-file FILE [--times N] [--timeout TIME] [--session "
             "NAME]",
    .doc = "wait until a client has reached a point of a running server",
    .help = "Asks the admin port of the server that has written the ports "
            "file, and waits for\nthat, too. What happened before it asks "
            "counts.\nExit codes: 0 the point was reached; 2 an option or the "
            "session's name is wrong;\n3 there is no server, or it has ended; "
            "4 --timeout is over.",
    .options = options,
    .json = "what the server says: {\"point\", \"reached\", \"times\"}",
    .run = run,
};
