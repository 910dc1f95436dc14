/*
 * A rule: one thing that a client must do, where that is written, and how to
 * see whether this client does it. Each sheet of rules is one file in this
 * folder, rules_<name>.c, that ends in one `const struct rule rules_<name>[]`,
 * and one word in RULES (local.mk).
 *
 * A rule reads and never alters an exchange; it runs when the exchange has
 * ended, so it knows what was asked, what was answered and how that ended.
 */
#ifndef CHECKS_RULE_H
#define CHECKS_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/attr.h"
#include "wire/exchange.h"
#include "wire/finding.h"

struct history;
struct http_seen;
struct ntlm_seen;
struct session;
struct soap_seen;
struct ticket_told;
struct world;

/*
 * What an exchange is, by itself: a rule runs where all of its `on` is there.
 * Found once for each exchange, so that a rule that has no business with it
 * costs nothing.
 */
enum trait {
    TRAIT_HTTP = 1u << 0, /* a request that http understood */
    TRAIT_TLS = 1u << 1,  /* a handshake that the journal has */
    TRAIT_TCP = 1u << 2,
    TRAIT_KDC = 1u << 3,
    TRAIT_PLAIN = 1u << 4,    /* over a connection without TLS */
    TRAIT_SECURE = 1u << 5,   /* over TLS */
    TRAIT_DISCOVER = 1u << 6, /* operations of lyncdiscover: all of them ... */
    TRAIT_ROOT = 1u << 7,     /* ... and two of them */
    TRAIT_USER = 1u << 8,
    TRAIT_MEX = 1u << 9,
    TRAIT_RST = 1u << 10, /* a POST to a port of the web ticket service */
    TRAIT_OAUTH = 1u << 11,
    TRAIT_AUTHORIZATION = 1u << 12, /* has such a header */
    TRAIT_TICKET = 1u << 13,        /* shows a web ticket */
    TRAIT_BODY = 1u << 14,
    TRAIT_REFUSED = 1u << 15,      /* bytes that never became a request */
    TRAIT_UNAUTHORIZED = 1u << 16, /* 401 was sent */
    TRAIT_SESSION = 1u << 17,      /* no exchange: the session is judged */
    TRAIT_PROXY = 1u << 18, /* asked of the proxy, and seen by no server */
    TRAIT_BYTES = 1u << 19, /* sent as HTTP, understood or refused */
};

/* One run of one rule. Borrowed, all of it. */
struct check {
    const struct rule *rule;
    struct exchange *ex; /* NULL at TRAIT_SESSION */
    struct session *session;
    const struct world *world;
    unsigned traits;
    struct history *history; /* what rules remember of the session */
    struct arena *arena;     /* the exchange's; of the run at TRAIT_SESSION */
    /* Decoded when first asked for; see http_seen.h, ntlm_seen.h, soap_seen.h,
     * ticket_seen.h. */
    struct http_seen *http;
    struct ntlm_seen *ntlm;
    struct soap_seen *soap;
    struct ticket_told *told; /* empty text: none */
};

struct rule {
    const char *id; /* for ever: "NT-003" */
    enum finding_level level;
    const char *title;   /* what a good client does, one line */
    const char *section; /* document and section: "MS-NLMP 3.1.5.1.2" */
    const char *doc;     /* some sentences: why, and what goes wrong without */
    const char *good;    /* an example of each, as the wire has it */
    const char *bad;
    unsigned on; /* enum trait: all of them */
    /*
     * Whether the rule had a say here: kept or broken. Breaches are reported
     * with check_breach. NULL: a decoder sees it and calls check_report; it
     * has a say wherever `on` holds.
     */
    bool (*check)(struct check *check);
};

/*
 * The rule is broken. `where`: header, XPath or the like; NULL: the whole.
 * evidence: the offending bytes, at best a piece of the request. The text says
 * what was wrong and what would have been right.
 */
void check_breach(struct check *check, const char *where, struct span evidence,
                  const char *format, ...) PRINTF(4, 5);

#endif
