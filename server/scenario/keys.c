/* The words of the language, see keys.h. */
#include "config.h"

#include "scenario/keys.h"

#include <string.h>

#include "scenario/model.h"

const struct key keys_scenario[] = {
    {"lyncmock", SHAPE_VERSION,
     "The version of the language, 1. Each scenario says it.", "1", 0, 0},
    {"name", SHAPE_TEXT, "A short name; by default the file's or the id.",
     "ntlm-ticket-expires", 0, 0},
    {"title", SHAPE_TEXT, "What happens, in one line.",
     "'The web ticket expires behind bad Wi-Fi'", 0, 0},
    {"about", SHAPE_ABOUT,
     "The bug report behind it, for people: symptom, layer, client, source. "
     "`lyncmock list scenarios` groups and searches by it; it changes nothing. "
     "It says nothing of a scenario that extends this one.",
     "{symptom: Sign-in takes some seconds., layer: http}", 0, 0},
    {"extends", SHAPE_TEXT,
     "The scenario that this one begins with: a shipped one by its id, or a "
     "path relative to this file. Its settings hold where this file sets "
     "nothing else, its steps come behind the ones here, and its `expect` and "
     "`fail-on` hold where this file has none.",
     "good/pc-external-ntlm", 0, 0},
    {"world", SHAPE_WORLD,
     "What is simulated: settings, as nested mappings (`lyncmock list "
     "settings`), and users by name. What is not said stays as in the good "
     "world.",
     "{domain: fabrikam.test, ntlm: {v1: yes}}", 0, 0},
    {"steps", SHAPE_STEPS,
     "Where the server deviates from good behaviour. The first step of a "
     "point whose `when` holds applies.",
     "[{at: discover.root, do: {status: 503}}]", 0, 0},
    {"expect", SHAPE_EXPECT,
     "What the client must do for the run to pass. It is judged as the server "
     "ends: each item that did not come is told, and the exit code is 1. A run "
     "in which no client came fails, too.",
     "[{at: webticket.issue, times: 2, within: 20s}]", 0, 0},
    {"fail-on", SHAPE_WORDS, "What else fails the run, whatever it expects.",
     "[must, unexpected]", 0, 0},
    {"unexpected", SHAPE_UNEXPECTED,
     "What comes of a request that no endpoint of the world serves: fail is "
     "what `fail-on` has a word for, warn is told and fails nothing, pass is "
     "neither. It beats the `fail-on` of what this scenario extends.",
     "warn", 0, 0},
    {"rules", SHAPE_RULES,
     "How bad a breach of a rule is here, by its id or a pattern (`lyncmock "
     "list rules`): off (it is none), note, warn (told, and fails nothing), "
     "fail, or a level, must, should, practice or robustness, of which "
     "`fail-on` then speaks. An id beats a pattern; of several patterns that "
     "fit the first decides, and those of what this scenario extends come "
     "behind its own.",
     "{HT-001: warn}", 0, 0},
    {NULL, SHAPE_TEXT, NULL, NULL, 0, 0},
};

#define ROW(name, shape, member, example, doc)                                 \
    {                                                                          \
        name, shape, doc, example, 0, offsetof(struct about, member)           \
    }

const struct key keys_about[] = {
    ROW("symptom", SHAPE_TEXT, symptom, "Sign-in takes some seconds on Monday.",
        "What the customer sees, in one line."),
    ROW("layer", SHAPE_LAYER, layer, "http",
        "Where the trouble is, a layer of the points."),
    ROW("client", SHAPE_TEXT, client,
        "Waits as long as Retry-After says and asks again.",
        "What a good client does about it, in one line."),
    ROW("source", SHAPE_TEXT, source, "'RFC 9110 10.2.3'",
        "Where that is known from: document and section, or a ticket of "
        "yours."),
    ROW("optimum", SHAPE_OPTIMUM, optimum, "'6 requests, 2 connections'",
        "What a good client takes at least; reports tell what was more. Words: "
        "requests, connections, handshakes, resumptions, unauthorized, "
        "bytes-in, bytes-out."),
    {NULL, SHAPE_TEXT, NULL, NULL, 0, 0},
};

#undef ROW

const struct key keys_step[] = {
    {"at", SHAPE_POINT,
     "The point where the step applies (`lyncmock list points`).",
     "discover.root", 0, 0},
    {"when", SHAPE_WHEN,
     "Facts that must all hold, and words that count; none: always.",
     "{user: alice, first: 2}", 0, 0},
    {"do", SHAPE_FAULTS,
     "What happens instead of the good behaviour, or to it: one or more "
     "faults (`lyncmock list faults`).",
     "{status: 503, delay: 3s}", 0, 0},
    {"set", SHAPE_SET,
     "States that the step puts down, for `is` of others: a name and a text, "
     "or null for one that is no longer set. They are set once the answer to "
     "this request is decided and is one of which something is sent: not where "
     "a later step, or this one, lets no byte of it out (reset, stall), or "
     "where a later step puts another answer in its place. At tcp.accept and "
     "tls.handshake they are set at once. A step that sets something need not "
     "do anything else; with \"also: yes\" it hides no other step.",
     "{phase: signed-in}", 0, 0},
    {"id", SHAPE_TEXT,
     "A word of its own for what is drawn for this step's `chance`. Without it "
     "that is what the step says, so that a step that is changed draws anew; "
     "with it the draws stay the same.",
     "flaky-discovery", 0, 0},
    {"also", SHAPE_FLAG,
     "yes: the steps behind this one are tried too, though it applies.", "yes",
     0, 0},
    {NULL, SHAPE_TEXT, NULL, NULL, 0, 0},
};

#define ROW(name, shape, fact, member, example, doc)                           \
    {                                                                          \
        name, shape, doc, example, fact, offsetof(struct condition, member)    \
    }

const struct key keys_when[] = {
    ROW("host", SHAPE_PATTERNS, FACT_HOST, host, "lyncdiscover.*",
        "The name that was asked, without a port; at tls.handshake the name "
        "in the ClientHello."),
    ROW("method", SHAPE_PATTERNS, FACT_METHOD, method, "POST",
        "The method of the request."),
    ROW("path", SHAPE_PATTERNS, FACT_PATH, path, "/WebTicket/*",
        "The path of the request, percent-decoded, without the query."),
    ROW("client", SHAPE_PATTERNS, FACT_CLIENT, client, "'*iPhone*'",
        "The User-Agent header."),
    ROW("header", SHAPE_HEADERS, FACT_HEADER, headers,
        "{Accept: '*json*', X-MS-WebTicket: null}",
        "Headers of the request by name, any letter case; null: the header is "
        "absent."),
    ROW("auth", SHAPE_PATTERNS, FACT_AUTH, auth, "ntlm",
        "How the client authenticates (`lyncmock list auth`), or webticket."),
    ROW("leg", SHAPE_COUNT, FACT_LEG, leg, "2",
        "The leg of the handshake, from 1."),
    ROW("user", SHAPE_PATTERNS, FACT_USER, user, "alice",
        "The user, by the name that the world has."),
    ROW("account", SHAPE_PATTERNS, FACT_ACCOUNT, account, "'CONTOSO\\*'",
        "The account as the client wrote it, whoever that is: "
        "CONTOSO\\alice, alice@contoso.test, alice; of a Kerberos ticket "
        "alice@CONTOSO.TEST. On a connection that is signed in already it is "
        "that of the sign-in."),
    ROW("domain", SHAPE_PATTERNS, FACT_DOMAIN, domain, "CONTOSO",
        "The domain in the account, before the backslash or behind the @; '' "
        "where the client wrote none."),
    ROW("site", SHAPE_PATTERNS, FACT_SITE, site, "external",
        "Which site serves the name that was asked: internal or external. "
        "The world's setting `location` says which there are."),
    ROW("query", SHAPE_QUERY, FACT_QUERY, query,
        "{sipuri: '*alice*', originalDomain: null}",
        "Parameters of the request's query by name, any letter case, "
        "percent-decoded; of several of one name the first. null: there is "
        "none of this name."),
    ROW("connection", SHAPE_WHICH, FACT_CONNECTION, connection, "1",
        "The number of the connection within the session, from 1, in the "
        "order in which they first reach a point of it; or a list of numbers. "
        "A connection that has been silent while 4096 others spoke is a new "
        "one when it speaks again."),
    ROW("xpath", SHAPE_XPATH, FACT_XPATH, xpath,
        "\"//wst:TokenType[contains(., 'SAML')]\"",
        "An expression of XPath 1.0 that is true of the request's body: a node "
        "that exists, a number but 0, a text that is not empty. These prefixes "
        "are known, whatever the body itself calls them: soap (SOAP 1.1), "
        "soap12, wsa, wsa04 (August 2004), wst, wst05 (February 2005), wsse, "
        "wsu, wsp, wsp15, auth, af, saml, ds, xenc, wsdl, wsx, wxf, sp, "
        "sp07; a name without one is of any namespace. It never holds on a "
        "body that is no XML, is longer than 64 KiB, or that would take too "
        "many operations; then the journal has a remark."),
    ROW("form", SHAPE_PATTERNS, FACT_FORM, form, "json",
        "What the answer is written in: xml or json. At the points of "
        "discovery as the client's Accept makes it, at http.response by the "
        "Content-Type that is planned."),
    ROW("action", SHAPE_PATTERNS, FACT_ACTION, action, "'*/RST/Issue'",
        "The SOAP action of the request."),
    ROW("ticket", SHAPE_PATTERNS, FACT_TICKET, ticket, "expired",
        "What the web ticket of the request is worth: none, valid, expired, "
        "not-yet-valid, bad-signature, garbage, other-pool, wrong-audience."),
    ROW("ticket-format", SHAPE_PATTERNS, FACT_TICKET_FORMAT, ticket_format,
        "cwt",
        "The format of the web ticket that the request shows: saml or cwt. "
        "Like the next ones it is known of what can be read, be it good or "
        "not."),
    ROW("ticket-user", SHAPE_PATTERNS, FACT_TICKET_USER, ticket_user, "alice",
        "Whom that ticket names, by the name that the world has."),
    ROW("ticket-pool", SHAPE_PATTERNS, FACT_TICKET_POOL, ticket_pool,
        "pool01.*", "The pool that issued that ticket, by its full name."),
    ROW("ticket-age", SHAPE_DURATION, FACT_TICKET_AGE, ticket_age, "5m",
        "That ticket was issued so long ago, or longer, by the world's clock."),
    ROW("ticket-left", SHAPE_DURATION, FACT_TICKET_LEFT, ticket_left, "10m",
        "That ticket expires in this time or has expired."),
    ROW("grant", SHAPE_PATTERNS, FACT_GRANT, grant, "password",
        "The grant_type of a request for an OAuth token."),
    ROW("verdict", SHAPE_PATTERNS, FACT_VERDICT, verdict, "refused",
        "What became of the credentials of this request: accepted, refused. A "
        "request without any has no verdict, nor has one in the middle of a "
        "handshake."),
    ROW("reason", SHAPE_PATTERNS, FACT_REASON, reason, "wrong-password",
        "Why credentials were refused. Of a sign-in: wrong-password, "
        "unknown-user, locked, disabled, expired, must-change, bad-token; of "
        "NTLM and Negotiate also anonymous, version, mic, channel-binding, "
        "spn, mech-list-mic, mechanism, out-of-turn; of Kerberos also "
        "service-key, service-name, key-version, etype, realm, clock-skew, "
        "ticket-expired, ticket-not-yet-valid, replay, modified, forged; of a "
        "meeting's guest: unknown-meeting, meeting-ended, wrong-key, "
        "bad-token."),
    ROW("status", SHAPE_PATTERNS, FACT_STATUS, status, "'5*'",
        "The status of the reply that is planned, as steps of earlier points "
        "have left it."),
    ROW("service", SHAPE_PATTERNS, FACT_SERVICE, service, "HTTP/lyncweb.*",
        "The service that a client asks the KDC a ticket for, without its "
        "realm: krbtgt/CONTOSO.TEST, or HTTP/ and a host."),
    ROW("transport", SHAPE_PATTERNS, FACT_TRANSPORT, transport, "udp",
        "How a request came to the KDC: udp, tcp, or proxy (over HTTPS)."),
    ROW("is", SHAPE_STATES, 0, is, "{phase: signed-in}",
        "States that a step has put down with `set`, by name; null: it is not "
        "set. Each session has its own; all begin unset."),
    ROW("per", SHAPE_PER, 0, per, "user",
        "Counts for each user, connection or address of a client alone; "
        "without it for the whole session. A user who is not known there is "
        "counted as one called nobody. A session keeps 4096 such counters: "
        "where there are more, the one that was not needed for the longest "
        "begins anew."),
    ROW("after", SHAPE_COUNT, 0, after, "1",
        "Not the first so many times that the facts hold. They are counted for "
        "the whole session, or `per` user, connection or address, and also "
        "where an earlier step applies; each step counts for itself. Of the "
        "counting words `requests` looks at this count, `first` and `every` at "
        "what `after` leaves of it, and all that are there must agree."),
    ROW("first", SHAPE_COUNT, 0, first, "2",
        "Only the first so many times that the facts hold, behind those that "
        "`after` leaves out; counted for the whole session, or `per` user, "
        "connection or address."),
    ROW("every", SHAPE_COUNT, 0, every, "3",
        "Only each third time, say, behind those that `after` leaves out: with "
        "`after: 1` the 4th, the 7th and so on, with `first: 6` the 3rd and "
        "the 6th. Counted for the whole session, or `per` user, connection or "
        "address."),
    ROW("requests", SHAPE_NUMBERS, 0, requests, "[2, 5]",
        "Only these times, in rising order, counted from 1 whatever `after` "
        "says; for the whole session, or `per` user, connection or address."),
    ROW("chance", SHAPE_CHANCE, 0, chance, "10%",
        "Of the times that the other words leave, each with this chance. What "
        "is drawn depends on the seed of the run (--seed), the session, what "
        "the step says or its `id`, whom it counts for, and how many times "
        "the facts have held; so the same seed gives the same faults, and a "
        "step that is added shifts no other's. 0% is never, 100% always; up to "
        "six digits may stand behind a point. Bound it with max-in-a-row or "
        "eventually."),
    ROW("eventually", SHAPE_COUNT, 0, eventually, "3",
        "The good answer comes in the end: the step applies so many times at "
        "most, and never again. Counted as the other words count, so with "
        "`per` "
        "for each alone, and also where an earlier step applied instead."),
    ROW("max-in-a-row", SHAPE_COUNT, 0, max_in_a_row, "2",
        "Of the times that the other words leave, the step applies to so many "
        "in a row at most; the next one is spared, and then chance goes on. "
        "Counted as the other words count, so with `per` for each alone."),
    {NULL, SHAPE_TEXT, NULL, NULL, 0, 0},
};

#undef ROW
#define ROW(name, shape, member, example, doc)                                 \
    {                                                                          \
        name, shape, doc, example, 0, offsetof(struct expectation, member)     \
    }

#define LIMIT(name, measure, example, doc)                                     \
    ROW(name, SHAPE_LIMIT, limits[measure], example,                           \
        "What the client takes of it, of what has ended; with other limits "   \
        "alone in its item. '<= 9', '< 9', '>= 2', '> 1' or 9. " doc)

const struct key keys_expectation[] = {
    ROW("at", SHAPE_POINT, at, "webticket.issue", "The point to be reached."),
    ROW("when", SHAPE_WHEN, when, "{user: alice}",
        "The facts that hold there, as in a step; no counting words."),
    ROW("times", SHAPE_TIMES, times, "2", "So often, no more and no less."),
    ROW("at-least", SHAPE_TIMES, at_least, "1",
        "So often or more; by default once."),
    ROW("at-most", SHAPE_TIMES, at_most, "3", "No more often than that."),
    ROW("within", SHAPE_DURATION, within, "20s",
        "So long after the first exchange of the run, at most; with `after` so "
        "long after the first time of that item, and in `in-order` so long "
        "after the item before."),
    ROW("answered", SHAPE_STATUSES, answered, "2xx",
        "The status of the answer that was sent; x is any digit. A list says "
        "that one of them will do."),
    {"id", SHAPE_TEXT,
     "A name for this item, for `after` and `before` of others, and for the "
     "file of known failures.",
     "ticket", 0, offsetof(struct expectation, id)},
    {"after", SHAPE_TEXT,
     "Only what comes behind the first time of the item with this `id` counts. "
     "An item with `answered` has come when its answer has been sent.",
     "ticket", 0, offsetof(struct expectation, after)},
    {"before", SHAPE_TEXT,
     "Only what comes before the first time of the item with this `id` counts; "
     "all of it, where that never comes.",
     "ticket", 0, offsetof(struct expectation, before)},
    ROW("never", SHAPE_NEVER, never, "{cleartext-password: yes}",
        "What must not happen, alone in its item: a password in clear, or a "
        "point, with the words of any other item."),
    {"in-order", SHAPE_ORDER,
     "Items that come one behind the other, each once or more; what else comes "
     "between them does not matter. Each has `at`, and may have `when`, "
     "`answered` and `within`, which counts from the item before it.",
     "[{at: mex.get}, {at: webticket.issue, answered: 200}]", 0, 0},
    LIMIT("requests", MEASURE_REQUESTS, "'<= 9'", "Requests of HTTP."),
    LIMIT("connections", MEASURE_CONNECTIONS, "'<= 3'",
          "Connections with a handshake or a request."),
    LIMIT("handshakes", MEASURE_HANDSHAKES, "'<= 2'",
          "Full handshakes of TLS."),
    LIMIT("resumptions", MEASURE_RESUMPTIONS, "'>= 1'",
          "TLS handshakes that took up an earlier session."),
    LIMIT("unauthorized", MEASURE_UNAUTHORIZED, "'<= 2'",
          "Answers with status 401."),
    LIMIT("bytes-in", MEASURE_BYTES_IN, "'< 20000'", "Bytes of requests."),
    LIMIT("bytes-out", MEASURE_BYTES_OUT, "'< 100000'", "Bytes of answers."),
    LIMIT("time", MEASURE_TIME, "'<= 3s'",
          "From the first byte of the first request to the last byte of the "
          "last answer."),
    ROW("severity", SHAPE_SEVERITY, warns, "warn",
        "warn: where it does not hold that is told, and the run does not "
        "fail."),
    {NULL, SHAPE_TEXT, NULL, NULL, 0, 0},
};

#undef LIMIT

const struct key keys_never[] = {
    {"cleartext-password", SHAPE_FLAG,
     "A password went over a connection without TLS.", "yes", 0, 0},
    ROW("at", SHAPE_POINT, at, "webticket.issue",
        "The point not to be reached."),
    ROW("when", SHAPE_WHEN, when, "{user: alice}",
        "The facts that must not hold there."),
    ROW("within", SHAPE_DURATION, within, "20s",
        "Not so soon after the first exchange of the run, or with `after` "
        "after that item."),
    ROW("answered", SHAPE_STATUSES, answered, "5xx",
        "The status of the answer not to be sent."),
    {"after", SHAPE_TEXT,
     "Not behind the first time of the item with this "
     "`id`.",
     "ticket", 0, offsetof(struct expectation, after)},
    {"before", SHAPE_TEXT,
     "Not before the first time of the item with this "
     "`id`.",
     "ticket", 0, offsetof(struct expectation, before)},
    {NULL, SHAPE_TEXT, NULL, NULL, 0, 0},
};

#undef ROW

const char *const treatment_words[] = {
    "off",    "note",     "warn",       "fail", "must",
    "should", "practice", "robustness", NULL,
};

const char *const per_words[] = {"user", "connection", "address", NULL};

const struct key keys_fail_on[] = {
    {"must", SHAPE_TEXT, "A breach of a rule of level MUST.", NULL, 0, 0},
    {"should", SHAPE_TEXT, "A breach of a rule of level SHOULD.", NULL, 0, 0},
    {"practice", SHAPE_TEXT,
     "A breach of a rule of level practice: what real clients do.", NULL, 0, 0},
    {"robustness", SHAPE_TEXT, "A breach of a rule of level robustness.", NULL,
     0, 0},
    {"unexpected", SHAPE_TEXT,
     "A request that no endpoint of the world serves.", NULL, 0, 0},
    {"refused", SHAPE_TEXT,
     "The client was not let in, in the end: its last credentials were "
     "refused, "
     "or none came where they were asked for. What a step did is no fault of "
     "it.",
     NULL, 0, 0},
    {NULL, SHAPE_TEXT, NULL, NULL, 0, 0},
};

const struct key *key_named(const struct key *keys, const char *name)
{
    for (; keys->name; keys++) {
        if (strcmp(keys->name, name) == 0) {
            return keys;
        }
    }
    return NULL;
}

const char *key_shape_text(enum key_shape shape)
{
    static const char *const texts[] = {
        [SHAPE_TEXT] = "a text",
        [SHAPE_VERSION] = "1",
        [SHAPE_POINT] = "the name of a point",
        [SHAPE_FLAG] = "yes or no",
        [SHAPE_PATTERNS] = "a text, or a list of texts",
        [SHAPE_HEADERS] = "a mapping of header names to texts",
        [SHAPE_QUERY] = "a mapping of parameters' names to texts",
        [SHAPE_XPATH] = "an expression of XPath",
        [SHAPE_WHICH] = "a whole number from 1, or a list of them that rises",
        [SHAPE_STATES] = "a mapping of states' names to texts",
        [SHAPE_SET] = "a mapping of states' names to texts",
        [SHAPE_PER] = "user, connection or address",
        [SHAPE_CHANCE] = "a part of a hundred such as 10% or 0.5%",
        [SHAPE_COUNT] = "a whole number from 1",
        [SHAPE_TIMES] = "a whole number",
        [SHAPE_NUMBERS] = "a list of whole numbers that rise, from 1",
        [SHAPE_DURATION] = "a duration such as 3s",
        [SHAPE_STATUSES] = "a status from 100 to 599, such as 200 or 2xx",
        [SHAPE_LIMIT] = "a limit such as '<= 9'",
        [SHAPE_SEVERITY] = "fail or warn",
        [SHAPE_ORDER] = "a list of expectations, in order",
        [SHAPE_UNEXPECTED] = "fail, warn or pass",
        [SHAPE_RULES] = ("a mapping of rules to off, note, warn, fail or a "
                         "level"),
        [SHAPE_TREATMENT] = ("off, note, warn, fail, must, should, practice or "
                             "robustness"),
        [SHAPE_WORDS] = ("a list of must, should, practice, robustness, "
                         "unexpected, refused"),
        [SHAPE_WORLD] = "a mapping of settings",
        [SHAPE_FAULTS] = "a mapping of faults to their values",
        [SHAPE_WHEN] = "a mapping of facts and counting words",
        [SHAPE_NEVER] = ("a mapping such as {cleartext-password: yes} or {at: "
                         "webticket.issue}"),
        [SHAPE_STEPS] = "a list of steps",
        [SHAPE_EXPECT] = "a list of expectations",
        [SHAPE_ABOUT] = ("a mapping of symptom, layer, client, source, "
                         "optimum"),
        [SHAPE_LAYER] = "a layer of the points",
        [SHAPE_OPTIMUM] = "a list such as 6 requests, 2 connections",
    };

    return texts[shape];
}
