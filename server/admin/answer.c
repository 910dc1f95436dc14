/* Answers of the admin port, see internal.h. */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "admin/internal.h"
#include "journal/journal.h"
#include "util/duration.h"
#include "util/env.h"
#include "util/json.h"
#include "util/stamp.h"

void admin_begin(struct admin_call *call, unsigned status, struct json *json)
{
    call->status = status;
    call->type = "application/json";
    buf_reset(&call->reply);
    json_init(json, &call->reply);
    json_open(json, '{');
}

void admin_end(struct admin_call *call, struct json *json)
{
    json_close(json, '}');
    buf_add_text(&call->reply, "\n");
}

bool admin_fail(struct admin_call *call, unsigned status, const char *place,
                const char *remedy, const char *format, ...)
{
    struct json json;
    va_list args;
    const char *text;

    va_start(args, format);
    text = arena_vprintf(call->arena, format, args);
    va_end(args);
    admin_begin(call, status, &json);
    json_text(&json, "error", text);
    json_text(&json, "place", place);
    json_text(&json, "remedy", remedy);
    admin_end(call, &json);
    return false;
}

static const struct diagnostic *
first_error(const struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        if (diagnostics->items[i].severity == SEVERITY_ERROR) {
            return &diagnostics->items[i];
        }
    }
    return NULL;
}

/* The text is good, then: it is the domain that the request names. */
static const char *remedy_of(struct admin_call *call,
                             const struct diagnostic *first)
{
    const struct session *base = sessions_default(call->core->options.sessions);

    if (first && !first->place.file &&
        strstr(first->text, "name constraints do not permit")) {
        return arena_printf(call->arena,
                            "a session's domain ends in .%s, that of the "
                            "server, whose CA is good for no other. Nothing "
                            "has changed",
                            session_world(base)->domain);
    }
    return "mend what the diagnostics say; lyncmock check and lyncmock "
           "explain tell more. Nothing has changed";
}

void admin_fail_scenario(struct admin_call *call,
                         const struct diagnostics *diagnostics)
{
    const struct diagnostic *first = first_error(diagnostics);
    const char *place = "scenario";
    struct json json;

    if (first && first->place.file) {
        place = arena_printf(call->arena, "%s:%u:%u", first->place.file,
                             first->place.line, first->place.column);
    }
    admin_begin(call, 422, &json);
    json_text(&json, "error", first ? first->text : "the scenario is wrong");
    json_text(&json, "place", place);
    json_text(&json, "remedy", remedy_of(call, first));
    diagnostics_json(&json, diagnostics);
    admin_end(call, &json);
}

/* ---- A session ---- */

/* The account that most clients are pointed at: the first good one. */
static void add_user(struct admin_call *call, struct json *json,
                     const struct world *world)
{
    for (size_t i = 0; i < world->user_count; i++) {
        const struct user *user = &world->users[i];

        if (user_state_now(user) == USER_GOOD) {
            json_open_named(json, "user", '{');
            json_text(json, "name", user->name);
            json_text(json, "sip_uri",
                      arena_printf(call->arena, "sip:%s", user->sip));
            json_text(json, "account", user_account(call->arena, world, user));
            json_text(json, "password", user_password_now(user));
            json_close(json, '}');
            return;
        }
    }
}

/* What its clients need. */
static void add_way(struct admin_call *call, struct json *json,
                    const struct world *world)
{
    const struct admin_options *options = &call->core->options;
    const char *name;

    add_user(call, json, world);
    json_open_named(json, "hosts", '[');
    for (size_t i = 0; (name = world_name(world, i)) != NULL; i++) {
        json_text(json, NULL, name);
    }
    json_close(json, ']');
    json_number(json, "https", options->https_port);
    json_number(json, "http", options->http_port);
    if (options->proxy_port) {
        json_number(json, "proxy", options->proxy_port);
    }
    json_text(json, "ca_file", options->ca_file);
    if (options->krb5_conf && world->offer.kerberos == KERBEROS_YES) {
        json_text(json, "krb5_conf", options->krb5_conf);
        json_text(json, "realm", world->realm);
    }
}

static void add_journal(const struct admin_call *call, struct json *json,
                        const struct session *session)
{
    struct journal_share share =
        journal_share(call->core->options.journal, session_name(session));

    json_open_named(json, "journal", '{');
    json_number(json, "exchanges", (int64_t)share.exchanges);
    json_number(json, "bytes", (int64_t)share.bytes);
    json_number(json, "dropped", (int64_t)share.dropped);
    json_close(json, '}');
}

void admin_session(struct admin_call *call, struct json *json,
                   const struct session_entry *entry, bool full)
{
    const struct admin_options *options = &call->core->options;
    struct session *session = entry->session;
    const struct scenario *scenario = session_scenario(session);

    json_text(json, "name", session_name(session));
    json_text(json, "domain", entry->domain);
    json_text(json, "scenario", scenario->name);
    json_text(json, "title", scenario->title);
    /* As text: JSON readers keep numbers as doubles, a seed has 64 bits. */
    json_text(json, "seed",
              arena_printf(call->arena, "%" PRIu64, session_seed_of(session)));
    json_text(
        json, "now",
        stamp_iso_ms(call->arena, session_now(session, env_now(options->env))));
    json_text(json, "made_by",
              session == sessions_default(options->sessions) ? "start"
              : entry->by_contact                            ? "template"
                                                             : "admin");
    json_text(json, "ttl",
              entry->ttl ? duration_text(call->arena, entry->ttl) : "none");
    json_text(json, "idle", duration_text(call->arena, entry->idle));
    json_number(json, "contacts", (int64_t)entry->contacts);
    add_journal(call, json, session);
    if (full) {
        add_way(call, json, scenario->world);
    }
}
