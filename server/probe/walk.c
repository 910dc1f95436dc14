/* What the parts of the walk share, see walk.h. */
#include "config.h"

#include "probe/walk.h"

#include <string.h>
#include <strings.h>

#include "probe/broken.h"
#include "probe/trust.h"
#include "util/number.h"
#include "util/url.h"

enum { PAUSES_MAX = 3, PAUSE_MAX_S = 10, SAID_MAX = 300 };

/* ---- Failures ---- */

bool walk_fail(struct walk *walk, const char *stage, const char *reason,
               const char *advice)
{
    walk->failure = (struct failure){
        .exit_code = PROBE_FAILED,
        .stage = stage,
        .reason = reason,
        .advice = advice,
    };
    return false;
}

static const char *host_of(struct walk *walk, const char *text)
{
    struct url url;

    return url_parse(walk->arena, text, &url) ? url.host : text;
}

/* Without one the trouble is with TLS itself, or with the file of --ca. */
static void blame_certificate(struct walk *walk, const char *host,
                              const struct certificate *seen)
{
    struct arena *arena = walk->arena;

    if (seen->seen) {
        walk->failure.reason = arena_printf(
            arena, "%s: %s", host, certificate_problem(arena, seen, host));
        walk->failure.advice = certificate_advice(arena, seen, host);
    }
}

bool walk_no_answer(struct walk *walk, const char *stage, const char *url,
                    const struct http_answer *answer)
{
    const char *host = host_of(walk, url);
    struct broken broken = broken_of(walk->arena, answer);
    const char *reason =
        arena_printf(walk->arena, "%s: %s", host, broken.reason);

    walk_fail(walk, stage, reason, broken.advice);
    switch (answer->end) {
    case HTTP_NO_NAME:
    case HTTP_NO_CONNECTION:
        walk->failure.exit_code = PROBE_UNREACHABLE;
        if (!broken.advice) {
            walk->failure.advice = "--connect HOST:PORT where DNS does not "
                                   "know the names, or --ports-file FILE";
        }
        break;
    case HTTP_TIMEOUT:
        walk->failure.exit_code = PROBE_TIMEOUT;
        break;
    case HTTP_TLS:
        blame_certificate(walk, host, &answer->certificate);
        break;
    case HTTP_ANSWERED:
    case HTTP_BROKEN:
    case HTTP_LOOPED:
    case HTTP_TOO_BIG:
    case HTTP_CANCELLED:
    case HTTP_UNASKED:
        break;
    }
    return false;
}

bool walk_trouble(struct walk *walk, const struct http_answer *answer,
                  struct trouble *out_trouble)
{
    const char *header = http_header(answer, "X-Ms-diagnostics");

    if (header && trouble_header(walk->arena, header, out_trouble)) {
        return true;
    }
    if (header) {
        /* Some servers send a bare text (webticket 6.4, last row). */
        *out_trouble = (struct trouble){.reason = header};
        return true;
    }
    return trouble_fault(walk->arena, answer->body, out_trouble);
}

/* Whole reasons are short; a server may send anything. */
static const char *shortened(struct arena *arena, const char *text)
{
    return text && strlen(text) > SAID_MAX
               ? arena_printf(arena, "%.*s...", SAID_MAX, text)
               : text;
}

bool walk_moved(struct walk *walk, const char *stage,
                const struct http_answer *answer, const char *what)
{
    const char *location = http_header(answer, "Location");

    return walk_fail(walk, stage,
                     arena_printf(walk->arena,
                                  "HTTP %d to %s, where %s was expected: "
                                  "clients do not follow that",
                                  answer->status,
                                  location ? location : "nowhere", what),
                     NULL);
}

const char *walk_said(struct walk *walk, const struct trouble *trouble)
{
    const char *meaning = trouble_meaning(trouble);
    const char *said = trouble->reason ? trouble->reason : trouble->code;

    return arena_printf(walk->arena, "%u, %s%s%s", trouble->id,
                        meaning ? meaning : "for a reason of its own",
                        said ? ": " : "",
                        said ? shortened(walk->arena, said) : "");
}

bool walk_refused(struct walk *walk, const char *stage,
                  const struct http_answer *answer, const char *reason)
{
    struct trouble trouble = {0};
    bool told = walk_trouble(walk, answer, &trouble);
    const char *meaning = told ? trouble_meaning(&trouble) : NULL;

    walk_fail(walk, stage,
              meaning ? meaning
                      : arena_printf(walk->arena, "%s (%s)", reason,
                                     trouble_status(walk->arena, answer)),
              told ? trouble_advice(&trouble) : NULL);
    walk->failure.id = trouble.id;
    walk->failure.said =
        shortened(walk->arena, trouble.reason ? trouble.reason : trouble.code);
    return false;
}

/* ---- Asking ---- */

bool walk_pause(struct walk *walk, const struct http_answer *answer)
{
    const char *text = http_header(answer, "Retry-After");
    uint64_t seconds;

    if (answer->status != 503 || !text ||
        !number_parse(text, NUMBER_DECIMAL, UINT32_MAX, &seconds)) {
        return false;
    }
    if (seconds > PAUSE_MAX_S) {
        report_warn(walk->report,
                    "busy for %s s, which is longer than the probe waits "
                    "(%d s)",
                    text, PAUSE_MAX_S);
        return false;
    }
    report_warn(walk->report, "busy: asking again in %s s", text);
    return http_wait(walk->http, (int64_t)seconds * ENV_NS_PER_SEC);
}

bool walk_ask(struct walk *walk, const char *stage,
              const struct http_request *request,
              struct http_answer *out_answer)
{
    for (int pauses = 0;; pauses++) {
        struct step *step = report_step(
            walk->report, stage, request->body ? "POST" : "GET", request->url);

        http_ask(walk->http, request, out_answer);
        report_answer(step, out_answer);
        if (out_answer->end != HTTP_ANSWERED) {
            return walk_no_answer(walk, stage, request->url, out_answer);
        }
        if (pauses == PAUSES_MAX || !walk_pause(walk, out_answer)) {
            return true;
        }
    }
}

bool walk_led_out(struct walk *walk, const char *stage, const char *what,
                  const char *host)
{
    return walk_fail(
        walk, stage,
        arena_printf(walk->arena,
                     "plain http %s out of %s to %s, which "
                     "anybody on the way could have written",
                     what, walk->target->domain, host),
        arena_printf(walk->arena, "--trust %s if that is right", host));
}

bool walk_safe(struct walk *walk, const char *stage, const char *what,
               const char *from, const char *text)
{
    struct url url;
    bool clear = strncasecmp(from, "https:", 6) != 0;

    if (!url_parse(walk->arena, text, &url)) {
        return walk_fail(
            walk, stage,
            arena_printf(walk->arena, "%s is no URL: \"%s\"", what, text),
            NULL);
    }
    if (strcmp(url.scheme, "https") != 0) {
        return walk_fail(walk, stage,
                         arena_printf(walk->arena,
                                      "%s is not https, and secrets go over "
                                      "TLS alone: %s",
                                      what, text),
                         NULL);
    }
    if (!trust_host(url.host, walk->target->domain, walk->trust)) {
        if (clear) {
            return walk_led_out(walk, stage,
                                arena_printf(walk->arena, "leads %s", what),
                                url.host);
        }
        report_warn(walk->report,
                    "%s is outside of %s: a desktop client asks whether to "
                    "trust %s",
                    what, walk->target->domain, url.host);
    }
    return true;
}

/* ---- All of it ---- */

static const char *method_of(const struct client *client)
{
    switch (client->credentials) {
    case CREDENTIALS_NTLM:
        return "NTLM";
    case CREDENTIALS_KERBEROS:
        return "Kerberos";
    case CREDENTIALS_USERNAME:
        return "SOAP user name";
    case CREDENTIALS_MEETING:
        return "SOAP anonymous";
    case CREDENTIALS_OAUTH:
        return "OAuth";
    }
    return "";
}

/*
 * Lync Web App asks nobody where to go: the page is on the pool's web host
 * (protocol: discover 5). GUESS: UCWA's path there.
 */
static bool sign_in_at_web_host(struct walk *walk)
{
    const char *domain = walk->target->domain;
    const char *host =
        arena_printf(walk->arena, "%s.%s", walk->client->hosts[0], domain);
    const char *origin = arena_printf(walk->arena, "https://%s", host);
    struct ticket *ticket = ARENA_NEW(walk->arena, struct ticket);
    struct url url;

    if (walk->target->url && url_parse(walk->arena, walk->target->url, &url)) {
        host = url.host;
        origin = *url.port ? arena_printf(walk->arena, "%s://%s:%s", url.scheme,
                                          url.host, url.port)
                           : arena_printf(walk->arena, "%s://%s", url.scheme,
                                          url.host);
    }
    if (!walk_ticket(walk,
                     arena_printf(walk->arena,
                                  "%s/WebTicket/WebTicketService.svc", origin),
                     NULL, ticket)) {
        return false;
    }
    walk->outcome.ticket = ticket;
    walk->outcome.pool = host;
    walk->outcome.next_stop =
        arena_printf(walk->arena, "%s/ucwa/v1/applications", origin);
    return true;
}

static const char *person_of(const struct walk *walk)
{
    if (walk->client->credentials == CREDENTIALS_MEETING) {
        return arena_printf(walk->arena, "a guest of %s", walk->target->user);
    }
    return walk->target->sip_uri + strlen("sip:");
}

bool walk_sign_in(struct walk *walk)
{
    int64_t began = env_monotonic(walk->env);
    const char *user_url;
    bool good;

    walk->outcome = (struct outcome){
        .client = walk->client->name,
        .user = person_of(walk),
        .method = method_of(walk->client),
        .next_kind = walk->client->next == NEXT_SIP ? "SIP" : "UCWA",
    };
    if (walk->client->discovers) {
        good = walk_discover(walk, &user_url) && walk_user(walk, user_url);
    } else {
        good = sign_in_at_web_host(walk);
    }
    if (!good && http_out_of_time(walk->http)) {
        walk->failure.exit_code = PROBE_TIMEOUT;
    }
    walk->outcome.failure = good ? NULL : &walk->failure;
    walk->outcome.took = env_monotonic(walk->env) - began;
    return good;
}
