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
    struct loop_watch watch;    /* libmicrohttpd's own epoll descriptor */
    struct loop_task again;     /* runs the engine once more at turn's end */
    struct buf reply;           /* where replies are written */
    struct http_request *whole; /* under way without libmicrohttpd */
};

/* A request as libmicrohttpd goes through it; its con_cls. Or one that came
 * whole, which has no mhd and is in a list of its own. */
struct http_request {
    struct http *http;
    struct MHD_Connection *mhd;
    struct edge_conn *conn; /* alive until the exchange ends */
    struct http_request *next;
    struct http_request **link;
    struct exchange *ex;    /* one reference */
    struct pipeline *line;  /* the exchange's; NULL: not begun */
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
void http_come_and_go(void *cls, struct MHD_Connection *mhd, void **context,
                      enum MHD_ConnectionNotificationCode what);

/* What libmicrohttpd and whole requests have in common: the connection's
 * authentication; what follows from the header lines, method, target and
 * version; the decision. false: it comes later, by `resume`. */
struct conn_auth *http_auth(struct edge_conn *conn);
void http_add_field(struct exchange *ex, struct span name, struct span value);
void http_take_head(struct exchange *ex);
bool http_run_services(struct http_request *rq, void (*resume)(void *));
/* The head alone is here. true: the reply is decided already. */
bool http_begin_services(struct http_request *rq);

/* whole.c: the edge's hook for requests that came whole. */
bool http_whole_request(void *ctx, struct edge_conn *conn, struct exchange *ex);
/* ex->raw is a request that head_flaw and framer_request find good; false: one
 * for libmicrohttpd. */
bool http_whole_read(struct exchange *ex);
void http_whole_forget(struct http *http);

/* reply.c: the decided reply as bytes, exactly as it says; they are good until
 * the next call. Places in it that the plan speaks of are filled in. And a way
 * past libmicrohttpd for them. */
struct span http_reply_bytes(struct http_request *rq, struct edge_conn *conn,
                             struct reply_plan *plan);
enum MHD_Result http_reply_queue(struct http_request *rq);
/* Neither there nor taken away by a step: then http adds it. */
bool http_is_open(const struct reply *reply, const char *name);
/* The header Connection that http adds; NULL: none. */
const char *http_connection(const struct exchange *ex,
                            const struct edge_conn *conn);

/* tunnel.c: a reply to CONNECT at the proxy's port may open a tunnel. */
void http_tunnel(struct http_request *rq, struct edge_conn *conn);
/* It is open. */
void http_tunnelled(void *ctx, struct edge_conn *conn);

/* written.c: the same where the reply has a struct write_plan. */
struct span http_written_bytes(struct http_request *rq,
                               const struct edge_conn *conn,
                               struct reply_plan *plan);
/* Where the body is cut or halts, in a reply of this size with such a head. */
void http_written_places(const struct write_plan *write, size_t head,
                         size_t size, struct reply_plan *plan);

/* refused.c: the edge's hook for what is no request. */
void http_refused(void *ctx, struct edge_conn *conn, struct exchange *ex,
                  const struct edge_refusal *refusal);
/* One Host with HTTP/1.1, or an answer is planned as Windows gives it, who
 * refuses this before IIS or Lync see it. */
bool http_host_is_clear(struct http *http, struct exchange *ex);

/* connection.c: hooks before and between requests. */
bool connection_concerned(void *ctx, const struct edge_conn *conn,
                          enum edge_place place);
void connection_reached(void *ctx, struct edge_conn *conn,
                        enum edge_place place, struct conn_plan *plan,
                        struct hello_plan *hello);
void connection_handshake_failed(void *ctx, struct edge_conn *conn,
                                 const char *why);
void connection_handshake_done(void *ctx, struct edge_conn *conn);
void connection_closed(void *ctx, struct edge_conn *conn);

/* hooks.c: the edge's hooks. */
void http_hooks(struct http *http, struct edge_hooks *out_hooks);

#endif
