/* What the forms of a report say alike. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "report/report.h"

/* Who answers: the lanes of a diagram. */
enum report_role {
    ROLE_PROXY,
    ROLE_KDC,
    ROLE_DISCOVER,
    ROLE_MEX,
    ROLE_TICKET,
    ROLE_OAUTH,
    ROLE_RESOURCE,
    ROLE_COUNT,
};

enum report_role report_role_of(const struct report_exchange *exchange);
const char *report_role_name(enum report_role role);

/* "good/ios-ntlm (ticket.format=cwt)"; what tells one run from another. */
const char *report_run_label(struct arena *arena, const struct report_run *run);
/* "NTLM 1/2", "ticket"; "": nobody proved anything. */
const char *report_auth(struct arena *arena, const struct report_run *run,
                        size_t index);
/* "lyncweb/WebTicket/WebTicketService.svc", "krbtgt/CONTOSO.TEST". */
const char *report_target(struct arena *arena, const struct report_run *run,
                          const struct report_exchange *exchange);
/* "200", "401 cut", "KDC_ERR_PREAUTH_REQUIRED", "nothing". */
const char *report_answered(struct arena *arena,
                            const struct report_exchange *exchange);

/* Whether the finding is of this exchange, which is the first of its breaches.
 */
bool report_is_at(const struct report_finding *finding,
                  const struct report_exchange *exchange);
/* Whether some line of a diagram has it. */
bool report_has_exchange(const struct report_run *run, uint64_t id);
/* How many have this severity. */
size_t report_count(const struct report_run *run,
                    enum report_severity severity);
size_t report_rules_met(const struct report_run *run);
/* "MUST" */
const char *report_level_label(enum finding_level level);
/* "held", "failed", "warned", "known" and so on. */
const char *report_fate(const struct report_expectation *expectation);

/* "it ended with 22", "a signal ended it: Killed"; NULL: it ended well, or was
 * told to. */
const char *report_client_trouble(struct arena *arena,
                                  const struct report_client *client);

/* "failed", "skipped" of an exit code. */
bool report_is_good(int exit_code);
bool report_is_skipped(int exit_code);

/* "7", "12.3": no more digits than it takes. */
const char *report_number(struct arena *arena, double value);
/* "3 times", "once"; the plural of a word: "1 request", "2 requests". */
const char *report_amount(struct arena *arena, uint64_t count,
                          const char *word);

#endif
