/*
 * Passwords in clear, see cleartext.h: HTTP Basic (RFC 7617 section 4), the
 * Password of a UsernameToken, the password of an OAuth grant. NTLM and
 * Negotiate send none.
 */
#include "config.h"

#include "services/cleartext.h"

#include <strings.h>

#include "scenario/session.h"

static bool is_basic(const struct headers *headers)
{
    static const char scheme[] = "Basic ";
    const char *value = headers_get(headers, "Authorization");

    return value && strncasecmp(value, scheme, sizeof(scheme) - 1) == 0;
}

static bool has(struct span body, const char *text)
{
    return span_find(body, span_text(text), 0) != SIZE_MAX;
}

/* Where it stands; NULL: there is none. */
static const char *place_of(const struct request *request)
{
    if (is_basic(&request->headers)) {
        return "in HTTP Basic";
    }
    if (has(request->body, "UsernameToken") && has(request->body, "Password")) {
        return "in a UsernameToken";
    }
    if (has(request->body, "grant_type=") && has(request->body, "password=")) {
        return "in an OAuth grant";
    }
    return NULL;
}

void cleartext_judge(struct call *call)
{
    const char *place =
        call->ex->conn->tls ? NULL : place_of(&call->ex->request);

    if (place) {
        exchange_remark(call->ex, "cleartext-password",
                        "a password went over the network in clear, %s", place);
        session_note(call->session, SESSION_CLEARTEXT_PASSWORD);
    }
}
