/* URLs (RFC 3986), as far as HTTP request targets and SOAP addresses go. */
#ifndef UTIL_URL_H
#define UTIL_URL_H

#include <stdbool.h>

#include "util/arena.h"

struct url {
    const char *scheme; /* lower case */
    const char *host;   /* lower case, an IPv6 literal without its brackets */
    const char *port;   /* "" where none is written */
    const char *path;   /* as written; "/" where empty */
    const char *query;  /* as written, without "?"; "" where none */
};

/* Reads an absolute URL with an authority. false: it is none. */
bool url_parse(struct arena *arena, const char *text, struct url *out_url);

/* Percent-decoding; what is no valid escape stays as it is. */
char *url_decode(struct arena *arena, struct span text, bool plus_is_space);
/* Percent-encodes all but unreserved characters and those in `keep`. */
char *url_encode(struct arena *arena, const char *text, const char *keep);

/*
 * The decoded value of the first parameter of this name, compared without
 * regard to case; NULL where the query has none.
 */
char *url_query(struct arena *arena, const char *query, const char *name);

/*
 * Splits "host:port" or "[v6]:port"; the host is lower-cased. A bracket that
 * is never closed makes all of it a host, which no name equals.
 */
void url_authority(struct arena *arena, const char *authority,
                   const char **out_host, const char **out_port);

#endif
