/*
 * The spellings of service principal names that the KDC was told of. Active
 * Directory compares them without regard to letter case, and MIT's KDC byte by
 * byte; so it learns of another spelling when a client asks for it. protocol:
 * kerberos 1.1. So it does of hosts that a reload has brought.
 */
#ifndef KDC_SPN_TOLD_H
#define KDC_SPN_TOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "keeper/protocol.h"
#include "util/attr.h"
#include "world/world.h"

struct spn_told;

enum {
    /* That clients bring, and hosts of later worlds: one more stays unknown. */
    SPN_SPELLINGS_MAX = 4096,
};

struct spn_told_options {
    const char *const *services; /* told in KEEPER_REALM; borrowed */
    uint32_t *serial;            /* the last one given out */
    /* Sends KEEPER_SERVICE; as in struct kdc_users_options. */
    void (*tell)(void *ctx, const struct keeper_message *message);
    void *ctx;
};

struct spn_told *spn_told_new(const struct spn_told_options *options);
/* Who still waits is not called. */
void spn_told_free(struct spn_told *told);

/* See relay_options.sync_service. */
bool spn_told_sync(struct spn_told *told, const struct world *world,
                   const char *service, void (*done)(void *), void *done_ctx);
/* KEEPER_DONE with this number came. */
void spn_told_done(struct spn_told *told, uint32_t serial);
/* The keeper has gone: calls all who wait, and lets nobody wait any more. */
void spn_told_lost(struct spn_told *told);

AUTO_DEFINE(spn_told, struct spn_told *, spn_told_free)

#endif
