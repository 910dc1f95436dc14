/* Enveloped XML signatures, see xmldsig.h. */
#include "config.h"

#include "ticket/xmldsig.h"

#include <assert.h>
#include <string.h>

#include <xmlsec/xmlsec.h>

#include <xmlsec/base64.h>
#include <xmlsec/errors.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>

#include <openssl/ec.h>

#include "util/arena.h"
#include "util/mem.h"
#include "wire/uris.h"

struct xmldsig_key {
    xmlSecKey *key;
    bool rsa;
};

AUTO_DEFINE(xmlsec_data, xmlSecKeyData *, xmlSecKeyDataDestroy)
AUTO_DEFINE(xmlsec_key, xmlSecKey *, xmlSecKeyDestroy)
AUTO_DEFINE(xmlsec_dsig, xmlSecDSigCtx *, xmlSecDSigCtxDestroy)

static const char *const ds_uris[] = {URI_DS, NULL};

/* A forged ticket is no reason to write to stderr. */
/* NOLINTNEXTLINE(readability-function-size): xmlsec1's signature */
static void keep_quiet(const char *file UNUSED, int line UNUSED,
                       const char *function UNUSED, const char *object UNUSED,
                       const char *subject UNUSED, int reason UNUSED,
                       const char *text UNUSED)
{
}

bool xmldsig_init(struct err *err)
{
    if (xmlSecInit() < 0) {
        return err_set(err, "xmlsec1 does not start");
    }
    if (xmlSecOpenSSLInit() < 0) {
        xmlSecShutdown();
        return err_set(err, "the OpenSSL engine of xmlsec1 does not start");
    }
    /* Only now: the engine's start sets a callback of its own. */
    xmlSecErrorsSetCallback(keep_quiet);
    /* No line breaks in signature values: the ticket has no white space. */
    xmlSecBase64SetDefaultLineSize(0);
    return true;
}

void xmldsig_shutdown(void)
{
    xmlSecOpenSSLShutdown();
    xmlSecShutdown();
}

bool xmldsig_key_new(EVP_PKEY *pkey, struct xmldsig_key **out_key,
                     struct err *err)
{
    AUTO(xmlsec_data) data = NULL;
    AUTO(xmlsec_key) key = xmlSecKeyCreate();

    EVP_PKEY_up_ref(pkey);
    data = xmlSecOpenSSLEvpKeyAdopt(pkey);
    if (!data) {
        EVP_PKEY_free(pkey);
        return err_set(err, "xmlsec1 does not take this kind of key");
    }
    if (!key || xmlSecKeySetValue(key, data) < 0) {
        return err_set(err, "xmlsec1 does not take the key");
    }
    take(&data);
    *out_key = NEW(struct xmldsig_key);
    (*out_key)->key = take(&key);
    (*out_key)->rsa = EVP_PKEY_is_a(pkey, "RSA");
    return true;
}

void xmldsig_key_free(struct xmldsig_key *key)
{
    if (key) {
        xmlSecKeyDestroy(key->key);
        mem_free(key);
    }
}

/* ---- Signing ---- */

static const char *signature_method(const struct xmldsig_key *key, bool sha1)
{
    if (!key->rsa) {
        return URI_DS_MORE "ecdsa-sha256";
    }
    return sha1 ? URI_DS "rsa-sha1" : URI_DS_MORE "rsa-sha256";
}

static void add_algorithm(xmlNode *parent, const char *name, const char *uri)
{
    xml_set(xml_add(parent, name), "Algorithm", uri);
}

/* What xmlsec1 fills in: an empty digest and an empty signature value. */
static xmlNode *add_template(const struct xmldsig_key *key, xmlNode *root,
                             const char *uri, bool sha1)
{
    xmlNode *signature = xml_add_ns(root, NULL, URI_DS, "Signature");
    xmlNode *info = xml_add(signature, "SignedInfo");
    xmlNode *reference;
    xmlNode *transforms;

    add_algorithm(info, "CanonicalizationMethod", URI_EXC_C14N);
    add_algorithm(info, "SignatureMethod", signature_method(key, sha1));
    reference = xml_add(info, "Reference");
    xml_set(reference, "URI", uri);
    transforms = xml_add(reference, "Transforms");
    add_algorithm(transforms, "Transform", URI_DS "enveloped-signature");
    add_algorithm(transforms, "Transform", URI_EXC_C14N);
    add_algorithm(reference, "DigestMethod",
                  key->rsa && sha1 ? URI_DS "sha1" : URI_XENC "sha256");
    xml_add(reference, "DigestValue");
    xml_add(signature, "SignatureValue");
    return signature;
}

/* A context whose key is ours: with it set, KeyInfo is never looked at. */
static xmlSecDSigCtx *new_context(const struct xmldsig_key *key)
{
    xmlSecDSigCtx *context = xmlSecDSigCtxCreate(NULL);

    if (context) {
        context->signKey = xmlSecKeyDuplicate(key->key);
        context->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
    }
    return context;
}

static char *reference_to(struct arena *arena, const xmlNode *root,
                          const char *id)
{
    const char *value = xml_attribute(arena, root, id);

    return value ? arena_printf(arena, "#%s", value) : NULL;
}

xmlNode *xmldsig_sign(const struct xmldsig_key *key, xmlNode *root,
                      const char *id, bool sha1, struct err *err)
{
    AUTO(arena) arena = arena_new();
    const char *uri = reference_to(arena, root, id);
    AUTO(xmlsec_dsig) context = new_context(key);
    xmlNode *signature;

    assert(uri);
    if (!xml_register_id(root, id)) {
        err_set(err, "the element to be signed has no id of its own");
        return NULL;
    }
    signature = add_template(key, root, uri, sha1);
    if (!context || !context->signKey ||
        xmlSecDSigCtxSign(context, signature) < 0 ||
        context->status != xmlSecDSigStatusSucceeded) {
        err_set(err, "xmlsec1 does not sign the element");
        return NULL;
    }
    return signature;
}

static xmlNode *find_below(xmlNode *node, const char *name)
{
    xmlNode *found = NULL;

    if (xml_is(node, ds_uris, name)) {
        return node;
    }
    for (xmlNode *n = xml_first(node); n && !found; n = xml_next(n)) {
        found = find_below(n, name);
    }
    return found;
}

void xmldsig_break(xmlNode *signature, const char *name)
{
    AUTO(arena) arena = arena_new();
    xmlNode *node = find_below(signature, name);
    char *text = xml_text(arena, node);

    if (text && *text) {
        *text = *text == 'A' ? 'B' : 'A';
        xmlNodeSetContent(node, BAD_CAST text);
    }
}

bool xmldsig_key_other(struct xmldsig_key **out_key, struct err *err)
{
    EVP_PKEY *pkey = EVP_EC_gen("P-256");
    bool made = pkey && xmldsig_key_new(pkey, out_key, err);

    if (!pkey) {
        err_set(err, "OpenSSL makes no key");
    }
    EVP_PKEY_free(pkey);
    return made;
}

/* ---- Verifying ---- */

static bool has_algorithm(struct arena *arena, const xmlNode *node,
                          const char *name, const char *uri)
{
    const char *found = xml_attribute(arena, node, "Algorithm");

    return xml_is(node, ds_uris, name) && found && strcmp(found, uri) == 0;
}

/* Enveloped-signature, then exclusive canonicalisation, and no more. */
static bool good_transforms(struct arena *arena, const xmlNode *transforms)
{
    const xmlNode *first = xml_first(transforms);
    const xmlNode *second = first ? xml_next(first) : NULL;

    return second && !xml_next(second) &&
           has_algorithm(arena, first, "Transform",
                         URI_DS "enveloped-signature") &&
           has_algorithm(arena, second, "Transform", URI_EXC_C14N) &&
           !xml_first(first) && !xml_first(second);
}

/*
 * Signature wrapping: a signature that is good, over something else than what
 * is read. So the one Reference must be to the element that is read.
 */
static bool good_reference(struct arena *arena, const xmlNode *info,
                           const char *uri)
{
    const xmlNode *reference = xml_child(info, ds_uris, "Reference");
    const char *found = xml_attribute(arena, reference, "URI");

    return reference && !xml_next(reference) && found && uri &&
           strcmp(found, uri) == 0 &&
           good_transforms(arena, xml_child(reference, ds_uris, "Transforms"));
}

static bool allow_algorithms(xmlSecDSigCtx *context)
{
    const xmlSecTransformId reference[] = {
        xmlSecTransformEnvelopedId, xmlSecTransformExclC14NId,
        xmlSecOpenSSLTransformSha1Id, xmlSecOpenSSLTransformSha256Id};
    const xmlSecTransformId signature[] = {
        xmlSecTransformExclC14NId, xmlSecOpenSSLTransformEcdsaSha256Id,
        xmlSecOpenSSLTransformRsaSha1Id, xmlSecOpenSSLTransformRsaSha256Id};

    for (size_t i = 0; i < ARRAY_SIZE(reference); i++) {
        if (xmlSecDSigCtxEnableReferenceTransform(context, reference[i]) < 0) {
            return false;
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(signature); i++) {
        if (xmlSecDSigCtxEnableSignatureTransform(context, signature[i]) < 0) {
            return false;
        }
    }
    return true;
}

bool xmldsig_verify(const struct xmldsig_key *key, xmlNode *root,
                    const char *id, xmlNode *signature)
{
    AUTO(arena) arena = arena_new();
    const xmlNode *info = xml_child(signature, ds_uris, "SignedInfo");
    AUTO(xmlsec_dsig) context = NULL;

    if (!good_reference(arena, info, reference_to(arena, root, id)) ||
        !xml_register_id(root, id)) {
        return false;
    }
    context = new_context(key);
    return context && context->signKey && allow_algorithms(context) &&
           xmlSecDSigCtxVerify(context, signature) == 0 &&
           context->status == xmlSecDSigStatusSucceeded;
}
