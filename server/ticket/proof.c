/*
 * Signatures with the key of a web ticket, see proof.h. XML Signature 4, with
 * the algorithms that the certificate provisioning service is signed for
 * (protocol: webticket 9.3).
 */
#include "config.h"

#include "ticket/proof.h"

#include <string.h>

#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include "ticket/c14n.h"
#include "util/base64.h"
#include "wire/uris.h"

enum { MAC_MAX = SHA256_DIGEST_SIZE };

#define HMAC_SHA1   URI_DS "hmac-sha1"
#define HMAC_SHA256 URI_DS_MORE "hmac-sha256"
#define SHA1        URI_DS "sha1"
#define SHA256      URI_XENC "sha256"

static const char *const ds_uris[] = {URI_DS, NULL};
static const char *const wsse_uris[] = {URI_WSSE, NULL};

xmlNode *proof_signature(const xmlNode *security)
{
    return xml_child(security, ds_uris, "Signature");
}

static const char *algorithm_of(struct arena *arena, const xmlNode *parent,
                                const char *name)
{
    const char *found =
        xml_attribute(arena, xml_child(parent, ds_uris, name), "Algorithm");

    return found ? found : "missing";
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* ---- Bytes as they were sent ---- */

/* From the "<" before `at` to the end tag of the same name; empty: that "<"
 * begins no start tag. So what is found ends behind `at`. */
static struct span element_around(struct span body, size_t at)
{
    size_t from = at;
    size_t name = 0;
    size_t end;

    while (from > 0 && body.data[from] != '<') {
        from--;
    }
    while (from + 1 + name < body.size &&
           !strchr(" \t\r\n/>", body.data[from + 1 + name])) {
        name++;
    }
    if (name == 0) {
        return SPAN_NONE;
    }
    for (end = from; (end = span_find(body, span_text("</"), end)) != SIZE_MAX;
         end++) {
        if (span_equal(span_slice(body, end + 2, name),
                       span_slice(body, from + 1, name))) {
            return span_slice(body, from, end + 2 + name + 1 - from);
        }
    }
    return SPAN_NONE;
}

/* The element with this id, where it stands as it is in the body. */
static struct span sent_with_id(struct arena *arena, struct span body,
                                const char *id)
{
    size_t at =
        span_find(body, span_text(arena_printf(arena, "Id=\"%s\"", id)), 0);

    return at == SIZE_MAX ? SPAN_NONE : element_around(body, at);
}

/* The SignedInfo with this Reference: an assertion has one of its own. */
static struct span sent_signed_info(struct arena *arena, struct span body,
                                    const xmlNode *info)
{
    const char *uri =
        xml_attribute(arena, xml_child(info, ds_uris, "Reference"), "URI");
    size_t at = 0;

    while (uri &&
           (at = span_find(body, span_text("SignedInfo"), at)) != SIZE_MAX) {
        struct span element = element_around(body, at);

        if (span_find(element, span_text(uri), 0) != SIZE_MAX) {
            return element;
        }
        at = (size_t)(element.data - body.data) + element.size;
        if (element.size == 0) {
            break;
        }
    }
    return SPAN_NONE;
}

/* ---- Digests ---- */

static struct span digest(struct arena *arena, struct span bytes, bool sha256)
{
    uint8_t *out = arena_alloc(arena, MAC_MAX);
    struct sha1_ctx one;
    struct sha256_ctx two;

    if (sha256) {
        sha256_init(&two);
        sha256_update(&two, bytes.size, bytes.data);
        sha256_digest(&two, SHA256_DIGEST_SIZE, out);
        return span_of(out, SHA256_DIGEST_SIZE);
    }
    sha1_init(&one);
    sha1_update(&one, bytes.size, bytes.data);
    sha1_digest(&one, SHA1_DIGEST_SIZE, out);
    return span_of(out, SHA1_DIGEST_SIZE);
}

static xmlNode *find_id(struct arena *arena, xmlNode *node, const char *id)
{
    xmlNode *found = NULL;
    const char *own = xml_attribute_of(arena, node, URI_WSU, "Id");

    own = own ? own : xml_attribute(arena, node, "Id");
    own = own ? own : xml_attribute(arena, node, "AssertionID");
    if (own && is(own, id)) {
        return node;
    }
    for (xmlNode *n = xml_first(node); n && !found; n = xml_next(n)) {
        found = find_id(arena, n, id);
    }
    return found;
}

struct reading {
    struct arena *arena;
    struct span body;
    xmlNode *root;
};

/* NULL: it fits. */
static const char *judge_digest(const struct reading *r, xmlNode *element,
                                const xmlNode *reference, const char *id)
{
    const xmlNode *transforms = xml_child(reference, ds_uris, "Transforms");
    bool sha256 = is(algorithm_of(r->arena, reference, "DigestMethod"), SHA256);
    const char *text =
        xml_text(r->arena, xml_child(reference, ds_uris, "DigestValue"));
    struct span told;
    struct span good;

    if (!text || !base64_decode(r->arena, span_text(text), &told)) {
        return "a Reference has no DigestValue in base64";
    }
    good = digest(r->arena,
                  c14n_exclusive(r->arena, element, xml_first(transforms)),
                  sha256);
    if (span_equal(good, told)) {
        return NULL;
    }
    good = digest(r->arena, sent_with_id(r->arena, r->body, id), sha256);
    return arena_printf(r->arena,
                        span_equal(good, told)
                            ? "the digest of #%s is that of its bytes as they "
                              "were sent: its canonical form is meant"
                            : "the digest of #%s is of something else",
                        id);
}

static const char *judge_reference(const struct reading *r,
                                   const xmlNode *reference)
{
    const char *uri = xml_attribute(r->arena, reference, "URI");
    const char *method = algorithm_of(r->arena, reference, "DigestMethod");
    const char *transform = algorithm_of(
        r->arena, xml_child(reference, ds_uris, "Transforms"), "Transform");
    xmlNode *element;

    if (!uri || *uri != '#' || !uri[1]) {
        return "a Reference names nothing of this message";
    }
    element = find_id(r->arena, r->root, uri + 1);
    if (!element) {
        return arena_printf(r->arena, "no element has the id %s", uri + 1);
    }
    if (!is(transform, URI_EXC_C14N) ||
        !(is(method, SHA1) || is(method, SHA256))) {
        return arena_printf(r->arena,
                            "the digest of %s is made with %s and %s, which "
                            "is not judged here",
                            uri, transform, method);
    }
    return judge_digest(r, element, reference, uri + 1);
}

static const char *judge_references(const struct reading *r,
                                    const xmlNode *info)
{
    const char *wrong = NULL;
    size_t count = 0;

    for (const xmlNode *n = xml_child(info, ds_uris, "Reference"); n && !wrong;
         n = xml_next(n)) {
        wrong = ++count > PROOF_REFERENCES_MAX
                    ? "there are more References than are read here"
                    : judge_reference(r, n);
    }
    return count ? wrong : "SignedInfo has no Reference";
}

/* ---- The signature ---- */

static const char *read_methods(struct arena *arena, const xmlNode *info,
                                struct proof *proof)
{
    const char *method = algorithm_of(arena, info, "SignatureMethod");
    const char *canonical = algorithm_of(arena, info, "CanonicalizationMethod");

    if (!is(canonical, URI_EXC_C14N)) {
        return arena_printf(arena,
                            "CanonicalizationMethod is %s, and " URI_EXC_C14N
                            " is meant",
                            canonical);
    }
    if (!is(method, HMAC_SHA1) && !is(method, HMAC_SHA256)) {
        return arena_printf(arena,
                            "SignatureMethod is %s: the key of a ticket signs "
                            "with " HMAC_SHA1,
                            method);
    }
    /* HMACOutputLength: a MAC that is cut proves little (CVE-2009-0217). */
    if (xml_first(xml_child(info, ds_uris, "SignatureMethod"))) {
        return "SignatureMethod has a parameter, and HMACs are not cut";
    }
    proof->sha256 = is(method, HMAC_SHA256);
    return NULL;
}

static const char *ticket_id_of(struct arena *arena, const xmlNode *signature)
{
    const xmlNode *info = xml_child(signature, ds_uris, "KeyInfo");
    const xmlNode *reference =
        xml_child(info, wsse_uris, "SecurityTokenReference");

    return xml_text(arena, xml_child(reference, wsse_uris, "KeyIdentifier"));
}

const char *proof_read(struct arena *arena, struct span body,
                       const xmlNode *security, struct proof *out_proof)
{
    const xmlNode *signature = proof_signature(security);
    xmlNode *info = xml_child(signature, ds_uris, "SignedInfo");
    const struct reading r = {arena, body, xml_root(security->doc)};
    const char *value =
        xml_text(arena, xml_child(signature, ds_uris, "SignatureValue"));
    const char *wrong;

    *out_proof = (struct proof){.ticket_id = ticket_id_of(arena, signature)};
    if (!info || !value ||
        !base64_decode(arena, span_text(value), &out_proof->value)) {
        return "Signature lacks SignedInfo, or SignatureValue in base64";
    }
    wrong = read_methods(arena, info, out_proof);
    if (wrong) {
        return wrong;
    }
    out_proof->signed_info = c14n_exclusive(
        arena, info, xml_child(info, ds_uris, "CanonicalizationMethod"));
    out_proof->as_sent = sent_signed_info(arena, body, info);
    out_proof->digest = judge_references(&r, info);
    return NULL;
}

static bool mac_fits(const struct proof *proof, struct span key,
                     struct span message)
{
    uint8_t mac[MAC_MAX];
    struct hmac_sha1_ctx one;
    struct hmac_sha256_ctx two;
    size_t size = proof->sha256 ? SHA256_DIGEST_SIZE : SHA1_DIGEST_SIZE;

    if (proof->value.size != size || message.size == 0) {
        return false;
    }
    if (proof->sha256) {
        hmac_sha256_set_key(&two, key.size, key.data);
        hmac_sha256_update(&two, message.size, message.data);
        hmac_sha256_digest(&two, size, mac);
    } else {
        hmac_sha1_set_key(&one, key.size, key.data);
        hmac_sha1_update(&one, message.size, message.data);
        hmac_sha1_digest(&one, size, mac);
    }
    return memeql_sec(mac, proof->value.data, size);
}

bool proof_holds(const struct proof *proof, struct span key, bool *out_as_sent)
{
    if (mac_fits(proof, key, proof->signed_info)) {
        *out_as_sent = false;
        return true;
    }
    *out_as_sent = mac_fits(proof, key, proof->as_sent);
    return *out_as_sent;
}
