/*
 * The admin port: an HTTP API for whoever started the server, to have many
 * sessions side by side and to look into them (docs/admin.md). A listener of
 * its own, on 127.0.0.1 or a UNIX socket, that no port of the product leads to;
 * a token that the ports file alone has; Host and Origin must be this
 * machine's, so that no web page can use it. It asks nobody anything.
 */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include "scenario/diagnostics.h"
#include "scenario/read.h"
#include "scenario/sessions.h"
#include "util/attr.h"
#include "util/err.h"

struct admin;
struct env;
struct journal;
struct loop;

enum {
    ADMIN_BODY_LIMIT = 1024 * 1024,
    ADMIN_CONNECTIONS_LIMIT = 32,
    ADMIN_IDLE_SECONDS = 30,
    ADMIN_WAITERS_LIMIT = 16, /* requests that wait for a point */
    /* Of one answer of the journal; there is a position to go on from. */
    ADMIN_RECORDS_LIMIT = 1000,
    ADMIN_RECORDS_BYTES = 8 * 1024 * 1024,
    ADMIN_TOKEN_SIZE = 32,
};

/* What is wished for in POST /sessions. */
struct admin_wish {
    const char *domain;
    const struct scenario_source *source;
    bool seed_given;
    uint64_t seed;
};

/* What needs more than this folder knows. Called on the loop's thread. */
struct admin_hooks {
    void *ctx;
    /* A session that is in no registry yet; one reference. */
    bool (*make)(void *ctx, const struct admin_wish *wish,
                 struct session **out_session, struct diagnostics *diagnostics);
    bool (*play)(void *ctx, struct session *session,
                 const struct scenario_source *source,
                 struct diagnostics *diagnostics);
    void (*reset)(void *ctx, struct session *session);
};

struct admin_options {
    struct loop *loop;
    struct env *env;
    struct sessions *sessions;
    struct journal *journal;
    int64_t ttl;        /* of sessions where the request says none, ns */
    int port;           /* 0: ephemeral */
    const char *socket; /* a path: instead of the port; NULL: none */
    /* For those who make sessions: where their clients go. */
    int https_port;
    int http_port;
    int proxy_port;    /* 0: there is none */
    const char *proxy; /* its address, "127.0.0.1:8888"; NULL: none */
    const char *ca_file;
    const char *krb5_conf; /* NULL: no Kerberos */
    struct admin_hooks hooks;
};

/* Binds and serves as soon as the loop runs. All is borrowed. */
MUST_CHECK bool admin_new(const struct admin_options *options,
                          struct admin **out_admin, struct err *err);
void admin_free(struct admin *admin);

/* 0: a UNIX socket. */
int admin_port(const struct admin *admin);
/* For the ports file, and nothing else: 64 hexadecimal digits. */
const char *admin_token(const struct admin *admin);

AUTO_DEFINE(admin, struct admin *, admin_free)

#endif
