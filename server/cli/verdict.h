/* What became of what scenarios expect of their clients. */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include "cli/verb.h"
#include "scenario/sessions.h"

/*
 * Tells the verdict of each session that expects something, on the log.
 * EXIT_VERDICT: one of them failed; else EXIT_GOOD, also where nothing was
 * expected.
 */
enum exit_code verdict_tell(const struct sessions *sessions);
/* Rules of whole sessions have their say, and nothing is told: a report does
 * that. In place of verdict_tell. */
void verdict_prepare(const struct sessions *sessions);
/* That of one session, which ends. false: it expects something that did not
 * come. */
bool verdict_tell_one(struct session *session);

#endif
