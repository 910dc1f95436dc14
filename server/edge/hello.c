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

static void decide_fate(struct edge_conn *conn, const struct hello_plan *plan)
{
    if (plan->reset) {
        conn->fate = HELLO_RESET;
    } else if (plan->abort) {
        conn->fate = HELLO_ABORT;
    } else if (plan->stall) {
        conn->fate = HELLO_STALL;
    } else if (plan->alert) {
        conn->fate = HELLO_ALERT;
        conn->alert = (uint8_t)plan->alert;
    }
}

static int accept_any(int ok UNUSED, X509_STORE_CTX *store UNUSED)
{
    return 1;
}

static bool apply(struct edge_conn *conn, const struct hello_plan *plan)
{
    SSL *ssl = conn->ssl;

    conn->sock.limited = plan->stall_in_flight;
    conn->sock.budget = plan->stall_after;
    if (plan->ask_client_certificate) {
        SSL_set_verify(ssl, SSL_VERIFY_PEER, accept_any);
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
    return SSL_use_certificate(ssl, identity->certificate) == 1 &&
           SSL_use_PrivateKey(ssl, identity->key) == 1;
}

/*
 * A session is resumed only under the certificate that it began with: its
 * hash is what channel bindings speak of (RFC 5929, section 4).
 */
static bool bind_session(SSL *ssl, struct span hash)
{
    struct span id = hash.size ? hash : span_text("edge");

    id = span_slice(id, 0, SSL_MAX_SID_CTX_LENGTH);
    return SSL_set_session_id_context(ssl, id.data, (unsigned)id.size) == 1;
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
    if (!bind_session(conn->ssl, identity->hash)) {
        return false;
    }
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

    if (!hooks->identity(hooks->ctx, conn->sni, &identity)) {
        return false;
    }
    shown = show_identity(conn, &identity);
    if (identity.release) {
        identity.release(identity.held);
    }
    return shown;
}

int hello_callback(SSL *ssl, int *alert, void *ctx)
{
    struct edge *edge = ctx;
    struct edge_conn *conn = SSL_get_app_data(ssl);
    struct hello_plan plan = {0};

    /* It comes again after a HelloRetryRequest (RFC 8446, 4.1.4). */
    if (conn->greeted) {
        return SSL_CLIENT_HELLO_SUCCESS;
    }
    conn->greeted = true;
    conn->sni = read_sni(ssl);
    conn->facts.sni = conn->sni;
    if (edge->hooks.hello) {
        edge->hooks.hello(edge->hooks.ctx, conn, conn->sni, &plan);
    }
    decide_fate(conn, &plan);
    if (conn->fate != HELLO_GO_ON) {
        return SSL_CLIENT_HELLO_RETRY;
    }
    if (!apply(conn, &plan) || !choose_identity(conn)) {
        *alert = SSL_AD_INTERNAL_ERROR;
        return SSL_CLIENT_HELLO_ERROR;
    }
    return SSL_CLIENT_HELLO_SUCCESS;
}
