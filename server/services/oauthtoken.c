/*
 * The OAuth token endpoint: a compact web ticket for a grant (protocol:
 * discover 4; RFC 6749 sections 3.2, 4.3 and 5).
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "checks/checks.h"
#include "services/gate.h"
#include "services/oauth.h"
#include "services/reach.h"
#include "ticket/ticket.h"
#include "util/stamp.h"
#include "wire/diagnostics.h"

/* ---- The form ---- */

/* Whatever parameters the type has: the product's own samples write the
 * charset in quotes of several kinds. */
static bool is_form(const char *type)
{
    static const char form[] = "application/x-www-form-urlencoded";
    size_t length = strlen(form);

    return type && strncasecmp(type, form, length) == 0 &&
           strchr("; \t", type[length]);
}

static bool check_type(struct call *call)
{
    const char *type = headers_get(&call->ex->request.headers, "Content-Type");

    if (is_form(type)) {
        return true;
    }
    exchange_why(call->ex, "oauth.content-type", "%s",
                 type ? type : "there is no Content-Type");
    check_report(call->ex, "OA-001", "Content-Type", span_text(type),
                 "the request must say Content-Type: "
                 "application/x-www-form-urlencoded");
    return oauth_refuse(call, OAUTH_INVALID_REQUEST, 0);
}

static bool check_repeated(struct call *call, const struct form *form)
{
    const char *name = form_repeated(form);

    if (!name) {
        return true;
    }
    exchange_why(call->ex, "oauth.repeated",
                 "the parameter \"%s\" is there more than once", name);
    check_report(call->ex, "OA-003", "body", span_text(name),
                 "the parameter \"%s\" is there more than once", name);
    return oauth_refuse(call, OAUTH_INVALID_REQUEST, 0);
}

/* Samples of forms that went through HTML have "&amp;" where "&" belongs. */
static void judge_entities(struct call *call, const struct form *form)
{
    bool found = form->entities;

    for (size_t i = 0; i < form->count; i++) {
        found = found || strncmp(form->fields[i].name, "amp;", 4) == 0;
    }
    if (found) {
        check_report(call->ex, "OA-006", "body", span_text("&amp;"),
                     "\"&amp;\" stands between parameters where \"&\" belongs: "
                     "the form was copied from a page of documentation");
    }
}

/* Not the form: there may be a password in it. */
static struct span bad_part(const struct exchange *ex, size_t offset)
{
    return span_slice(ex->request.body, offset, 3);
}

static bool read_form(struct call *call, struct form *form)
{
    size_t offset;
    enum form_result result;

    if (!check_type(call)) {
        return false;
    }
    result = form_decode(call->arena, call->ex->request.body,
                         call->world->oauth_entities, form, &offset);
    judge_entities(call, form);
    if (result != FORM_OK) {
        exchange_why(call->ex, "oauth.form", "the form has %s, at offset %zu",
                     form_result_text(result), offset);
        check_report(
            call->ex, "OA-002", "body", bad_part(call->ex, offset),
            "the form has %s, at offset %zu: names and values are UTF-8, "
            "percent-encoded",
            form_result_text(result), offset);
        return oauth_refuse(call, OAUTH_INVALID_REQUEST, 0);
    }
    return check_repeated(call, form);
}

/* ---- The grant ---- */

static bool missing_grant(struct call *call)
{
    exchange_why(call->ex, "oauth.missing",
                 "the parameter grant_type is missing or empty");
    check_report(call->ex, "OA-004", "body", SPAN_NONE,
                 "the parameter grant_type is missing or empty");
    return oauth_refuse(call, OAUTH_INVALID_REQUEST, 0);
}

static bool check_scope(struct call *call, const struct form *form)
{
    const char *scope = oauth_parameter(form, "scope");

    if (!scope || strcmp(scope, "all") == 0) {
        return true;
    }
    exchange_why(call->ex, "oauth.scope", "\"%s\" is no scope but \"all\" is",
                 scope);
    return oauth_refuse(call, OAUTH_INVALID_SCOPE, 0);
}

/* Whom the token is for. false: the refusal is planned. */
static bool identify(struct call *call, struct identity *who)
{
    const struct oauth_grant *grant;
    const char *name;
    struct form form;

    if (!read_form(call, &form)) {
        return false;
    }
    name = oauth_parameter(&form, "grant_type");
    call->ex->facts.grant = name;
    call_reach(call, POINT_OAUTH_REQUEST);
    if (!name) {
        return missing_grant(call);
    }
    grant = oauth_grant(call->world, name);
    if (!grant) {
        return oauth_refuse(call, OAUTH_UNSUPPORTED_GRANT,
                            DIAGNOSTIC_AUTH_NOT_ALLOWED);
    }
    return check_scope(call, &form) && grant->judge(call, &form, who);
}

/* ---- The token ---- */

static void remark_token(struct call *call, const struct ticket *ticket,
                         const char *text)
{
    struct exchange *ex = call->ex;

    exchange_remark(ex, "ticket.id", "%s", ticket->id);
    exchange_remark(ex, "ticket.format", "cwt");
    exchange_remark(ex, "ticket.expires", "%s",
                    stamp_iso(call->arena, ticket->expires));
    if (ticket->guest) {
        exchange_remark(ex, "ticket.guest", "%s", ticket->sip);
        exchange_remark(ex, "ticket.meeting", "%s", ticket->meeting);
    }
    exchange_secret(ex, "ticket.text", text);
}

static void issue(struct call *call, const struct identity *who)
{
    struct ticket ticket;
    struct span bytes;
    const char *text;
    struct err err;

    call_reach(call, POINT_OAUTH_ISSUE);
    ticket = identity_ticket(call, who, TICKET_CWT, NULL);
    call_reach(call, POINT_TICKET_SIGN);
    ticket.lies = call->world->ticket.lies;
    if (!ticket_issue(call->ticket_keys, call->world->ticket.sha1, call->arena,
                      &ticket, &bytes, &err)) {
        oauth_refuse(call, OAUTH_SERVER_ERROR, 0);
        exchange_why(call->ex, "error", "%s", err.text);
        return;
    }
    text = arena_text(call->arena, bytes);
    oauth_answer(call, text, (ticket.expires - ticket.issued) / ENV_NS_PER_SEC);
    remark_token(call, &ticket, text);
    call_reach(call, POINT_OAUTH_RESPONSE);
}

/*
 * IIS answers credentials in the header before any handler sees the form, so
 * a wrong password is a plain 401 there (protocol: discover 4); and clients
 * send the form with the last leg only.
 */
static enum call_result give_token(struct call *call)
{
    struct identity who = {0};

    if (gate_is_tried(call, GATE_WINDOWS) &&
        gate_pass(call, GATE_WINDOWS) == GATE_CLOSED) {
        return CALL_DONE;
    }
    if (identify(call, &who)) {
        issue(call, &who);
    }
    return CALL_DONE;
}

static const struct route routes[] = {
    {
        .path = OAUTH_TOKEN_PATH,
        .methods = METHOD_POST,
        .operation = "oauth.token",
        .point = POINT_OAUTH_REQUEST,
        .handle = give_token,
    },
    {.path = NULL},
};

extern const struct service service_oauthtoken;
const struct service service_oauthtoken = {
    .name = "oauthtoken",
    .spec = "protocol: discover 4; RFC 6749",
    .doc = "Web tickets for OAuth grants: password, Windows, meeting guests",
    .routes = routes,
};
