/* The words of the OAuth token endpoint, see oauth.h. protocol: discover 4. */
#include "config.h"

#include "services/oauth.h"

#include <string.h>

#include "scenario/fault.h"
#include "services/reach.h"
#include "util/json.h"
#include "wire/diagnostics.h"

/* ---- The challenge ---- */

static const char *href_of(struct call *call)
{
    const char *url = call_web_url(call, OAUTH_TOKEN_PATH);

    switch (call->world->oauth.href) {
    case OAUTH_HREF_QUOTED:
        break;
    case OAUTH_HREF_UNQUOTED:
        return arena_printf(call->arena, "href=%s", url);
    case OAUTH_HREF_EMPTY:
        return "href=\"\"";
    case OAUTH_HREF_OMIT:
        return NULL;
    }
    return arena_printf(call->arena, "href=\"%s\"", url);
}

/* "c,b,a" for "a,b,c" */
static const char *reversed(struct arena *arena, const char *list)
{
    const char *out = "";

    while (*list) {
        size_t length = strcspn(list, ",");

        out = arena_printf(arena, "%.*s%s%s", (int)length, list,
                           *out ? "," : "", out);
        list += length + (list[length] == ',');
    }
    return out;
}

static const char *grants_of(struct call *call)
{
    const char *all = oauth_grants_text(call->arena, call->world);

    switch (call->world->oauth.grants) {
    case OAUTH_GRANTS_GOOD:
        break;
    case OAUTH_GRANTS_DOUBLED:
        return arena_printf(call->arena, "%.*s,%s", (int)strcspn(all, ","), all,
                            all);
    case OAUTH_GRANTS_REVERSED:
        return reversed(call->arena, all);
    case OAUTH_GRANTS_PASSIVE:
        return "urn:microsoft.rtc:passive";
    case OAUTH_GRANTS_OMIT:
        return NULL;
    }
    return all;
}

const char *oauth_challenge(struct call *call)
{
    const char *href = href_of(call);
    const char *grants = grants_of(call);

    return arena_printf(call->arena, "MsRtcOAuth%s%s%s%s%s%s",
                        href || grants ? " " : "", href ? href : "",
                        href && grants ? "," : "",
                        grants ? "grant_type=\"" : "", grants ? grants : "",
                        grants ? "\"" : "");
}

/* ---- Answers ---- */

/* RFC 6749 section 5.1: no cache may keep a token, nor the lack of one. */
static void add_headers(struct call *call)
{
    struct headers *headers = &call->ex->reply.headers;

    product_headers(call);
    headers_set(headers, call->arena, "Cache-Control", "no-store");
    headers_remove(headers, "Expires");
}

static void send(struct call *call, const char *type, struct json *json)
{
    json_close(json, '}');
    exchange_body(call->ex, type, arena_copy(call->arena, buf_span(json->out)));
}

static void start(struct json *json, struct buf *out)
{
    json_init(json, out);
    json->escape_slash = true;
    json_open(json, '{');
}

void oauth_answer(struct call *call, const char *token, int64_t seconds)
{
    AUTO_BUF out = {0};
    struct json json;

    exchange_reply(call->ex, 200);
    add_headers(call);
    start(&json, &out);
    json_text(&json, "access_token", token);
    json_number(&json, "expires_in", seconds);
    json_text(&json, "ms_rtc_identityscope", "local");
    json_text(&json, "token_type", "Bearer");
    send(call, "application/json", &json);
}

static const char *error_word(enum oauth_error error)
{
    switch (error) {
    case OAUTH_INVALID_REQUEST:
        return "invalid_request";
    case OAUTH_INVALID_GRANT:
        return "invalid_grant";
    case OAUTH_UNSUPPORTED_GRANT:
        return "unsupported_grant_type";
    case OAUTH_INVALID_SCOPE:
        return "invalid_scope";
    case OAUTH_SERVER_ERROR:
        return "server_error";
    }
    return "?";
}

static void send_error(struct call *call, const struct oauth_say *say)
{
    AUTO_BUF out = {0};
    struct json json;

    start(&json, &out);
    json_text(&json, "error", say->error);
    if (say->description) {
        json_text(&json, "error_description", say->description);
    }
    if (say->passive_uri) {
        json_text(&json, "ms_rtc_passiveauthuri", say->passive_uri);
    }
    send(call, "application/json;charset=UTF-8", &json);
}

void oauth_say_error(struct call *call, const struct oauth_say *say)
{
    exchange_reply(call->ex, say->status ? say->status : 400);
    add_headers(call);
    if (say->diagnostics) {
        product_diagnostics(call, say->diagnostics);
    }
    exchange_remark(call->ex, "oauth.error", "%s", say->error);
    send_error(call, say);
}

bool oauth_refuse_at(struct call *call, enum oauth_error error, unsigned id,
                     const char *file, int line)
{
    call_reach(call, POINT_OAUTH_ERROR);
    exchange_reply_at(call->ex, 400, file, line);
    add_headers(call);
    if (id) {
        product_diagnostics(call, id);
    }
    exchange_remark(call->ex, "oauth.error", "%s", error_word(error));
    send_error(call, &(struct oauth_say){.error = error_word(error)});
    return false;
}

bool oauth_refuse_passive(struct call *call)
{
    const struct oauth_say say = {
        .error = error_word(OAUTH_INVALID_GRANT),
        .passive_uri = call_web_url(call, OAUTH_PASSIVE_PATH),
    };

    oauth_refuse(call, OAUTH_INVALID_GRANT, DIAGNOSTIC_NO_TOKEN);
    send_error(call, &say);
    return false;
}
