/* Decodes Authorization for rules, see ntlm_seen.h. */
#include "config.h"

#include "checks/ntlm_seen.h"

#include <string.h>
#include <strings.h>

#include "checks/history.h"
#include "checks/rules_ntlm.h"
#include "scenario/session.h"
#include "wire/der.h"

enum { V1_SIZE = 24, V2_LEAST = 44, STATUS_UNAUTHORIZED = 401 };

/* ---- The reply as it went out ---- */

/* The value of a line "Name: value", trimmed; NULL: of another name. */
static const char *value_of(struct arena *arena, struct span line,
                            const char *name)
{
    size_t length = strlen(name);
    struct span value;

    if (line.size <= length || line.data[length] != ':' ||
        strncasecmp((const char *)line.data, name, length) != 0) {
        return NULL;
    }
    value = span_slice(line, length + 1, SIZE_MAX);
    while (value.size && (value.data[0] == ' ' || value.data[0] == '\t')) {
        value = span_slice(value, 1, SIZE_MAX);
    }
    while (value.size && strchr(" \t\r", value.data[value.size - 1])) {
        value.size--;
    }
    return arena_text(arena, value);
}

/* The next line that is whole; false: none is. */
static bool next_line(struct span *rest, struct span *out_line)
{
    size_t end = span_find(*rest, span_text("\n"), 0);

    if (end == SIZE_MAX) {
        return false;
    }
    *out_line = span_slice(*rest, 0, end);
    *rest = span_slice(*rest, end + 1, SIZE_MAX);
    return true;
}

/*
 * Of the bytes that were sent, since a step may have changed them last; a head
 * that is longer than what is kept of it is taken from the plan.
 */
static const char *sent_value(struct check *check, const char *name,
                              bool (*fits)(struct check *, const char *,
                                           const void *),
                              const void *ctx)
{
    const struct headers *planned = &check->ex->reply.headers;
    struct span rest = check->ex->sent.head;
    struct span line;

    while (next_line(&rest, &line) && line.size && line.data[0] != '\r') {
        const char *value = value_of(check->arena, line, name);

        if (value && fits(check, value, ctx)) {
            return value;
        }
    }
    for (size_t i = 0; rest.size && i < planned->count; i++) {
        if (strcasecmp(planned->items[i].name, name) == 0 &&
            fits(check, planned->items[i].value, ctx)) {
            return planned->items[i].value;
        }
    }
    return NULL;
}

static bool any(struct check *check UNUSED, const char *value UNUSED,
                const void *ctx UNUSED)
{
    return true;
}

const char *sent_header(struct check *check, const char *name)
{
    return sent_value(check, name, any, NULL);
}

struct wanted_token {
    const char *scheme;
    struct span *out_token;
};

static bool has_token(struct check *check, const char *value, const void *ctx)
{
    const struct wanted_token *wanted = ctx;
    struct httpauth sent;

    if (httpauth_decode(check->arena, value, &sent) != HTTPAUTH_OK ||
        strcasecmp(sent.scheme, wanted->scheme) != 0) {
        return false;
    }
    *wanted->out_token = sent.token;
    return true;
}

struct span sent_token(struct check *check, const char *scheme)
{
    struct span token = SPAN_NONE;
    const struct wanted_token wanted = {scheme, &token};

    sent_value(check, "WWW-Authenticate", has_token, &wanted);
    return token;
}

/* ---- The request ---- */

static const char *const scheme_names[] = {
    [SCHEME_NTLM] = "NTLM",
    [SCHEME_NEGOTIATE] = "Negotiate",
    [SCHEME_BASIC] = "Basic",
};

static enum auth_scheme scheme_of(const char *scheme)
{
    for (size_t i = 0; i < ARRAY_SIZE(scheme_names); i++) {
        if (strcasecmp(scheme_names[i], scheme) == 0) {
            return (enum auth_scheme)i;
        }
    }
    return SCHEME_OTHER;
}

/* The mechanism's token within SPNEGO's. */
static struct span unwrap(struct ntlm_seen *seen)
{
    seen->kind = spnego_kind_of(seen->sent.token);
    switch (seen->kind) {
    case SPNEGO_INIT:
        seen->decoded = spnego_decode_init(seen->sent.token, &seen->init,
                                           &seen->spnego_flaw) == SPNEGO_OK;
        return seen->decoded ? seen->init.mech_token : SPAN_NONE;
    case SPNEGO_RESP:
        seen->decoded = spnego_decode_resp(seen->sent.token, &seen->resp,
                                           &seen->spnego_flaw) == SPNEGO_OK;
        return seen->decoded ? seen->resp.response_token : SPAN_NONE;
    case SPNEGO_RAW_NTLM:
    case SPNEGO_RAW_KERBEROS:
        return seen->sent.token;
    case SPNEGO_UNKNOWN:
        break;
    }
    return SPAN_NONE;
}

static enum ntlm_response response_of(const struct ntlmssp_authenticate *m)
{
    if (m->nt_response.length == 0) {
        return m->lm_response.length > 1 ? RESPONSE_LM : RESPONSE_NONE;
    }
    if (m->nt_response.length == V1_SIZE) {
        return RESPONSE_V1;
    }
    return m->nt_response.length >= V2_LEAST ? RESPONSE_V2 : RESPONSE_BROKEN;
}

static void read_ntlm(struct ntlm_seen *seen)
{
    struct ntlmssp_flaw flaw;

    seen->type = ntlmssp_type_of(seen->message);
    if (seen->type == NTLMSSP_NEGOTIATE) {
        seen->readable =
            ntlmssp_decode_negotiate(seen->message, &seen->negotiate,
                                     &seen->flaw) == NTLMSSP_OK;
    } else if (seen->type == NTLMSSP_AUTHENTICATE) {
        seen->readable =
            ntlmssp_decode_authenticate(seen->message, &seen->answer,
                                        &seen->flaw) == NTLMSSP_OK;
        seen->last_leg = true;
    }
    if (seen->readable && seen->type == NTLMSSP_AUTHENTICATE) {
        seen->response = response_of(&seen->answer);
        seen->has_v2 =
            seen->response == RESPONSE_V2 &&
            ntlmssp_decode_v2_response(seen->answer.nt_response.bytes,
                                       &seen->v2, &flaw) == NTLMSSP_OK;
    }
}

/* RFC 4121 section 4.1; some leave out the frame. */
static void read_kerberos(struct ntlm_seen *seen)
{
    struct span message = seen->message;
    struct krb_gss_token frame;
    struct krb_flaw flaw;

    if (message.size && message.data[0] == DER_APPLICATION_0) {
        if (!krb_decode_gss_token(message, &frame, &flaw)) {
            return;
        }
        message = frame.message;
    }
    if (krb_kind_of(message) == KRB_AP_REQ) {
        seen->has_ap = krb_decode_ap_req(message, &seen->ap, &flaw);
        seen->last_leg = seen->has_ap;
    }
}

static void read_request(struct check *check, struct ntlm_seen *seen)
{
    seen->value = headers_get(&check->ex->request.headers, "Authorization");
    seen->result = httpauth_decode(check->arena, seen->value, &seen->sent);
    seen->scheme = scheme_of(seen->sent.scheme);
    if (seen->result != HTTPAUTH_OK) {
        return;
    }
    if (seen->scheme == SCHEME_NTLM) {
        seen->message = seen->sent.token;
    } else if (seen->scheme == SCHEME_NEGOTIATE) {
        seen->message = unwrap(seen);
    }
    if (seen->message.size) {
        read_ntlm(seen);
        read_kerberos(seen);
    }
}

/* ---- The connection ---- */

static void take_before(struct check *check, struct ntlm_seen *seen)
{
    struct ntlmssp_flaw flaw;

    seen->conn =
        auth_conn_of(auth_history(check->history), check->ex->conn->id);
    seen->before = *seen->conn;
    seen->challenge_bytes =
        arena_copy(check->arena, buf_span(&seen->conn->challenge));
    seen->challenged =
        seen->type == NTLMSSP_AUTHENTICATE && seen->challenge_bytes.size &&
        ntlmssp_decode_challenge(seen->challenge_bytes, &seen->challenge,
                                 &flaw) == NTLMSSP_OK;
}

/* The NTLM message within what was answered, and what SPNEGO said. */
static struct span challenge_of(struct ntlm_seen *seen)
{
    struct span token = seen->token_out;
    struct spnego_flaw flaw;
    struct spnego_resp resp;

    if (spnego_kind_of(token) == SPNEGO_RESP &&
        spnego_decode_resp(token, &resp, &flaw) == SPNEGO_OK) {
        seen->conn->request_mic |=
            resp.has_state && resp.state == SPNEGO_REQUEST_MIC;
        token = resp.response_token;
    }
    return ntlmssp_type_of(token) == NTLMSSP_CHALLENGE ? token : SPAN_NONE;
}

static uint64_t purpose_of(const struct request *request)
{
    return auth_digest(auth_digest(0, request->path),
                       headers_get(&request->headers, "SOAPAction"));
}

static void begin_leg(struct check *check, struct ntlm_seen *seen)
{
    struct auth_conn *conn = seen->conn;

    if (seen->kind == SPNEGO_INIT ||
        (seen->type == NTLMSSP_NEGOTIATE && seen->kind != SPNEGO_RESP)) {
        conn->leg = 0;
        conn->request_mic = false;
    }
    if (seen->readable && seen->type == NTLMSSP_NEGOTIATE) {
        conn->asked = seen->negotiate.flags;
    }
    if (conn->leg++ == 0) {
        conn->purpose = purpose_of(&check->ex->request);
    }
}

static void end_leg(struct check *check, struct ntlm_seen *seen)
{
    struct auth_conn *conn = seen->conn;
    const char *lasts = sent_header(check, "Persistent-Auth");
    bool refused = check->ex->sent.status == STATUS_UNAUTHORIZED;
    struct span challenge;

    conn->lied = check->ex->step != NULL;
    seen->token_out = sent_token(check, seen->sent.scheme);
    challenge = refused ? challenge_of(seen) : SPAN_NONE;
    buf_reset(&conn->challenge);
    if (challenge.size <= AUTH_CHALLENGE_MAX) {
        buf_add(&conn->challenge, challenge);
    }
    if (!refused || !seen->token_out.size) {
        conn->leg = 0;
        conn->proven = !refused && lasts && strcasecmp(lasts, "true") == 0;
    }
    conn->told = refused;
}

/* ---- Offers ---- */

static bool note_scheme(struct check *check, const char *value, const void *ctx)
{
    struct auth_offer *offer = *(struct auth_offer *const *)ctx;
    struct httpauth sent;
    enum auth_scheme scheme;

    httpauth_decode(check->arena, value, &sent);
    scheme = scheme_of(sent.scheme);
    offer->schemes |= 1u << scheme;
    if (scheme != SCHEME_OTHER &&
        strcmp(sent.scheme, scheme_names[scheme]) == 0) {
        offer->odd = false;
    }
    return false; /* on to the next one */
}

struct auth_offer *ntlm_offer(struct check *check)
{
    const struct exchange *ex = check->ex;
    struct auth_offer *offer = auth_offer_of(auth_history(check->history),
                                             auth_digest(0, ex->request.host));
    struct auth_offer fresh = {.odd = true};
    struct auth_offer *place = &fresh;

    if (check->traits & TRAIT_UNAUTHORIZED) {
        sent_value(check, "WWW-Authenticate", note_scheme, &place);
    }
    if (fresh.schemes) {
        offer->schemes = fresh.schemes;
        offer->odd = fresh.odd && fresh.schemes != 1u << SCHEME_OTHER;
    }
    return offer;
}

struct ntlm_seen *ntlm_seen(struct check *check)
{
    if (!check->ntlm) {
        struct ntlm_seen *seen = ARENA_NEW(check->arena, struct ntlm_seen);

        struct auth_offer *offer =
            auth_offer_of(auth_history(check->history),
                          auth_digest(0, check->ex->request.host));

        check->ntlm = seen;
        seen->offered = offer->schemes;
        offer->answered = true;
        offer->bare = 0;
        read_request(check, seen);
        take_before(check, seen);
        begin_leg(check, seen);
        end_leg(check, seen);
    }
    return check->ntlm;
}

struct ntlm_seen *ntlm_message(struct check *check, enum ntlmssp_type type)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    return seen->type == type && seen->readable ? seen : NULL;
}

struct ntlm_seen *ntlm_answer(struct check *check)
{
    struct ntlm_seen *seen = ntlm_message(check, NTLMSSP_AUTHENTICATE);

    return seen && seen->challenged ? seen : NULL;
}

struct ntlm_seen *ntlm_v2_answer(struct check *check)
{
    struct ntlm_seen *seen = ntlm_answer(check);

    return seen && seen->has_v2 ? seen : NULL;
}

struct span ntlm_told(const struct ntlm_seen *seen)
{
    return seen->challenge.has_target_info ? seen->challenge.target_info.bytes
                                           : SPAN_NONE;
}

bool ntlm_list_ends(struct span list)
{
    struct reader rd = rd_init(list);
    struct ntlmssp_av av;

    while (rd_left(&rd) > 0) {
        if (ntlmssp_av_next(&rd, &av) != NTLMSSP_OK) {
            return false;
        }
        if (av.id == NTLMSSP_AV_EOL) {
            return av.value.size == 0;
        }
    }
    return false;
}

uint32_t ntlm_forced(const struct ntlm_seen *seen)
{
    return seen->type == NTLMSSP_AUTHENTICATE && seen->challenged
               ? seen->challenge.flags & ~seen->before.asked
               : 0;
}

uint32_t ntlm_flags(const struct ntlm_seen *seen)
{
    return seen->type == NTLMSSP_NEGOTIATE ? seen->negotiate.flags
                                           : seen->answer.flags;
}

/* ---- For rules and findings ---- */

struct ntlm_fields ntlm_fields(const struct ntlm_seen *seen)
{
    enum { NEGOTIATE_LEAST = 16, AUTHENTICATE_LEAST = 52 };
    const struct ntlmssp_negotiate *first = &seen->negotiate;
    const struct ntlmssp_authenticate *last = &seen->answer;

    if (seen->type == NTLMSSP_NEGOTIATE) {
        return (struct ntlm_fields){
            .items = {{"DomainNameFields", NTLM1_AT_DOMAIN, &first->domain,
                       true},
                      {"WorkstationFields", NTLM1_AT_WORKSTATION,
                       &first->workstation, true}},
            .count = first->has_fields ? 2 : 0,
            .least = NEGOTIATE_LEAST,
        };
    }
    return (struct ntlm_fields){
        .items = {{"LmChallengeResponseFields", NTLM3_AT_LM, &last->lm_response,
                   false},
                  {"NtChallengeResponseFields", NTLM3_AT_NT, &last->nt_response,
                   false},
                  {"DomainNameFields", NTLM3_AT_DOMAIN, &last->domain, true},
                  {"UserNameFields", NTLM3_AT_USER, &last->user, true},
                  {"WorkstationFields", NTLM3_AT_WORKSTATION,
                   &last->workstation, true},
                  {"EncryptedRandomSessionKeyFields", NTLM3_AT_KEY,
                   &last->session_key, false}},
        .count = last->has_session_key ? 6 : 5,
        .least = AUTHENTICATE_LEAST,
    };
}

const char *ntlm_where(struct check *check, const struct ntlm_seen *seen,
                       const char *field, size_t offset)
{
    return arena_printf(check->arena,
                        "Authorization: %s type %d, %s at offset %zu",
                        seen->sent.scheme, (int)seen->type, field, offset);
}

struct span ntlm_piece(const struct ntlm_seen *seen, size_t offset, size_t size)
{
    return span_slice(seen->message, offset, size);
}

size_t ntlm_offset(const struct ntlm_seen *seen, struct span piece)
{
    return piece.size ? (size_t)(piece.data - seen->message.data) : 0;
}
