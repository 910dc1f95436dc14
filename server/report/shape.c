/* The model as tables, see shape.h. Names are a promise to users. */
#include "config.h"

#include "report/shape.h"

#include "report/report.h"

#define AT(type, member) offsetof(struct type, member)
#define PLAIN(type, kind, member, doc)                                         \
    {                                                                          \
#member, MEMBER_##kind, AT(type, member), 0, NULL, NULL, doc           \
    }
#define WORDS(type, member, words, doc)                                        \
    {                                                                          \
#member, MEMBER_WORD, AT(type, member), 0, NULL, words, doc            \
    }
#define LIST(type, member, count, shape, doc)                                  \
    {                                                                          \
#member, MEMBER_LIST, AT(type, member), AT(type, count), shape, NULL,  \
            doc                                                                \
    }
#define END                                                                    \
    {                                                                          \
        NULL, MEMBER_TEXT, 0, 0, NULL, NULL, NULL                              \
    }

static const char *const level_words[] = {
    [FINDING_MUST] = "must",
    [FINDING_SHOULD] = "should",
    [FINDING_PRACTICE] = "practice",
    [FINDING_ROBUSTNESS] = "robustness",
    NULL,
};

static const char *const severity_words[] = {
    [SEVERITY_FAIL] = "fail",
    [SEVERITY_WARN] = "warn",
    [SEVERITY_NOTE] = "note",
    [SEVERITY_KNOWN] = "known",
    NULL,
};

const char *report_level_word(enum finding_level level)
{
    return level_words[level];
}

const char *report_severity_word(enum report_severity severity)
{
    return severity_words[severity];
}

static const struct member exchange_members[] = {
    PLAIN(report_exchange, LARGE, id, "as the journal numbers them"),
    PLAIN(report_exchange, TEXT, kind, "http, tls, kdc or tcp"),
    PLAIN(report_exchange, LARGE, connection, "its number; 0: none"),
    PLAIN(report_exchange, FLAG, tls, "over TLS"),
    PLAIN(report_exchange, FLAG, resumed, "of a TLS session that was resumed"),
    PLAIN(report_exchange, REAL, at, "milliseconds since the run began"),
    PLAIN(report_exchange, REAL, took, "milliseconds"),
    PLAIN(report_exchange, TEXT, method, "GET, or AS-REQ of the KDC"),
    PLAIN(report_exchange, TEXT, host, "without the port"),
    PLAIN(report_exchange, TEXT, target, "path and query, secrets masked"),
    PLAIN(report_exchange, TEXT, operation, "discover.root and so on"),
    PLAIN(report_exchange, TEXT, auth, "ntlm, negotiate+krb5 and so on"),
    PLAIN(report_exchange, INT, leg, "of a handshake, from 1; 0: none"),
    PLAIN(report_exchange, TEXT, user, "account of the world"),
    PLAIN(report_exchange, COUNT, status, "that was sent; 0: none"),
    PLAIN(report_exchange, TEXT, answer, "AS-REP, KRB-ERROR and so on"),
    PLAIN(report_exchange, TEXT, outcome, "whole, cut, broken or nothing"),
    PLAIN(report_exchange, LARGE, in, "bytes of the request"),
    PLAIN(report_exchange, LARGE, out, "bytes of the answer"),
    PLAIN(report_exchange, TEXT, step, "FILE:LINE of the last step at work"),
    PLAIN(report_exchange, TEXT, why, "why the answer is no good one"),
    END,
};

static const struct shape exchange_shape = {
    "exchange", sizeof(struct report_exchange), exchange_members};

static const struct member finding_members[] = {
    PLAIN(report_finding, TEXT, rule, "its id"),
    WORDS(report_finding, level, level_words, "of the rule"),
    WORDS(report_finding, severity, severity_words, "what it does to the run"),
    PLAIN(report_finding, TEXT, title, "of the rule"),
    PLAIN(report_finding, TEXT, section, "document and section"),
    PLAIN(report_finding, TEXT, text,
          "what was wrong, and what would have been right"),
    PLAIN(report_finding, TEXT, where, "header, XPath or the like"),
    PLAIN(report_finding, TEXT, evidence, "the bytes, secrets masked"),
    PLAIN(report_finding, TEXT, known, "why it is a known failure"),
    PLAIN(report_finding, LARGE, exchange, "the first; 0: the whole session"),
    PLAIN(report_finding, LARGE, times, "how often"),
    END,
};

static const struct shape finding_shape = {
    "finding", sizeof(struct report_finding), finding_members};

static const struct member expectation_members[] = {
    PLAIN(report_expectation, TEXT, where, "FILE:LINE"),
    PLAIN(report_expectation, TEXT, what, "what was expected"),
    PLAIN(report_expectation, FLAG, held, "it came"),
    WORDS(report_expectation, severity, severity_words,
          "what it does to the run where it did not"),
    PLAIN(report_expectation, TEXT, why, "what came instead"),
    PLAIN(report_expectation, TEXT, nearest, "the nearest miss"),
    PLAIN(report_expectation, TEXT, known, "why it is a known failure"),
    END,
};

static const struct shape expectation_shape = {
    "expectation", sizeof(struct report_expectation), expectation_members};

static const struct member rule_members[] = {
    PLAIN(report_rule, TEXT, id, "of the rule"),
    PLAIN(report_rule, LARGE, met, "how often it had a say"),
    PLAIN(report_rule, LARGE, broken, "how often it was broken"),
    END,
};

static const struct shape rule_shape = {"rule", sizeof(struct report_rule),
                                        rule_members};

static const struct member measure_members[] = {
    PLAIN(report_measure, TEXT, name, "requests, connections and so on"),
    PLAIN(report_measure, REAL, taken, "what the client took"),
    PLAIN(report_measure, REAL, optimum, "what would have done"),
    PLAIN(report_measure, TEXT, why, "what was more than that"),
    END,
};

static const struct shape measure_shape = {
    "measure", sizeof(struct report_measure), measure_members};

static const struct member client_members[] = {
    PLAIN(report_client, TEXT, command, "that was run"),
    PLAIN(report_client, INT, exit_status, "-1: a signal ended it"),
    PLAIN(report_client, INT, signal, "that ended it; 0: none"),
    PLAIN(report_client, FLAG, timed_out, "the time limit ended it"),
    PLAIN(report_client, FLAG, stopped, "ended from outside, not by itself"),
    PLAIN(report_client, FLAG, reached, "it reached the server"),
    PLAIN(report_client, TEXT, output, "the last of it"),
    END,
};

static const struct shape client_shape = {
    "client", sizeof(struct report_client), client_members};

static const struct member run_members[] = {
    PLAIN(report_run, TEXT, scenario, "id or file, as it was given"),
    PLAIN(report_run, TEXT, name, "as the scenario says"),
    PLAIN(report_run, TEXT, title, "as the scenario says"),
    PLAIN(report_run, TEXT, variant, "of a matrix"),
    PLAIN(report_run, TEXT, session, "its name"),
    PLAIN(report_run, TEXT, domain, "the SIP domain"),
    PLAIN(report_run, SEED, seed, "of the session"),
    PLAIN(report_run, TEXT, began, "RFC 3339"),
    PLAIN(report_run, REAL, took, "milliseconds"),
    PLAIN(report_run, INT, exit_code, "of the run by itself"),
    PLAIN(report_run, TEXT, line, "the verdict in one line"),
    {"client", MEMBER_OWN, AT(report_run, client), 0, &client_shape, NULL,
     "how the client's process ended"},
    LIST(report_run, expectations, expectation_count, &expectation_shape,
         "what was expected"),
    LIST(report_run, findings, finding_count, &finding_shape,
         "rules that were broken"),
    LIST(report_run, exchanges, exchange_count, &exchange_shape,
         "in the order in which they began"),
    PLAIN(report_run, LARGE, dropped, "exchanges that memory has no longer"),
    LIST(report_run, rules, rule_count, &rule_shape, "all that there are"),
    LIST(report_run, measures, measure_count, &measure_shape,
         "what it took, beside the optimum"),
    {"points", MEMBER_TEXTS, AT(report_run, points),
     AT(report_run, point_count), NULL, NULL, "that were reached"},
    END,
};

static const struct shape run_shape = {"run", sizeof(struct report_run),
                                       run_members};

static const struct member report_members[] = {
    PLAIN(report, TEXT, version, "of lyncmock"),
    PLAIN(report, TEXT, title, "of a plan"),
    PLAIN(report, INT, exit_code, "of all"),
    LIST(report, runs, run_count, &run_shape, "one for each scenario"),
    END,
};

const struct shape report_shape = {"report", sizeof(struct report),
                                   report_members};
