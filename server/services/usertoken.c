/*
 * The web ticket service's port for a name and a password in SOAP: WS-Security
 * UsernameToken. protocol: webticket 4.3, 6.1, 6.3.
 */
#include "config.h"

#include "services/credentials.h"
#include "services/credentials_why.h"
#include "services/issue.h"
#include "services/reach.h"
#include "services/soap_reply.h"
#include "services/verdict.h"
#include "wire/diagnostics.h"
#include "wire/uris.h"

#define PATH WEBTICKET_PATH "/Auth"

/*
 * What is told of an account goes to those who know its password alone
 * (auth/account.c). Public tools tell a disabled account and an expired
 * password by these sentences; what number comes with them, and what is said
 * of a password that must be changed and of a locked account, nobody wrote
 * down: the number of wrong credentials, the sentence of an expired password
 * and nothing special are guesses.
 */
static const char *reason_of(const struct world *world, enum auth_reason reason)
{
    if (world->usertoken_tells) {
        if (reason == AUTH_REASON_DISABLED) {
            return "The account is disabled.";
        }
        if (reason == AUTH_REASON_EXPIRED ||
            reason == AUTH_REASON_MUST_CHANGE) {
            return "The password has expired.";
        }
    }
    return diagnostic(DIAGNOSTIC_NO_TOKEN)->reason;
}

static void refuse(struct call *call, const struct soap *request,
                   const struct auth_outcome *outcome)
{
    call_reach(call, POINT_WEBTICKET_FAULT);
    soap_reply_diagnostic_saying(call, request, DIAGNOSTIC_NO_TOKEN,
                                 reason_of(call->world, outcome->reason));
    verdict_why(call, outcome);
}

/* The codes of WSS 1.1, section 12; else as wrong credentials (webticket 6.4).
 */
static void refuse_token(struct call *call, const struct soap *request,
                         enum usertoken_flaw flaw, const char *text)
{
    static const struct soap_fault digest = {
        .code_uri = URI_WSSE,
        .code = "UnsupportedSecurityToken",
        .reason = "A password digest cannot be checked here. Send the "
                  "password as #PasswordText.",
    };
    static const struct soap_fault twice = {
        .code_uri = URI_WSSE,
        .code = "InvalidSecurity",
        .reason = "The message has more than one Security header or "
                  "UsernameToken.",
    };

    call_reach(call, POINT_WEBTICKET_FAULT);
    if (flaw == USERTOKEN_DIGEST) {
        soap_reply_fault(call, request, &digest);
    } else if (flaw == USERTOKEN_TWICE || flaw == USERTOKEN_TWO_HEADERS) {
        soap_reply_fault(call, request, &twice);
    } else {
        soap_reply_diagnostic(call, request, DIAGNOSTIC_NO_TOKEN);
    }
    exchange_why(call->ex, "usertoken.flaw", "%s", text);
}

static enum call_result authenticate(struct call *call,
                                     const struct soap *request)
{
    struct auth_outcome outcome = {.verdict = AUTH_INVALID,
                                   .reason = AUTH_REASON_BAD_TOKEN};
    struct credentials sent;
    struct usertoken token;
    struct identity who = {0};
    const char *text;
    enum usertoken_flaw flaw =
        usertoken_decode(call->arena, request, &token, &text);

    call->ex->facts.auth = "usertoken";
    call_reach(call, POINT_WEBTICKET_PASSWORD);
    credentials_note(call, &token);
    if (flaw == USERTOKEN_GOOD) {
        sent = credentials_read(call, &token);
        outcome = verdict_password(call, "usertoken", sent.name, sent.password);
    }
    if (outcome.verdict != AUTH_ACCEPTED) {
        outcome.solved = credentials_why(call, &token, flaw, outcome.solved);
    }
    verdict_facts(call, &outcome);
    call_reach(call, POINT_USERTOKEN_VERDICT);
    verdict_settle(call, &outcome);
    if (outcome.verdict == AUTH_INVALID) {
        refuse_token(call, request, flaw, text);
        verdict_solved(call, &outcome);
        return CALL_DONE;
    }
    if (outcome.verdict != AUTH_ACCEPTED) {
        refuse(call, request, &outcome);
        return CALL_DONE;
    }
    who.user = outcome.user;
    return issue_token(call, request, &who);
}

static enum call_result issue_usertoken(struct call *call)
{
    struct soap request;

    if (call->pending) {
        return issue_resume(call);
    }
    if (!call->world->offer.soap) {
        call_reach(call, POINT_WEBTICKET_NOT_OFFERED);
        product_not_offered(call);
        return CALL_DONE;
    }
    if (!soap_read(call, &request)) {
        return CALL_DONE;
    }
    return authenticate(call, &request);
}

/* protocol: webticket 2.4: scanners know the product by this answer. */
static enum call_result refuse_get(struct call *call)
{
    if (!call->world->offer.soap) {
        product_not_offered(call);
        return CALL_DONE;
    }
    exchange_reply(call->ex, 400);
    product_error_headers(call);
    exchange_why(call->ex, "usertoken.get", "this port takes SOAP by POST");
    return CALL_DONE;
}

static const struct route routes[] = {
    {
        .path = PATH,
        .methods = METHOD_POST,
        .operation = "webticket.issue",
        .point = POINT_USERTOKEN_VERDICT,
        .handle = issue_usertoken,
    },
    {
        .path = PATH,
        .methods = METHOD_GET | METHOD_HEAD,
        .operation = "webticket.auth",
        .point = POINT_HTTP_RESPONSE,
        .handle = refuse_get,
    },
    {.path = NULL},
};

extern const struct service service_usertoken;
const struct service service_usertoken = {
    .name = "usertoken",
    .spec = "WSS UsernameToken Profile 1.0; [MS-OCAUTHWS] 2.2.4.1",
    .doc = "IssueToken: web tickets for users who send a password in SOAP",
    .routes = routes,
};
