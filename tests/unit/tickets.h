/* Tickets for tests: two signers, a ticket of each format, opening one. */
#ifndef UNIT_TICKETS_H
#define UNIT_TICKETS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "signer.h"
#include "util/base64.h"
#include "wire/xml.h"

#define HOUR    (3600 * ENV_NS_PER_SEC)
#define SERVICE "https://lyncweb.contoso.test/Autodiscover/root/user"

static const uint8_t sid[28] = {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 9};
static const uint8_t proof_key[32] = {1, 2, 3};

/* One set of keys for all tests: making them takes time. */
static struct signer ours;
static struct signer theirs;
static struct env env;

static const struct pool pool = {
    .fqdn = "pool01.contoso.test",
    .web_internal = "lyncint.contoso.test",
    .web_external = "lyncweb.contoso.test",
};

static inline struct ticket a_ticket(struct arena *arena,
                                     enum ticket_format format)
{
    return (struct ticket){
        .id = ticket_id(format, &env, arena),
        .format = format,
        .sip = "sip:alice@contoso.test",
        .sid = sid,
        .issuer = "https://lyncweb.contoso.test/WebTicket/a.svc",
        .pool = "pool01.contoso.test",
        .audience = format == TICKET_SAML ? SERVICE : NULL,
        .issued = SIGNER_NOW,
        .expires = SIGNER_NOW + 8 * HOUR,
    };
}

static inline const char *issue(struct signer *signer, struct arena *arena,
                                const struct ticket *ticket)
{
    struct span text;
    struct err err;

    if (!ticket_issue(signer->keys, false, arena, ticket, &text, &err)) {
        fail_msg("%s", err.text);
    }
    return arena_text(arena, text);
}

static inline char *opaque(struct arena *arena, const char *assertion)
{
    return arena_printf(arena, "opaque=%s",
                        base64_text(arena, span_text(assertion)));
}

/* Opens an assertion as a client carries it, for the right service. */
static inline enum ticket_flaw
open_saml(struct arena *arena, const char *assertion, struct ticket *out)
{
    return ticket_open(ours.keys, arena, opaque(arena, assertion), SIGNER_NOW,
                       &pool, out);
}

static inline int tickets_start(void **state)
{
    struct err err;

    (void)state;
    env_system(&env, 7);
    xml_init();
    if (!ticket_init(&err)) {
        return -1;
    }
    signer_start(&ours, PKI_P256, SIGNER_NOW);
    signer_start(&theirs, PKI_P256, SIGNER_NOW);
    return 0;
}

static inline int tickets_stop(void **state)
{
    (void)state;
    signer_stop(&theirs);
    signer_stop(&ours);
    ticket_shutdown();
    xml_cleanup();
    return 0;
}

static inline char *replace(struct arena *arena, const char *text,
                            const char *from, const char *to)
{
    const char *at = strstr(text, from);

    assert_non_null(at);
    return arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to,
                        at + strlen(from));
}

static inline char *between(struct arena *arena, const char *text,
                            const char *from, const char *to)
{
    const char *start = strstr(text, from);
    const char *end = start ? strstr(start, to) : NULL;

    assert_non_null(end);
    return arena_text(arena,
                      span_of(start, (size_t)(end - start) + strlen(to)));
}

#endif
