/*
 * What a verdict on credentials comes to, whoever judged them: notes in the
 * journal, facts, and a count that is taken once the reply implies it.
 */
#ifndef SERVICES_VERDICT_H
#define SERVICES_VERDICT_H

#include "auth/auth.h"
#include "services/service.h"

/* The notes of an outcome as remarks, in the order they were made. */
void verdict_remark(struct exchange *ex, const struct auth_note *notes);

/*
 * Judges a name and a password in clear for this call (auth/password.h). Facts
 * are set, `auth` among them ("usertoken"). No reply is planned.
 */
struct auth_outcome verdict_password(struct call *call, const char *auth,
                                     const char *name, const char *password);

/*
 * Behind the point of a verdict: puts the one that a step wants in its place.
 * Nobody's wrong passwords are counted then, nor forgotten: nothing was proven.
 * True: the verdict is a step's.
 */
bool verdict_force(struct call *call, struct auth_outcome *outcome);
/* As the exchange ends: what the session's verdict wants to know of it. */
void verdict_tell_session(struct call *call);
/* The same as verdict_force, and then what verdict_password found is counted as
 * an effect of the reply: wrong passwords, or the end of their count. */
void verdict_settle(struct call *call, struct auth_outcome *outcome);

/* What a step wants, taken off the call; false: nothing. For verdicts that are
 * no auth_outcome. The facts are set, and the journal told. */
bool verdict_take(struct call *call, struct verdict_plan *out_plan);

/* Sets the facts `verdict` and `reason`, for the points that come. */
void verdict_facts(struct call *call, const struct auth_outcome *outcome);

/* Sets the facts `account` and `domain`, where the scenario asks for them: of
 * a name as the client wrote it, which lives as long as the exchange; of what
 * a sign-in showed. */
void verdict_account(struct call *call, const char *account);
void verdict_reported(struct call *call, const struct auth_report *report);

/* Why a meeting's guest stays outside, in the words of the fact `reason`. */
#define GUEST_REASONS(X)                                                       \
    X(NONE, "none")                                                            \
    X(UNKNOWN_MEETING, "unknown-meeting")                                      \
    X(MEETING_ENDED, "meeting-ended")                                          \
    X(WRONG_KEY, "wrong-key")                                                  \
    X(BAD_TOKEN, "bad-token") /* shown to be the same guest again */

enum guest_reason {
#define REASON_ENUM(id, word) GUEST_REASON_##id,
    GUEST_REASONS(REASON_ENUM)
#undef REASON_ENUM
        GUEST_REASON_COUNT
};

const char *guest_reason_word(enum guest_reason reason);
/* Puts the verdict of a step in the place of this one; a guest is let in only
 * where a meeting is known. */
void verdict_force_guest(struct call *call, bool known,
                         enum guest_reason *reason);
/* The same facts about a guest. */
void verdict_guest(struct call *call, enum guest_reason reason);

/* Counts what the verdict means for the account; one that is locked by it is
 * told of in `ex`. */
void verdict_count(struct exchange *ex, const struct world *world,
                   const struct auth_outcome *outcome, int64_t now);

/* What the journal and its log line say of a refusal; once the reply is
 * planned, which says as little as the product does. */
void verdict_why(struct call *call, const struct auth_outcome *outcome);
/* The last part of it: what the client did instead of the right thing, if that
 * was found out. */
void verdict_solved(struct call *call, const struct auth_outcome *outcome);

#endif
