/* What the files of this folder share. */
#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

#include <microhttpd.h>

#include "http/http.h"
#include "services/conn_auth.h"
#include "util/buf.h"

struct http {
    struct http_options options;
    struct MHD_Daemon *daemon;
    struct loop_watch watch; /* libmicrohttpd's own epoll descriptor */
    struct loop_task again;  /* runs the engine once more at turn's end */
    uint64_t exchanges;
};

/* A request as libmicrohttpd goes through it; its con_cls. */
struct http_request {
    struct http *http;
    struct MHD_Connection *mhd;
    struct exchange *ex;    /* one reference */
    struct conn_auth *auth; /* one reference */
    struct buf body;
    bool started; /* head taken over */
    bool running; /* services have it */
    bool decided; /* ex->reply is final */
};

/* engine.c: runs the engine, and again at the end of the turn if it wants
 * more. */
void http_run(struct http *http);
/* The edge's connection behind libmicrohttpd's; NULL once it is gone. */
struct edge_conn *http_conn(struct http *http, struct MHD_Connection *mhd);

/* request.c */
void *http_request_begin(void *cls, const char *uri,
                         struct MHD_Connection *mhd);
enum MHD_Result http_request_step(void *cls, struct MHD_Connection *mhd,
                                  const char *url, const char *method,
                                  const char *version, const char *data,
                                  size_t *data_size, void **con_cls);
void http_request_done(void *cls, struct MHD_Connection *mhd, void **con_cls,
                       enum MHD_RequestTerminationCode code);

/* reply.c: gives the decided reply to libmicrohttpd, or, where that would
 * refuse it, to the edge as raw bytes. */
enum MHD_Result http_reply_queue(struct http_request *rq);
/* The whole message as bytes, exactly as the reply says. */
struct span http_reply_bytes(struct exchange *ex);

/* hooks.c: the edge's hooks. */
void http_hooks(struct http *http, struct edge_hooks *out_hooks);

#endif
