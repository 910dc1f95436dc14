/*
 * Opens an assertion that a client gave back, see saml.h. Whatever differs
 * from what saml.c makes is refused, so that nothing is ever read that the
 * signature does not cover.
 */
#include "config.h"

#include "ticket/saml.h"

#include <string.h>

#include "ticket/xmldsig.h"
#include "util/base64.h"
#include "util/stamp.h"
#include "wire/uris.h"
#include "wire/xml.h"

static const char *const saml_uris[] = {URI_SAML, NULL};
static const char *const ds_uris[] = {URI_DS, NULL};
static const char *const xenc_uris[] = {URI_XENC, NULL};

/* ---- What it says ---- */

static bool read_time(struct arena *arena, const xmlNode *node,
                      const char *name, int64_t *out_time)
{
    const char *text = xml_attribute(arena, node, name);

    return text && stamp_parse(text, out_time);
}

static const xmlNode *subject_of(const xmlNode *assertion)
{
    const xmlNode *statement =
        xml_child(assertion, saml_uris, "AuthenticationStatement");

    return xml_child(statement, saml_uris, "Subject");
}

static void read_proof_key(const struct ticket_keys *keys, struct arena *arena,
                           const xmlNode *subject, struct ticket *ticket)
{
    const xmlNode *confirmation =
        xml_child(subject, saml_uris, "SubjectConfirmation");
    const xmlNode *info = xml_child(confirmation, ds_uris, "KeyInfo");
    const xmlNode *encrypted = xml_child(info, xenc_uris, "EncryptedKey");
    const xmlNode *data = xml_child(encrypted, xenc_uris, "CipherData");
    const char *text =
        xml_text(arena, xml_child(data, xenc_uris, "CipherValue"));
    struct span wrapped;

    if (text && base64_decode(arena, span_text(text), &wrapped)) {
        keys_unwrap(keys, arena, wrapped, &ticket->proof_key);
    }
}

/* Reads what there is; false: something that a ticket must have is missing. */
static bool read_ticket(struct arena *arena, const xmlNode *assertion,
                        struct ticket *ticket, int64_t *out_not_before)
{
    const xmlNode *conditions = xml_child(assertion, saml_uris, "Conditions");
    const xmlNode *restriction =
        xml_child(conditions, saml_uris, "AudienceRestrictionCondition");
    bool times;

    ticket->format = TICKET_SAML;
    ticket->id = xml_attribute(arena, assertion, "AssertionID");
    ticket->issuer = xml_attribute(arena, assertion, "Issuer");
    ticket->audience =
        xml_text(arena, xml_child(restriction, saml_uris, "Audience"));
    ticket->sip = xml_text(
        arena, xml_child(subject_of(assertion), saml_uris, "NameIdentifier"));
    times = read_time(arena, assertion, "IssueInstant", &ticket->issued);
    times &= read_time(arena, conditions, "NotBefore", out_not_before);
    times &= read_time(arena, conditions, "NotOnOrAfter", &ticket->expires);
    return times && ticket->id && ticket->sip && *ticket->sip;
}

/* ---- Whether to believe it ---- */

/* Any Assertion below the root, or a second Signature there. */
static bool has_wrapped(const xmlNode *node)
{
    for (const xmlNode *n = xml_first(node); n; n = xml_next(n)) {
        if (xml_is(n, NULL, "Assertion") || has_wrapped(n)) {
            return true;
        }
    }
    return false;
}

static bool only_child(const xmlNode *parent, const char *name)
{
    const xmlNode *child = xml_first(parent);

    return xml_is(child, ds_uris, name) && !xml_next(child);
}

/* In the one form that an encoder makes: xmlsec1 passes over what is behind. */
static bool exact_base64(struct arena *arena, const xmlNode *node)
{
    const char *text = xml_text(arena, node);
    struct span bytes;

    return text && base64_decode(arena, span_text(text), &bytes) &&
           strcmp(base64_text(arena, bytes), text) == 0;
}

/* SignedInfo, SignatureValue, KeyInfo: no Object, nothing that is unsigned. */
static bool good_signature_shape(struct arena *arena, const xmlNode *signature)
{
    const xmlNode *info = xml_first(signature);
    const xmlNode *value = info ? xml_next(info) : NULL;
    const xmlNode *key = value ? xml_next(value) : NULL;

    return xml_is(info, ds_uris, "SignedInfo") &&
           xml_is(value, ds_uris, "SignatureValue") &&
           xml_is(key, ds_uris, "KeyInfo") && !xml_next(key) &&
           exact_base64(arena, value) && only_child(key, "X509Data") &&
           only_child(xml_first(key), "X509Certificate");
}

static bool names_our_certificate(const struct ticket_keys *keys,
                                  struct arena *arena, const xmlNode *signature)
{
    const xmlNode *key = xml_child(signature, ds_uris, "KeyInfo");
    const char *text = xml_text(arena, xml_first(xml_first(key)));

    return text && strcmp(text, keys->certificate) == 0;
}

static enum ticket_flaw flaw(struct ticket *ticket, enum ticket_flaw kind,
                             const char *detail)
{
    ticket->detail = detail;
    return kind;
}

static enum ticket_flaw judge(const struct ticket_keys *keys,
                              struct arena *arena, xmlNode *assertion,
                              struct ticket *ticket)
{
    xmlNode *signature = xml_child(assertion, ds_uris, "Signature");

    if (!signature) {
        return flaw(ticket, TICKET_BAD_SIGNATURE,
                    "The assertion is not signed.");
    }
    if (xml_next(signature) || has_wrapped(assertion) ||
        !good_signature_shape(arena, signature)) {
        return flaw(
            ticket, TICKET_BAD_SIGNATURE,
            "The assertion does not have the shape in which it was issued.");
    }
    if (!names_our_certificate(keys, arena, signature)) {
        return flaw(ticket, TICKET_BAD_SIGNATURE,
                    "The assertion names another signer: it is from another "
                    "server or another run of this one.");
    }
    if (!xmldsig_verify(keys->signer, assertion, "AssertionID", signature)) {
        return flaw(ticket, TICKET_BAD_SIGNATURE,
                    "The signature does not fit: the assertion was changed.");
    }
    return TICKET_VALID;
}

enum ticket_flaw saml_open(const struct ticket_keys *keys, struct arena *arena,
                           struct span text, struct ticket *out_ticket,
                           int64_t *out_not_before)
{
    AUTO(xml_doc) doc = NULL;
    struct xml_report report;
    enum ticket_flaw found;
    bool complete;

    if (xml_parse(text, &doc, &report) != XML_OK) {
        out_ticket->detail =
            arena_printf(arena, "The assertion is no XML: %s.", report.text);
        return TICKET_GARBAGE;
    }
    if (!xml_is(xml_root(doc), saml_uris, "Assertion")) {
        return flaw(out_ticket, TICKET_GARBAGE,
                    "The XML is no SAML 1.1 assertion.");
    }
    complete = read_ticket(arena, xml_root(doc), out_ticket, out_not_before);
    found = judge(keys, arena, xml_root(doc), out_ticket);
    if (found != TICKET_VALID) {
        return found;
    }
    read_proof_key(keys, arena, subject_of(xml_root(doc)), out_ticket);
    return complete ? TICKET_VALID
                    : flaw(out_ticket, TICKET_GARBAGE,
                           "The assertion lacks its times or its user.");
}
