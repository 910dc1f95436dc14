/* What the files of the discover endpoint share. */
#ifndef SERVICES_DISCOVER_H
#define SERVICES_DISCOVER_H

#include "services/autodiscover.h"
#include "services/discover_query.h"
#include "services/service.h"

/* A document about the resource that this call serves. */
struct autodiscover discover_document(struct call *call, const char *element,
                                      const char *self);

/*
 * Plans 200 with this document in the form that the client asked for. The
 * macros note the source line, which the journal shows.
 */
void discover_answer_at(struct call *call, const struct autodiscover *doc,
                        const char *file, int line);
#define discover_answer(call, doc)                                             \
    discover_answer_at((call), (doc), __FILE__, __LINE__)

/*
 * Plans the answer whose only Link is a Redirect (protocol: discover 2.7).
 * element: "Root", or "User" once the user is known; why: for the journal.
 */
void discover_redirect_at(struct call *call, const char *element,
                          const char *target, const char *why, const char *file,
                          int line);
#define discover_redirect(call, element, target, why)                          \
    discover_redirect_at((call), (element), (target), (why), __FILE__, __LINE__)

/* call_reach with the fact `form`: what the client's Accept leads to. */
void discover_reach(struct call *call, enum point point);

/* On plain HTTP: plans the way to the Root on HTTPS, and says so. */
bool discover_lead_to_https(struct call *call);

/* /root/user and /root/oauth/user, see discover_user.c. */
enum call_result discover_user(struct call *call);
/* What a 401 there says of where tickets are to be had (discover 3). */
void discover_challenge(struct call *call);
/* The same where no step is asked: for replies that steps made. */
void discover_add_challenge(struct call *call);
/* XFrame.html, see discover_xframe.c. */
enum call_result discover_xframe(struct call *call);

#endif
