/*
 * HTTP as the probe needs it: a few requests, side by side or one by one, each
 * with a limit on time and size. The only door to libcurl.
 */
#ifndef PROBE_HTTP_H
#define PROBE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/certificate.h"
#include "util/arena.h"
#include "util/env.h"
#include "util/err.h"
#include "util/span.h"

enum {
    HTTP_BODY_MAX = 256 * 1024,
    HTTP_HEAD_MAX = 256 * 1024, /* of all answers to one request */
    HTTP_FIELDS_MAX = 200,
};

/* How a request ended. */
enum http_end {
    HTTP_ANSWERED,
    HTTP_NO_NAME,       /* the name does not resolve */
    HTTP_NO_CONNECTION, /* nobody listens there, or nobody answers */
    HTTP_TLS,           /* no TLS, or a certificate that is not trusted */
    HTTP_TIMEOUT,
    HTTP_BROKEN, /* ended early, or no HTTP */
    HTTP_TOO_BIG,
    HTTP_LOOPED,
    /* the handshake comes to no end */ /* more than HTTP_BODY_MAX or
                                           HTTP_HEAD_MAX */
    HTTP_CANCELLED,                     /* another request made it needless */
    HTTP_UNASKED,                       /* never set here */
};

/* How far it had come. */
enum http_phase {
    HTTP_PHASE_TCP,
    HTTP_PHASE_TLS,
    HTTP_PHASE_REPLY,
};

struct http_field {
    const char *name;
    const char *value;
};

/* Answers to one request; NTLM needs three, Negotiate four, and one of them
 * may have to begin anew. */
enum { HTTP_LEGS_MAX = 5 };

struct http_answer {
    enum http_end end;
    enum http_phase phase;
    int error;                      /* of the system, where it did not connect;
                                       else 0 */
    const char *problem;            /* in words, where there is no answer */
    struct certificate certificate; /* that was refused */
    const char *ntlm_challenge;     /* in base64; NULL: none came */
    int status;
    size_t field_count;
    struct http_field fields[HTTP_FIELDS_MAX];
    struct span body;
    int64_t took;    /* ns */
    int legs;        /* answers seen, with those of a handshake */
    int connections; /* opened for it */
};

struct http_request {
    const char *url;
    const char *const *fields; /* "Name: value", ends with NULL */
    const char *body;          /* NULL: GET; else POST */
    /* NTLM, where the server asks for it. */
    const char *user;
    const char *password;
    /* Negotiate instead, with the tickets that GSS-API finds: both are "". */
    bool negotiate;
};

struct http_setup {
    struct env *env;
    struct arena *arena; /* owns what answers hold */
    const char *user_agent;
    const char *ca_file; /* NULL: the system's */
    bool insecure;
    const char *proxy; /* NULL: none, whatever the environment says */
    /* Names within `domain` lead here; NULL: to where DNS says. */
    const char *address;
    const char *domain;
    int https_port; /* for URLs without a port */
    int http_port;
    int64_t deadline; /* on env's monotonic clock */
    int64_t limit;    /* of one request, ns */
    bool verbose;     /* heads to stderr, secrets masked */
};

struct http;

MUST_CHECK bool probe_http_new(const struct http_setup *setup,
                               struct http **out_http, struct err *err);
void probe_http_free(struct http *http);

AUTO_DEFINE(http, struct http *, probe_http_free)

/* One request. */
void http_ask(struct http *http, const struct http_request *request,
              struct http_answer *out_answer);
/*
 * Two at once. When the first is answered with 200 the second is cancelled;
 * when the second is, the first has HTTP_GRACE left.
 */
void http_ask_twins(struct http *http, const struct http_request requests[2],
                    struct http_answer out_answers[2]);
/* Waits, but not past the deadline. false: the deadline has come. */
bool http_wait(struct http *http, int64_t ns);
bool http_out_of_time(const struct http *http);

#define HTTP_GRACE (2 * ENV_NS_PER_SEC)

/* The value of the first field of that name, or NULL. */
const char *http_header(const struct http_answer *answer, const char *name);

#endif
