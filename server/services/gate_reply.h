/* How the gate says no: the schemes it has, 401 and 403. Internal to it. */
#ifndef SERVICES_GATE_REPLY_H
#define SERVICES_GATE_REPLY_H

#include "services/gate.h"
#include "util/span.h"

/* What a 401 sends along with the scheme of the sign-in that it refuses. */
struct gate_farewell {
    const char *scheme; /* NULL: nothing */
    struct span token;
};

extern const struct gate_farewell gate_no_farewell;

/* The schemes of the gate, one by one; NULL past the last. A step may change
 * the world on the way: nothing keeps the list. */
const char *gate_scheme_at(const struct call *call, size_t index);

/* 401 with all schemes. */
enum gate_verdict gate_refuse(struct call *call);
enum gate_verdict gate_refuse_with(struct call *call,
                                   const struct gate_farewell *farewell);
/* 403: there is no scheme. */
enum gate_verdict gate_refuse_all(struct call *call);
/* 401 with the next token of a handshake. */
enum gate_verdict gate_challenge(struct call *call, const char *scheme,
                                 struct span token);

#endif
