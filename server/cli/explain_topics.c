/* lyncmock explain: topics, ${...}, and the product's diagnostics. */
#include "config.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "cli/example.h"
#include "cli/explain.h"
#include "scenario/expand.h"
#include "wire/diagnostics.h"
#include "wire/krb_error.h"

/* ---- ${...} ---- */

/* "host" of "host" and "${host}"; "now" of "${now+8h}", too. */
static bool is_value(const char *word, const char *name)
{
    size_t length = strlen(name);

    return strncmp(word, "${", 2) == 0 &&
           strncasecmp(word + 2, name, length) == 0 &&
           strchr("}+-", word[2 + length]) != NULL;
}

static const char *written(struct telling *telling, const char *name)
{
    return arena_printf(telling->arena, "${%s}", name);
}

static void tell_value(struct telling *telling)
{
    const struct examples examples = {telling->arena, telling->words};
    const char *name;
    const char *doc;

    for (size_t i = 0; expand_value(i, &name, &doc); i++) {
        nearest_try(&telling->nearest, span_text(written(telling, name)));
        if (is_value(telling->word, name)) {
            tell_heading(telling, telling->word,
                         "what stands for it in a text that is sent");
            tell_paragraph(telling, doc);
            tell_example(
                telling,
                example_do(&examples, arena_printf(telling->arena,
                                                   "headers: {X-Note: '%s'}",
                                                   telling->word)));
        }
    }
}

static void list_values(struct telling *telling)
{
    const char *name;
    const char *doc;

    for (size_t i = 0; expand_value(i, &name, &doc); i++) {
        tell_item(telling, written(telling, name), doc);
    }
}

/* ---- Diagnostics ---- */

static const char *number(struct telling *telling, unsigned value)
{
    return arena_printf(telling->arena, "%u", value);
}

static void tell_diagnostic(struct telling *telling,
                            const struct diagnostic *row)
{
    const struct examples examples = {telling->arena, telling->words};
    const char *id = number(telling, row->id);

    if (!tell_is_named(telling, id)) {
        return;
    }
    tell_heading(telling, id, "one of the product's numbered errors");
    tell_line(telling, "reason", row->reason);
    tell_line(telling, "status", number(telling, row->status));
    tell_line(telling, "where",
              row->fault_code
                  ? arena_printf(telling->arena,
                                 "the header X-Ms-diagnostics; a SOAP fault, "
                                 "%s:%s",
                                 row->fault_prefix, row->fault_code)
                  : "the header X-Ms-diagnostics");
    tell_line(telling, "source", "protocol: webticket 6.4");
    tell_example(telling,
                 example_do(&examples, arena_printf(telling->arena,
                                                    "diagnostics: %s", id)));
}

static void tell_diagnostics(struct telling *telling)
{
    const struct diagnostic *row;

    for (size_t i = 0; (row = diagnostic_at(i)) != NULL; i++) {
        tell_diagnostic(telling, row);
    }
}

static void list_diagnostics(struct telling *telling)
{
    const struct diagnostic *row;

    for (size_t i = 0; (row = diagnostic_at(i)) != NULL; i++) {
        tell_item(telling, number(telling, row->id), row->reason);
    }
}

/* ---- Errors of Kerberos ---- */

/* "37 KRB_AP_ERR_SKEW" */
static const char *krb_error_item(struct telling *telling, const char *word,
                                  int32_t *out_code)
{
    bool known = krb_error_named(word, out_code);

    assert(known);
    return arena_printf(telling->arena, "%" PRId32 " %s", *out_code,
                        krb_error_name(*out_code));
}

static void tell_krb_errors(struct telling *telling)
{
    const struct examples examples = {telling->arena, telling->words};
    const char *word;

    for (size_t i = 0; (word = krb_error_word_at(i)) != NULL; i++) {
        int32_t code;
        const char *text = krb_error_item(telling, word, &code);
        bool is_word = tell_is_named(telling, word);

        if (!tell_is_named(telling, krb_error_name(code)) && !is_word) {
            continue;
        }
        tell_heading(
            telling, word,
            arena_printf(telling->arena, "an error of Kerberos: %s", text));
        tell_line(telling, "source", "RFC 4120 7.5.9");
        tell_example(telling, example_do(&examples,
                                         arena_printf(telling->arena,
                                                      "kdc-error: %s", word)));
    }
}

static void list_krb_errors(struct telling *telling)
{
    const char *word;

    for (size_t i = 0; (word = krb_error_word_at(i)) != NULL; i++) {
        int32_t code;

        tell_item(telling, word, krb_error_item(telling, word, &code));
    }
}

/* ---- What else to ask about Kerberos ---- */

static void list_kerberos(struct telling *telling)
{
    static const struct {
        const char *word;
        const char *what;
    } rows[] = {
        {"krb5", "how the web server judges tickets"},
        {"kdc", "how the KDC gives them"},
        {"kdc.as, kdc.tgs, kdc.proxy", "points at the KDC"},
        {"negotiate.answer", "the point where a ticket is answered"},
        {"kerberos-ticket, kdc-error", "faults of the KDC"},
        {"ap-error, mutual-token", "faults of the web server"},
        {"spn, etypes, ccache", "topics"},
        {"kerberos-errors", "by word, number and name"},
        {"failures/kerberos-*", "lyncmock list scenarios"},
    };

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        tell_item(telling, rows[i].word, rows[i].what);
    }
}

/* ---- Topics ---- */

static const struct topic {
    const char *name;
    const char *title;
    const char *doc;
    void (*list)(struct telling *telling);
} topics[] = {
    {"ccache", "a user's Kerberos tickets, in a file",
     "krb5.env, which the ports file names, sets KRB5CCNAME to a file of the "
     "run's folder, so that kinit touches no cache of yours. `serve --ccache "
     "USER` fills it with a ticket of the first such user and makes one more "
     "file for each, `ccaches` in the ports file. users.keytab is for "
     "`kinit -kt FILE USER`. All of it goes with the server.",
     NULL},
    {"counters", "how often a step applies",
     "Each step counts how often the facts of its `when` held at its point, "
     "whatever other steps did. `first: 2` is the first two times, `after: 2` "
     "all but those, `every: 3` each third time, `requests: [2, 5]` just "
     "these. "
     "Together they must all allow it; first and every then count behind those "
     "that after leaves out. All clients and users of the session count "
     "together; with `per: user`, `per: address` or `per: connection` each has "
     "a counter of its own. Counting begins with the scenario: as the server "
     "starts, and anew when it reads it again. `chance` is drawn among the "
     "times that these leave; max-in-a-row and eventually bound it.",
     NULL},
    {"diagnostics", "the product's numbered errors",
     "What the header X-Ms-diagnostics and the details of SOAP faults say; "
     "`lyncmock explain 28020` says more about one.",
     list_diagnostics},
    {"duration", "how a time span is written",
     "A whole number and one of ms, s, m, h, d; where a clock is moved, with a "
     "sign in front if you like: 500ms, 90s, 5m, 8h, 2d, +6m, -1h. A number "
     "without a unit is none.",
     NULL},
    {"etypes", "encryption types of Kerberos: aes256, aes128, rc4",
     "By default users and the service have AES keys, and the KDC permits RC4, "
     "too, which none of them has. `user.NAME.etypes: rc4` is an account whose "
     "password is older than AES; `kdc.etypes` without rc4 forbids it then, "
     "KDC_ERR_ETYPE_NOSUPP. A ticket is closed with the strongest type of "
     "`krb5.etypes`.",
     NULL},
    {"kerberos", "tickets from a KDC, for Negotiate",
     "`lyncmock serve` starts MIT's krb5kdc behind a port of its own, with the "
     "users of the world. It needs that: Debian's krb5-kdc. The ready line "
     "names krb5.conf, the ports file krb5_env: `. FILE; kinit alice`. What is "
     "set in `world` is really so, and each side finds out by itself; a fault "
     "with error in its name says one that is not. docs/kerberos.md is the "
     "manual, docs/language.md has recipes.",
     list_kerberos},
    {"kerberos-errors", "errors of the KDC, and of services",
     "For the faults kdc-error and ap-error; the name and the number say the "
     "same as the word.",
     list_krb_errors},
    {"known-failures", "what may fail for a while",
     "`--known-failures FILE` of serve and run: a list, each item with `rule` "
     "(an id or a pattern) or `expect` (the id of an expectation, or its "
     "point), `reason` and `until`, the last day, such as 2027-03-01; "
     "`scenario` (a pattern of names) and `ticket` may stand beside them. What "
     "it covers is told as known and fails nothing. An item whose last day is "
     "over, or that occurs no more, fails the run: its rule had a say and was "
     "kept, or what is expected came.",
     NULL},
    {"paths", "where remove, replace, insert ... edit a document",
     "XPath 1.0; elements, attributes, several with |. A name without a prefix "
     "fits any namespace: //Address, //Link[@token='User']/@href. `lyncmock "
     "explain xpath` has the prefixes that are bound. JSON is read as XML: "
     "objects and arrays are elements, named as their member is, all else are "
     "attributes; what is in an array Links is a Link, in one without an s at "
     "its end an item. So one path serves both forms of a discovery answer; "
     "where they differ, {xml: PATH, json: PATH}. What finds nothing changes "
     "nothing, and the journal has a remark `edit`. docs/language.md, "
     "Documents, has more.",
     NULL},
    {"patterns", "how texts are compared",
     "A text of `when` is compared as a whole; letter case does not matter. * "
     "stands for any letters, also none, ? for one byte. Of a list, one must "
     "fit. Quote what begins with *: client: '*iPhone*'.",
     NULL},
    {"sessions", "tests that run side by side on one server",
     "A session is a SIP domain with a scenario of its own, and with counters, "
     "states, clock, seed, accounts, journal and verdict of its own. Requests "
     "belong to the session whose domain their host is in, all others to "
     "`default`, which plays what the server was started with. `serve "
     "--admin-port` makes and ends them over HTTP, `serve --template` at the "
     "first contact of a new domain. docs/admin.md is the manual.",
     NULL},
    {"spn", "the name that a service ticket is for",
     "HTTP/HOST, for each DNS name of the world, localhost, 127.0.0.1 and ::1, "
     "in any letter case; no short names, no host/HOST. "
     "`krb5.unregistered: [HOST]` takes some away: the KDC does not know them. "
     "`krb5.check-spn: yes` refuses a ticket for another host of the world, "
     "`krb5.wrong-key: yes` is an SPN that two accounts share.",
     NULL},
    {"states", "what steps put down, and others ask for",
     "`set: {phase: signed-in}` of a step puts a text down under a name, "
     "`is: {phase: signed-in}` in the `when` of another asks for it; null is "
     "one that is not set. Each session has its own, and all begin unset. To "
     "watch a request and change nothing, a step says `also: yes` and has "
     "`set` alone. `lyncmock explain set` says when exactly it is set. The "
     "state of an account is something else: user.NAME.state.",
     NULL},
    {"values", "${...} in texts that are sent",
     "Bodies, headers, redirects and texts of faults may hold facts of the "
     "exchange at hand. Behind ${now} and ${date} may stand a duration, as in "
     "${now+8h}. $$ is one $.",
     list_values},
};

/* Other words that lead to a topic. */
static const struct {
    const char *word;
    const char *topic;
} others[] = {
    {"aes128", "etypes"},     {"aes256", "etypes"},
    {"rc4", "etypes"},        {"known", "known-failures"},
    {"krb5kdc", "kerberos"},  {"ccaches", "ccache"},
    {"kinit", "ccache"},      {"KRB5CCNAME", "ccache"},
    {"keytab", "ccache"},     {"principal", "spn"},
    {"counter", "counters"},  {"session", "sessions"},
    {"counting", "counters"},
};

static bool leads_to(struct telling *telling, const struct topic *topic)
{
    bool leads = tell_is_named(telling, topic->name);

    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        if (strcmp(others[i].topic, topic->name) == 0 &&
            tell_is_named(telling, others[i].word)) {
            leads = true;
        }
    }
    return leads;
}

static void tell_topic(struct telling *telling, const struct topic *topic)
{
    tell_heading(telling, topic->name, topic->title);
    tell_paragraph(telling, topic->doc);
    if (topic->list) {
        topic->list(telling);
    }
}

void tell_topics(struct telling *telling)
{
    for (size_t i = 0; i < ARRAY_SIZE(topics); i++) {
        if (leads_to(telling, &topics[i])) {
            tell_topic(telling, &topics[i]);
        }
    }
    tell_value(telling);
    tell_krb_errors(telling);
    tell_diagnostics(telling);
}

void list_topics(struct telling *telling)
{
    static const struct {
        const char *words;
        const char *what;
    } kinds[] = {
        {"world, steps, at, do, when ...", "keys of a scenario"},
        {"host, user, leg, ticket ...", "facts, for `when`"},
        {"first, after, every, requests", "counting words of `when`"},
        {"ticket.lifetime, tls.profile ...", "lyncmock list settings"},
        {"users, pools, meetings, ntlm ...", "groups of settings"},
        {"user.alice.state ...", "settings of one of them"},
        {"discover.root ...", "lyncmock list points"},
        {"status, delay, body ...", "lyncmock list faults"},
        {"ntlm, negotiate ...", "lyncmock list auth"},
        {"webticket ...", "lyncmock list services"},
        {"good/ios-ntlm ...", "lyncmock list scenarios"},
        {"28020 ...", "diagnostics"},
        {"clock-skew ...", "kerberos-errors"},
        {"'${host}' ...", "values"},
    };

    buf_add_text(&telling->out, "lyncmock explain WORD; topics:\n");
    for (size_t i = 0; i < ARRAY_SIZE(topics); i++) {
        tell_item(telling, topics[i].name, topics[i].title);
    }
    buf_add_text(&telling->out, "\nand words of the language:\n");
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        buf_printf(&telling->out, "  %-32s %s\n", kinds[i].words,
                   kinds[i].what);
    }
}
