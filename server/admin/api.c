/* What can be asked, see docs/admin.md. */
#include "config.h"

#include <string.h>

#include "admin/verdict.h"
#include "admin/wait.h"
#include "journal/journal.h"
#include "util/duration.h"
#include "util/env.h"
#include "util/json.h"
#include "util/number.h"
#include "util/stamp.h"
#include "util/url.h"

/* A session by the name in the path. */
struct named {
    const char *name;
    struct session_entry entry;
};

struct api {
    const char *method;
    const char *path; /* "NAME" stands for a session's */
    const char *doc;
    /* named: NULL where the path has none. */
    void (*run)(struct admin_call *call, const struct named *named);
};

/* false: there is none, and the answer says so. */
static bool find_session(struct admin_call *call, const char *name,
                         struct session_entry *out)
{
    struct sessions *sessions = call->core->options.sessions;

    sessions_sweep(sessions);
    return (strcmp(name, SESSIONS_DEFAULT) == 0
                ? sessions_at(sessions, 0, out)
                : sessions_find(sessions, name, out)) ||
           admin_fail(call, 404, "path",
                      "GET /sessions lists those that there are",
                      "there is no session %s", name);
}

static void show_pac(struct admin_call *call, const struct named *named UNUSED)
{
    admin_pac(call);
}

/* ---- Sessions ---- */

static void list_sessions(struct admin_call *call,
                          const struct named *named UNUSED)
{
    struct sessions *sessions = call->core->options.sessions;
    struct session_entry entry;
    struct json json;

    sessions_sweep(sessions);
    admin_begin(call, 200, &json);
    json_open_named(&json, "sessions", '[');
    for (size_t i = 0; sessions_at(sessions, i, &entry); i++) {
        json_open(&json, '{');
        admin_session(call, &json, &entry, false);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    admin_end(call, &json);
}

static void answer_session(struct admin_call *call, unsigned status,
                           const struct session_entry *entry)
{
    struct json json;

    admin_begin(call, status, &json);
    admin_session(call, &json, entry, true);
    admin_end(call, &json);
}

static void show_session(struct admin_call *call, const struct named *named)
{
    answer_session(call, 200, &named->entry);
}

static bool make(struct admin_call *call, const struct admin_body *body,
                 struct session **out_session)
{
    const struct admin_options *options = &call->core->options;
    struct scenario_source source = admin_source(body);
    const struct admin_wish wish = {
        .domain = body->domain,
        .source = &source,
        .seed_given = body->seed_given,
        .seed = body->seed,
    };
    struct diagnostics diagnostics;
    bool good;

    diagnostics_init(&diagnostics);
    good = options->hooks.make(options->hooks.ctx, &wish, out_session,
                               &diagnostics);
    if (!good) {
        admin_fail_scenario(call, &diagnostics);
    }
    diagnostics_clear(&diagnostics);
    return good;
}

static void make_session(struct admin_call *call,
                         const struct named *named UNUSED)
{
    static const char *const known[] = {"domain", "scenario", "seed", "ttl",
                                        NULL};
    const struct admin_options *options = &call->core->options;
    AUTO(session) session = NULL;
    struct session_entry entry;
    struct admin_body body;
    struct err err;

    if (!admin_read_body(call, known, &body)) {
        return;
    }
    if (!body.domain) {
        admin_fail(call, 400, "domain",
                   "name a domain, as \"domain\": \"t1.contoso.test\"",
                   "the session's SIP domain is missing");
        return;
    }
    if (!sessions_free_domain(options->sessions, body.domain, &err)) {
        admin_fail(call, 409, "domain", "choose another domain", "%s",
                   err.text);
        return;
    }
    if (!make(call, &body, &session)) {
        return;
    }
    if (!sessions_add(options->sessions, session,
                      body.ttl_given ? body.ttl : options->ttl, &err)) {
        admin_fail(call, 409, "domain", "choose another domain", "%s",
                   err.text);
        return;
    }
    /* The registry has the reference now. */
    if (sessions_find(options->sessions, session_name(take(&session)),
                      &entry)) {
        answer_session(call, 201, &entry);
        call->location = arena_printf(call->arena, "/sessions/%s",
                                      session_name(entry.session));
    }
}

static void remove_session(struct admin_call *call, const struct named *named)
{
    struct sessions *sessions = call->core->options.sessions;

    if (named->entry.session == sessions_default(sessions)) {
        admin_fail(call, 409, "path", "stop the server to end it",
                   "the default session stays");
        return;
    }
    sessions_remove(sessions, named->name);
    call->status = 204;
}

/* ---- One session ---- */

static void play(struct admin_call *call, const struct named *named)
{
    static const char *const known[] = {"scenario", NULL};
    const struct admin_hooks *hooks = &call->core->options.hooks;
    struct admin_body body;
    struct scenario_source source;
    struct session_entry entry;
    struct diagnostics diagnostics;

    if (!admin_read_body(call, known, &body)) {
        return;
    }
    if (!body.scenario) {
        admin_fail(call, 400, "scenario",
                   "send the scenario as application/yaml, or a shipped one as "
                   "{\"scenario\": \"good/ios-ntlm\"}",
                   "the scenario is missing");
        return;
    }
    source = admin_source(&body);
    diagnostics_init(&diagnostics);
    if (!hooks->play(hooks->ctx, named->entry.session, &source, &diagnostics)) {
        admin_fail_scenario(call, &diagnostics);
    } else if (find_session(call, named->name, &entry)) {
        /* As it is now: its old world has gone. While the scenario was read,
         * others may have ended it. */
        answer_session(call, 200, &entry);
    }
    diagnostics_clear(&diagnostics);
}

static void reset(struct admin_call *call, const struct named *named)
{
    const struct admin_hooks *hooks = &call->core->options.hooks;

    hooks->reset(hooks->ctx, named->entry.session);
    answer_session(call, 200, &named->entry);
}

static void tell_clock(struct admin_call *call, const struct named *named)
{
    int64_t now = env_now(call->core->options.env);
    struct json json;

    admin_begin(call, 200, &json);
    json_text(
        &json, "now",
        stamp_iso_ms(call->arena, session_now(named->entry.session, now)));
    admin_end(call, &json);
}

static void move_clock(struct admin_call *call, const struct named *named)
{
    static const char *const known[] = {"advance", NULL};
    struct admin_body body;
    int64_t by;
    struct err err;

    if (!admin_read_body(call, known, &body)) {
        return;
    }
    if (!body.advance || !duration_parse(body.advance, &by, &err)) {
        admin_fail(call, 400, "advance", "write {\"advance\": \"6m\"}",
                   "expected a time%s%s", body.advance ? ": " : "",
                   body.advance ? err.text : "");
        return;
    }
    session_advance(named->entry.session, by);
    tell_clock(call, named);
}

struct listing {
    struct admin_call *call;
    size_t left;
};

static bool add_record(void *ctx, struct exchange *ex)
{
    struct listing *listing = ctx;
    struct admin_call *call = listing->call;

    if (listing->left == 0 || call->reply.size > ADMIN_RECORDS_BYTES) {
        return false;
    }
    listing->left--;
    journal_write(call->core->options.journal, ex, &call->reply);
    return true;
}

/* A number of the query. */
static bool read_number(struct admin_call *call, const char *name,
                        uint64_t *number)
{
    const char *text = url_query(call->arena, call->query, name);

    return !text || number_parse(text, NUMBER_DECIMAL, INT64_MAX, number) ||
           admin_fail(call, 400, name, "write a whole number",
                      "expected a number, not %s", text);
}

static void show_journal(struct admin_call *call, const struct named *named)
{
    struct listing listing = {call, ADMIN_RECORDS_LIMIT};
    uint64_t after = 0;
    uint64_t limit = ADMIN_RECORDS_LIMIT;

    if (!read_number(call, "after", &after) ||
        !read_number(call, "limit", &limit)) {
        return;
    }
    listing.left = limit < ADMIN_RECORDS_LIMIT ? limit : ADMIN_RECORDS_LIMIT;
    call->status = 200;
    call->type = "application/jsonl";
    after = journal_visit(call->core->options.journal,
                          session_name(named->entry.session), after, add_record,
                          &listing);
    call->position =
        arena_printf(call->arena, "%llu", (unsigned long long)after);
}

static void show_verdict(struct admin_call *call, const struct named *named)
{
    admin_verdict(call, named->entry.session);
}

static void wait_for(struct admin_call *call, const struct named *named)
{
    admin_wait(call, named->entry.session);
}

/* ---- All of them ---- */

static void show_api(struct admin_call *call, const struct named *named);

static const struct api actions[] = {
    {"GET", "/", "this list", show_api},
    {"GET", "/proxy.pac",
     "which names have a proxy, for browsers; without a token", show_pac},
    {"GET", "/sessions", "all sessions", list_sessions},
    {"POST", "/sessions",
     "make one: {\"domain\", \"scenario\", \"seed\", \"ttl\"}, or YAML and "
     "?domain=...",
     make_session},
    {"GET", "/sessions/NAME", "one session, and what its clients need",
     show_session},
    {"DELETE", "/sessions/NAME", "end it", remove_session},
    {"PUT", "/sessions/NAME/scenario",
     "play another scenario from here on: YAML, or {\"scenario\"}", play},
    {"POST", "/sessions/NAME/reset", "begin again", reset},
    {"GET", "/sessions/NAME/clock", "what time it is", tell_clock},
    {"POST", "/sessions/NAME/clock", "move it: {\"advance\": \"6m\"}",
     move_clock},
    {"GET", "/sessions/NAME/journal",
     "its exchanges in memory, JSON lines; ?after=POSITION&limit=N",
     show_journal},
    {"GET", "/sessions/NAME/wait",
     "answers once a point is reached: ?point=webticket.issue&times=1&"
     "timeout=30s",
     wait_for},
    {"GET", "/sessions/NAME/verdict", "whether the client did what is expected",
     show_verdict},
};

static void show_api(struct admin_call *call, const struct named *named UNUSED)
{
    struct json json;

    admin_begin(call, 200, &json);
    json_text(&json, "server", "lyncmock " PACKAGE_VERSION);
    json_open_named(&json, "api", '[');
    for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
        json_open(&json, '{');
        json_text(&json, "method", actions[i].method);
        json_text(&json, "path", actions[i].path);
        json_text(&json, "doc", actions[i].doc);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    admin_end(call, &json);
}

/* ---- Paths ---- */

#define SESSIONS "/sessions/"

/* Does the path have this form? Then the name in it, in lower case, or NULL. */
static bool path_fits(struct admin_call *call, const char *form,
                      const char **out_name)
{
    const char *path = call->path;
    const char *rest;
    size_t size;

    *out_name = NULL;
    if (strncmp(form, SESSIONS, strlen(SESSIONS)) != 0) {
        return strcmp(form, path) == 0;
    }
    if (strncmp(path, SESSIONS, strlen(SESSIONS)) != 0) {
        return false;
    }
    path += strlen(SESSIONS);
    rest = form + strlen(SESSIONS "NAME");
    size = strcspn(path, "/");
    if (size == 0 || strcmp(path + size, rest) != 0) {
        return false;
    }
    *out_name =
        arena_lower(call->arena, arena_text(call->arena, span_of(path, size)));
    return true;
}

static void run(struct admin_call *call, const struct api *action,
                const char *name)
{
    struct named named = {.name = name};
    struct session *session;

    if (!name) {
        action->run(call, &named);
        return;
    }
    if (!find_session(call, name, &named.entry)) {
        return;
    }
    /* It may expire while a scenario is read: others go on meanwhile. */
    session = session_ref(named.entry.session);
    action->run(call, &named);
    session_unref(session);
}

static const char *add_allowed(struct admin_call *call, const char *allowed,
                               const char *method)
{
    return allowed ? arena_printf(call->arena, "%s, %s", allowed, method)
                   : method;
}

void admin_serve(struct admin_call *call)
{
    const char *allowed = NULL;
    const char *name;

    for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
        if (path_fits(call, actions[i].path, &name)) {
            if (strcmp(actions[i].method, call->method) == 0) {
                run(call, &actions[i], name);
                return;
            }
            allowed = add_allowed(call, allowed, actions[i].method);
        }
    }
    if (allowed) {
        admin_fail(call, 405, "method",
                   arena_printf(call->arena, "use %s", allowed),
                   "%s is not for this path", call->method);
        call->allow = allowed;
        return;
    }
    admin_fail(call, 404, "path", "GET / lists what there is",
               "there is nothing at this path");
}
