/* Discovery: names, Root, redirects. protocol: discover 1.2 to 1.6, 2.7. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "probe/trust.h"
#include "probe/walk.h"
#include "util/url.h"

#define STAGE STAGE_DISCOVERY

static bool fail(struct walk *walk, const char *reason, const char *advice)
{
    return walk_fail(walk, STAGE, reason, advice);
}

/* ---- One answer ---- */

static void judge_type(struct walk *walk, const struct http_answer *answer)
{
    static const char prefix[] = "application/vnd.microsoft.rtc.autodiscover";
    const char *type = http_header(answer, "Content-Type");

    if (strncmp(walk->client->accept, prefix, strlen(prefix)) != 0) {
        return;
    }
    if (!type || strncmp(type, prefix, strlen(prefix)) != 0) {
        report_warn(walk->report,
                    "Content-Type is \"%s\": pidgin-sipe takes nothing but "
                    "%s+xml",
                    type ? type : "", prefix);
    }
}

static bool read_root(struct walk *walk, const struct http_answer *answer,
                      struct discovery *root)
{
    const char *problem;

    walk->progress += answer->status < 400;
    if (answer->status >= 300 && answer->status < 400) {
        return walk_moved(walk, STAGE, answer, "Root");
    }
    if (answer->status != 200) {
        return walk_refused(walk, STAGE, answer, "Root is refused");
    }
    if (!discovery_parse(walk->arena, answer->body, root, &problem)) {
        return fail(
            walk,
            arena_printf(walk->arena, "the answer is no Root: %s",
                         trouble_document(walk->arena, answer, problem)),
            NULL);
    }
    judge_type(walk, answer);
    walk_judge_form(walk, answer, root);
    report_learned(walk->report, "%s", discovery_text(walk->arena, root));
    return true;
}

/* ---- Redirects ---- */

static bool was_visited(const struct walk *walk, const char *url)
{
    for (size_t i = 0; i < walk->hops; i++) {
        if (strcmp(walk->visited[i], url) == 0) {
            return true;
        }
    }
    return false;
}

/*
 * discover 1.6: what came over TLS is to be trusted; what came in clear must
 * stay within the SIP domain, or within domains known to be good.
 */
static bool may_follow(struct walk *walk, const char *from,
                       const struct url *to)
{
    bool known = trust_host(to->host, walk->target->domain, walk->trust);

    if (known) {
        return true;
    }
    if (strncasecmp(from, "https:", 6) == 0) {
        report_warn(walk->report,
                    "leads out of %s to %s: a desktop client asks whether to "
                    "trust it",
                    walk->target->domain, to->host);
        return true;
    }
    return walk_led_out(walk, STAGE, "redirects", to->host);
}

static bool check_hop(struct walk *walk, const char *from, const char *to)
{
    struct url url;

    if (!url_parse(walk->arena, to, &url) ||
        (strcmp(url.scheme, "https") != 0 && strcmp(url.scheme, "http") != 0)) {
        return fail(walk,
                    arena_printf(walk->arena,
                                 "Redirect leads to no absolute URL: \"%s\"",
                                 to),
                    NULL);
    }
    if (was_visited(walk, to)) {
        return fail(walk,
                    arena_printf(walk->arena,
                                 "redirects go in circles: %s comes again", to),
                    NULL);
    }
    if (walk->hops == WALK_HOPS_MAX) {
        return fail(
            walk,
            arena_printf(walk->arena, "more than %d redirects", WALK_HOPS_MAX),
            NULL);
    }
    walk->visited[walk->hops++] = to;
    return may_follow(walk, from, &url);
}

static bool ask_root(struct walk *walk, const char *url,
                     struct http_answer *answer)
{
    const char *accept =
        arena_printf(walk->arena, "Accept: %s", walk->client->accept);
    const char *const fields[] = {accept, NULL};
    const struct http_request request = {.url = url, .fields = fields};

    return walk_ask(walk, STAGE, &request, answer);
}

/* From a Root that was read to a User URL. */
static bool follow(struct walk *walk, const char *url, struct discovery *root,
                   const char **out_user_url)
{
    const char *next;
    struct http_answer answer;

    while ((next = discovery_link(root, "Redirect")) != NULL) {
        if (root->link_count > 1 && !discovery_link(root, "self")) {
            report_warn(walk->report, "Redirect does not stand alone "
                                      "(MS-OCDISCWS 3.1.5.2)");
        }
        if (!check_hop(walk, url, next) || !ask_root(walk, next, &answer) ||
            !read_root(walk, &answer, root)) {
            return false;
        }
        url = next;
    }
    *out_user_url = discovery_link(root, "User");
    if (!*out_user_url) {
        return fail(walk, "Root has no link User, and no Redirect", NULL);
    }
    return walk_safe(walk, STAGE, "the User resource", url, *out_user_url);
}

bool walk_redirect(struct walk *walk, const char *from, const char *to,
                   const char **out_user_url)
{
    struct http_answer answer;
    struct discovery root = {0};

    return check_hop(walk, from, to) && ask_root(walk, to, &answer) &&
           read_root(walk, &answer, &root) &&
           follow(walk, to, &root, out_user_url);
}

/* ---- Names ---- */

/*
 * Of several failures the most telling stays: an answer beats silence beats no
 * address, and the one further on the way beats the one at its beginning.
 */
struct kept {
    struct failure failure;
    size_t weight;
};

static size_t weight(const struct walk *walk)
{
    switch (walk->failure.exit_code) {
    case PROBE_FAILED:
        return 200 + walk->progress;
    case PROBE_TIMEOUT:
        return 100 + walk->progress;
    case PROBE_UNREACHABLE:
    case PROBE_SIGNED_IN:
    case PROBE_USAGE:
        break;
    }
    return 1 + walk->progress;
}

static void keep(const struct walk *walk, struct kept *kept)
{
    if (weight(walk) > kept->weight) {
        *kept = (struct kept){walk->failure, weight(walk)};
    }
}

static bool take_answer(struct walk *walk, const char *url,
                        const struct http_answer *answer,
                        const char **out_user_url)
{
    struct discovery root = {0};

    if (answer->end != HTTP_ANSWERED) {
        return walk_no_answer(walk, STAGE, url, answer);
    }
    return read_root(walk, answer, &root) &&
           follow(walk, url, &root, out_user_url);
}

static void tell_twin(struct walk *walk, const struct http_request *request,
                      const struct http_answer *answer)
{
    struct step *step = report_step(walk->report, STAGE, "GET", request->url);

    report_answer(step, answer);
    if (answer->end == HTTP_ANSWERED) {
        report_learned(walk->report, "not needed: https was answered");
    }
}

/* Goes on with the first that is any good; https is the first. */
static bool take_twins(struct walk *walk, const struct http_request *requests,
                       const struct http_answer *answers, struct kept *kept,
                       const char **out_user_url)
{
    bool https_good = answers[0].status == 200;
    size_t count = answers[1].end == HTTP_UNASKED ? 1 : 2;

    if (count == 2 && https_good) {
        tell_twin(walk, &requests[1], &answers[1]);
    }
    for (size_t i = 0; i < (https_good ? 1 : count); i++) {
        struct step *step =
            report_step(walk->report, STAGE, "GET", requests[i].url);

        report_answer(step, &answers[i]);
        walk->hops = 0;
        walk->progress = 0;
        if (take_answer(walk, requests[i].url, &answers[i], out_user_url)) {
            return true;
        }
        keep(walk, kept);
    }
    return false;
}

static char *root_url(struct walk *walk, const char *scheme, const char *host)
{
    const char *sip = walk->target->sip_uri + strlen("sip:");

    return arena_printf(walk->arena, "%s://%s.%s/?sipuri=%s", scheme, host,
                        walk->target->domain,
                        url_encode(walk->arena, sip, "@"));
}

static bool ask_name(struct walk *walk, const char *host, struct kept *kept,
                     const char **out_user_url)
{
    bool twins = walk->client->http_twin && walk->target->http_port;
    const char *accept =
        arena_printf(walk->arena, "Accept: %s", walk->client->accept);
    const char *const fields[] = {accept, NULL};
    const struct http_request requests[2] = {
        {.url = root_url(walk, "https", host), .fields = fields},
        {.url = root_url(walk, "http", host), .fields = fields},
    };
    struct http_answer answers[2] = {{0}, {.end = HTTP_UNASKED}};

    if (twins) {
        http_ask_twins(walk->http, requests, answers);
    } else {
        http_ask(walk->http, &requests[0], &answers[0]);
    }
    if (answers[0].status == 503) {
        struct step *step =
            report_step(walk->report, STAGE, "GET", requests[0].url);

        report_answer(step, &answers[0]);
        if (walk_pause(walk, &answers[0])) {
            http_ask(walk->http, &requests[0], &answers[0]);
        }
    }
    return take_twins(walk, requests, answers, kept, out_user_url);
}

static bool ask_names(struct walk *walk, const char **out_user_url)
{
    struct kept kept = {0};

    for (const char *const *host = walk->client->hosts; *host; host++) {
        if (ask_name(walk, *host, &kept, out_user_url)) {
            return true;
        }
        if (http_out_of_time(walk->http)) {
            break;
        }
    }
    walk->failure = kept.failure;
    if (walk->client->srv_records) {
        report_warn(walk->report,
                    "a PC client would now ask DNS for SRV records "
                    "(_sipinternaltls._tcp, _sip._tls); the probe does not");
    }
    return false;
}

bool walk_discover(struct walk *walk, const char **out_user_url)
{
    const char *url = walk->target->url;
    struct http_answer answer;
    struct discovery root = {0};

    if (!url) {
        return ask_names(walk, out_user_url);
    }
    return ask_root(walk, url, &answer) && read_root(walk, &answer, &root) &&
           follow(walk, url, &root, out_user_url);
}
