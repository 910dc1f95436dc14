/*
 * redirect: the client is sent elsewhere by HTTP, or from one place here to the
 * next. How far a client has come is told by the query of its request, so
 * nothing has to be remembered.
 */
#include "config.h"

#include <string.h>

#include "scenario/expand.h"
#include "scenario/fault.h"
#include "util/number.h"

/* Which hop of a chain a request is. */
#define HOP "lyncmock-hop="

enum { HOPS_MAX = 1000 };

struct redirect_params {
    const char *to;
    unsigned status; /* its place among the words, from 1; 0: the first */
    unsigned scheme; /* enum below, from 1 */
    unsigned chain;
    unsigned loop;
    const char *via; /* hosts, with commas */
};

enum { SCHEME_HTTP = 1, SCHEME_HTTPS };

#define AT(member)                                                             \
    .offset = offsetof(struct redirect_params, member),                        \
    .size = sizeof(((struct redirect_params *)0)->member)

static const struct setting params[] = {
    {{"redirect", "URL", "Location; ${...} is replaced"},
     .type = setting_text,
     AT(to)},
    {{"redirect.to", "URL", "the same, beside redirect.status"},
     .type = setting_text,
     AT(to)},
    {{"redirect.status", "302|301|303|307|308", "by default 302"},
     .type = setting_word,
     .first = 1,
     AT(status)},
    {{"redirect.scheme", "http|https",
      "what was asked for, by this scheme; who comes by it gets the good "
      "answer"},
     .type = setting_word,
     .first = SCHEME_HTTP,
     AT(scheme)},
    {{"redirect.chain", "number",
      "so many redirects, one to the next, and then the good answer"},
     .type = setting_count,
     AT(chain)},
    {{"redirect.loop", "number",
      "so many places that lead to each other for ever; 1: to itself"},
     .type = setting_count,
     AT(loop)},
    {{"redirect.via", "hosts",
      "chain and loop go over these hosts in turn, the first is where they "
      "begin"},
     .type = setting_hosts,
     AT(via)},
    {.info = {NULL, NULL, NULL}},
};

static bool redirect_check(const void *data, enum point at UNUSED,
                           struct err *err)
{
    const struct redirect_params *asked = data;
    int ways = (asked->to != NULL) + (asked->scheme != 0) +
               (asked->chain != 0) + (asked->loop != 0);

    if (ways == 0 || (asked->to && !*asked->to)) {
        return err_set(err, "redirect.to: expected a URL");
    }
    if (ways > 1) {
        return err_set(err, "expected one of redirect.to, redirect.scheme, "
                            "redirect.chain and redirect.loop");
    }
    if (asked->chain > HOPS_MAX || asked->loop > HOPS_MAX) {
        return err_set(err, "%d redirects are the limit", HOPS_MAX);
    }
    if (asked->via && !asked->chain && !asked->loop) {
        return err_set(err, "redirect.via: redirect.chain and redirect.loop "
                            "alone go over hosts");
    }
    if (asked->via && strchr(asked->via, '*')) {
        return err_set(err, "redirect.via: expected names of hosts, not \"*\"");
    }
    return !asked->to || expand_check(asked->to, err);
}

/* ---- Hops ---- */

/* The query without its mark; which hop it tells: 0 where it has none. */
static uint64_t take_hop(struct arena *arena, const char *query,
                         const char **out_rest)
{
    const char *mark = strstr(query, HOP);
    const char *value = mark ? mark + strlen(HOP) : NULL;
    size_t digits = value ? strspn(value, "0123456789") : 0;
    uint64_t hop = 0;

    *out_rest = query;
    if (!mark || (mark > query && mark[-1] != '&') ||
        !number_parse(arena_text(arena, span_of(value, digits)), NUMBER_DECIMAL,
                      HOPS_MAX, &hop)) {
        return 0;
    }
    *out_rest = arena_text(
        arena, span_of(query, (size_t)(mark - query) - (mark > query)));
    return hop;
}

static const char *host_at(struct arena *arena, const char *hosts, uint64_t hop)
{
    size_t count = 1;
    const char *at = hosts;

    if (!hosts) {
        return NULL;
    }
    for (const char *c = hosts; *c; c++) {
        count += *c == ',';
    }
    for (hop %= count; hop; hop--) {
        at += strcspn(at, ",") + 1;
    }
    return arena_text(arena, span_of(at, strcspn(at, ",")));
}

/* NULL: the client is where it shall be. */
static const char *next_hop(const struct redirect_params *asked,
                            struct subject *subject)
{
    struct exchange *ex = subject->ex;
    const char *rest;
    uint64_t hop = take_hop(ex->arena, ex->request.query, &rest);
    const char *query = *rest ? rest : NULL;

    if (asked->chain && hop >= asked->chain) {
        return NULL;
    }
    hop = asked->loop ? (hop + 1) % asked->loop : hop + 1;
    if (hop) {
        query = arena_printf(ex->arena, "%s%s" HOP "%llu", rest,
                             *rest ? "&" : "", (unsigned long long)hop);
    }
    return subject->forms->here(subject->forms_ctx,
                                host_at(ex->arena, asked->via, hop),
                                ex->conn->tls, query);
}

static const char *location(const struct redirect_params *asked,
                            struct subject *subject)
{
    const struct request *request = &subject->ex->request;
    bool https = asked->scheme == SCHEME_HTTPS;

    if (asked->to) {
        return subject->forms->expand(subject->forms_ctx, asked->to);
    }
    if (!asked->scheme) {
        return next_hop(asked, subject);
    }
    if (subject->ex->conn->tls == https) {
        return NULL;
    }
    return subject->forms->here(subject->forms_ctx, NULL, https,
                                *request->query ? request->query : NULL);
}

static void redirect_reply(const void *data, struct subject *subject)
{
    static const unsigned statuses[] = {302, 302, 301, 303, 307, 308};
    const struct redirect_params *asked = data;
    const char *to = location(asked, subject);

    if (to) {
        subject->forms->redirect(subject->forms_ctx, statuses[asked->status],
                                 to);
    }
}

extern const struct fault fault_redirect;
const struct fault fault_redirect = {
    .name = "redirect",
    .title = "an HTTP redirect, a chain or a loop of them",
    .doc = "The reply has this status and Location, with the page of IIS. "
           "The URL may be relative, lead elsewhere, or back here: it is sent "
           "as it stands, with ${...} replaced. redirect.scheme leads from "
           "http to https, or back. redirect.chain counts by a query of its "
           "own, " HOP "N, and ends with the good answer; redirect.loop never "
           "ends. The hosts of redirect.via must serve the same path. "
           "Lyncdiscover redirects in its body: see discover-redirect.",
    .spec = "RFC 9110 section 15.4",
    .example = "{to: 'https://lyncweb.contoso.test/', status: 307}",
    .examples =
        (const char *const[]){"{chain: 3, via: [lyncweb.contoso.test]}", NULL},
    .subjects = SUBJECT_REPLY,
    .order = FAULT_FORM,
    .params = params,
    .size = sizeof(struct redirect_params),
    .check = redirect_check,
    .reply = redirect_reply,
};
