/*
 * Rules of what a client does after the web ticket service said no: stop, wait,
 * ask somebody, or change the request. protocol: webticket 6.
 */
#include "config.h"

#include <string.h>

#include "checks/checks.h"
#include "checks/history_ticket.h"
#include "util/env.h"
#include "wire/diagnostics.h"

#define ON_RST (TRAIT_RST | TRAIT_BODY)

enum {
    NO_SIP_TIMES = 3,    /* requests in NO_SIP_WITHIN that are one too many */
    NO_SIP_WITHIN = 60,  /* s */
    FAILURES = 4,        /* the fourth within ... */
    FAILURES_WITHIN = 2, /* ... s */
    WRONG_PASSWORD_TIMES = 3,
    NOT_ALLOWED_TIMES = 3,
};

static const struct ticket_history *history(const struct check *check)
{
    return check->history->tickets;
}

/* What is judged: this request, once it has an answer. */
static bool begin(struct check *check, struct request_kept *out_kept)
{
    return check->ex->sent.status != 401 &&
           ticket_history_request(check, out_kept);
}

static bool is_within(const struct request_kept *earlier,
                      const struct request_kept *now, int seconds)
{
    return now->at - earlier->at < seconds * ENV_NS_PER_SEC;
}

/* ---- 28000 ---- */

static size_t count_no_sip(const struct check *check,
                           const struct request_kept *now)
{
    const struct request_kept *kept;
    size_t count = 0;

    for (size_t i = 0; (kept = request_kept_at(history(check), i)) != NULL;
         i++) {
        count += kept->diagnostic == DIAGNOSTIC_NO_SIP &&
                 marks_equal(&kept->user, &now->user) &&
                 is_within(kept, now, NO_SIP_WITHIN);
    }
    return count;
}

static bool check_no_sip(struct check *check)
{
    struct request_kept now;
    size_t before;

    if (!begin(check, &now)) {
        return told_diagnostic(check->ex) == DIAGNOSTIC_NO_SIP;
    }
    before = count_no_sip(check, &now);
    if (before + 1 >= NO_SIP_TIMES) {
        check_breach(check, NULL, SPAN_NONE,
                     "the answer was 28000, the user is not enabled for SIP, "
                     "%zu times within a minute; asking again changes nothing",
                     before);
    }
    return before || now.diagnostic == DIAGNOSTIC_NO_SIP;
}

/* ---- The server is in trouble ---- */

static bool is_failure(const struct request_kept *kept)
{
    return kept->status == 502 || kept->status == 503 || kept->status == 504 ||
           kept->diagnostic == DIAGNOSTIC_INTERNAL;
}

static bool check_back_off(struct check *check)
{
    const struct request_kept *kept = NULL;
    struct request_kept now;
    size_t before = 0;

    if (!begin(check, &now)) {
        now = (struct request_kept){.status = check->ex->sent.status,
                                    .diagnostic = told_diagnostic(check->ex)};
        return is_failure(&now);
    }
    while (before < FAILURES - 1 &&
           (kept = request_kept_at(history(check), before)) != NULL &&
           is_failure(kept) && marks_equal(&kept->client, &now.client) &&
           is_within(kept, &now, FAILURES_WITHIN)) {
        before++;
    }
    if (before == FAILURES - 1) {
        check_breach(check, NULL, SPAN_NONE,
                     "this is request %d within %d seconds, and all before it "
                     "were answered that the service is in trouble; wait "
                     "longer from one to the next",
                     FAILURES, FAILURES_WITHIN);
    }
    return before || is_failure(&now);
}

/* ---- The same once more ---- */

static bool check_password(struct check *check)
{
    const struct request_kept *kept;
    struct request_kept now;
    size_t before = 0;

    if (!begin(check, &now)) {
        return told_diagnostic(check->ex) == DIAGNOSTIC_NO_TOKEN;
    }
    for (size_t i = 0; (kept = request_kept_at(history(check), i)) != NULL;
         i++) {
        if (!marks_equal(&kept->credentials, &now.credentials)) {
            continue;
        }
        if (kept->issued) {
            break;
        }
        before += kept->diagnostic == DIAGNOSTIC_NO_TOKEN;
    }
    if (before + 1 >= WRONG_PASSWORD_TIMES) {
        check_breach(check, "/Envelope/Header/Security/UsernameToken",
                     SPAN_NONE,
                     "these credentials were refused %zu times, and come once "
                     "more; a few times and the account is locked out",
                     before);
    }
    return before || now.diagnostic == DIAGNOSTIC_NO_TOKEN;
}

static bool check_unchanged(struct check *check)
{
    const struct request_kept *kept;
    struct request_kept now;
    bool seen = false;

    if (!begin(check, &now)) {
        return told_fault(check->ex).size != 0;
    }
    for (size_t i = 0; (kept = request_kept_at(history(check), i)) != NULL;
         i++) {
        if (kept->blamed && marks_equal(&kept->message, &now.message)) {
            check_breach(check, NULL, SPAN_NONE,
                         "this very request was refused as faulty in exchange "
                         "%llu; unchanged it gets the same answer",
                         (unsigned long long)kept->exchange);
            return true;
        }
        seen |= kept->blamed;
    }
    return seen || now.blamed;
}

static bool check_not_allowed(struct check *check)
{
    const struct request_kept *kept;
    struct request_kept now;
    size_t before = 0;

    if (!begin(check, &now)) {
        return told_diagnostic(check->ex) == DIAGNOSTIC_AUTH_NOT_ALLOWED;
    }
    for (size_t i = 0; (kept = request_kept_at(history(check), i)) != NULL;
         i++) {
        before += kept->diagnostic == DIAGNOSTIC_AUTH_NOT_ALLOWED &&
                  marks_equal(&kept->port, &now.port) &&
                  marks_equal(&kept->client, &now.client);
    }
    if (before + 1 >= NOT_ALLOWED_TIMES) {
        check_breach(check, NULL, SPAN_NONE,
                     "this port answered %zu times that its way to "
                     "authenticate is switched off; the metadata names those "
                     "that are on",
                     before);
    }
    return before || now.diagnostic == DIAGNOSTIC_AUTH_NOT_ALLOWED;
}

static bool check_legs(struct check *check)
{
    const struct exchange *ex = check->ex;
    const struct leg_kept *before =
        ticket_history_leg(history(check), ex->conn->id);
    struct mark message;

    if (ex->facts.leg < 2 || !before) {
        return false;
    }
    message = ticket_history_message(history(check), ex);
    if (!marks_equal(&message, &before->message)) {
        const char *action = headers_get(&ex->request.headers, "SOAPAction");

        check_breach(check, "SOAPAction", span_text(action),
                     "leg %d of the handshake has another path or SOAPAction "
                     "than the leg before it; all legs are one request",
                     ex->facts.leg);
    }
    return true;
}

/* ---- The sheet ---- */

const struct rule rules_retry[] = {
    {
        .id = "WT-042",
        .level = FINDING_PRACTICE,
        .title = "All legs of a handshake are the same request",
        .section = "RFC 4559 section 4; protocol: webticket 6.5",
        .doc = "Each leg carries path, SOAPAction and body of the request that "
               "it authenticates. Real pools were seen to accept the last leg "
               "for the SOAPAction alone that the first one had.",
        .good = "SOAPAction: \".../RST/Issue\" on all three legs",
        .bad = "SOAPAction on the last leg alone",
        .on = TRAIT_RST | TRAIT_AUTHORIZATION,
        .check = check_legs,
    },
    {
        .id = "WT-043",
        .level = FINDING_SHOULD,
        .title = "After 28000 the client stops and tells the user",
        .section = "[MS-OCAUTHWS] 3.2.4.1; protocol: webticket 6.4",
        .doc = "28000: the user is real, the password right, and the account "
               "not enabled for the product. Another attempt, or another "
               "prompt for the password, cannot help; a client that goes on "
               "hides from the user whom to call.",
        .good = "one request, and a message that names the administrator",
        .bad = "a request each second, each answered 28000",
        .on = ON_RST,
        .check = check_no_sip,
    },
    {
        .id = "WT-044",
        .level = FINDING_ROBUSTNESS,
        .title = "A client waits where the service is in trouble",
        .section = "[MS-OCAUTHWS] 3.2.4.1; RFC 9110 section 15.6.4",
        .doc = "502, 503, 504 and 28001 say that the service cannot, not that "
               "the request is wrong. Clients that come back at once keep a "
               "pool from coming up again; Retry-After may say when to come.",
        .good = "again after 2 s, 4 s, 8 s",
        .bad = "four requests within two seconds",
        .on = ON_RST,
        .check = check_back_off,
    },
    {
        .id = "WT-045",
        .level = FINDING_ROBUSTNESS,
        .title = "A password that was refused is not sent again and again",
        .section = "protocol: webticket 6.4",
        .doc = "28020: name or password are wrong. Sent a few times more, they "
               "lock the account out, and a user who changed his password at "
               "the desk finds out by that.",
        .good = "after 28020 the user is asked for another password",
        .bad = "the stored password three times, each answered 28020",
        .on = ON_RST,
        .check = check_password,
    },
    {
        .id = "WT-046",
        .level = FINDING_ROBUSTNESS,
        .title = "A request that was refused as faulty is not sent unchanged",
        .section = "WS-Trust 1.3 section 11; SOAP 1.1 section 4.4.1",
        .doc = "InvalidRequest, BadRequest, InvalidScope, RequestFailed and "
               "ActionNotSupported are about the message: until something in "
               "it changes, the answer will not.",
        .good = "the fault is shown, or another TokenType tried",
        .bad = "the same bytes again",
        .on = ON_RST,
        .check = check_unchanged,
    },
    {
        .id = "WT-047",
        .level = FINDING_ROBUSTNESS,
        .title = "A port that is switched off is left alone",
        .section = "protocol: webticket 2.4 and 6.4",
        .doc = "28029: this way to authenticate is not allowed here. The "
               "metadata has a port for each way that is, so a client reads "
               "them again and takes another.",
        .good = "after 28029 on .../Auth a request to .../WebTicketService.svc",
        .bad = "a third request to .../Auth",
        .on = ON_RST,
        .check = check_not_allowed,
    },
    {.id = NULL},
};
