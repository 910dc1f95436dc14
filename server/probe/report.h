/*
 * What the probe tells: a line for each step as it happens, and one sentence
 * at the end; or all of it as one JSON document (docs/probe.md).
 */
#ifndef PROBE_REPORT_H
#define PROBE_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/discovery.h"
#include "probe/http.h"
#include "probe/rstr_read.h"
#include "probe/wsdl.h"
#include "util/attr.h"

/* Exit codes of lyncmock-probe, a promise to users (docs/probe.md). */
enum probe_exit {
    PROBE_SIGNED_IN = 0,
    PROBE_FAILED = 1,
    PROBE_USAGE = 2,
    PROBE_UNREACHABLE = 3,
    PROBE_TIMEOUT = 4,
};

/* The stages of a sign-in. */
#define STAGE_DISCOVERY "discovery"
#define STAGE_USER      "User"
#define STAGE_METADATA  "metadata"
#define STAGE_KERBEROS  "Kerberos"
#define STAGE_TICKET    "web ticket"

struct warning {
    const char *text;
    struct warning *next;
};

struct step {
    const char *stage;
    const char *method;
    const char *url;
    int status;
    const char *problem; /* NULL: there was an answer */
    const char *learned; /* NULL: nothing */
    int64_t took;        /* ns */
    struct warning *warnings;
    struct step *next;
};

/* Why it failed. */
struct failure {
    enum probe_exit exit_code;
    const char *stage;
    const char *reason;
    const char *said;   /* the server's words; NULL: none */
    unsigned id;        /* its number; 0: none */
    const char *advice; /* NULL: none */
};

struct outcome {
    const char *client;
    const char *user;   /* who signs in: SIP address without "sip:" */
    const char *method; /* "NTLM", "SOAP user name" ... */
    int64_t took;
    const struct failure *failure;         /* NULL: signed in */
    const struct ticket *ticket;           /* NULL: none */
    const struct discovery *user_resource; /* NULL: not read */
    const struct wsdl *wsdl;
    const char *pool;      /* host that holds the User resource */
    const char *next_kind; /* "SIP", "UCWA" */
    const char *next_stop; /* NULL: not told */
};

struct report {
    struct arena *arena;
    bool json;
    struct step *first;
    struct step *last;
    bool printed; /* the last step is on the terminal */
};

void report_init(struct report *report, struct arena *arena, bool json);
/* Begins a step; the one before goes to the terminal. */
struct step *report_step(struct report *report, const char *stage,
                         const char *method, const char *url);
void report_answer(struct step *step, const struct http_answer *answer);
/* What is learned later in the same step stands behind it. */
void report_learned(struct report *report, const char *format, ...)
    PRINTF(2, 3);
void report_warn(struct report *report, const char *format, ...) PRINTF(2, 3);
/* The sentence, or the document. */
void report_end(struct report *report, const struct outcome *outcome);

#endif
