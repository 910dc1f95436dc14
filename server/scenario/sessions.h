/*
 * The sessions of a running server. A request belongs to one by the name of
 * its host alone, so that unmodified clients can be tested side by side: a
 * session has a SIP domain, and all names in it are its own. The longest domain
 * wins; what is in none belongs to the default session. Where templates are
 * given, the first contact with a domain below the world's makes a session.
 */
#ifndef SCENARIO_SESSIONS_H
#define SCENARIO_SESSIONS_H

#include "scenario/session.h"
#include "util/err.h"

struct sessions;

enum {
    SESSIONS_MAX = 4096, /* at a time, beside the default one */
    /* Of them, those that strangers can bring about by inventing names. */
    SESSIONS_BY_CONTACT_MAX = 1000,
};

/* The name of the one that always is. */
#define SESSIONS_DEFAULT "default"

/* With the default session alone, which plays this scenario. */
struct sessions *sessions_new(struct scenario *scenario);
void sessions_free(struct sessions *sessions);

struct sessions_options {
    struct env *env;
    int64_t ttl; /* of sessions made at first contact, ns; 0: for ever */
    /*
     * Makes the session of a domain that is contacted for the first time; one
     * reference. NULL: it is none for a session, or that has failed, which is
     * not tried again at once. The whole member may be NULL.
     */
    struct session *(*at_contact)(void *ctx, const char *domain,
                                  bool *out_failed);
    /* This one is no longer in the registry; exchanges may still have it. May
     * be NULL. */
    void (*gone)(void *ctx, struct session *session);
    void *ctx;
};

/* Before the first contact. */
void sessions_setup(struct sessions *sessions,
                    const struct sessions_options *options);

/* The one of all names that no other has. Borrowed. */
struct session *sessions_default(const struct sessions *sessions);
/* The one of this host; NULL, an address, a name of nobody's: the default. It
 * is contacted, which may make it. Borrowed until the end of the current
 * callback. */
struct session *sessions_of(struct sessions *sessions, const char *host);
/* The same of a SIP domain, such as that of a user principal name. */
struct session *sessions_of_domain(struct sessions *sessions,
                                   const char *domain);
/* The one of this host, as it is: this is no contact. */
struct session *sessions_peek(const struct sessions *sessions,
                              const char *host);

/* One of the registry, for lists. */
struct session_entry {
    struct session *session;
    const char *domain; /* of the default session: its world's */
    bool by_contact;
    int64_t ttl;       /* ns after the last contact; 0: for ever */
    int64_t idle;      /* ns since then */
    uint64_t contacts; /* handshakes, requests, questions to the KDC */
};

/*
 * Adds one, whose name is its domain in lower case; takes over the reference on
 * success. Refused: a domain that a session has, or that is a name of the
 * default session's world; more than SESSIONS_MAX.
 */
MUST_CHECK bool sessions_add(struct sessions *sessions, struct session *session,
                             int64_t ttl, struct err *err);
/* Whether sessions_add would take one of this domain; the error says why not.
 */
MUST_CHECK bool sessions_free_domain(struct sessions *sessions,
                                     const char *domain, struct err *err);
/* By its name; false: there is none. The default session is no entry here. */
bool sessions_find(const struct sessions *sessions, const char *name,
                   struct session_entry *out_entry);
/* The default session first, then by name; false past the end. */
bool sessions_at(const struct sessions *sessions, size_t index,
                 struct session_entry *out_entry);
/* false: there is none of this name. */
bool sessions_remove(struct sessions *sessions, const char *name);
/* Removes those whose time is up. */
void sessions_sweep(struct sessions *sessions);

AUTO_DEFINE(sessions, struct sessions *, sessions_free)

#endif
