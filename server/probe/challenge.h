/*
 * WWW-Authenticate of answers: which schemes are offered, and the parameters of
 * MsRtcOAuth. protocol: discover 3.2.
 */
#ifndef PROBE_CHALLENGE_H
#define PROBE_CHALLENGE_H

#include <stdbool.h>

#include "probe/http.h"
#include "util/arena.h"

/* "Negotiate, NTLM": the first word of each header; "" where there is none. */
char *challenge_schemes(struct arena *arena, const struct http_answer *answer);
/* Is this scheme among them, also further back in one line? */
bool challenge_offers(const struct http_answer *answer, const char *scheme);
/* A parameter of MsRtcOAuth, quoted or not; NULL: not there. */
char *challenge_oauth(struct arena *arena, const struct http_answer *answer,
                      const char *name);

/* What the server told of itself in the middle of an NTLM handshake. */
struct challenge_ntlm {
    const char *domain; /* MsvAvNbDomainName, else TargetName; may be "" */
    bool timestamp;     /* MsvAvTimestamp is there */
};
/* What is wrong with the NTLM challenge that came; NULL: nothing, or none. */
const char *challenge_flaw(struct arena *arena,
                           const struct http_answer *answer);
/* false: no challenge came, or what came is none. */
bool challenge_ntlm(struct arena *arena, const struct http_answer *answer,
                    struct challenge_ntlm *out_told);

#endif
