/* Ticket keys as a running server makes them, for tests and fuzz targets. */
#ifndef UNIT_SIGNER_H
#define UNIT_SIGNER_H

#include <stdio.h>
#include <stdlib.h>

#include "pki/pki.h"
#include "ticket/ticket.h"
#include "util/buf.h"
#include "util/env.h"

/* 2014-05-13T16:53:20Z; certificates may be of another time. */
#define SIGNER_NOW (INT64_C(1400000000) * ENV_NS_PER_SEC)

struct signer {
    struct pki *pki;
    struct ticket_keys *keys;
    struct buf certificate; /* PEM */
};

static inline void signer_start(struct signer *signer, enum pki_key kind,
                                int64_t now)
{
    static const char *const names[] = {"lyncweb.contoso.test", NULL};
    const struct pki_options options = {
        .names = names,
        .domain = "contoso.test",
        .now = now,
    };
    AUTO_BUF key = {0};
    struct err err;

    *signer = (struct signer){0};
    if (!pki_new(&options, &signer->pki, &err) ||
        !pki_signer(signer->pki, kind, &key, &signer->certificate, &err) ||
        !ticket_keys_new(buf_span(&key), buf_span(&signer->certificate),
                         &signer->keys, &err)) {
        fprintf(stderr, "no signer: %s\n", err.text);
        abort();
    }
}

static inline void signer_stop(struct signer *signer)
{
    ticket_keys_free(signer->keys);
    buf_clear(&signer->certificate);
    pki_free(signer->pki);
}

#endif
