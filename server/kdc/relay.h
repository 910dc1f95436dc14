/*
 * The port that clients take for the KDC (RFC 4120 section 7.2): TCP with four
 * bytes of length in front of each message, UDP, one message a datagram. Each
 * request is read, becomes an exchange of the journal, reaches kdc.as or
 * kdc.tgs, and is handed to krb5kdc over TCP on loopback, or answered here as
 * a step wants it.
 */
#ifndef KDC_RELAY_H
#define KDC_RELAY_H

#include <stdint.h>

#include "kdc/account.h"
#include "kdc/kdc.h"

struct relay;

enum {
    /* Connections at a time, and a part of all descriptors at most: for one
     * more the one goes that has been idle for longest; where all are busy, it
     * waits. */
    RELAY_TCP_LIMIT = 1000,
    RELAY_DESCRIPTOR_SHARE = 4,
    RELAY_PENDING_LIMIT = 1000, /* requests at a time; others get no answer */
    RELAY_IDLE_SECONDS = 30,    /* a connection with no whole request */
    RELAY_BACKEND_SECONDS = 10, /* for krb5kdc to answer */
    RELAY_SYNC_SECONDS = 10,    /* for the keeper, before that */
};

struct relay_options {
    struct loop *loop;
    struct env *env;
    struct session *session;        /* the default one */
    struct sessions *sessions;      /* NULL: there is no other */
    struct journal *journal;        /* NULL: none */
    const char *const *addresses;   /* ends with NULL */
    int port;                       /* 0: ephemeral */
    const struct krb_keys *krbtgt;  /* to open TGTs; borrowed */
    const struct krb_keys *service; /* to rewrite service tickets */
    /*
     * Makes the KDC know what has become of a user, and that this, as a client
     * wrote it (NULL: in no way that is one), is a name of his. True: it knows
     * already. False: done(done_ctx) will be called, on the loop's thread,
     * unless relay_free comes first.
     */
    bool (*sync)(void *ctx, const struct kdc_account *account, const char *name,
                 void (*done)(void *), void *done_ctx);
    /* The same of an SPN, whosever it is. */
    bool (*sync_service)(void *ctx, const struct world *world,
                         const char *service, void (*done)(void *),
                         void *done_ctx);
    void *sync_ctx;
};

/* Binds; answers nothing before relay_open. kdc.absent: a port is
 * reserved, and connections to it are refused. */
MUST_CHECK bool relay_new(const struct relay_options *options,
                          struct relay **out_relay, struct err *err);
/* krb5kdc answers at this TCP port of 127.0.0.1. 0: it has gone, and clients
 * get no answer from then on; the caller says so on the log. */
MUST_CHECK bool relay_open(struct relay *relay, uint16_t backend,
                           struct err *err);
/* Ends all that is under way; who has asked by relay_ask is told. NULL is
 * fine. */
void relay_free(struct relay *relay);

int relay_port(const struct relay *relay);
/* See kdc_ask. */
void relay_ask(struct relay *relay, struct span request, const char *peer,
               void (*answered)(void *ctx, struct span reply), void *ctx);

AUTO_DEFINE(relay, struct relay *, relay_free)

#endif
