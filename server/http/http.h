/*
 * HTTP: what libmicrohttpd reads, or whole.c where a request came whole,
 * becomes a struct exchange; what services decide becomes a reply. This folder
 * is the only one that knows libmicrohttpd.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "edge/edge.h"
#include "journal/journal.h"
#include "pki/pki.h"
#include "services/services.h"
#include "util/attr.h"
#include "util/err.h"

struct http;

struct http_options {
    struct loop *loop;
    struct edge *edge;
    struct pki *pki;
    struct journal *journal;
    const struct services_context *services;
    size_t header_limit;
};

/*
 * Starts the engine and hooks it to the edge. All in `options` is borrowed
 * and outlives the http.
 */
MUST_CHECK bool http_new(const struct http_options *options,
                         struct http **out_http, struct err *err);
/* To be called after edge_free, which ends the exchanges under way. */
void http_free(struct http *http);

AUTO_DEFINE(http, struct http *, http_free)

#endif
