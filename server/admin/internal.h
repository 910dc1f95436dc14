/* What the files of this folder share. */
#ifndef ADMIN_INTERNAL_H
#define ADMIN_INTERNAL_H

#include "admin/admin.h"
#include "util/arena.h"
#include "util/buf.h"

struct admin_waiters;
struct json;
struct waiter;

struct admin_core {
    struct admin_options options;
    char token[2 * ADMIN_TOKEN_SIZE + 1];
};

/* One request as the listener has read it, and its answer. */
struct admin_call {
    const struct admin_core *core;
    struct admin_waiters *waiters;
    struct arena *arena;
    const char *method;
    const char *path;  /* as sent */
    const char *query; /* as sent; "" where none is */
    /* Header fields that count; NULL: absent. */
    const char *host;
    const char *origin;
    const char *authorization;
    const char *content_type;
    bool doubled; /* one of those came twice */
    struct span body;

    unsigned status;
    const char *allow;    /* of 405 */
    const char *type;     /* Content-Type */
    const char *position; /* of the journal: where to go on; NULL: none */
    const char *location; /* of 201 */
    struct buf reply;
    struct waiter *waiter; /* the answer comes later; NULL: it is here */
};

/* ---- guard.c ---- */

/* May this be asked at all? Else the answer is planned. */
bool admin_guard(struct admin_call *call);

/* ---- answer.c ---- */

/* {"error": ..., "place": ..., "remedy": ...}. Always false. */
bool admin_fail(struct admin_call *call, unsigned status, const char *place,
                const char *remedy, const char *format, ...) PRINTF(5, 6);
/* 422, with what is wrong and where. */
void admin_fail_scenario(struct admin_call *call,
                         const struct diagnostics *diagnostics);
/* Opens the object of a good answer; closed by admin_end. */
void admin_begin(struct admin_call *call, unsigned status, struct json *json);
void admin_end(struct admin_call *call, struct json *json);
/* The members of one session; `full`: also what a client needs. */
void admin_session(struct admin_call *call, struct json *json,
                   const struct session_entry *entry, bool full);

/* ---- wish.c ---- */

/* A request's body, as far as it could be read. */
struct admin_body {
    const char *domain; /* NULL: not said, as in the next */
    const char *scenario;
    bool sealed; /* `scenario` is a text, else the id of a shipped one */
    bool seed_given;
    uint64_t seed;
    bool ttl_given;
    int64_t ttl; /* ns; 0: for ever */
    const char *advance;
};

/* Words of `known` are allowed; ends with NULL. JSON, or YAML with the query;
 * false: the answer is planned. */
bool admin_read_body(struct admin_call *call, const char *const *known,
                     struct admin_body *out);
/* The source that it names. */
struct scenario_source admin_source(const struct admin_body *body);

/* ---- pac.c ---- */

/* Asked by who has no token: browsers, and systems. */
bool admin_is_pac(const struct admin_call *call);
void admin_pac(struct admin_call *call);

/* ---- api.c ---- */

/* Answers a request that the guard let in. */
void admin_serve(struct admin_call *call);

#endif
