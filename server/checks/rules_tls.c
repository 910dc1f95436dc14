/*
 * Rules of TLS: RFC 5280, 6066, 8446, 8996; RFC 9110 section 4.3.4. A good
 * handshake is no exchange: what is known of it stands with the first request
 * of its connection.
 */
#include "config.h"

#include <arpa/inet.h>
#include <strings.h>

#include "checks/history.h"
#include "checks/http_seen.h"
#include "checks/rule.h"
#include "util/env.h"
#include "world/world.h"

enum {
    TLS12 = 0x0303,
    FULL_HANDSHAKES_MAX = 10,
    FAILED_HANDSHAKES_MAX = 5,
    ALERT_BAD_CERTIFICATE = 42,
    ALERT_UNKNOWN_CA = 48,
    ALERT_ACCESS_DENIED = 49,
};

static bool is_literal(const char *host)
{
    struct in6_addr address;

    return inet_pton(AF_INET, host, &address) == 1 ||
           inet_pton(AF_INET6, host, &address) == 1;
}

static bool is_tls(const struct check *check)
{
    return (check->traits & TRAIT_TLS) ||
           ((check->traits & (TRAIT_HTTP | TRAIT_SECURE)) ==
                (TRAIT_HTTP | TRAIT_SECURE) &&
            discover_is_first(check));
}

/* ---- The name ---- */

static bool check_name_said(struct check *check)
{
    const char *host = check->ex->request.host;

    if (!discover_is_first(check) || !*host || is_literal(host) ||
        strcmp(host, "localhost") == 0) {
        return false;
    }
    if (!check->ex->conn->sni) {
        check_breach(check, "ClientHello", span_text(host),
                     "the ClientHello names no server; server_name \"%s\" lets "
                     "the right certificate be chosen",
                     host);
    }
    return true;
}

static bool check_name_literal(struct check *check)
{
    const char *sni;

    if (!is_tls(check) || !check->ex->conn->sni) {
        return false;
    }
    sni = check->ex->conn->sni;
    if (is_literal(sni)) {
        check_breach(check, "ClientHello", span_text(sni),
                     "server_name is for DNS names; a client that goes to an "
                     "address leaves it out");
    }
    return true;
}

static bool check_name_kept(struct check *check)
{
    const char *sni = check->ex->conn->sni;
    const char *host = check->ex->request.host;

    if (!sni || is_literal(sni) || !*host ||
        (http_seen(check)->repeated & 1u << FIELD_HOST)) {
        return false;
    }
    if (strcmp(sni, host) != 0) {
        check_breach(check, "Host",
                     span_text(http_seen(check)->values[FIELD_HOST]),
                     "the connection was made to \"%s\", and this request is "
                     "for \"%s\"",
                     sni, host);
    }
    return true;
}

/* ---- Versions ---- */

/* A world that speaks older ones is one of 2013's devices. */
static bool check_version(struct check *check)
{
    unsigned offered = is_tls(check) ? check->ex->conn->tls_offered : 0;

    if (!offered || check->world->tls.minimum < TLS12) {
        return false;
    }
    if (offered < TLS12) {
        check_breach(check, "ClientHello", SPAN_NONE,
                     "the highest version offered is 0x%04x: TLS 1.2 (0x0303) "
                     "at least",
                     offered);
    }
    return true;
}

/* ---- Resumption ---- */

static bool check_resumption(struct check *check)
{
    const struct discover_history *history = &check->history->discover;
    bool concerned = false;

    for (size_t i = 0; i < history->name_count; i++) {
        const struct name_seen *name = &history->names[i];

        if (name->full <= 1) {
            continue;
        }
        concerned = true;
        if (name->full > FULL_HANDSHAKES_MAX && !name->offered) {
            check_breach(check, "ClientHello", span_text(name->name),
                         "%u full handshakes with %s, and none offered to go "
                         "on with an earlier session",
                         name->full, name->name);
        }
    }
    return concerned;
}

/* ---- The certificate ---- */

static bool is_any(const char *word, const char *const *words)
{
    for (; word && *words; words++) {
        if (strcmp(word, *words) == 0) {
            return true;
        }
    }
    return false;
}

/* A request came over a connection that a good client has ended before. */
static bool check_certificate(struct check *check, const char *const *bad,
                              const char *wrong)
{
    const char *profile = discover_certificate(check);

    if (!discover_is_first(check)) {
        return false;
    }
    if (is_any(profile, bad)) {
        check_breach(check, "certificate", span_text(profile),
                     "the certificate %s (profile %s), and the client sent a "
                     "request all the same",
                     wrong, profile);
    }
    return true;
}

static bool check_certificate_name(struct check *check)
{
    static const char *const bad[] = {"wrong-name", "other-domain", NULL};

    return check_certificate(check, bad, "is for another name");
}

static bool check_certificate_time(struct check *check)
{
    static const char *const bad[] = {"expired", "not-yet-valid", NULL};

    return check_certificate(check, bad, "is not valid at this time");
}

static bool check_certificate_issuer(struct check *check)
{
    static const char *const bad[] = {"self-signed", "unknown-ca", NULL};

    return check_certificate(check, bad, "is of no CA that the client trusts");
}

static bool check_trust(struct check *check)
{
    const struct tls_exchange *tls = check->ex->tls;

    if (tls->certificate || check->ex->step ||
        check->world->tls.profile > CERT_PROFILE_PHONE || tls->plain_http) {
        return false;
    }
    if (tls->alert >= ALERT_BAD_CERTIFICATE && tls->alert <= ALERT_UNKNOWN_CA) {
        check_breach(check, "alert", span_text(tls->alert_name),
                     "the client refused a good certificate, alert %d (%s): it "
                     "does not trust the CA of this run, or looks for another "
                     "name than \"%s\"",
                     tls->alert, tls->alert_name,
                     check->ex->conn->sni ? check->ex->conn->sni : "");
    }
    return true;
}

static bool check_speaks_tls(struct check *check)
{
    if (check->ex->tls->plain_http) {
        check_breach(check, NULL, SPAN_NONE,
                     "plain HTTP came to the port of HTTPS: the URL begins "
                     "with https, or the port is another");
    }
    return true;
}

static bool check_handshake_loop(struct check *check)
{
    const struct name_seen *name = discover_name(check, check->ex->conn->sni);

    if (!check->ex->conn->sni || check->ex->tls->complete) {
        return false;
    }
    if (name && name->failed >= FAILED_HANDSHAKES_MAX &&
        check->ex->began_monotonic - name->first < TRIES_SPAN) {
        check_breach(check, NULL, span_text(name->name),
                     "this is the failed handshake number %u with %s within "
                     "%.1f s",
                     name->failed + 1, name->name,
                     (double)(check->ex->began_monotonic - name->first) /
                         (double)ENV_NS_PER_SEC);
    }
    return true;
}

/* ---- Without TLS ---- */

static const char *secret_of(struct check *check, struct span *out_evidence)
{
    const struct request *request = &check->ex->request;
    const char *value = http_seen(check)->values[FIELD_AUTHORIZATION];

    *out_evidence = SPAN_NONE;
    if (value && strncasecmp(value, "Basic ", 6) == 0) {
        return "HTTP Basic";
    }
    if (span_find(request->body, span_text("UsernameToken"), 0) != SIZE_MAX &&
        span_find(request->body, span_text("Password"), 0) != SIZE_MAX) {
        return "a UsernameToken";
    }
    if (span_find(request->body, span_text("grant_type="), 0) != SIZE_MAX &&
        span_find(request->body, span_text("password="), 0) != SIZE_MAX) {
        return "a grant of OAuth";
    }
    return NULL;
}

static bool check_password(struct check *check)
{
    struct span evidence;
    const char *place = secret_of(check, &evidence);

    if (place) {
        check_breach(check, place, evidence,
                     "a password went over the network in clear, in %s: it is "
                     "sent within TLS, or not at all",
                     place);
    }
    return true;
}

static bool check_ticket(struct check *check)
{
    const struct http_seen *seen = http_seen(check);

    if (http_has(seen, FIELD_WEB_TICKET)) {
        check_breach(check, "X-MS-WebTicket", SPAN_NONE,
                     "a web ticket went over the network in clear: whoever "
                     "reads it is the user until it expires");
    }
    return true;
}

/* protocol: discover 1.3: a Root over plain HTTP is what leads to HTTPS. */
static bool check_fallback(struct check *check)
{
    const struct name_seen *name =
        discover_name(check, check->ex->request.host);

    if (!name || !name->distrusted) {
        return false;
    }
    if (!(check->traits & TRAIT_ROOT)) {
        check_breach(check, "request line",
                     span_text(check->ex->request.target),
                     "the client distrusted the certificate of %s, and now "
                     "asks it without TLS for more than the way to HTTPS",
                     name->name);
    }
    return true;
}

extern const struct rule rules_tls[];
const struct rule rules_tls[] = {
    {
        .id = "TL-001",
        .level = FINDING_SHOULD,
        .title = "The ClientHello names the server",
        .section = "RFC 6066 section 3",
        .doc = "Clients are recommended to send server_name whenever they "
               "know a server by name. A reverse proxy with several web names "
               "shows a wrong certificate else.",
        .good = "server_name: lyncdiscover.contoso.test",
        .bad = "no server_name",
        .on = TRAIT_HTTP | TRAIT_SECURE,
        .check = check_name_said,
    },
    {
        .id = "TL-002",
        .level = FINDING_SHOULD,
        .title = "server_name is no IP address",
        .section = "RFC 6066 section 3",
        .doc = "Literal addresses are not permitted there. Some servers end "
               "the handshake with an alert.",
        .good = "no server_name for https://192.0.2.1/",
        .bad = "server_name: 192.0.2.1",
        .check = check_name_literal,
    },
    {
        .id = "TL-003",
        .level = FINDING_SHOULD,
        .title = "Host is the name that the connection was made to",
        .section = "RFC 6066 section 3; protocol: discover 7, CC-10",
        .doc = "A client should not ask for another name than the one in the "
               "ClientHello: its certificate was checked for that one alone.",
        .good = "server_name and Host: lyncweb.contoso.test",
        .bad = "server_name: lyncweb.contoso.test, Host: lyncint.contoso.test",
        .on = TRAIT_HTTP | TRAIT_SECURE,
        .check = check_name_kept,
    },
    {
        .id = "TL-004",
        .level = FINDING_MUST,
        .title = "TLS 1.2 at least is offered",
        .section = "RFC 8996 sections 4 and 5",
        .doc = "TLS 1.0 and 1.1 must not be used. Front ends that have "
               "switched them off end the handshake, and the user reads that "
               "the server is not available. Silent where the world itself "
               "speaks older versions, as for phones of 2013.",
        .good = "supported_versions: TLS 1.3, TLS 1.2",
        .bad = "client_version: TLS 1.0",
        .check = check_version,
    },
    {
        .id = "TL-005",
        .level = FINDING_PRACTICE,
        .title = "Sessions of TLS are resumed, or connections kept",
        .section = "RFC 8446 section 2.2",
        .doc = "A full handshake costs a round trip and a signature. A client "
               "that makes one for each request is slow on mobile networks, "
               "and a burden to the proxy.",
        .good = "one connection for all requests to a host",
        .bad = "more than ten full handshakes with one name",
        .on = TRAIT_SESSION,
        .check = check_resumption,
    },
    {
        .id = "TL-006",
        .level = FINDING_PRACTICE,
        .title = "The client trusts the CA of the run",
        .section = "RFC 8446 section 6.2",
        .doc = "Not the client is wrong here, mostly, but its environment: it "
               "does not know the CA that signed the world's certificates. "
               "The file is in the ready line as ca_file.",
        .good = "curl --cacert \"$LYNC_CA_FILE\" https://...",
        .bad = "alert 48 (unknown CA)",
        .on = TRAIT_TLS,
        .check = check_trust,
    },
    {
        .id = "TL-007",
        .level = FINDING_MUST,
        .title = "A certificate for another name ends the connection",
        .section = "RFC 9110 section 4.3.4; protocol: discover 7, CC-11",
        .doc = "A client must verify that the certificate is for the host of "
               "the URL, and end the connection or ask its user where it is "
               "not. Whoever holds any certificate could be the server else.",
        .good = "alert 42 (bad certificate), no request",
        .bad = "a request after a certificate for another host",
        .on = TRAIT_HTTP | TRAIT_SECURE,
        .check = check_certificate_name,
    },
    {
        .id = "TL-008",
        .level = FINDING_MUST,
        .title = "A certificate out of its time ends the connection",
        .section = "RFC 5280 sections 6 and 6.1.3; RFC 9110 section 4.3.4; "
                   "protocol: discover 7, CC-11",
        .doc = "Path validation, whose outcome implementations must match, "
               "asks that the validity period includes the present. The key "
               "of an expired certificate may be anybody's.",
        .good = "alert 45 (certificate expired), no request",
        .bad = "a request after a certificate that ran out yesterday",
        .on = TRAIT_HTTP | TRAIT_SECURE,
        .check = check_certificate_time,
    },
    {
        .id = "TL-009",
        .level = FINDING_MUST,
        .title = "A certificate of no trusted CA ends the connection",
        .section = "RFC 5280 section 6; RFC 9110 section 4.3.4; protocol: "
                   "discover 7, CC-11",
        .doc = "A path that leads to no trust anchor is not valid, whatever "
               "it says. A client that goes on gives its user's credentials "
               "to whoever is in the middle.",
        .good = "alert 48 (unknown CA), no request",
        .bad = "a request after a certificate of an unknown CA",
        .on = TRAIT_HTTP | TRAIT_SECURE,
        .check = check_certificate_issuer,
    },
    {
        .id = "TL-010",
        .level = FINDING_SHOULD,
        .title = "Passwords never leave TLS",
        .section = "RFC 7617 section 4; protocol: discover 7, CC-33",
        .doc = "Basic should not be used without TLS, and a UsernameToken or "
               "a password grant is no better: base64 hides nothing. Everybody "
               "on the network reads along.",
        .good = "POST https://lyncweb.contoso.test/.../Auth",
        .bad = "POST http://lyncweb.contoso.test/.../Auth",
        .on = TRAIT_HTTP | TRAIT_PLAIN,
        .check = check_password,
    },
    {
        .id = "TL-011",
        .level = FINDING_SHOULD,
        .title = "Web tickets never leave TLS",
        .section = "protocol: webticket 7.4 (46)",
        .doc = "A ticket is a bearer's: who reads it off the network is the "
               "user, for as long as it lasts.",
        .good = "X-MS-WebTicket within TLS alone",
        .bad = "GET http://... with X-MS-WebTicket",
        .on = TRAIT_HTTP | TRAIT_PLAIN,
        .check = check_ticket,
    },
    {
        .id = "TL-012",
        .level = FINDING_PRACTICE,
        .title = "The port of HTTPS is spoken to in TLS",
        .section = "RFC 9110 section 4.2.2",
        .doc = "Plain HTTP came where a ClientHello was awaited: a scheme that "
               "was lost on the way, or the wrong port in a configuration.",
        .good = "https://lyncdiscover.contoso.test:8443/",
        .bad = "http://lyncdiscover.contoso.test:8443/",
        .on = TRAIT_TLS,
        .check = check_speaks_tls,
    },
    {
        .id = "TL-013",
        .level = FINDING_ROBUSTNESS,
        .title = "A handshake that fails is not tried for ever",
        .section = "protocol: discover 7, CC-09",
        .doc = "What failed will fail again at once. Clients try the next "
               "method, tell their user, or wait.",
        .good = "one or two attempts, then the next name",
        .bad = "six failed handshakes with one name within ten seconds",
        .on = TRAIT_TLS,
        .check = check_handshake_loop,
    },
    {
        .id = "TL-014",
        .level = FINDING_ROBUSTNESS,
        .title = "Distrust of a certificate does not lead to plain HTTP",
        .section = "protocol: discover 1.3",
        .doc = "Who breaks HTTPS on purpose waits for this. A Root over plain "
               "HTTP leads back to HTTPS; anything more goes out in clear.",
        .good = "an error after alert 48",
        .bad = "GET http://lyncweb.contoso.test/.../mex after alert 48",
        .on = TRAIT_HTTP | TRAIT_PLAIN,
        .check = check_fallback,
    },
    {.id = NULL},
};
