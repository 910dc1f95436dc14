/* Checks a request for a web ticket, see issue_check.h. */
#include "config.h"

#include "services/issue_check.h"

#include <strings.h>

#include "services/reach.h"
#include "services/soap_reply.h"
#include "util/url.h"
#include "util/utf.h"
#include "wire/diagnostics.h"
#include "wire/uris.h"

/* A fault of WS-Trust 1.3, section 11. Always false. */
static bool refuse_at(struct call *call, const struct soap *request,
                      const char *code, const char *reason, int line)
{
    const struct soap_fault fault = {
        .code_uri = URI_TRUST, .code = code, .reason = reason};

    call_reach(call, POINT_WEBTICKET_FAULT);
    soap_reply_fault_at(call, request, &fault, __FILE__, line);
    return false;
}
#define refuse(call, request, code, reason)                                    \
    refuse_at((call), (request), (code), (reason), __LINE__)

static void remark_request(struct call *call, const struct rst *rst)
{
    struct exchange *ex = call->ex;

    if (rst->context) {
        exchange_remark(ex, "rst.context", "%s", rst->context);
    }
    if (rst->claim_value) {
        exchange_remark(ex, "rst.claim", "%s", rst->claim_value);
    }
    if (rst->key_type) {
        exchange_remark(ex, "rst.key-type", "%s", rst->key_type);
    }
    for (size_t i = 0; i < rst->note_count; i++) {
        exchange_remark(ex, "rst.note", "%s", rst->notes[i]);
    }
}

static const char *without_scheme(const char *sip)
{
    return strncasecmp(sip, "sip:", 4) == 0 ? sip + 4 : sip;
}

/*
 * protocol: webticket 6.4: the claim must name the user who logged on. A guest
 * has no address that he could know.
 */
static bool check_claim(struct call *call, const struct soap *request,
                        const struct user *user, const struct rst *rst)
{
    if (!user || !rst->claim_value) {
        return true;
    }
    call_reach(call, POINT_WEBTICKET_CLAIMS);
    if (utf8_equal_nocase(without_scheme(rst->claim_value), user->sip)) {
        return true;
    }
    call_reach(call, POINT_WEBTICKET_FAULT);
    soap_reply_diagnostic(call, request, DIAGNOSTIC_CLAIM_MISMATCH);
    return false;
}

/* Is this an address on the pool that was asked? */
static bool within_pool(struct call *call, const char *address)
{
    struct url url;

    return url_parse(call->arena, address, &url) &&
           world_has_host(call->world, url.host) &&
           world_pool_of(call->world, url.host) == call->pool;
}

static bool check_applies_to(struct call *call, const struct soap *request,
                             const struct rst *rst)
{
    if (!rst->applies_to) {
        return true;
    }
    call_reach(call, POINT_WEBTICKET_AUDIENCE);
    if (within_pool(call, rst->applies_to)) {
        return true;
    }
    if (call->world->strict_applies_to) {
        return refuse(call, request, "InvalidScope",
                      "AppliesTo names no service of this pool.");
    }
    exchange_remark(call->ex, "rst.applies-to",
                    "%s is no service of this pool; the ticket is issued "
                    "nevertheless",
                    rst->applies_to);
    return true;
}

bool issue_check(struct call *call, const struct soap *request,
                 const struct user *user, struct rst *out_rst)
{
    struct rst *rst = out_rst;
    const char *text;

    if (rst_decode(call->arena, request->body, rst, &text) != RST_OK) {
        return refuse(call, request, "InvalidRequest", text);
    }
    remark_request(call, rst);
    call_reach(call, POINT_WEBTICKET_REQUEST);
    if (!rst->issue) {
        return refuse(call, request, "InvalidRequest",
                      "RequestType is not Issue.");
    }
    if (rst->token == RST_TOKEN_UNKNOWN ||
        (user && rst->token == RST_TOKEN_ANON_CWT)) {
        return refuse(call, request, "BadRequest",
                      "TokenType is none that this service issues.");
    }
    if (rst->key == RST_KEY_UNKNOWN) {
        return refuse(call, request, "BadRequest",
                      "KeyType is none that this service knows.");
    }
    return check_claim(call, request, user, rst) &&
           check_applies_to(call, request, rst);
}
