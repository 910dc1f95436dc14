/*
 * What a client did that it need not have done, seen in its exchanges: who
 * takes more than the optimum wants to know where.
 */
#ifndef REPORT_EFFICIENCY_H
#define REPORT_EFFICIENCY_H

#include "report/report.h"

/* NULL: nothing of that kind. */
struct efficiency {
    const char *requests;     /* repeated, or in vain */
    const char *connections;  /* more than one to a host */
    const char *handshakes;   /* full ones though there was a session */
    const char *unauthorized; /* 401s that the client could have known of */
    double repeated;          /* identical requests without credentials */
    double redundant;         /* 401s, as above */
    double restarted;         /* handshakes that began again */
    double ours;              /* ms that the server took */
    double theirs; /* ms between, in which it waited for the client */
};

void efficiency_of(struct arena *arena, const struct report_run *run,
                   struct efficiency *out);

#endif
