/* Whose account it is that the KDC is to know. */
#ifndef KDC_ACCOUNT_H
#define KDC_ACCOUNT_H

#include <stdint.h>

#include "world/world.h"

struct kdc_account {
    struct world *world; /* as it is at this request: a reload brings another */
    const struct user *user;
    int64_t now; /* the world's time, ns */
};

#endif
