/*
 * lyncdiscover: where a client that knows nothing but a SIP address learns
 * which servers are its own. Root and Domain are open to everybody; User
 * (discover_user.c) wants a web ticket.
 *
 * protocol: discover 2; [MS-OCDISCWS] 3.1.5.
 */
#include "config.h"

#include "services/discover.h"

#include <string.h>

#include "services/reach.h"

/* ---- Shared ---- */

struct autodiscover discover_document(struct call *call, const char *element,
                                      const char *self)
{
    return (struct autodiscover){
        .element = element,
        .rel = arena_lower(call->arena, element),
        .site = call->site,
        .self = self,
    };
}

/* UCWA has no Domain resource: it stays what it is, in the syntax asked for. */
static enum body_form form_of(const struct autodiscover *doc,
                              enum body_form asked)
{
    if (strcmp(doc->element, "Domain") == 0) {
        return asked == BODY_UCWA_JSON  ? BODY_JSON
               : asked == BODY_UCWA_XML ? BODY_XML
                                        : asked;
    }
    return asked;
}

/* What a client is about to get, for the points of discovery. */
void discover_reach(struct call *call, enum point point)
{
    struct exchange *ex = call->ex;

    if (call_asks(call, FACT_FORM)) {
        switch (accept_choose(call->world->negotiation, &ex->request.headers)
                    .form) {
        case BODY_XML:
        case BODY_UCWA_XML:
            ex->facts.form = "xml";
            break;
        case BODY_JSON:
        case BODY_UCWA_JSON:
            ex->facts.form = "json";
            break;
        }
    }
    call_reach(call, point);
}

/* What Accept asks for, unless the world says otherwise. */
static struct body_choice choose_form(struct call *call)
{
    static const struct body_choice said[] = {
        [DISCOVER_FORM_XML] = {BODY_XML, ACCEPT_TYPE_XML},
        [DISCOVER_FORM_JSON] = {BODY_JSON, ACCEPT_TYPE_JSON},
        [DISCOVER_FORM_UCWA_JSON] = {BODY_UCWA_JSON, "application/json"},
        [DISCOVER_FORM_UCWA_XML] = {BODY_UCWA_XML, "application/xml"},
    };
    const struct world *world = call->world;
    struct body_choice choice =
        accept_choose(world->negotiation, &call->ex->request.headers);

    if (world->discover_form != DISCOVER_FORM_ASKED) {
        choice.form = said[world->discover_form].form;
        choice.type = world->discover_type_asked
                          ? choice.type
                          : said[world->discover_form].type;
    }
    return choice;
}

void discover_answer_at(struct call *call, const struct autodiscover *doc,
                        const char *file, int line)
{
    struct exchange *ex = call->ex;
    struct body_choice choice;
    enum body_form form;
    AUTO_BUF body = {0};

    discover_reach(call, POINT_DISCOVER_FORM);
    choice = choose_form(call);
    form = form_of(doc, choice.form);

    autodiscover_write(doc, form, &body);
    exchange_reply_at(ex, 200, file, line);
    product_headers(call);
    exchange_body(ex, choice.type, arena_copy(call->arena, buf_span(&body)));
    exchange_remark(ex, "discover.form", "%s", body_form_name(form));
    ex->facts.form = form == BODY_XML || form == BODY_UCWA_XML ? "xml" : "json";
    call_reach(call, POINT_DISCOVER_RESPONSE);
}

void discover_redirect_at(struct call *call, const char *element,
                          const char *target, const char *why, const char *file,
                          int line)
{
    const char *own = call_url(
        call, pool_web(call->pool, call->site),
        strcmp(element, "User") == 0 ? AUTODISCOVER_USER : AUTODISCOVER_ROOT);
    struct autodiscover doc = discover_document(call, element, own);

    autodiscover_link(&doc, "Redirect", target);
    autodiscover_rel(&doc, "redirect", target);
    discover_answer_at(call, &doc, file, line);
    exchange_why(call->ex, "discover.redirect", "%s: %s", target, why);
}

/*
 * discover 1.3: plain HTTP exists to name the HTTPS host whose certificate is
 * right, with a Root that holds nothing but a Redirect. The other resources
 * answer the same: links or a challenge from there would lead credentials
 * past TLS, and a Redirect must point to a Root (discover 8.2).
 */
bool discover_lead_to_https(struct call *call)
{
    struct discover_query query;
    const char *target;

    if (call->ex->conn->tls) {
        return false;
    }
    discover_reach(call, POINT_DISCOVER_HTTP);
    query = discover_query(call);
    target =
        discover_carry(call, &query, call_web_url(call, AUTODISCOVER_ROOT));
    discover_redirect(call, "Root", target, "plain HTTP");
    return true;
}

/* ---- Root ---- */

/*
 * GUESS: the lookup starts again in the user's own domain, on the port that a
 * DNS name leads to. A client that is there already, because its name leads
 * to us, gets the normal Root.
 */
static const char *foreign_hop(struct call *call,
                               const struct discover_query *query,
                               const char **out_why)
{
    const char *host =
        arena_printf(call->arena, "lyncdiscover.%s", query->domain);

    if (strcmp(call->ex->request.host, host) == 0) {
        return NULL;
    }
    *out_why = "not a domain of ours";
    return discover_carry(
        call, query,
        arena_printf(call->arena, "https://%s%s", host, AUTODISCOVER_ROOT));
}

/*
 * Where somebody we do not serve should ask, or NULL for our own. discover
 * 2.7: a server that cannot process this sipuri answers with a Redirect. An
 * unknown user of our own domain gets the normal Root: there is no next hop
 * that knows better, and one that leads back here makes clients loop.
 */
static const char *next_hop(struct call *call,
                            const struct discover_query *query,
                            const char **out_why)
{
    const struct world *world = call->world;

    if (query->user && query->user->home == POOL_HOSTED) {
        *out_why = "the user is homed at the hosting provider";
        return discover_origin(call, query->original_domain, world->hosted_url);
    }
    if (world->hosted_domain &&
        strcmp(query->domain, world->hosted_domain) == 0) {
        *out_why = "the domain is homed at the hosting provider";
        return discover_origin(call, query->original_domain, world->hosted_url);
    }
    if (strcmp(query->domain, world->domain) != 0) {
        return foreign_hop(call, query, out_why);
    }
    return NULL;
}

static void answer_root(struct call *call, const struct discover_query *query)
{
    /* discover 2.6: the UCWA forms always name the domain the client started
     * from; the older ones show it only to clients that do, too. */
    const char *started = query->original_domain;
    const char *domain = query->domain;
    struct autodiscover doc = discover_document(
        call, "Root",
        discover_origin(call, domain, call_web_url(call, AUTODISCOVER_ROOT)));
    const char *oauth;

    discover_reach(call, POINT_DISCOVER_LINKS);
    oauth = call_web_url(call, AUTODISCOVER_OAUTH_USER);
    autodiscover_link(&doc, "Domain",
                      discover_origin(call, started,
                                      call_web_url(call, AUTODISCOVER_DOMAIN)));
    autodiscover_link(
        &doc, "User",
        discover_origin(call, started, call_web_url(call, AUTODISCOVER_USER)));
    autodiscover_link(&doc, "OAuth", discover_origin(call, started, oauth));
    autodiscover_rel(&doc, "user", discover_origin(call, domain, oauth));
    autodiscover_rel(&doc, "xframe", call_web_url(call, AUTODISCOVER_XFRAME));
    discover_answer(call, &doc);
}

/* Nobody has proven who he is: the user is a fact at this one point. */
static struct discover_query look_up(struct call *call)
{
    struct discover_query query = discover_query(call);
    struct facts *facts = &call->ex->facts;
    const char *before = facts->user;

    if (query.sipuri) {
        facts->user = query.user ? query.user->name : NULL;
        discover_reach(call, POINT_DISCOVER_LOOKUP);
        facts->user = before;
    }
    return query;
}

static enum call_result discover_root(struct call *call)
{
    discover_reach(call, POINT_DISCOVER_ROOT);
    if (!discover_lead_to_https(call)) {
        struct discover_query query = look_up(call);
        const char *why;

        if (next_hop(call, &query, &why)) {
            const char *hop;

            discover_reach(call, POINT_DISCOVER_REDIRECT);
            hop = next_hop(call, &query, &why);
            discover_redirect(call, "Root", hop, why);
        } else {
            answer_root(call, &query);
        }
    }
    return CALL_DONE;
}

/* ---- Domain ---- */

/*
 * discover 2.8: the tokens of a server on the premises are not published;
 * these entry points are a GUESS. RemotePowerShell is the online service's.
 */
static void add_domain_links(struct autodiscover *doc, struct call *call)
{
    const char *internal;
    const char *external;

    discover_reach(call, POINT_DISCOVER_LINKS);
    internal = pool_web(call->pool, LOCATION_INTERNAL);
    external = pool_web(call->pool, LOCATION_EXTERNAL);
    autodiscover_link(doc, "Internal/Autodiscover",
                      call_url(call, internal, AUTODISCOVER_ROOT));
    autodiscover_link(doc, "External/Autodiscover",
                      call_url(call, external, AUTODISCOVER_ROOT));
    autodiscover_link(doc, "Internal/AuthBroker",
                      call_url(call, internal, "/Reach/sip.svc"));
    autodiscover_link(doc, "External/AuthBroker",
                      call_url(call, external, "/Reach/sip.svc"));
}

static enum call_result discover_domain(struct call *call)
{
    discover_reach(call, POINT_DISCOVER_DOMAIN);
    if (!discover_lead_to_https(call)) {
        struct autodiscover doc = discover_document(
            call, "Domain", call_web_url(call, AUTODISCOVER_DOMAIN));
        const struct sip_edge *edge;

        discover_reach(call, POINT_DISCOVER_SERVERS);
        edge = &call->world->sip_edge;
        autodiscover_access(&doc, "SipServerExternalAccess", edge->fqdn,
                            edge->server_port);
        autodiscover_access(&doc, "SipClientExternalAccess", edge->fqdn,
                            edge->client_port);
        add_domain_links(&doc, call);
        discover_answer(call, &doc);
    }
    return CALL_DONE;
}

/* ---- Routes ---- */

#define ROUTE(url, only_discover, name, at, handler)                           \
    {                                                                          \
        .path = (url), .discover_host = (only_discover),                       \
        .methods = METHOD_GET | (unsigned)METHOD_HEAD, .operation = (name),    \
        .point = (at), .gate = GATE_NONE, .plain_http = true,                  \
        .handle = (handler)                                                    \
    }

/* discover 9: a slash at the end is tolerated (GUESS). */
static const struct route routes[] = {
    ROUTE("/", true, "discover.root", POINT_DISCOVER_ROOT, discover_root),
    ROUTE("/xframe", true, "discover.xframe", POINT_DISCOVER_XFRAME,
          discover_xframe),
    ROUTE("/xframe/", true, "discover.xframe", POINT_DISCOVER_XFRAME,
          discover_xframe),
    ROUTE(AUTODISCOVER_ROOT, false, "discover.root", POINT_DISCOVER_ROOT,
          discover_root),
    ROUTE(AUTODISCOVER_ROOT "/", false, "discover.root", POINT_DISCOVER_ROOT,
          discover_root),
    ROUTE(AUTODISCOVER_USER, false, "discover.user", POINT_DISCOVER_USER,
          discover_user),
    ROUTE(AUTODISCOVER_USER "/", false, "discover.user", POINT_DISCOVER_USER,
          discover_user),
    ROUTE(AUTODISCOVER_OAUTH_USER, false, "discover.oauth-user",
          POINT_DISCOVER_USER, discover_user),
    ROUTE(AUTODISCOVER_OAUTH_USER "/", false, "discover.oauth-user",
          POINT_DISCOVER_USER, discover_user),
    ROUTE(AUTODISCOVER_DOMAIN, false, "discover.domain", POINT_DISCOVER_DOMAIN,
          discover_domain),
    ROUTE(AUTODISCOVER_DOMAIN "/", false, "discover.domain",
          POINT_DISCOVER_DOMAIN, discover_domain),
    ROUTE(AUTODISCOVER_XFRAME, false, "discover.xframe", POINT_DISCOVER_XFRAME,
          discover_xframe),
    {.path = NULL},
};

const struct service service_discover = {
    .name = "discover",
    .spec = "[MS-OCDISCWS] 3.1.5",
    .doc = "lyncdiscover: the Root, User and Domain resources, and XFrame",
    .routes = routes,
};
