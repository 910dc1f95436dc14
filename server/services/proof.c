/*
 * Proofs of possession at services that take tickets with a key, see proof.h.
 * protocol: webticket 5.4, 7.4 (37), 9.3. WS-Trust 1.3, 4.4.3 and 4.4.4.
 */
#include "config.h"

#include "services/proof.h"

#include <string.h>

#include "checks/checks.h"
#include "services/issued.h"
#include "ticket/p_sha1_why.h"
#include "ticket/proof.h"
#include "util/base64.h"
#include "util/guard.h"
#include "wire/soap.h"
#include "wire/uris.h"

#define WHERE "/Envelope/Header/Security/Signature"

/* Canonical forms are made on the loop; a ticket has the same limit. */
enum { MESSAGE_MAX = 64 * 1024 };

static const char *const wsse_uris[] = {URI_WSSE, NULL};
static const char *const saml_uris[] = {URI_SAML, NULL};

struct judging {
    struct call *call;
    struct proof proof;
    const char *unreadable; /* what is wrong with the form; NULL: nothing */
    enum ticket_flaw flaw;
    struct ticket ticket; /* the Assertion beside the Signature */
    bool as_sent;
};

/* ---- Reading ---- */

/* The assertion is opened as where a header carries it: by its signature. */
static void open_assertion(struct judging *j, xmlNode *security)
{
    struct call *call = j->call;
    xmlNode *assertion = xml_child(security, saml_uris, "Assertion");
    AUTO_BUF text = {0};

    j->flaw = TICKET_GARBAGE;
    if (assertion) {
        xml_write(&text, assertion);
        j->flaw =
            ticket_open(call->ticket_keys, call->arena,
                        arena_printf(call->arena, "opaque=%s",
                                     base64_text(call->arena, buf_span(&text))),
                        call->now, call->pool, &j->ticket);
    }
}

static bool read_message(struct judging *j)
{
    struct call *call = j->call;
    struct span body = call->ex->request.body;
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    struct soap soap;
    const char *text;
    xmlNode *security;

    if (xml_parse(body, &doc, &report) != XML_OK ||
        soap_decode(call->arena, doc, &soap, &text) != SOAP_OK) {
        return false;
    }
    security = xml_child(soap.header, wsse_uris, "Security");
    if (!proof_signature(security)) {
        return false;
    }
    open_assertion(j, security);
    j->unreadable = proof_read(call->arena, body, security, &j->proof);
    return true;
}

/* ---- Judging ---- */

static bool holds(void *ctx, struct span key)
{
    struct judging *j = ctx;

    return proof_holds(&j->proof, key, &j->as_sent);
}

/* What the ticket was made of, if that is not too long ago. */
static bool find_issued(struct judging *j, struct issued *out)
{
    struct call *call = j->call;
    struct issued *all = arena_alloc(call->arena, ISSUED_MAX * sizeof(*all));
    size_t count = issued_list(call, call->session, all);

    for (size_t i = 0; i < count && j->ticket.id; i++) {
        if (strcmp(all[i].id, j->ticket.id) == 0) {
            *out = all[i];
            return true;
        }
    }
    return false;
}

static void tell_wrong(struct judging *j, const char *how)
{
    exchange_why_more(j->call->ex, "ticket.proof",
                      "the signature is not made with the ticket's key: %s",
                      how);
    check_report(j->call->ex, "TK-018", WHERE, span_text("SignatureValue"),
                 "the signature is not made with the ticket's key: %s", how);
}

static void tell_good(struct judging *j)
{
    exchange_remark(
        j->call->ex, "ticket.proof", "made with the ticket's key%s%s%s",
        j->as_sent ? ", over SignedInfo as it was sent: its "
                     "canonical form is meant"
                   : "",
        j->proof.digest ? "; " : "", j->proof.digest ? j->proof.digest : "");
}

static void judge_key(struct judging *j)
{
    struct issued issued;
    bool known = find_issued(j, &issued);
    struct p_sha1_parts parts = {.size = j->ticket.proof_key.size};
    const char *how = NULL;

    if (holds(j, j->ticket.proof_key)) {
        tell_good(j);
        return;
    }
    if (known && issued.client_entropy.size && issued.server_entropy.size) {
        parts.client = issued.client_entropy;
        parts.server = issued.server_entropy;
        how = p_sha1_why(j->call->arena, &parts, holds, j);
    }
    if (known && issued.broken) {
        exchange_remark(j->call->ex, "ticket.proof",
                        "not judged: what the answer said of the key a step "
                        "made so");
        return;
    }
    tell_wrong(j, how && *how ? how
                              : "no variation of the entropies makes it "
                                "(WS-Trust 1.3, 4.4.4)");
}

void proof_judge(struct call *call)
{
    struct judging j = {.call = call};
    unsigned held;
    bool there;

    if (call->ex->request.body.size == 0 ||
        call->ex->request.body.size > MESSAGE_MAX) {
        return;
    }
    held = guard_pause();
    there = read_message(&j);
    guard_resume(held);
    if (!there) {
        return;
    }
    if (j.ticket.id) {
        exchange_remark(call->ex, "ticket.id", "%s", j.ticket.id);
    }
    if (j.unreadable) {
        exchange_why_more(call->ex, "ticket.proof", "%s", j.unreadable);
    } else if (j.ticket.proof_key.size == 0) {
        exchange_why_more(call->ex, "ticket.proof", "not judged: %s",
                          j.flaw == TICKET_VALID
                              ? "the ticket beside the signature has no key"
                              : "no ticket of this server stands beside the "
                                "signature");
    } else {
        judge_key(&j);
    }
}
