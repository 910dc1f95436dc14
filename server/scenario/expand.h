/*
 * ${...} in the values of a scenario: a few facts of the exchange at hand, and
 * the time. "$$" is one "$"; a "$" before anything else is itself.
 */
#ifndef SCENARIO_EXPAND_H
#define SCENARIO_EXPAND_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/attr.h"
#include "util/err.h"

struct env;

/* What the names stand for. A text that is NULL is not known here: "". */
struct expansion {
    struct arena *arena; /* of the result */
    int64_t now;         /* the world's clock, ns */
    const char *host;
    const char *port;
    const char *colon_port; /* ":8443"; "" where URLs of answers have none */
    const char *origin;     /* "https://HOST:PORT", as URLs in answers begin */
    const char *user;
    const char *user_sip;
    const char *domain;
    struct env *env;
    char *(*uuid)(struct env *env, struct arena *arena); /* a fresh one */
};

/* Every ${...} is one that expand knows; for texts that nobody has seen yet. */
MUST_CHECK bool expand_check(const char *text, struct err *err);

/* The text with its ${...} replaced; it has passed expand_check. */
const char *expand(const struct expansion *with, const char *text);

/* What there is, for manuals: "host", and what stands for ${host}. false: past
 * the end. */
bool expand_value(size_t index, const char **out_name, const char **out_doc);

#endif
