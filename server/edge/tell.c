/* What the journal is told of a handshake. */
#include "config.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "edge/internal.h"

enum { NAME_SIZE = 256 };

static const char *name_text(struct arena *arena, const X509_NAME *name)
{
    char text[NAME_SIZE];

    return X509_NAME_oneline(name, text, sizeof(text))
               ? arena_strdup(arena, text)
               : NULL;
}

static void tell_client(const X509 *certificate, struct arena *arena,
                        struct tls_exchange *out)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    out->client_subject = name_text(arena, X509_get_subject_name(certificate));
    out->client_issuer = name_text(arena, X509_get_issuer_name(certificate));
    if (X509_digest(certificate, EVP_sha256(), hash, &size) == 1) {
        out->client_hash = arena_copy(arena, span_of(hash, size));
    }
}

void edge_conn_tell(const struct edge_conn *conn, struct arena *arena,
                    struct tls_exchange *out)
{
    const X509 *certificate =
        conn->ssl ? SSL_get0_peer_certificate(conn->ssl) : NULL;

    out->complete = conn->facts.tls_version != NULL;
    out->plain_http = conn->plain_http;
    out->alert = conn->alert;
    if (conn->alert >= 0) {
        out->alert_name = SSL_alert_desc_string_long(conn->alert);
    }
    out->client_asked =
        conn->hello.client_certificate != CLIENT_CERTIFICATE_NOT_ASKED;
    if (out->client_asked && certificate) {
        tell_client(certificate, arena, out);
    }
}
