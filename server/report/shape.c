/* The model as tables, see shape.h. Names are a promise to users. */
#include "config.h"

#include "report/shape.h"

#include "report/report.h"

const char *const report_level_words[] = {
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
    return report_level_words[level];
}

const char *report_severity_word(enum report_severity severity)
{
    return severity_words[severity];
}

static const struct member exchange_members[] = {
    SHAPE_PLAIN(report_exchange, LARGE, id, "as the journal numbers them"),
    SHAPE_PLAIN(report_exchange, TEXT, kind, "http, tls, kdc or tcp"),
    SHAPE_PLAIN(report_exchange, LARGE, connection, "its number; 0: none"),
    SHAPE_PLAIN(report_exchange, FLAG, tls, "over TLS"),
    SHAPE_PLAIN(report_exchange, FLAG, resumed,
                "of a TLS session that was resumed"),
    SHAPE_PLAIN(report_exchange, REAL, at, "milliseconds since the run began"),
    SHAPE_PLAIN(report_exchange, REAL, took, "milliseconds"),
    SHAPE_PLAIN(report_exchange, TEXT, method, "GET, or AS-REQ of the KDC"),
    SHAPE_PLAIN(report_exchange, TEXT, host, "without the port"),
    SHAPE_PLAIN(report_exchange, TEXT, target,
                "path and query, secrets masked"),
    SHAPE_PLAIN(report_exchange, TEXT, operation, "discover.root and so on"),
    SHAPE_PLAIN(report_exchange, TEXT, auth, "ntlm, negotiate+krb5 and so on"),
    SHAPE_PLAIN(report_exchange, INT, leg, "of a handshake, from 1; 0: none"),
    SHAPE_PLAIN(report_exchange, TEXT, user, "account of the world"),
    SHAPE_PLAIN(report_exchange, COUNT, status, "that was sent; 0: none"),
    SHAPE_PLAIN(report_exchange, TEXT, answer, "AS-REP, KRB-ERROR and so on"),
    SHAPE_PLAIN(report_exchange, TEXT, outcome,
                "whole, cut, broken or nothing"),
    SHAPE_PLAIN(report_exchange, LARGE, in, "bytes of the request"),
    SHAPE_PLAIN(report_exchange, LARGE, out, "bytes of the answer"),
    SHAPE_PLAIN(report_exchange, TEXT, step,
                "FILE:LINE of the last step at work"),
    SHAPE_PLAIN(report_exchange, TEXT, why, "why the answer is no good one"),
    SHAPE_END,
};

static const struct shape exchange_shape = {
    "exchange", sizeof(struct report_exchange), exchange_members};

static const struct member finding_members[] = {
    SHAPE_PLAIN(report_finding, TEXT, rule, "its id"),
    SHAPE_WORDS(report_finding, level, report_level_words, "of the rule"),
    SHAPE_WORDS(report_finding, severity, severity_words,
                "what it does to the run"),
    SHAPE_PLAIN(report_finding, TEXT, title, "of the rule"),
    SHAPE_PLAIN(report_finding, TEXT, section, "document and section"),
    SHAPE_PLAIN(report_finding, TEXT, text,
                "what was wrong, and what would have been right"),
    SHAPE_PLAIN(report_finding, TEXT, where, "header, XPath or the like"),
    SHAPE_PLAIN(report_finding, TEXT, evidence, "the bytes, secrets masked"),
    SHAPE_PLAIN(report_finding, TEXT, known, "why it is a known failure"),
    SHAPE_PLAIN(report_finding, LARGE, exchange,
                "the first; 0: the whole session"),
    SHAPE_PLAIN(report_finding, LARGE, times, "how often"),
    SHAPE_END,
};

static const struct shape finding_shape = {
    "finding", sizeof(struct report_finding), finding_members};

static const struct member expectation_members[] = {
    SHAPE_PLAIN(report_expectation, TEXT, where, "FILE:LINE"),
    SHAPE_PLAIN(report_expectation, TEXT, what, "what was expected"),
    SHAPE_PLAIN(report_expectation, FLAG, held, "it came"),
    SHAPE_WORDS(report_expectation, severity, severity_words,
                "what it does to the run where it did not"),
    SHAPE_PLAIN(report_expectation, TEXT, why, "what came instead"),
    SHAPE_PLAIN(report_expectation, TEXT, nearest, "the nearest miss"),
    SHAPE_PLAIN(report_expectation, TEXT, known, "why it is a known failure"),
    SHAPE_END,
};

static const struct shape expectation_shape = {
    "expectation", sizeof(struct report_expectation), expectation_members};

static const struct member rule_members[] = {
    SHAPE_PLAIN(report_rule, TEXT, id, "of the rule"),
    SHAPE_PLAIN(report_rule, LARGE, met, "how often it had a say"),
    SHAPE_PLAIN(report_rule, LARGE, broken, "how often it was broken"),
    SHAPE_END,
};

static const struct shape rule_shape = {"rule", sizeof(struct report_rule),
                                        rule_members};

static const struct member measure_members[] = {
    SHAPE_PLAIN(report_measure, TEXT, name, "requests, connections and so on"),
    SHAPE_PLAIN(report_measure, REAL, taken, "what the client took"),
    SHAPE_PLAIN(report_measure, REAL, optimum, "what would have done"),
    SHAPE_PLAIN(report_measure, TEXT, why, "what was more than that"),
    SHAPE_END,
};

static const struct shape measure_shape = {
    "measure", sizeof(struct report_measure), measure_members};

static const struct member client_members[] = {
    SHAPE_PLAIN(report_client, TEXT, command, "that was run"),
    SHAPE_PLAIN(report_client, INT, exit_status, "-1: a signal ended it"),
    SHAPE_PLAIN(report_client, INT, signal, "that ended it; 0: none"),
    SHAPE_PLAIN(report_client, FLAG, timed_out, "the time limit ended it"),
    SHAPE_PLAIN(report_client, TEXT, limit, "of its time, such as \"3s\""),
    SHAPE_PLAIN(report_client, FLAG, stopped,
                "ended from outside, not by itself"),
    SHAPE_PLAIN(report_client, FLAG, reached, "it reached the server"),
    SHAPE_PLAIN(report_client, FLAG, may_fail,
                "nobody can sign in there: its status says nothing"),
    SHAPE_PLAIN(report_client, TEXT, output, "the last of it"),
    SHAPE_END,
};

static const struct shape client_shape = {
    "client", sizeof(struct report_client), client_members};

static const struct member run_members[] = {
    SHAPE_PLAIN(report_run, TEXT, scenario, "id or file, as it was given"),
    SHAPE_PLAIN(report_run, TEXT, name, "as the scenario says"),
    SHAPE_PLAIN(report_run, TEXT, title, "as the scenario says"),
    SHAPE_PLAIN(report_run, TEXT, variant, "of a matrix"),
    SHAPE_PLAIN(report_run, TEXT, session, "its name"),
    SHAPE_PLAIN(report_run, TEXT, domain, "the SIP domain"),
    SHAPE_PLAIN(report_run, SEED, seed, "of the session"),
    SHAPE_PLAIN(report_run, TEXT, began, "RFC 3339"),
    SHAPE_PLAIN(report_run, REAL, took, "milliseconds"),
    SHAPE_PLAIN(report_run, INT, exit_code, "of the run by itself"),
    SHAPE_PLAIN(report_run, TEXT, line, "the verdict in one line"),
    SHAPE_OF(report_run, OWN, client, &client_shape,
             "how the client's process ended"),
    SHAPE_LIST(report_run, expectations, expectation_count, &expectation_shape,
               "what was expected"),
    SHAPE_LIST(report_run, findings, finding_count, &finding_shape,
               "rules that were broken"),
    SHAPE_LIST(report_run, exchanges, exchange_count, &exchange_shape,
               "in the order in which they began"),
    SHAPE_PLAIN(report_run, LARGE, dropped,
                "exchanges that memory has no longer"),
    SHAPE_LIST(report_run, rules, rule_count, &rule_shape,
               "all that there are"),
    SHAPE_LIST(report_run, measures, measure_count, &measure_shape,
               "what it took, beside the optimum"),
    {"points", MEMBER_TEXTS, SHAPE_AT(report_run, points),
     SHAPE_AT(report_run, point_count), NULL, NULL, "that were reached"},
    {"codes", MEMBER_TEXTS, SHAPE_AT(report_run, codes),
     SHAPE_AT(report_run, code_count), NULL, NULL,
     "that it was answered with, such as \"diagnostics 28033\""},
    SHAPE_PLAIN(report_run, TEXT, group, "of the plan"),
    SHAPE_END,
};

static const struct shape run_shape = {"run", sizeof(struct report_run),
                                       run_members};

static const struct member report_members[] = {
    SHAPE_PLAIN(report, TEXT, version, "of lyncmock"),
    SHAPE_PLAIN(report, TEXT, title, "of a plan"),
    SHAPE_PLAIN(report, INT, exit_code, "of all"),
    SHAPE_OF(report, MAYBE, scorecard, &scorecard_shape,
             "of a conformance run"),
    SHAPE_LIST(report, runs, run_count, &run_shape, "one for each scenario"),
    SHAPE_END,
};

const struct shape report_shape = {"report", sizeof(struct report),
                                   report_members};
