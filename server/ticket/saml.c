/*
 * Issues the SAML 1.1 assertion (oasis-sstc-saml-core-1.1), see saml.h. How it
 * is built: every prefix is declared inside, no white space, no comments, no
 * element within that is called Assertion, because clients copy its bytes into
 * messages of their own (protocol: webticket 5.3).
 */
#include "config.h"

#include "ticket/saml.h"

#include "ticket/xmldsig.h"
#include "util/base64.h"
#include "util/stamp.h"
#include "wire/uris.h"
#include "wire/xml.h"

static void add_conditions(xmlNode *assertion, struct arena *arena,
                           const struct ticket *ticket)
{
    xmlNode *conditions = xml_add(assertion, "Conditions");

    xml_set(conditions, "NotBefore", stamp_iso_ms(arena, ticket->issued));
    xml_set(conditions, "NotOnOrAfter", stamp_iso_ms(arena, ticket->expires));
    if (ticket->audience) {
        xml_add_text(xml_add(conditions, "AudienceRestrictionCondition"),
                     "Audience", ticket->audience);
    }
}

/* The proof key, readable to the services of this run alone. */
static void add_encrypted_key(xmlNode *confirmation, const char *cipher_value)
{
    xmlNode *info = xml_add_ns(confirmation, NULL, URI_DS, "KeyInfo");
    xmlNode *encrypted = xml_add_ns(info, "e", URI_XENC, "EncryptedKey");
    xmlNode *name;

    xml_set(xml_add(encrypted, "EncryptionMethod"), "Algorithm",
            URI_XENC "kw-aes256");
    name = xml_add_ns(encrypted, NULL, URI_DS, "KeyInfo");
    xml_add_text(name, "KeyName", "webticket-kek-1");
    xml_add_text(xml_add(encrypted, "CipherData"), "CipherValue", cipher_value);
}

static bool add_confirmation(const struct ticket_keys *keys, xmlNode *subject,
                             struct arena *arena, const struct ticket *ticket,
                             struct err *err)
{
    xmlNode *confirmation = xml_add(subject, "SubjectConfirmation");
    bool bearer = ticket->lies.confirmation == TICKET_CONFIRMATION_ASKED
                      ? ticket->proof_key.size == 0
                      : ticket->lies.confirmation == TICKET_CONFIRMATION_BEARER;
    struct span wrapped;

    if (bearer) {
        xml_add_text(confirmation, "ConfirmationMethod", URI_SAML_CM "bearer");
        return true;
    }
    if (ticket->proof_key.size == 0) { /* a lie: there is no key to hold */
        xml_add_text(confirmation, "ConfirmationMethod",
                     URI_SAML_CM "holder-of-key");
        return true;
    }
    if (!keys_wrap(keys, arena, ticket->proof_key, &wrapped, err)) {
        return false;
    }
    xml_add_text(confirmation, "ConfirmationMethod",
                 URI_SAML_CM "holder-of-key");
    add_encrypted_key(confirmation, base64_text(arena, wrapped));
    return true;
}

static xmlNode *add_subject(xmlNode *assertion, struct arena *arena,
                            const struct ticket *ticket)
{
    xmlNode *statement = xml_add(assertion, "AuthenticationStatement");
    xmlNode *subject;
    xmlNode *name;

    xml_set(statement, "AuthenticationMethod", URI_SAML_AM "unspecified");
    xml_set(statement, "AuthenticationInstant",
            stamp_iso_ms(arena, ticket->issued));
    subject = xml_add(statement, "Subject");
    name = xml_add_text(subject, "NameIdentifier", ticket->sip);
    xml_set(name, "Format", URI_SIP_CLAIM);
    return subject;
}

static xmlDoc *new_assertion(struct arena *arena, const struct ticket *ticket)
{
    xmlDoc *doc = xml_new("saml", URI_SAML, "Assertion");
    xmlNode *assertion = xml_root(doc);

    xml_set(assertion, "MajorVersion", "1");
    xml_set(assertion, "MinorVersion", "1");
    xml_set(assertion, "AssertionID", ticket->id);
    xml_set(assertion, "Issuer", ticket->issuer);
    xml_set(assertion, "IssueInstant", stamp_iso_ms(arena, ticket->issued));
    return doc;
}

/* The signer's certificate; it is not signed, so it goes in afterwards. */
static void add_certificate(const struct ticket_keys *keys, xmlNode *signature)
{
    xmlNode *data = xml_add(xml_add(signature, "KeyInfo"), "X509Data");

    xml_add_text(data, "X509Certificate", keys->certificate);
}

/* What a step wants of a signature that is good. */
static void damage(xmlNode *signature, enum ticket_signature how)
{
    if (how == TICKET_SIGNATURE_BROKEN) {
        xmldsig_break(signature, "SignatureValue");
    } else if (how == TICKET_SIGNATURE_DIGEST) {
        xmldsig_break(signature, "DigestValue");
    }
}

/* The signer's certificate goes in whatever key it was: who looks finds that
 * they do not fit. */
static bool sign(const struct ticket_keys *keys, bool sha1, xmlNode *assertion,
                 enum ticket_signature how, struct err *err)
{
    AUTO(xmldsig_key) other = NULL;
    xmlNode *signature;

    if (how == TICKET_SIGNATURE_OMIT) {
        return true;
    }
    if (how == TICKET_SIGNATURE_OTHER_KEY && !xmldsig_key_other(&other, err)) {
        return false;
    }
    signature = xmldsig_sign(other ? other : keys->signer, assertion,
                             "AssertionID", sha1, err);
    if (!signature) {
        return false;
    }
    damage(signature, how);
    add_certificate(keys, signature);
    return true;
}

bool saml_issue(const struct ticket_keys *keys, bool sha1, struct arena *arena,
                const struct ticket *ticket, struct span *out_text,
                struct err *err)
{
    AUTO(xml_doc) doc = new_assertion(arena, ticket);
    xmlNode *assertion = xml_root(doc);
    AUTO_BUF out = {0};

    add_conditions(assertion, arena, ticket);
    if (!add_confirmation(keys, add_subject(assertion, arena, ticket), arena,
                          ticket, err)) {
        return false;
    }
    if (!sign(keys, sha1, assertion, ticket->lies.signature, err)) {
        return false;
    }
    xml_write(&out, assertion);
    *out_text = arena_copy(arena, buf_span(&out));
    return true;
}
