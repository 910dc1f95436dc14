/* A ticket for a password at /WebTicket/oauthtoken, as UCWA applications get
 * it. protocol: discover 4. */
#include "config.h"

#include <string.h>

#include <jansson.h>

#include "probe/rstr_read.h"
#include "probe/walk.h"
#include "util/url.h"

AUTO_DEFINE(json, json_t *, json_decref)

static json_t *read_body(const struct http_answer *answer)
{
    json_error_t error;

    return json_loadb((const char *)answer->body.data, answer->body.size, 0,
                      &error);
}

static bool refused(struct walk *walk, const struct http_answer *answer,
                    json_t *body)
{
    const char *error = json_string_value(json_object_get(body, "error"));

    walk_refused(walk, STAGE_TICKET, answer, "no token");
    if (error && !walk->failure.said) {
        walk->failure.said = arena_strdup(walk->arena, error);
    }
    if (json_object_get(body, "ms_rtc_passiveauthuri")) {
        report_warn(walk->report, "the server wants its passive sign-in page "
                                  "instead (ms_rtc_passiveauthuri)");
        walk->failure.reason =
            "users sign in at a web page here, and a password alone will not "
            "do";
        walk->failure.advice = "the page that ms_rtc_passiveauthuri names";
    }
    return false;
}

static bool read_token(struct walk *walk, json_t *body, struct ticket *ticket)
{
    const char *token =
        json_string_value(json_object_get(body, "access_token"));
    json_int_t life = json_integer_value(json_object_get(body, "expires_in"));

    if (!token || !ticket_fits_header(token)) {
        return walk_fail(walk, STAGE_TICKET,
                         "the answer has no access_token that a header can "
                         "carry",
                         NULL);
    }
    *ticket = (struct ticket){
        .kind = TOKEN_CWT,
        .text = arena_strdup(walk->arena, token),
    };
    if (life > 0 && life < INT32_MAX) {
        ticket->has_expires = true;
        ticket->expires = env_now(walk->env) + life * ENV_NS_PER_SEC;
    }
    report_learned(walk->report, "access token of %zu bytes", strlen(token));
    if (life < 60) {
        report_warn(walk->report, "the token lives less than 60 s");
    }
    return true;
}

bool walk_oauth(struct walk *walk, const char *url, struct ticket *out_ticket)
{
    static const char *const fields[] = {
        "Content-Type: application/x-www-form-urlencoded;charset=UTF-8",
        "Accept: application/json",
        NULL,
    };
    const struct http_request request = {
        .url = url,
        .fields = fields,
        .body = arena_printf(
            walk->arena, "grant_type=password&username=%s&password=%s",
            url_encode(walk->arena, walk->target->user, ""),
            url_encode(walk->arena, walk->target->password, "")),
    };
    struct http_answer answer;

    if (!walk_ask(walk, STAGE_TICKET, &request, &answer)) {
        return false;
    }
    AUTO(json) body = read_body(&answer);
    return answer.status == 200 ? read_token(walk, body, out_ticket)
                                : refused(walk, &answer, body);
}
