/*
 * Rules of requests to the KDC: the message, transport, encryption types,
 * pre-authentication (RFC 4120 sections 3.1, 5.4, 7.2, RFC 6649, RFC 8429).
 */
#include "config.h"

#include <string.h>

#include "checks/history.h"
#include "checks/history_auth.h"
#include "checks/rule.h"
#include "wire/krb.h"
#include "wire/krb_error.h"

enum { NAKED_MAX = 3 };

static bool read_request(struct check *check, struct krb_kdc_req *out)
{
    struct krb_flaw flaw;

    return krb_decode_kdc_req(check->ex->kdc->request, out, &flaw);
}

static bool read_as(struct check *check, struct krb_kdc_req *out)
{
    return read_request(check, out) && out->type == KRB_AS_REQ &&
           check->ex->kdc->client;
}

static struct auth_principal *principal(struct check *check)
{
    return auth_principal_of(auth_history(check->history),
                             auth_digest(0, check->ex->kdc->client));
}

static bool answered(const struct check *check, int32_t error)
{
    const struct kdc_exchange *kdc = check->ex->kdc;

    return check->ex->sent.outcome == SENT_WHOLE && kdc->is_error &&
           kdc->error == error;
}

static bool has_padata(const struct krb_kdc_req *req, int32_t type)
{
    for (size_t i = 0; i < req->padata.count; i++) {
        if (req->padata.items[i].type == type) {
            return true;
        }
    }
    return false;
}

static bool proves(const struct krb_kdc_req *req)
{
    static const int32_t proofs[] = {
        KRB_PA_ENC_TIMESTAMP,       KRB_PA_PK_AS_REQ, KRB_PA_FX_FAST,
        KRB_PA_ENCRYPTED_CHALLENGE, KRB_PA_SPAKE,
    };

    for (size_t i = 0; i < ARRAY_SIZE(proofs); i++) {
        if (has_padata(req, proofs[i])) {
            return true;
        }
    }
    return false;
}

/* For the rule of TRAIT_SESSION below. */
static void note_size(struct check *check)
{
    struct auth_principal *row = principal(check);

    if (answered(check, KRB_ERR_RESPONSE_TOO_BIG)) {
        row->too_big = true;
        row->exchange = check->ex->id;
    } else if (strcmp(check->ex->kdc->transport, "udp") != 0) {
        row->too_big = false;
    }
}

static bool check_length(struct check *check)
{
    struct span raw = check->ex->raw;

    if (strcmp(check->ex->kdc->transport, "tcp") != 0 ||
        raw.size < KRB_LENGTH_SIZE) {
        return false;
    }
    if (raw.data[0] & 0x80) {
        check_breach(check, "length at offset 0",
                     span_slice(raw, 0, KRB_LENGTH_SIZE),
                     "the length before the message is 0x%08x: its high bit "
                     "must be zero, and the rest is the message's length in "
                     "network byte order",
                     krb_length(raw));
    }
    return true;
}

/* Over TCP, as long as it was announced to be. */
static bool is_whole(const struct exchange *ex)
{
    return strcmp(ex->kdc->transport, "tcp") != 0 ||
           krb_length(ex->raw) == ex->kdc->request.size;
}

static bool check_readable(struct check *check)
{
    const struct kdc_exchange *kdc = check->ex->kdc;
    struct krb_kdc_req req;
    struct krb_flaw flaw;

    if (kdc->client) {
        note_size(check);
    }
    if (!kdc->request.size || !is_whole(check->ex)) {
        return false;
    }
    if (!krb_decode_kdc_req(kdc->request, &req, &flaw)) {
        check_breach(check,
                     arena_printf(check->arena, "%s at offset %zu", flaw.field,
                                  flaw.offset),
                     span_slice(kdc->request, flaw.offset, 16),
                     "%s %s: the message is no AS-REQ or TGS-REQ in DER",
                     flaw.field, flaw.why);
    }
    return true;
}

static bool is_aes(int32_t etype)
{
    enum { AES_FIRST = 17, AES_LAST = 20 };

    return etype >= AES_FIRST && etype <= AES_LAST;
}

static bool is_des(int32_t etype)
{
    enum { DES_FIRST = 1, DES_LAST = 3 };

    return etype >= DES_FIRST && etype <= DES_LAST;
}

static bool asks_some(const struct krb_kdc_req *req, bool (*kind)(int32_t))
{
    for (size_t i = 0; i < req->etype_count; i++) {
        if (kind(req->etypes[i])) {
            return true;
        }
    }
    return false;
}

static bool check_aes(struct check *check)
{
    struct krb_kdc_req req;

    if (!read_request(check, &req) || req.etype_count == 0) {
        return false;
    }
    if (!asks_some(&req, is_aes)) {
        check_breach(check, "req-body.etype", span_text(check->ex->kdc->etypes),
                     "the client asks for %s alone; AES belongs at the head of "
                     "the list",
                     check->ex->kdc->etypes);
    }
    return true;
}

static bool check_des(struct check *check)
{
    struct krb_kdc_req req;

    if (!read_request(check, &req) || req.etype_count == 0) {
        return false;
    }
    if (asks_some(&req, is_des)) {
        check_breach(check, "req-body.etype", span_text(check->ex->kdc->etypes),
                     "the client takes single DES (%s), which is broken within "
                     "hours and switched off everywhere",
                     check->ex->kdc->etypes);
    }
    return true;
}

static bool check_proof_follows(struct check *check)
{
    struct auth_principal *row;
    struct krb_kdc_req req;

    if (!read_as(check, &req)) {
        return false;
    }
    row = principal(check);
    if (proves(&req) || !answered(check, KDC_ERR_PREAUTH_REQUIRED)) {
        row->naked = 0;
        return proves(&req);
    }
    if (++row->naked > NAKED_MAX) {
        check_breach(check, "padata", span_text(check->ex->kdc->client),
                     "AS-REQ number %u of %s in a row without "
                     "pre-authentication, each answered by "
                     "KDC_ERR_PREAUTH_REQUIRED: the next one carries a "
                     "timestamp encrypted with the user's key",
                     row->naked, check->ex->kdc->client);
    }
    return true;
}

static bool check_refused_again(struct check *check)
{
    struct auth_principal *row;
    struct krb_kdc_req req;

    if (!read_as(check, &req) || !proves(&req)) {
        return false;
    }
    row = principal(check);
    if (!answered(check, KDC_ERR_PREAUTH_FAILED)) {
        row->refused = 0;
    } else if (++row->refused > AUTH_REFUSALS) {
        check_breach(check, "padata", span_text(check->ex->kdc->client),
                     "the password of %s was wrong %u times in a row, and is "
                     "tried again: each time counts towards the lockout of the "
                     "account",
                     check->ex->kdc->client, row->refused);
    }
    return true;
}

static bool check_too_big(struct check *check)
{
    struct auth_history *auth = auth_history(check->history);
    bool say = false;

    for (size_t i = 0; i < AUTH_PRINCIPALS; i++) {
        const struct auth_principal *row = &auth->principals[i];

        say = say || row->exchange;
        if (row->too_big) {
            check_breach(check, "transport", SPAN_NONE,
                         "exchange %llu was answered by "
                         "KRB_ERR_RESPONSE_TOO_BIG, and the client never came "
                         "by TCP",
                         (unsigned long long)row->exchange);
        }
    }
    return say;
}

const struct rule rules_kdc[] = {
    {
        .id = "KB-040",
        .level = FINDING_MUST,
        .title = "The length before a message over TCP has no high bit",
        .section = "RFC 4120 section 7.2.2",
        .doc = "Four bytes in network byte order say how long the message is. "
               "The high bit is reserved and must be zero; a KDC answers with "
               "KRB_ERR_FIELD_TOOLONG and closes. Bytes in the wrong order "
               "show up here.",
        .good = "00 00 00 c1",
        .bad = "c1 00 00 00",
        .on = TRAIT_KDC,
        .check = check_length,
    },
    {
        .id = "KB-041",
        .level = FINDING_SHOULD,
        .title = "What is sent to the KDC is an AS-REQ or a TGS-REQ",
        .section = "RFC 4120 section 5.4.1",
        .doc = "The message is one of these two, in DER. To anything else a "
               "KDC says nothing, and the client waits until it gives up.",
        .good = "6a 81 be 30 81 bb a1 03 02 01 05 ...",
        .bad = "30 81 bb a1 03 02 01 05 ...",
        .on = TRAIT_KDC,
        .check = check_readable,
    },
    {
        .id = "KB-042",
        .level = FINDING_SHOULD,
        .title = "AES is among the encryption types asked for",
        .section = "RFC 8429 section 4",
        .doc = "RC4 and triple DES are deprecated, and domains switch RC4 off. "
               "A client that asks for nothing better is told "
               "KDC_ERR_ETYPE_NOSUPP one day.",
        .good = "aes256-cts-hmac-sha1-96, aes128-cts-hmac-sha1-96, rc4-hmac",
        .bad = "rc4-hmac",
        .on = TRAIT_KDC,
        .check = check_aes,
    },
    {
        .id = "KB-043",
        .level = FINDING_SHOULD,
        .title = "Single DES is not asked for",
        .section = "RFC 6649 section 4",
        .doc = "A key of 56 bits is found within hours. Implementations are "
               "told not to use it, whatever else they offer.",
        .good = "aes256-cts-hmac-sha1-96",
        .bad = "aes256-cts-hmac-sha1-96, des-cbc-md5",
        .on = TRAIT_KDC,
        .check = check_des,
    },
    {
        .id = "KB-044",
        .level = FINDING_ROBUSTNESS,
        .title = "Pre-authentication follows where the KDC wants it",
        .section = "RFC 4120 section 3.1.3",
        .doc = "KDC_ERR_PREAUTH_REQUIRED lists what the KDC takes. A client "
               "that sends the same request again learns nothing new.",
        .good = "AS-REQ, KRB-ERROR 25, AS-REQ with PA-ENC-TIMESTAMP",
        .bad = "four times AS-REQ, four times KRB-ERROR 25",
        .on = TRAIT_KDC,
        .check = check_proof_follows,
    },
    {
        .id = "KB-045",
        .level = FINDING_SHOULD,
        .title = "An answer that is too big is asked for again over TCP",
        .section = "RFC 4120 section 7.2.1",
        .doc = "KRB_ERR_RESPONSE_TOO_BIG tells a client to come again by TCP. "
               "Tickets with a great PAC do not fit into a datagram: a client "
               "that knows UDP alone fails for users with many groups.",
        .good = "KRB-ERROR 52 over UDP, then the same request over TCP",
        .bad = "KRB-ERROR 52 over UDP, then UDP again, or nothing",
        .on = TRAIT_SESSION,
        .check = check_too_big,
    },
    {
        .id = "KB-046",
        .level = FINDING_PRACTICE,
        .title = "A wrong password is not tried for ever",
        .section = "RFC 4120 section 3.1.3",
        .doc = "KDC_ERR_PREAUTH_FAILED mostly means a wrong password, and each "
               "one counts towards the lockout of the account. A good client "
               "asks its user instead.",
        .good = "KRB-ERROR 24, then a question to the user",
        .bad = "four times KRB-ERROR 24",
        .on = TRAIT_KDC,
        .check = check_refused_again,
    },
    {.id = NULL},
};
