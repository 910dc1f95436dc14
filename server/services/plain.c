/*
 * HTTP authentication and nothing around it, for any client: one path for each
 * scheme, and a JSON document that tells what the server saw. Its members are
 * a promise, docs/auth-endpoints.md.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "auth/auth.h"
#include "journal/secrets.h"
#include "services/conn_auth.h"
#include "services/reach.h"
#include "services/service.h"
#include "util/base64.h"
#include "util/buf.h"
#include "util/json.h"
#include "wire/httpauth.h"
#include "wire/krb.h"
#include "wire/ntlmssp.h"

enum { ANSWER_ROOM = 2048 }; /* a guess that is nearly always enough */

static void tell_who(struct json *json, const struct call *call)
{
    const struct user *user = call->user;

    json_boolean(json, "authenticated", true);
    json_text(json, "mechanism", call->mechanism);
    json_text(json, "account", user_account(call->arena, call->world, user));
    json_text(json, "user", user->name);
    json_text(json, "sip",
              user_state_now(user) == USER_NO_SIP
                  ? NULL
                  : arena_printf(call->arena, "sip:%s", user->sip));
}

static void tell_sent(struct json *json, const struct auth_report *report)
{
    json_open_named(json, "sent", '{');
    json_text(json, "domain", report->domain);
    json_text(json, "name", report->name);
    json_text(json, "workstation", report->workstation);
    json_text(json, "spn", report->spn);
    json_close(json, '}');
}

static char *hex_of(struct arena *arena, uint32_t word)
{
    const uint8_t bytes[] = {(uint8_t)(word >> 24), (uint8_t)(word >> 16),
                             (uint8_t)(word >> 8), (uint8_t)word};

    return hex_text(arena, span_of(bytes, sizeof(bytes)));
}

/* A word of 32 bits in digits, and by the names that `name_of` has. */
static void tell_flags(struct json *json, struct arena *arena, uint32_t flags,
                       const char *const keys[2],
                       const char *(*name_of)(unsigned bit))
{
    json_text(json, keys[0], hex_of(arena, flags));
    json_open_named(json, keys[1], '[');
    for (unsigned bit = 0; bit < 32; bit++) {
        if (flags & UINT32_C(1) << bit) {
            const char *name = name_of(bit);

            json_text(json, NULL,
                      name ? name
                           : arena_printf(arena, "0x%s",
                                          hex_of(arena, UINT32_C(1) << bit)));
        }
    }
    json_close(json, ']');
}

static void tell_ntlm(struct json *json, struct arena *arena,
                      const struct auth_ntlm_report *ntlm)
{
    static const char *const keys[] = {"flags", "flag_names"};

    if (!ntlm->present) {
        json_text(json, "ntlm", NULL);
        return;
    }
    json_open_named(json, "ntlm", '{');
    json_text(json, "version", ntlm->response);
    tell_flags(json, arena, ntlm->flags, keys, ntlmssp_flag_name);
    json_text(json, "mic", auth_mic_text(ntlm->mic));
    json_text(json, "timestamp", auth_timestamp_text(ntlm->timestamp));
    json_number(json, "session_key_bits", ntlm->key_bits);
    json_close(json, '}');
}

/* NULL: the ticket has no such time. */
static void tell_time(struct json *json, struct arena *arena, const char *key,
                      int64_t seconds)
{
    json_text(json, key, seconds ? krb_time_text(arena, seconds) : NULL);
}

static void tell_etype(struct json *json, struct arena *arena, const char *key,
                       int32_t etype)
{
    const char *name = krb_etype_name(etype);

    json_text(json, key, name ? name : arena_printf(arena, "%" PRId32, etype));
}

/* RFC 4120 section 5.2.8 counts bits from the highest. */
static const char *ticket_flag(unsigned bit)
{
    return krb_ticket_flag_name(31 - bit);
}

static void tell_kerberos(struct json *json, struct arena *arena,
                          const struct auth_krb5_report *krb5)
{
    static const char *const ticket[] = {"ticket_flags", "ticket_flag_names"};
    static const char *const gss[] = {"gss_flags", "gss_flag_names"};

    if (!krb5->present) {
        json_text(json, "kerberos", NULL);
        return;
    }
    json_open_named(json, "kerberos", '{');
    json_text(json, "client", krb5->client);
    tell_etype(json, arena, "etype", krb5->etype);
    json_number(json, "kvno", krb5->kvno);
    tell_etype(json, arena, "session_etype", krb5->session_etype);
    tell_flags(json, arena, krb5->ticket_flags, ticket, ticket_flag);
    tell_flags(json, arena, krb5->gss_flags, gss, krb_gss_flag_name);
    json_boolean(json, "mutual", krb5->mutual);
    json_boolean(json, "delegated", krb5->delegated);
    tell_time(json, arena, "auth_time", krb5->auth_time);
    tell_time(json, arena, "start_time", krb5->start_time);
    tell_time(json, arena, "end_time", krb5->end_time);
    tell_time(json, arena, "renew_till", krb5->renew_till);
    json_number(json, "clock_skew", krb5->skew);
    json_close(json, '}');
}

static void tell_connection(struct json *json, const struct call *call)
{
    const struct conn_facts *conn = call->ex->conn;

    json_open_named(json, "connection", '{');
    json_number(json, "number", (int64_t)conn->id);
    json_number(json, "request", (int64_t)call->auth->requests);
    json_boolean(json, "already_authenticated", call->standing);
    json_text(json, "tls", conn->tls ? conn->tls_version : NULL);
    json_text(json, "channel_binding",
              auth_binding_text(call->report->channel_binding));
    json_close(json, '}');
}

static void tell_request(struct json *json, const struct request *request)
{
    json_open_named(json, "request", '{');
    json_text(json, "method", request->method);
    json_text(json, "host", request->host);
    json_text(json, "path", request->path);
    json_number(json, "body_size", (int64_t)request->body.size);
    json_close(json, '}');
}

static void tell_findings(struct json *json, const struct finding *finding)
{
    if (finding) {
        tell_findings(json, finding->next);
        json_open(json, '{');
        json_text(json, "rule", finding->rule);
        json_text(json, "section", finding->section);
        json_text(json, "text", finding->text);
        json_close(json, '}');
    }
}

/* Closes the document and makes it the reply's body. */
static void send(struct call *call, struct json *json)
{
    json_open_named(json, "findings", '[');
    tell_findings(json, call->ex->findings);
    json_close(json, ']');
    json_close(json, '}');
    buf_add_text(json->out, "\n");
    exchange_body(call->ex, "application/json",
                  arena_copy(call->arena, buf_span(json->out)));
}

/* Who has no more than the name of the scheme. */
static const char *no_token(struct arena *arena, const char *scheme)
{
    return strcasecmp(scheme, "Negotiate") == 0
               ? "Negotiate came without a token: the client has no Kerberos "
                 "ticket, and no NTLM for GSS-API (gss-ntlmssp)"
               : arena_printf(arena, "%s came without a token", scheme);
}

static bool is_offered(const struct route *route, const char *scheme)
{
    for (const char *const *s = route->schemes; *s; s++) {
        if (strcasecmp(*s, scheme) == 0) {
            return true;
        }
    }
    return false;
}

static const char *no_credentials(const struct call *call)
{
    const struct conn_auth *auth = call->auth;

    return auth->user ? arena_printf(call->arena,
                                     "no credentials came, and %s, by which "
                                     "the connection is authenticated, is not "
                                     "offered here",
                                     auth->proven_by->scheme)
                      : "no credentials came";
}

/* What is no scheme at all may be a password that was sent without one. */
static const char *not_offered(const struct call *call, const char *scheme)
{
    AUTO_BUF shown = {0};

    secrets_header(&shown, "Authorization", scheme);
    return arena_printf(call->arena, "%s is not offered here",
                        buf_text(&shown));
}

/* Where nobody was refused, but nobody was let in either. The log is silent of
 * it: each handshake begins so. */
static const char *nobody_came(const struct call *call)
{
    const char *value =
        headers_get(&call->ex->request.headers, "Authorization");
    struct httpauth sent;
    enum httpauth_result result;

    if (!value) {
        return no_credentials(call);
    }
    result = httpauth_decode(call->arena, value, &sent);
    if (result == HTTPAUTH_EMPTY) {
        return no_credentials(call);
    }
    if (!is_offered(call->route, sent.scheme)) {
        return not_offered(call, sent.scheme);
    }
    return result == HTTPAUTH_NO_TOKEN
               ? no_token(call->arena, sent.scheme)
               : auth_reason_text(AUTH_REASON_BAD_TOKEN);
}

/* Real servers keep the reason to themselves; here it is what one asks for. */
static void tell_refusal(struct call *call)
{
    AUTO_BUF out = {0};
    struct json json;

    json_init(&json, &out);
    json_open(&json, '{');
    json_boolean(&json, "authenticated", false);
    json_text(&json, "why", call->ex->why ? call->ex->why : nobody_came(call));
    send(call, &json);
}

static enum call_result tell(struct call *call)
{
    AUTO_BUF out = {0};
    struct json json;

    call_reach(call, POINT_PLAIN_ANSWER);
    buf_reserve(&out, ANSWER_ROOM);
    json_init(&json, &out);
    json_open(&json, '{');
    tell_who(&json, call);
    tell_sent(&json, call->report);
    tell_ntlm(&json, call->arena, &call->report->ntlm);
    tell_kerberos(&json, call->arena, &call->report->krb5);
    tell_connection(&json, call);
    tell_request(&json, &call->ex->request);
    exchange_reply(call->ex, 200);
    product_headers(call);
    send(call, &json);
    return CALL_DONE;
}

static bool withdrawn(const struct world *world)
{
    return !world->offer.plain;
}

static const char *const ntlm[] = {"NTLM", NULL};
static const char *const negotiate[] = {"Negotiate", NULL};
static const char *const basic[] = {"Basic", NULL};
/* The strongest first, as IIS lists them. */
static const char *const any[] = {"Negotiate", "NTLM", "Basic", NULL};

/* Windows clients use NTLM and Negotiate over plain HTTP as well; Basic there
 * is a finding. Those of WebDAV and git begin with OPTIONS, or ask for
 * something below what they were given. */
#define PLAIN(name)                                                            \
    {                                                                          \
        .path = "/auth/" #name, .below = true, .methods = METHOD_ANY,          \
        .operation = "plain." #name, .point = POINT_PLAIN_ANSWER,              \
        .gate = GATE_OWN, .schemes = (name), .plain_http = true,               \
        .withdrawn = withdrawn, .refused = tell_refusal, .handle = tell,       \
    }

static const struct route routes[] = {
    PLAIN(ntlm), PLAIN(negotiate), PLAIN(basic), PLAIN(any), {.path = NULL},
};

extern const struct service service_plain;
const struct service service_plain = {
    .name = "plain",
    .spec = "RFC 9110 11, RFC 4559, RFC 7617",
    .doc = "NTLM, Negotiate and Basic for any HTTP client, and what was seen",
    .routes = routes,
};
