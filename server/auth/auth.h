/*
 * Authentication methods: token in, token out, with a handle that the caller
 * owns. Nothing here knows HTTP; whoever carries the tokens (an HTTP
 * connection today, a SIP one later) keeps the handle for as long as the
 * handshake and the identity live.
 *
 * A method is one file in this folder that ends in one `const struct
 * auth_method auth_method_<name>`, and one word in AUTH_METHODS (local.mk).
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/report.h"
#include "util/arena.h"
#include "util/attr.h"
#include "util/span.h"
#include "wire/finding.h"

struct auth_method;
struct auth_outcome;
struct env;
struct krb5_acceptor;
struct negotiate_plan;
struct ntlm_plan;
struct user;
struct world;

/* Where a handshake stands as auth_context.reach is called. */
enum auth_moment {
    AUTH_MOMENT_NTLM_NEGOTIATE,     /* the first leg was read */
    AUTH_MOMENT_NTLM_RESTART,       /* ... where the last one was awaited */
    AUTH_MOMENT_NTLM_CHALLENGE,     /* about to be built */
    AUTH_MOMENT_NTLM_AUTHENTICATE,  /* the last leg was read, not judged */
    AUTH_MOMENT_NTLM_OUT_OF_TURN,   /* ... and no challenge went before it */
    AUTH_MOMENT_NEGOTIATE_CONTINUE, /* a NegTokenResp was read */
    AUTH_MOMENT_NEGOTIATE_RAW,      /* a token with no SPNEGO around it */
    AUTH_MOMENT_NEGOTIATE_TICKET,   /* an AP-REQ, about to be judged */
    AUTH_MOMENT_BASIC_CREDENTIALS,  /* name and password, about to be judged */
};

enum {
    AUTH_PAST_MAX = 16,
    AUTH_LEAVES_MAX = 32,
    AUTH_CHALLENGE_SIZE = 8, /* of NTLM's ServerChallenge */
};

/* An NTLM challenge that went out before, on this connection or another. */
struct auth_past {
    uint8_t challenge[AUTH_CHALLENGE_SIZE];
    uint64_t connection;
};

/* A certificate that this server shows somewhere. */
struct auth_leaf {
    const char *name;
    struct span hash; /* tls-server-end-point */
    struct span der;
    struct span public_key; /* SubjectPublicKeyInfo, DER */
};

/* What a step may look at. Borrowed for the call. */
struct auth_context {
    const struct world *world;
    struct env *env;
    struct arena *arena;          /* for all that the outcome points to */
    int64_t now;                  /* by the world's clock, ns */
    const char *host;             /* the name the client asked for */
    uint64_t connection;          /* its id; 0: none */
    struct span certificate_hash; /* tls-server-end-point; empty: no TLS */
    struct krb5_acceptor *krb5;   /* NULL: no Kerberos, see krb5.h */
    /* What steps want of an NTLM leg; they write it in `reach`. NULL: no. */
    struct ntlm_plan *ntlm;
    /* Called at each moment of a handshake where somebody may have a say; user
     * and account: who it claims to be, or NULL. Returns the world from there
     * on. NULL: nobody has. See auth_reach. */
    const struct world *(*reach)(void *plan, enum auth_moment moment,
                                 const struct user *user, const char *account);
    /*
     * Called as SPNEGO is about to pick a mechanism, and as an AP-REQ was
     * judged (user and reason are in `out`) and is about to be answered: what
     * is to be done instead of the good thing, or NULL; `out_world` is set to
     * the world from there on. NULL: no such plans.
     */
    const struct negotiate_plan *(*before_mechanism)(
        void *plan, const struct world **out_world);
    const struct negotiate_plan *(*before_answer)(
        void *plan, const struct auth_outcome *out);
    /*
     * For whom a refusal is explained to: challenges that went out, newest
     * first, and certificates, into `out`; how many. NULL: nobody knows.
     */
    size_t (*past)(void *plan, struct auth_past out[AUTH_PAST_MAX]);
    size_t (*leaves)(void *plan, struct auth_leaf out[AUTH_LEAVES_MAX]);
    void *plan;
};

enum auth_verdict {
    AUTH_CONTINUE, /* send token_out, await the next token */
    AUTH_ACCEPTED, /* user is set; token_out may be sent along */
    AUTH_REFUSED,  /* wrong credentials, or an account that may not log on */
    AUTH_INVALID,  /* a token that is no token of this method */
};

/*
 * Why a sign-in was refused: what a Windows log would say. Constant, the word
 * that scenarios ask for, the text of messages.
 */
#define AUTH_REASONS(X)                                                        \
    X(NONE, "none", "none")                                                    \
    X(BAD_TOKEN, "bad-token", "malformed token")                               \
    X(OUT_OF_TURN, "out-of-turn", "final leg without a challenge before it")   \
    X(UNKNOWN_USER, "unknown-user", "unknown user")                            \
    X(WRONG_PASSWORD, "wrong-password", "wrong password")                      \
    X(DISABLED, "disabled", "account disabled")                                \
    X(LOCKED, "locked", "account locked out")                                  \
    X(EXPIRED, "expired", "password expired")                                  \
    X(MUST_CHANGE, "must-change", "password must be changed")                  \
    X(ANONYMOUS, "anonymous", "anonymous logon")          /* by NTLM */        \
    X(VERSION, "version", "response version not allowed") /* LM, NTLMv1 */     \
    X(MIC, "mic", "message integrity code absent or wrong")                    \
    X(CHANNEL_BINDING, "channel-binding", "channel binding absent or wrong")   \
    X(SPN, "spn", "service principal name absent or wrong")                    \
    X(MECH_LIST_MIC, "mech-list-mic", "mechListMIC absent or wrong")           \
    X(MECHANISM, "mechanism", "no common mechanism") /* of SPNEGO */           \
    X(SERVICE_KEY, "service-key", "ticket encrypted with another key")         \
    X(SERVICE_NAME, "service-name", "ticket for another service")              \
    X(KEY_VERSION, "key-version", "ticket encrypted with another key version") \
    X(ETYPE, "etype", "no key of the ticket's encryption type")                \
    X(REALM, "realm", "ticket of another realm")                               \
    X(CLOCK_SKEW, "clock-skew", "the client's clock is too far off")           \
    X(TICKET_EXPIRED, "ticket-expired", "Kerberos ticket expired")             \
    X(TICKET_NOT_YET, "ticket-not-yet-valid", "Kerberos ticket not yet valid") \
    X(REPLAY, "replay", "the same authenticator came before")                  \
    X(MODIFIED, "modified", "authenticator does not fit the ticket")           \
    X(FORGED, "forged", "refused because a step says so")

enum auth_reason {
#define REASON_ENUM(id, word, text) AUTH_REASON_##id,
    AUTH_REASONS(REASON_ENUM)
#undef REASON_ENUM
        AUTH_REASON_COUNT
};

/* One decoded fact of the handshake for the journal: key and text. */
struct auth_note {
    const struct auth_note *next;
    const char *key; /* "ntlm.flags", "ntlm.mic", "spnego.mech" ... */
    const char *text;
};

struct auth_outcome {
    enum auth_verdict verdict;
    enum auth_reason reason;
    const char *why; /* more than the reason says; NULL: nothing */
    /* What the client did instead of the right thing, one sentence that stands
     * by itself, and no secret in it; NULL: nothing was found out. */
    const char *solved;
    struct span token_out;
    const struct user *user;        /* accepted, or refused but known */
    const char *mechanism;          /* "ntlm", "negotiate+ntlm" ... */
    const struct auth_note *notes;  /* newest first */
    const struct finding *findings; /* newest first */
    struct auth_report report;      /* whole once accepted */
    /*
     * Set when the verdict changes an account's counters: the caller runs
     * auth_account_commit once the reply it sends implies the verdict.
     */
    bool counts;
};

/* One handshake; made by begin, dropped by end (which wipes keys). */
struct auth_handle;

struct auth_method {
    const char *name; /* "ntlm": what users and scenarios write */
    /* HTTP auth-scheme, "NTLM"; NULL: it is carried by Negotiate alone. */
    const char *scheme;
    const char *spec; /* document and section */
    const char *doc;  /* one sentence */
    /* Each request brings credentials of its own, and no connection keeps
     * them. */
    bool per_request;
    /* What stands behind the scheme where a 401 offers it. NULL: nothing. */
    const char *(*parameters)(struct arena *arena, const struct world *world);
    struct auth_handle *(*begin)(void);
    /* Takes `out` initialised, and keeps the notes that are in it. */
    void (*step)(struct auth_handle *handle, const struct auth_context *ctx,
                 struct span token_in, struct auth_outcome *out);
    void (*end)(struct auth_handle *handle);
};

/* All methods, by name and by HTTP scheme (any letter case); NULL: none. */
const struct auth_method *auth_method(const char *name);
const struct auth_method *auth_method_of_scheme(const char *scheme);
/* NULL past the end. */
const struct auth_method *auth_method_at(size_t index);

/* The context from this moment on: what steps say there holds in it. */
struct auth_context auth_reach(const struct auth_context *ctx,
                               enum auth_moment moment);

void auth_note(const struct auth_context *ctx, struct auth_outcome *out,
               const char *key, const char *format, ...) PRINTF(4, 5);
/* The peer broke a rule; texts are borrowed for as long as the arena. */
void auth_find(const struct auth_context *ctx, struct auth_outcome *out,
               const struct finding *finding);
/* "wrong password", for messages. */
const char *auth_reason_text(enum auth_reason reason);
/* "wrong-password", for scenarios. */
const char *auth_reason_word(enum auth_reason reason);

/* Whether this account may log on now: AUTH_REASON_NONE or why not. */
enum auth_reason auth_account_check(const struct auth_context *ctx,
                                    const struct user *user);
/*
 * The same where a method knows whether the password was proven; user NULL:
 * nobody has this name. One order of reasons for all methods.
 */
enum auth_reason auth_account_judge(const struct auth_context *ctx,
                                    const struct user *user, bool proven);
/* Counts a wrong password, or forgets them after a right one. now: by the
 * world's clock, ns. True: this has locked the account. */
bool auth_account_commit(const struct world *world,
                         const struct auth_outcome *out, int64_t now);

#endif
