/* Rules of Kerberos tickets shown to the web server: RFC 4120 section 3.2,
 * RFC 4121 section 4.1, RFC 4559. What is encrypted, auth/ has opened. */
#include "config.h"

#include <strings.h>

#include "checks/history.h"
#include "checks/ntlm_seen.h"
#include "checks/rule.h"
#include "wire/der.h"

static struct ntlm_seen *with_ap(struct check *check)
{
    struct ntlm_seen *seen = ntlm_seen(check);

    return seen->has_ap ? seen : NULL;
}

static bool is_service_of(struct check *check, const struct krb_name *name,
                          const char *host)
{
    return name->count == 2 &&
           strcasecmp(arena_text(check->arena, name->components[0]), "HTTP") ==
               0 &&
           strcasecmp(arena_text(check->arena, name->components[1]), host) == 0;
}

static bool check_name(struct check *check)
{
    struct ntlm_seen *seen = with_ap(check);
    const char *host = check->ex->request.host;

    if (!seen || !*host) {
        return false;
    }
    if (!is_service_of(check, &seen->ap.ticket.service, host)) {
        const char *name =
            krb_name_short(check->arena, &seen->ap.ticket.service);

        check_breach(check, "Authorization: Negotiate, AP-REQ.ticket.sname",
                     span_text(name),
                     "the ticket is for %s, and was sent to %s: the service's "
                     "name is HTTP/%s, the host of the URL without its port",
                     name, host, host);
    }
    return true;
}

static bool check_reused(struct check *check)
{
    struct ntlm_seen *seen = with_ap(check);
    struct span cipher;

    if (!seen || check->ex->sent.outcome != SENT_WHOLE) {
        return false;
    }
    cipher = seen->ap.authenticator.cipher;
    if (auth_authenticator_seen(auth_history(check->history), cipher)) {
        check_breach(check, "Authorization: Negotiate, AP-REQ.authenticator",
                     span_slice(cipher, 0, 16),
                     "the same authenticator came before: each request that "
                     "carries an AP-REQ has a new one");
    }
    return true;
}

static bool check_mutual(struct check *check)
{
    struct ntlm_seen *seen = with_ap(check);

    if (!seen) {
        return false;
    }
    if (!(seen->ap.options & KRB_AP_MUTUAL_REQUIRED)) {
        check_breach(check, "Authorization: Negotiate, AP-REQ.ap-options",
                     SPAN_NONE,
                     "mutual-required is not set in ap-options (0x%08x): the "
                     "client does not want to know whether the server has the "
                     "key",
                     seen->ap.options);
    }
    return true;
}

static bool is_weak(int32_t etype)
{
    enum { DES_FIRST = 1, DES_LAST = 3, DES3 = 16, RC4 = 23, RC4_EXP = 24 };

    return (etype >= DES_FIRST && etype <= DES_LAST) || etype == DES3 ||
           etype == RC4 || etype == RC4_EXP;
}

static bool check_etype(struct check *check)
{
    struct ntlm_seen *seen = with_ap(check);
    int32_t etype;

    if (!seen) {
        return false;
    }
    etype = seen->ap.authenticator.etype;
    if (is_weak(etype)) {
        const char *name = krb_etype_name(etype);

        check_breach(
            check, "Authorization: Negotiate, AP-REQ.authenticator", SPAN_NONE,
            "the authenticator is encrypted with %s: a session key of "
            "AES is right, which a client gets that asks for it",
            name ? name : arena_printf(check->arena, "etype %d", (int)etype));
    }
    return true;
}

static bool check_frame(struct check *check)
{
    struct ntlm_seen *seen = with_ap(check);

    if (!seen) {
        return false;
    }
    if (seen->message.data[0] != DER_APPLICATION_0) {
        check_breach(check, "Authorization: Negotiate, the mechanism's token",
                     span_slice(seen->message, 0, 16),
                     "the AP-REQ has no frame: 0x60, the object identifier of "
                     "Kerberos and 01 00 stand before it");
    }
    return true;
}

/* An answer that had to prove the server, and did not, was taken for good. */
static void check_goes_on(struct check *check)
{
    struct auth_history *auth = check->history->auth;
    struct auth_conn *conn = auth && auth->unproven
                                 ? auth_conn_peek(auth, check->ex->conn->id)
                                 : NULL;

    if (conn && conn->unproven_server) {
        conn->unproven_server = false;
        check_breach(check, "request line",
                     span_text(check->ex->request.target),
                     "the answer before had no token, though the client had "
                     "asked for mutual authentication, and it goes on as if "
                     "the server had proven itself");
    }
}

/* A NegTokenResp without a token of the mechanism proves nothing. */
static bool proves_server(const struct ntlm_seen *seen)
{
    struct spnego_flaw flaw;
    struct spnego_resp resp;

    if (spnego_kind_of(seen->token_out) == SPNEGO_RESP &&
        spnego_decode_resp(seen->token_out, &resp, &flaw) == SPNEGO_OK) {
        return resp.has_token;
    }
    return seen->token_out.size > 0;
}

static bool check_awaits_proof(struct check *check)
{
    enum { OK_FIRST = 200, OK_LAST = 299 };
    const struct sent *sent = &check->ex->sent;
    struct ntlm_seen *seen;

    if (!(check->traits & TRAIT_AUTHORIZATION)) {
        check_goes_on(check);
        return false;
    }
    seen = with_ap(check);
    if (!seen || !(seen->ap.options & KRB_AP_MUTUAL_REQUIRED)) {
        return false;
    }
    if (sent->status >= OK_FIRST && sent->status <= OK_LAST &&
        !proves_server(seen)) {
        seen->conn->unproven_server = true;
        auth_history(check->history)->unproven = true;
    }
    return true;
}

/* Opened and judged in auth/krb5_breach.c. */
static bool had_ap(struct check *check)
{
    return with_ap(check) != NULL;
}

const struct rule rules_kerberos[] = {
    {
        .id = "KB-020",
        .level = FINDING_SHOULD,
        .title = "The ticket is for HTTP and the host of the URL",
        .section = "RFC 4559 section 4.1",
        .doc = "The server uses a principal of the form HTTP/hostname. A "
               "client that takes the name from reverse DNS, from a CNAME or "
               "with the port in it gets a ticket for another service, or "
               "none, and falls back to NTLM.",
        .good = "HTTP/lyncweb.contoso.test",
        .bad = "HTTP/pool01.contoso.test, HTTP/lyncweb.contoso.test:443",
        .on = TRAIT_AUTHORIZATION,
        .check = check_name,
    },
    {
        .id = "KB-021",
        .level = FINDING_MUST,
        .title = "Each AP-REQ has an authenticator of its own",
        .section = "RFC 4120 section 3.2.2",
        .doc = "Authenticators must not be used again: a server that keeps "
               "them refuses the second with KRB_AP_ERR_REPEAT. Clients that "
               "store the header of one request and add it to the next do "
               "this.",
        .good = "a token made anew for each request",
        .bad = "the same Authorization on two requests",
        .on = TRAIT_AUTHORIZATION,
        .check = check_reused,
    },
    {
        .id = "KB-022",
        .level = FINDING_SHOULD,
        .title = "The authenticator has GSS-API's checksum and a sequence "
                 "number",
        .section = "RFC 4121 section 4.1.1",
        .doc = "It must include the optional sequence number, and a checksum "
               "of type 0x8003, which holds flags and channel bindings. "
               "Windows takes AP-REQs of clients that are no GSS-API, without "
               "either, so this is no failure here; MIT's and Heimdal's "
               "acceptors refuse them.",
        .good = "cksum type 0x8003, 24 bytes; seq-number",
        .bad = "no cksum",
        .on = TRAIT_AUTHORIZATION,
        .check = had_ap,
    },
    {
        .id = "KB-023",
        .level = FINDING_PRACTICE,
        .title = "Mutual authentication is asked for",
        .section = "RFC 4120 section 3.2.2",
        .doc = "With mutual-required the server proves by its AP-REP that it "
               "has the service's key. Without it a client that has been led "
               "elsewhere never notices.",
        .good = "ap-options 0x20000000",
        .bad = "ap-options 0",
        .on = TRAIT_AUTHORIZATION,
        .check = check_mutual,
    },
    {
        .id = "KB-024",
        .level = FINDING_PRACTICE,
        .title = "Credentials are delegated only to who is trusted with them",
        .section = "RFC 4120 section 2.8",
        .doc = "The flag ok-as-delegate in a ticket says that the KDC trusts "
               "the service with the user's credentials. A client that sends "
               "its ticket-granting ticket along without that flag hands the "
               "user's identity to any web server.",
        .good = "GSS flags without deleg",
        .bad = "GSS flags with deleg, a KRB-CRED, and no ok-as-delegate",
        .on = TRAIT_AUTHORIZATION,
        .check = had_ap,
    },
    {
        .id = "KB-025",
        .level = FINDING_SHOULD,
        .title = "The channel binding of an AP-REQ is that of its connection",
        .section = "RFC 4121 section 4.1.1.2, RFC 5929 section 4",
        .doc = "A binding that is not zero ties the token to one TLS channel. "
               "Where it does not fit, somebody stands between, or the client "
               "hashes the wrong certificate; services with Extended "
               "Protection refuse it.",
        .good = "Bnd is the MD5 of \"tls-server-end-point:\" and this "
                "certificate's hash",
        .bad = "Bnd of another certificate",
        .on = TRAIT_AUTHORIZATION | TRAIT_SECURE,
        .check = had_ap,
    },
    {
        .id = "KB-026",
        .level = FINDING_SHOULD,
        .title = "An AP-REQ is framed as GSS-API has it",
        .section = "RFC 4121 section 4.1",
        .doc = "The initial token has the frame of RFC 2743 section 3.1: tag "
               "0x60, Kerberos' object identifier, and 01 00. Windows takes a "
               "bare AP-REQ within SPNEGO, others do not.",
        .good = "60 ... 06 09 2a 86 48 86 f7 12 01 02 02 01 00 6e ...",
        .bad = "6e ...",
        .on = TRAIT_AUTHORIZATION,
        .check = check_frame,
    },
    {
        .id = "KB-027",
        .level = FINDING_SHOULD,
        .title = "Session keys are of AES",
        .section = "RFC 8429 section 4",
        .doc = "DES, triple DES and RC4 are deprecated, and domains switch "
               "them off. The KDC picks the session key from what the client "
               "asked for.",
        .good = "aes256-cts-hmac-sha1-96",
        .bad = "rc4-hmac",
        .on = TRAIT_AUTHORIZATION,
        .check = check_etype,
    },
    {
        .id = "KB-028",
        .level = FINDING_ROBUSTNESS,
        .title = "The client's clock is within five minutes",
        .section = "RFC 4120 section 3.2.3",
        .doc = "An authenticator whose time is further off is refused with "
               "KRB_AP_ERR_SKEW. A good client learns the difference from the "
               "KDC's answers and reckons with it.",
        .good = "ctime within seconds of the server's",
        .bad = "ctime an hour ahead",
        .on = TRAIT_AUTHORIZATION,
        .check = had_ap,
    },
    {
        .id = "KB-030",
        .level = FINDING_SHOULD,
        .title = "A client that asked for mutual authentication awaits it",
        .section = "RFC 4559 section 4.1",
        .doc = "The last token comes with the answer, and is to be processed "
               "before that is used. A client that goes on without it, or with "
               "one that does not verify, has not authenticated anybody.",
        .good = "no AP-REP: the answer is dropped, the connection closed",
        .bad = "no AP-REP: the next request on the same connection",
        .on = TRAIT_HTTP,
        .check = check_awaits_proof,
    },
    {.id = NULL},
};
