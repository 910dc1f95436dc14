/*
 * OpenSSL's client-hello callback: the first point at which the server name is
 * known and nothing is answered yet. Versions, certificate and faults are
 * chosen here.
 */
#include "config.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "edge/internal.h"
#include "util/mem.h"

/* The name as text, lower case; NULL: it is none. */
static char *name_text(struct span name)
{
    char *text = mem_alloc(name.size + 1);

    for (size_t i = 0; i < name.size; i++) {
        uint8_t c = name.data[i];

        if (c <= ' ' || c >= 0x7f) {
            mem_free(text);
            return NULL;
        }
        text[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    return text;
}

/* RFC 6066, section 3: a list with one name of type host_name (0). */
static char *read_sni(SSL *ssl)
{
    struct reader rd = {0};
    struct span name;
    size_t type;

    if (!SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &rd.bytes.data,
                                   &rd.bytes.size)) {
        return NULL;
    }
    (void)rd_u16be(&rd);
    type = rd_u8(&rd);
    name = rd_bytes(&rd, rd_u16be(&rd));
    if (rd.short_read || type != TLSEXT_NAMETYPE_host_name || name.size == 0 ||
        name.size > TLSEXT_MAXLEN_host_name) {
        return NULL;
    }
    return name_text(name);
}

/*
 * Asks at a place; false: what is wanted is for carry_out of tls.c, since
 * nothing can end within OpenSSL's state machine.
 */
static bool passes(struct edge_conn *conn, enum edge_place place)
{
    if (!place_concerned(conn, place)) {
        return true;
    }
    place_ask(conn, place, &conn->fate);
    return !conn->hello.alert.send && !plan_stops(&conn->fate);
}

static int accept_any(int ok UNUSED, X509_STORE_CTX *store UNUSED)
{
    return 1;
}

static bool apply(struct edge_conn *conn)
{
    const struct hello_plan *plan = &conn->hello;
    SSL *ssl = conn->ssl;

    if (plan->client_certificate) {
        SSL_set_verify(ssl,
                       SSL_VERIFY_PEER | (plan->client_certificate ==
                                                  CLIENT_CERTIFICATE_REQUIRED
                                              ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                                              : 0),
                       accept_any);
    }
    if ((plan->minimum && plan->minimum < TLS1_2_VERSION) ||
        (plan->maximum && plan->maximum < TLS1_2_VERSION)) {
        SSL_set_security_level(ssl, 0);
    }
    return (!plan->minimum || SSL_set_min_proto_version(ssl, plan->minimum)) &&
           (!plan->maximum || SSL_set_max_proto_version(ssl, plan->maximum));
}

static bool use_identity(SSL *ssl, const struct edge_identity *identity)
{
    SSL_certs_clear(ssl);
    return SSL_use_certificate(ssl, identity->certificate) == 1 &&
           SSL_use_PrivateKey(ssl, identity->key) == 1 &&
           (!identity->intermediate ||
            SSL_add1_chain_cert(ssl, identity->intermediate) == 1);
}

/*
 * A session is resumed only under the certificate that it began with: its
 * hash is what channel bindings speak of (RFC 5929, section 4). One that shall
 * not be resumed has a context of its own.
 */
static struct span session_context(const struct edge_conn *conn)
{
    struct span id = conn->hello.no_resumption
                         ? span_of(&conn->facts.id, sizeof(conn->facts.id))
                         : conn->facts.certificate_hash;

    id = id.size ? id : span_text("edge");
    return span_slice(id, 0, SSL_MAX_SID_CTX_LENGTH);
}

/* The certificate may be replaced while the connection lives. */
static void keep_hash(struct edge_conn *conn, struct span hash)
{
    size_t size = hash.size <= sizeof(conn->hash) ? hash.size : 0;

    if (size) {
        memcpy(conn->hash, hash.data, size);
    }
    conn->facts.certificate_hash = span_of(conn->hash, size);
}

static bool show_identity(struct edge_conn *conn,
                          const struct edge_identity *identity)
{
    keep_hash(conn, identity->hash);
    if (use_identity(conn->ssl, identity)) {
        return true;
    }
    /* Weak keys and digests are what some worlds are about. */
    SSL_set_security_level(conn->ssl, 0);
    return use_identity(conn->ssl, identity);
}

static bool choose_identity(struct edge_conn *conn)
{
    const struct edge_hooks *hooks = &conn->edge->hooks;
    struct edge_identity identity = {0};
    bool shown;

    if (!hooks->identity(hooks->ctx, conn->sni, &conn->hello, &identity)) {
        return false;
    }
    shown = show_identity(conn, &identity);
    if (identity.release) {
        identity.release(identity.held);
    }
    return shown;
}

/* RFC 8446, 4.2.11; RFC 5077, 3.2; RFC 5246, 7.4.1.2: by number, where there
 * is nothing of TLS 1.3, whose clients fill it in for middleboxes. */
static bool offers_session(SSL *ssl)
{
    const unsigned char *bytes;
    size_t size;

    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_psk, &bytes, &size)) {
        return true;
    }
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_session_ticket, &bytes,
                                  &size) &&
        size > 0) {
        return true;
    }
    return !SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_supported_versions,
                                      &bytes, &size) &&
           SSL_client_hello_get0_session_id(ssl, &bytes) > 0;
}

/* RFC 8701: values that are there to be passed over. */
static bool is_grease(unsigned version)
{
    return (version & 0x0f0f) == 0x0a0a && version >> 8 == (version & 0xff);
}

/* RFC 8446, 4.2.1: the list, where there is one, and else the old field. */
static unsigned highest_version(SSL *ssl)
{
    struct reader rd = {0};
    unsigned highest = 0;

    if (!SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_supported_versions,
                                   &rd.bytes.data, &rd.bytes.size)) {
        return SSL_client_hello_get0_legacy_version(ssl);
    }
    (void)rd_u8(&rd);
    while (rd_left(&rd) >= 2) {
        unsigned version = rd_u16be(&rd);

        if (!is_grease(version) && version > highest) {
            highest = version;
        }
    }
    return highest;
}

static void read_hello(struct edge_conn *conn)
{
    conn->sni = read_sni(conn->ssl);
    conn->facts.sni = conn->sni;
    conn->facts.tls_offered = highest_version(conn->ssl);
    conn->facts.tls_resume_offered = offers_session(conn->ssl);
}

int hello_callback(SSL *ssl, int *alert, void *ctx UNUSED)
{
    struct edge_conn *conn = SSL_get_app_data(ssl);
    struct span context;

    if (conn->stage == HELLO_NEW) {
        conn->stage = HELLO_GREETED;
        read_hello(conn);
        if (!passes(conn, EDGE_HELLO)) {
            return SSL_CLIENT_HELLO_RETRY;
        }
    }
    if (conn->stage == HELLO_GREETED) {
        conn->stage = HELLO_RESUME_ASKED;
        if (conn->facts.tls_resume_offered && !passes(conn, EDGE_RESUME)) {
            return SSL_CLIENT_HELLO_RETRY;
        }
    }
    /* It comes again after a HelloRetryRequest (RFC 8446, 4.1.4). */
    if (conn->stage == HELLO_APPLIED) {
        return SSL_CLIENT_HELLO_SUCCESS;
    }
    conn->stage = HELLO_APPLIED;
    if (!apply(conn) || !choose_identity(conn)) {
        *alert = SSL_AD_INTERNAL_ERROR;
        return SSL_CLIENT_HELLO_ERROR;
    }
    context = session_context(conn);
    if (SSL_set_session_id_context(ssl, context.data, (unsigned)context.size) !=
        1) {
        *alert = SSL_AD_INTERNAL_ERROR;
        return SSL_CLIENT_HELLO_ERROR;
    }
    return SSL_CLIENT_HELLO_SUCCESS;
}

/* Not reached where a session is resumed. */
int certificate_callback(SSL *ssl, void *ctx UNUSED)
{
    struct edge_conn *conn = SSL_get_app_data(ssl);
    SSL_SESSION *session = SSL_get_session(ssl);
    struct span context;

    if (!conn->certificate_asked) {
        conn->certificate_asked = true;
        if (!place_concerned(conn, EDGE_CERTIFICATE)) {
            return 1;
        }
        if (!passes(conn, EDGE_CERTIFICATE)) {
            return -1;
        }
    }
    if (!choose_identity(conn)) {
        return 0;
    }
    context = session_context(conn);
    return !session || SSL_SESSION_set1_id_context(session, context.data,
                                                   (unsigned)context.size) == 1;
}

int alpn_callback(SSL *ssl, const unsigned char **out, unsigned char *out_size,
                  const unsigned char *in UNUSED, unsigned in_size UNUSED,
                  void *ctx UNUSED)
{
    const struct edge_conn *conn = SSL_get_app_data(ssl);
    const struct hello_plan *plan = &conn->hello;

    if (plan->alpn_refuse) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    if (!plan->alpn) {
        return SSL_TLSEXT_ERR_NOACK;
    }
    *out = (const unsigned char *)plan->alpn;
    *out_size = (unsigned char)strlen(plan->alpn);
    return SSL_TLSEXT_ERR_OK;
}
