/* What is wrong with a certificate, see certificate.h. */
#include "config.h"

#include "probe/certificate.h"

#include <string.h>
#include <time.h>

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "util/buf.h"

enum { NAMES_MAX = 8, NAME_MAX_SIZE = 256 };

/* ---- What it says ---- */

static const char *time_text(struct arena *arena, const ASN1_TIME *time)
{
    struct tm tm;

    if (!ASN1_TIME_to_tm(time, &tm)) {
        return "a time that cannot be read";
    }
    return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ",
                        tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                        tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* The common name where there is one: that is how people call it. */
static const char *name_text(struct arena *arena, const X509_NAME *name)
{
    char text[NAME_MAX_SIZE];

    if (X509_NAME_get_text_by_NID(name, NID_commonName, text, sizeof(text)) >
            0 ||
        X509_NAME_oneline(name, text, sizeof(text))) {
        return arena_strdup(arena, text);
    }
    return "";
}

static void add_name(struct buf *out, const ASN1_STRING *name)
{
    const char *separator = out->size ? ", " : "";
    const uint8_t *bytes = ASN1_STRING_get0_data(name);
    AUTO(arena) arena = arena_new();

    buf_printf(
        out, "%s%s", separator,
        arena_text(arena, span_of(bytes, (size_t)ASN1_STRING_length(name))));
}

/* RFC 6125 6.4.4: the subject's common name counts where there is no other. */
static const char *names_text(struct arena *arena, X509 *leaf)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    AUTO_BUF out = {0};
    int count = 0;

    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (name->type == GEN_DNS && count++ < NAMES_MAX) {
            add_name(&out, name->d.dNSName);
        }
    }
    if (count > NAMES_MAX) {
        buf_printf(&out, " and %d more", count - NAMES_MAX);
    }
    GENERAL_NAMES_free(names);
    return out.size ? arena_text(arena, buf_span(&out))
                    : name_text(arena, X509_get_subject_name(leaf));
}

/* RFC 6125 6.4.4, RFC 9525 6.3: clients look at alternative names alone. Old
 * ones that still take the subject do not take a wildcard there. */
static bool has_alternatives(X509 *leaf)
{
    return X509_get_ext_by_NID(leaf, NID_subject_alt_name, -1) >= 0;
}

/* ---- During the handshake ---- */

static int on_verify(X509_STORE_CTX *store, void *context)
{
    struct certificate_watch *watch = context;
    struct arena *arena = watch->arena;
    int good = X509_verify_cert(store);
    X509 *leaf = X509_STORE_CTX_get0_cert(store);
    X509 *blamed = X509_STORE_CTX_get_current_cert(store);
    bool bare = false;

    if (good > 0 && !has_alternatives(leaf)) {
        X509_STORE_CTX_set_error(store, X509_V_ERR_HOSTNAME_MISMATCH);
        good = 0;
        bare = true;
    }
    blamed = good > 0 || bare || !blamed ? leaf : blamed;
    *watch->seen = (struct certificate){
        .seen = true,
        .verdict = X509_STORE_CTX_get_error(store),
        .subject = name_text(arena, X509_get_subject_name(blamed)),
        .issuer = name_text(arena, X509_get_issuer_name(blamed)),
        .begins = time_text(arena, X509_get0_notBefore(blamed)),
        .ends = time_text(arena, X509_get0_notAfter(blamed)),
        .names = names_text(arena, leaf),
        .bare = bare,
    };
    return good;
}

void certificate_watch(void *ssl_ctx, struct certificate_watch *watch)
{
    SSL_CTX_set_cert_verify_callback(ssl_ctx, on_verify, watch);
}

/* ---- In words ---- */

const char *certificate_problem(struct arena *arena,
                                const struct certificate *seen,
                                const char *host)
{
    if (seen->bare) {
        return arena_printf(arena,
                            "the certificate has no alternative names, and "
                            "its subject, %s, does not count",
                            seen->subject);
    }
    switch (seen->verdict) {
    case X509_V_OK:
        return arena_printf(arena, "the certificate is not for %s, but for %s",
                            host, seen->names);
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return arena_printf(arena, "the certificate of %s expired at %s",
                            seen->subject, seen->ends);
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return arena_printf(arena, "the certificate of %s is valid from %s on",
                            seen->subject, seen->begins);
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return arena_printf(arena,
                            "the certificate of %s is signed by itself, by no "
                            "authority",
                            seen->subject);
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return arena_printf(arena,
                            "the certificate of %s is from an authority that "
                            "is not trusted here: %s",
                            seen->subject, seen->issuer);
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return arena_printf(arena,
                            "the certificate of %s is signed with a digest "
                            "that is too weak, such as SHA-1",
                            seen->subject);
    case X509_V_ERR_INVALID_PURPOSE:
        return arena_printf(arena,
                            "the certificate of %s is not one for servers, by "
                            "its key usage",
                            seen->subject);
    default:
        return arena_printf(arena, "the certificate of %s: %s", seen->subject,
                            X509_verify_cert_error_string(seen->verdict));
    }
}

const char *certificate_advice(struct arena *arena,
                               const struct certificate *seen, const char *host)
{
    switch (seen->bare ? X509_V_OK : seen->verdict) {
    case X509_V_OK:
        return arena_printf(arena,
                            "a certificate with the name %s on that server, "
                            "or another server for that name",
                            host);
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "renewing it on the server, or comparing the clocks";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "comparing the clocks of the server and of this machine";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "a certificate of an authority on the server, or --ca FILE "
               "with this very certificate";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return "--ca FILE with the authority that the server's certificate "
               "is from; an intermediate certificate is for the server to send";
    default:
        return NULL;
    }
}
