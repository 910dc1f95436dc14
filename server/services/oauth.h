/*
 * The OAuth token endpoint in pieces: oauthtoken.c is the endpoint,
 * oauth_grants.c judges the grants, oauth_reply.c words the answers.
 * protocol: discover 4.
 */
#ifndef SERVICES_OAUTH_H
#define SERVICES_OAUTH_H

#include "services/identity.h"
#include "services/service.h"
#include "wire/form.h"

#define OAUTH_TOKEN_PATH   "/WebTicket/oauthtoken"
#define OAUTH_PASSIVE_PATH "/PassiveAuth/PassiveAuth.aspx"

struct oauth_grant {
    const char *name; /* grant_type */
    /* Whether this world takes it; where not, it is not advertised either. */
    bool (*offered)(const struct world *world);
    bool advertised; /* in the MsRtcOAuth challenge */
    /* Whom the token is for. false: the refusal is planned. */
    bool (*judge)(struct call *call, const struct form *form,
                  struct identity *out_who);
};

/* The grant of this name; NULL: none that this world takes. */
const struct oauth_grant *oauth_grant(const struct world *world,
                                      const char *name);
/* "urn:microsoft.rtc:windows,password": those that this world takes. */
const char *oauth_grants_text(struct arena *arena, const struct world *world);

/* "MsRtcOAuth href=...,grant_type=...", as the world has it. */
const char *oauth_challenge(struct call *call);

/* A parameter that is not there, or is empty (RFC 6749 section 3.2), is NULL.
 */
const char *oauth_parameter(const struct form *form, const char *name);

/* RFC 6749 section 5.2; the words are the document's. */
enum oauth_error {
    OAUTH_INVALID_REQUEST,
    OAUTH_INVALID_GRANT,
    OAUTH_UNSUPPORTED_GRANT,
    OAUTH_INVALID_SCOPE,
    OAUTH_SERVER_ERROR,
};

/* Plans the error answer, with a number of diagnostics.h or 0. Always false. */
bool oauth_refuse_at(struct call *call, enum oauth_error error, unsigned id,
                     const char *file, int line);
#define oauth_refuse(call, error, id)                                          \
    oauth_refuse_at((call), (error), (id), __FILE__, __LINE__)
/* The same with the address of the page where a passive sign-in begins. */
bool oauth_refuse_passive(struct call *call);

struct oauth_say;
/* The answer that a step wants. */
void oauth_say_error(struct call *call, const struct oauth_say *say);

/* Plans the good answer: this token, for so many seconds. */
void oauth_answer(struct call *call, const char *token, int64_t seconds);

#endif
