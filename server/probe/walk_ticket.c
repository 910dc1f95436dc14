/* Metadata and the web ticket. protocol: webticket 3 to 6. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "probe/challenge.h"
#include "probe/rst_write.h"
#include "probe/rstr_read.h"
#include "probe/walk.h"
#include "util/base64.h"
#include "util/url.h"
#include "wire/uris.h"

enum { ENTROPY_SIZE = 32 };

/* ---- Metadata ---- */

static const char *ports_text(struct walk *walk, const struct wsdl *wsdl)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < wsdl->port_count; i++) {
        buf_printf(&out, "%s%s", i ? ", " : "", wsdl->ports[i].name);
    }
    return arena_text(walk->arena, buf_span(&out));
}

static void judge_port(struct walk *walk, const struct wsdl_port *port)
{
    if (!port->has_policy) {
        report_warn(walk->report,
                    "%s has no policy: clients that read policies pass it by",
                    port->name);
    } else if (!wsdl_fits(port, walk->client)) {
        report_warn(walk->report,
                    "%s is named as this client wants it, but "
                    "its policy says %s",
                    port->name, wsdl_policy_text(walk->arena, port));
    }
}

static bool choose_port(struct walk *walk, const char *service,
                        const struct wsdl *wsdl, const char **out_address)
{
    const struct wsdl_port *port = wsdl_choose(wsdl, walk->client);

    if (!port) {
        return walk_fail(walk, STAGE_METADATA,
                         arena_printf(walk->arena,
                                      "no port for this client; there are %s",
                                      ports_text(walk, wsdl)),
                         "another client: --as");
    }
    judge_port(walk, port);
    *out_address = port->address;
    return walk_safe(walk, STAGE_METADATA, port->name, service, port->address);
}

static bool read_metadata(struct walk *walk, const char *service,
                          const struct http_answer *answer,
                          const char **out_address)
{
    struct wsdl *wsdl = ARENA_NEW(walk->arena, struct wsdl);
    const char *problem;

    if (answer->status >= 300 && answer->status < 400) {
        return walk_moved(walk, STAGE_METADATA, answer, "the metadata");
    }
    if (answer->status != 200) {
        return walk_refused(walk, STAGE_METADATA, answer,
                            "the metadata is refused");
    }
    if (!wsdl_parse(walk->arena, answer->body, wsdl, &problem)) {
        return walk_fail(
            walk, STAGE_METADATA,
            arena_printf(walk->arena, "the answer is no metadata: %s",
                         trouble_document(walk->arena, answer, problem)),
            NULL);
    }
    walk->outcome.wsdl = wsdl;
    report_learned(walk->report, "ports %s", ports_text(walk, wsdl));
    if (wsdl->wrapped) {
        report_warn(walk->report, "the WSDL is not the root of the document: "
                                  "pidgin-sipe does not find it");
    }
    return choose_port(walk, service, wsdl, out_address);
}

/* Phones and web pages know the paths; nothing shows that they need metadata
 * (webticket 10). */
static bool known_address(struct walk *walk, const char *service,
                          const char **out_address)
{
    struct url url;

    if (!walk->client->known_path || !url_parse(walk->arena, service, &url)) {
        return false;
    }
    report_warn(walk->report, "going on without metadata, by the path that "
                              "clients know");
    *out_address =
        arena_printf(walk->arena, "%s://%s%s%s%s", url.scheme, url.host,
                     *url.port ? ":" : "", url.port, walk->client->known_path);
    return walk_safe(walk, STAGE_METADATA, "the ticket service", service,
                     *out_address);
}

static bool find_port(struct walk *walk, const char *service,
                      const char **out_address)
{
    const struct http_request request = {
        .url = arena_printf(walk->arena, "%s/mex", service)};
    struct http_answer answer;

    if (!walk_ask(walk, STAGE_METADATA, &request, &answer)) {
        return false;
    }
    if (read_metadata(walk, service, &answer, out_address)) {
        return true;
    }
    return answer.status != 200 && known_address(walk, service, out_address);
}

/* ---- The ticket ---- */

static const char *new_context(struct arena *arena)
{
    uint8_t bytes[16];
    const char *hex;

    env_secret(bytes, sizeof(bytes));
    hex = hex_text(arena, span_of(bytes, sizeof(bytes)));
    return arena_printf(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
                        hex + 12, hex + 16, hex + 20);
}

static struct span new_entropy(struct walk *walk)
{
    uint8_t bytes[ENTROPY_SIZE];

    if (!client_is_windows(walk->client)) {
        return SPAN_NONE;
    }
    env_secret(bytes, sizeof(bytes));
    return arena_copy(walk->arena, span_of(bytes, sizeof(bytes)));
}

/* A 401 of the Windows port: which of the ways it can come about was it? */
static bool windows_refused(struct walk *walk, const struct http_answer *answer)
{
    const char *schemes = challenge_schemes(walk->arena, answer);
    const char *flaw;

    if (!*schemes) {
        return walk_refused(walk, STAGE_TICKET, answer,
                            "refused, and no authentication is offered");
    }
    if (answer->legs == 1 && !challenge_offers(answer, "NTLM")) {
        return walk_refused(
            walk, STAGE_TICKET, answer,
            arena_printf(walk->arena,
                         "this client has NTLM, and the server offers %s",
                         schemes));
    }
    flaw = challenge_flaw(walk->arena, answer);
    if (flaw) {
        return walk_refused(
            walk, STAGE_TICKET, answer,
            arena_printf(walk->arena, "the server's NTLM challenge is none: %s",
                         flaw));
    }
    if (answer->legs >= 2 && !answer->ntlm_challenge &&
        challenge_offers(answer, "NTLM")) {
        return walk_refused(walk, STAGE_TICKET, answer,
                            "the server answers the first leg of NTLM without "
                            "a challenge");
    }
    if (answer->legs < 3) {
        return walk_refused(walk, STAGE_TICKET, answer,
                            "the NTLM handshake was broken off by the server");
    }
    walk_refused(walk, STAGE_TICKET, answer,
                 "wrong user name or password, or an account that may not "
                 "sign in");
    if (!walk->failure.advice) {
        walk->failure.advice = "--user DOMAIN\\NAME, and the password anew";
    }
    return false;
}

static bool refused(struct walk *walk, const struct http_answer *answer)
{
    if (walk->client->credentials == CREDENTIALS_KERBEROS) {
        if (answer->status == 401) {
            return walk_kerberos_refused(walk, answer);
        }
        if (walk_kerberos_too_big(walk, answer)) {
            return false;
        }
    }
    if (answer->status == 401 &&
        walk->client->credentials == CREDENTIALS_NTLM) {
        return windows_refused(walk, answer);
    }
    walk_refused(walk, STAGE_TICKET, answer, "no ticket");
    if (walk->client->credentials == CREDENTIALS_MEETING &&
        walk->failure.id == TROUBLE_BAD_CREDENTIALS) {
        walk->failure.reason = "no such meeting, or a wrong key";
        walk->failure.advice = "--meeting and --key anew";
    }
    return false;
}

static void tell_ticket(struct walk *walk, const struct http_answer *answer,
                        const struct ticket *ticket)
{
    report_learned(walk->report, "%s ticket of %zu bytes%s",
                   ticket->kind == TOKEN_SAML ? "SAML" : "CWT",
                   strlen(ticket->text),
                   ticket->has_key ? ", with a proof key" : "");
    for (size_t i = 0; i < ticket->warning_count; i++) {
        report_warn(walk->report, "%s", ticket->warnings[i]);
    }
    if (answer->ntlm_challenge && answer->connections > 1) {
        report_warn(walk->report,
                    "the handshake went over %d connections: "
                    "NTLM belongs to one",
                    answer->connections);
    }
}

/*
 * [MS-NLMP] 3.1.5.1.2: only a challenge with a timestamp gets a MIC, and an LM
 * response of zeros.
 */
static void tell_challenge(struct walk *walk, const struct http_answer *answer)
{
    struct challenge_ntlm told;

    if (!challenge_ntlm(walk->arena, answer, &told)) {
        return;
    }
    report_learned(walk->report, "NTLM domain %s", told.domain);
    if (!told.timestamp) {
        report_warn(walk->report,
                    "the NTLM challenge has no timestamp: clients put their "
                    "own clock in its place, and send no MIC");
    }
}

static bool read_ticket(struct walk *walk, const struct http_answer *answer,
                        const struct rst_wish *wish, struct ticket *ticket)
{
    const struct rstr_expectation expected = {
        .context = wish->context,
        .applies_to = wish->applies_to,
        .kind = wish->client->token,
        .entropy = wish->client->wants_key ? wish->entropy : SPAN_NONE,
        .now = wish->now,
    };
    const char *problem;

    if (answer->status != 200) {
        return refused(walk, answer);
    }
    if (!rstr_read(walk->arena, answer->body, &expected, ticket, &problem)) {
        return walk_fail(walk, STAGE_TICKET, problem, NULL);
    }
    if (walk->client->credentials == CREDENTIALS_KERBEROS) {
        walk_kerberos_tell(walk, answer);
    }
    tell_ticket(walk, answer, ticket);
    return true;
}

static bool post_request(struct walk *walk, const char *address,
                         const struct rst_wish *wish,
                         struct http_answer *out_answer)
{
    static const char *const fields[] = {
        "Content-Type: text/xml; charset=utf-8",
        "SOAPAction: \"" ACTION_ISSUE "\"",
        "Accept:", /* libcurl would write one */
        NULL,
    };
    struct http_request request = {
        .url = address,
        .fields = fields,
        .body = rst_write(walk->arena, wish),
    };

    if (walk->client->credentials == CREDENTIALS_NTLM) {
        request.user = wish->user;
        request.password = wish->password;
    } else if (walk->client->credentials == CREDENTIALS_KERBEROS) {
        if (!walk_kerberos_begin(walk, address)) {
            return false;
        }
        /* Without a ticket the answer still says what is offered. */
        request.negotiate = walk->service.service != NULL;
        request.user = request.negotiate ? "" : NULL;
        request.password = request.user;
    }
    return walk_ask(walk, STAGE_TICKET, &request, out_answer);
}

/*
 * Nobody asked for NTLM, and the server knows Kerberos alone: a desktop client
 * takes what is offered.
 */
static bool switches(struct walk *walk, const struct http_answer *answer)
{
    struct client *client;

    if (!walk->may_switch || answer->status != 401 || answer->legs != 1 ||
        challenge_offers(answer, "NTLM") ||
        !challenge_offers(answer, "Negotiate")) {
        return false;
    }
    report_warn(walk->report,
                "the server offers Negotiate alone: going on with Kerberos");
    client = ARENA_NEW(walk->arena, struct client);
    *client = *walk->client;
    client->credentials = CREDENTIALS_KERBEROS;
    walk->client = client;
    walk->may_switch = false;
    walk->outcome.method = "Kerberos";
    return true;
}

bool walk_ticket(struct walk *walk, const char *service, const char *applies_to,
                 struct ticket *out_ticket)
{
    struct http_answer answer;
    const char *address = NULL;
    struct rst_wish wish = {
        .client = walk->client,
        .context = new_context(walk->arena),
        .sip_uri = walk->target->sip_uri,
        .user = walk->target->user,
        .password = walk->target->password,
        .entropy = new_entropy(walk),
        .now = env_now(walk->env),
    };

    if (!find_port(walk, service, &address)) {
        return false;
    }
    wish.applies_to =
        !applies_to || walk->client->applies_to_port ? address : applies_to;
    if (!post_request(walk, address, &wish, &answer)) {
        return false;
    }
    if (switches(walk, &answer) &&
        !post_request(walk, address, &wish, &answer)) {
        return false;
    }
    tell_challenge(walk, &answer);
    return read_ticket(walk, &answer, &wish, out_ticket);
}
