/*
 * The way of a sign-in: discovery, the User resource, metadata, a web ticket,
 * the User resource again, and so on to the user's home pool. protocol:
 * discover 5. Every function that is false has set walk->failure.
 */
#ifndef PROBE_WALK_H
#define PROBE_WALK_H

#include <stdbool.h>

#include "probe/clients.h"
#include "probe/http.h"
#include "probe/kerberos.h"
#include "probe/report.h"
#include "probe/target.h"
#include "probe/trouble.h"

enum {
    WALK_HOPS_MAX = 10, /* redirects, of Root and of User together */
};

struct walk {
    struct arena *arena;
    struct env *env;
    const struct client *client;
    const struct target *target;
    const char *trust; /* a domain that the user trusts besides; or NULL */
    struct http *http;
    int64_t deadline;
    bool may_switch; /* to Kerberos: nobody asked for NTLM */
    struct report *report;
    /* URLs that redirects led to. */
    const char *visited[WALK_HOPS_MAX + 1];
    size_t hops;
    struct kerberos *kerberos;          /* NULL: nobody has signed on */
    struct kerberos_ticket service;     /* of the server that is asked */
    struct kerberos_trouble no_service; /* why it is not there */
    size_t progress; /* answers on the way that were any good */
    struct failure failure;
    struct outcome outcome;
};

/* Signs in; walk->outcome is complete. */
bool walk_sign_in(struct walk *walk);

/* ---- Of the parts of the walk alone ---- */

/* Root, by the client's names or the given URL, and where it leads. */
bool walk_discover(struct walk *walk, const char **out_user_url);
/* From a redirect on; `from` is who said it. */
bool walk_redirect(struct walk *walk, const char *from, const char *to,
                   const char **out_user_url);
/* The User resource of the home pool. */
bool walk_user(struct walk *walk, const char *user_url);
/* Metadata and ticket; `service` is the address of the ticket service. */
bool walk_ticket(struct walk *walk, const char *service, const char *applies_to,
                 struct ticket *out_ticket);
/* Tickets of the KDC for the server at `address`. */
bool walk_kerberos_begin(struct walk *walk, const char *address);
/* What came back with the answer that was let in. */
void walk_kerberos_tell(struct walk *walk, const struct http_answer *answer);
/* Has the head of the request, with the token, become too long? Then it has
 * failed by that. */
bool walk_kerberos_too_big(struct walk *walk, const struct http_answer *answer);
/* Why a 401 came: always false. */
bool walk_kerberos_refused(struct walk *walk, const struct http_answer *answer);
/* A ticket for a password at an OAuth endpoint. */
bool walk_oauth(struct walk *walk, const char *url, struct ticket *out_ticket);

/*
 * One request as a step of the report; asks again when the server is busy and
 * says for how long. false: there was no answer.
 */
bool walk_ask(struct walk *walk, const char *stage,
              const struct http_request *request,
              struct http_answer *out_answer);
/* Waits as a 503 wants; false: it is none, or it wants too much. */
bool walk_pause(struct walk *walk, const struct http_answer *answer);
/* What to do without an answer: always false. */
bool walk_no_answer(struct walk *walk, const char *stage, const char *url,
                    const struct http_answer *answer);
/* What to do with an answer that is no good: always false. */
bool walk_refused(struct walk *walk, const char *stage,
                  const struct http_answer *answer, const char *reason);
/* Whatever was expected has moved, by HTTP, where it must not: always false. */
bool walk_moved(struct walk *walk, const char *stage,
                const struct http_answer *answer, const char *what);
/* Warn of what this client can read and others cannot; see walk_judge.c. */
void walk_judge_form(struct walk *walk, const struct http_answer *answer,
                     const struct discovery *discovery);
void walk_judge_user(struct walk *walk, const struct discovery *user);
bool walk_fail(struct walk *walk, const char *stage, const char *reason,
               const char *advice);
/* What the answer says of its refusal; false: nothing. */
bool walk_trouble(struct walk *walk, const struct http_answer *answer,
                  struct trouble *out_trouble);
/* "28033, the ticket has expired: The ticket expired at ..." */
const char *walk_said(struct walk *walk, const struct trouble *trouble);
/* May a password or a ticket go to `url`, which stood in an answer of `from`?
 * Warns of foreign domains; in clear nobody is believed who names one. */
bool walk_safe(struct walk *walk, const char *stage, const char *what,
               const char *from, const char *url);
/* What to do with a host outside of the domain that came in clear: always
 * false. discover 1.6. */
bool walk_led_out(struct walk *walk, const char *stage, const char *what,
                  const char *host);

#endif
