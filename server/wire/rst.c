/* WS-Trust RequestSecurityToken, see rst.h. */
#include "config.h"

#include "wire/rst.h"

#include <string.h>

#include "util/attr.h"
#include "util/base64.h"
#include "util/number.h"
#include "wire/uris.h"

enum {
    KEY_BITS_MIN = 128,
    KEY_BITS_MAX = 1024,
    KEY_BITS_STEP = 64,
};

static const char *const trust_uris[] = {URI_TRUST, URI_TRUST_SLASH,
                                         URI_TRUST_200502, NULL};
static const char *const policy_uris[] = {URI_WSP, URI_WSP_15, NULL};
static const char *const addressing_uris[] = {URI_WSA, URI_WSA_200408, NULL};
static const char *const auth_uris[] = {URI_AUTH, NULL};
static const char *const utility_uris[] = {URI_WSU, NULL};

/* What is being read, and what turned out to be wrong with it. */
struct reading {
    struct arena *arena;
    struct rst *rst;
    enum rst_result result;
    const char *text;
};

static void wrong(struct reading *reading, enum rst_result result,
                  const char *text)
{
    if (reading->result == RST_OK) {
        reading->result = result;
        reading->text = text;
    }
}

static void note(struct reading *reading, const char *kind, const xmlNode *node)
{
    struct rst *rst = reading->rst;

    if (rst->note_count < RST_NOTES_MAX) {
        rst->notes[rst->note_count++] =
            arena_printf(reading->arena, "%s child {%s}%s", kind,
                         node->ns ? (const char *)node->ns->href : "",
                         (const char *)node->name);
    }
}

/*
 * The last word of a WS-Trust URI, "Issue" of ".../200512/Issue"; NULL: no
 * such URI. Clients put values of 2005/02 into elements of 200512.
 */
static const char *trust_word(const char *text)
{
    static const char *const bases[] = {URI_TRUST "/", URI_TRUST_200502 "/"};

    for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
        if (strncmp(text, bases[i], strlen(bases[i])) == 0) {
            return text + strlen(bases[i]);
        }
    }
    return NULL;
}

static bool trust_word_is(const char *text, const char *word)
{
    const char *found = trust_word(text);

    return found && strcmp(found, word) == 0;
}

static void read_token_type(struct reading *reading, const xmlNode *node)
{
    const char *text = xml_text(reading->arena, node);
    struct rst *rst = reading->rst;

    rst->token_type = text;
    if (*text == '\0') {
        rst->token_type = NULL;
    } else if (strcmp(text, URI_TOKEN_SAML) == 0) {
        rst->token = RST_TOKEN_SAML;
    } else if (strcmp(text, URI_TOKEN_CWT) == 0) {
        rst->token = RST_TOKEN_CWT;
    } else if (strcmp(text, URI_TOKEN_ANON_CWT) == 0) {
        rst->token = RST_TOKEN_ANON_CWT;
    } else {
        rst->token = RST_TOKEN_UNKNOWN;
    }
}

static void read_request_type(struct reading *reading, const xmlNode *node)
{
    reading->rst->request_type = xml_text(reading->arena, node);
    reading->rst->issue = trust_word_is(reading->rst->request_type, "Issue");
}

static void read_applies_to(struct reading *reading, const xmlNode *node)
{
    const xmlNode *reference =
        xml_child(node, addressing_uris, "EndpointReference");
    const char *address = xml_text(
        reading->arena, xml_child(reference, addressing_uris, "Address"));

    reading->rst->applies_to = address && *address ? address : NULL;
}

/* The claim that names a SIP address; claims of other kinds are noted. */
static void read_claim(struct reading *reading, const xmlNode *claim)
{
    struct rst *rst = reading->rst;
    const char *uri = xml_attribute(reading->arena, claim, "Uri");

    if (rst->claim_uri || !uri || strcmp(uri, URI_SIP_CLAIM) != 0) {
        note(reading, rst->claim_uri ? "repeated" : "unknown", claim);
        return;
    }
    rst->claim_uri = uri;
    rst->claim_value =
        xml_text(reading->arena, xml_child(claim, auth_uris, "Value"));
}

static void read_claims(struct reading *reading, const xmlNode *node)
{
    reading->rst->claims_dialect =
        xml_attribute(reading->arena, node, "Dialect");
    for (const xmlNode *n = xml_first(node); n; n = xml_next(n)) {
        if (xml_is(n, auth_uris, "ClaimType")) {
            read_claim(reading, n);
        }
    }
}

static void read_entropy(struct reading *reading, const xmlNode *node)
{
    const char *text =
        xml_text(reading->arena, xml_child(node, trust_uris, "BinarySecret"));
    struct span entropy;

    if (!text || !base64_decode(reading->arena, span_text(text), &entropy) ||
        entropy.size == 0 || entropy.size > RST_ENTROPY_MAX) {
        wrong(reading, RST_BAD_ENTROPY,
              "Entropy holds no BinarySecret in base64 of a fitting length.");
        return;
    }
    reading->rst->entropy = entropy;
}

static void read_key_type(struct reading *reading, const xmlNode *node)
{
    const char *text = xml_text(reading->arena, node);
    enum rst_key key = RST_KEY_UNKNOWN;

    if (*text == '\0') {
        return;
    }
    if (trust_word_is(text, "SymmetricKey")) {
        key = RST_KEY_SYMMETRIC;
    } else if (trust_word_is(text, "Bearer") ||
               strcmp(text, URI_NO_PROOF_KEY) == 0) {
        key = RST_KEY_BEARER;
    } else if (trust_word_is(text, "PublicKey")) {
        key = RST_KEY_PUBLIC;
    }
    reading->rst->key_type = text;
    reading->rst->key = key;
}

/* Whole blocks of 64 bits: that is what AES key wrap takes (RFC 3394). */
static void read_key_size(struct reading *reading, const xmlNode *node)
{
    const char *text = xml_text(reading->arena, node);
    uint64_t bits;

    if (!number_parse(text, NUMBER_DECIMAL, KEY_BITS_MAX, &bits) ||
        bits < KEY_BITS_MIN || bits % KEY_BITS_STEP != 0) {
        wrong(reading, RST_BAD_KEY_SIZE,
              "KeySize is no multiple of 64 between 128 and 1024.");
        return;
    }
    reading->rst->key_size = (unsigned)bits;
}

/* A wish only: the server sets the real lifetime. */
static void read_lifetime(struct reading *reading, const xmlNode *node)
{
    reading->rst->created =
        xml_text(reading->arena, xml_child(node, utility_uris, "Created"));
    reading->rst->expires =
        xml_text(reading->arena, xml_child(node, utility_uris, "Expires"));
}

static const struct part {
    const char *const *uris;
    const char *name;
    void (*read)(struct reading *reading, const xmlNode *node);
} parts[] = {
    {trust_uris, "TokenType", read_token_type},
    {trust_uris, "RequestType", read_request_type},
    {policy_uris, "AppliesTo", read_applies_to},
    {trust_uris, "Claims", read_claims},
    {trust_uris, "Entropy", read_entropy},
    {trust_uris, "KeyType", read_key_type},
    {trust_uris, "KeySize", read_key_size},
    {trust_uris, "Lifetime", read_lifetime},
};

/* `seen` has a bit for each of `parts`: the first of a kind counts. */
static void read_part(struct reading *reading, const xmlNode *node,
                      unsigned *seen)
{
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (!xml_is(node, parts[i].uris, parts[i].name)) {
            continue;
        }
        if (*seen & 1u << i) {
            note(reading, "repeated", node);
        } else {
            *seen |= 1u << i;
            parts[i].read(reading, node);
        }
        return;
    }
    note(reading, "unknown", node);
}

enum rst_result rst_decode(struct arena *arena, const xmlNode *body,
                           struct rst *out_rst, const char **out_text)
{
    struct reading reading = {.arena = arena, .rst = out_rst};
    unsigned seen = 0;

    *out_rst = (struct rst){0};
    if (!xml_is(body, trust_uris, "RequestSecurityToken")) {
        *out_text = "The body is no RequestSecurityToken of WS-Trust.";
        return RST_NOT_AN_RST;
    }
    out_rst->trust = arena_strdup(arena, (const char *)body->ns->href);
    out_rst->context = xml_attribute(arena, body, "Context");
    for (const xmlNode *n = xml_first(body); n; n = xml_next(n)) {
        read_part(&reading, n, &seen);
    }
    *out_text = reading.text;
    return reading.result;
}
