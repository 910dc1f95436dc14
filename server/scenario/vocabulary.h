/*
 * Words that other folders own: the reader refuses those that nobody knows.
 * Passed down from cli/. Lists end with NULL.
 */
#ifndef SCENARIO_VOCABULARY_H
#define SCENARIO_VOCABULARY_H

#include "scenario/fault.h"

struct vocabulary {
    const struct fault *const *faults;
    const char *const *auth;       /* the fact `auth`: "ntlm" ... */
    const char *const *tickets;    /* the fact `ticket`: "expired" ... */
    const char *const *verdicts;   /* the fact `verdict`: "refused" ... */
    const char *const *reasons;    /* the fact `reason`: "wrong-password" ... */
    const char *const *transports; /* the fact `transport`: "udp" ... */
    const char *const *methods;    /* of any route: "GET" ... */
    const char *const *paths;      /* of any route */
    const char *const *rules;      /* ids; NULL: they are not known */
};

const struct fault *vocabulary_fault(const struct vocabulary *words,
                                     const char *name);

#endif
