/* The spellings that the KDC was told of, see spn_told.h. */
#include "config.h"

#include "kdc/spn_told.h"

#include <string.h>

#include "kdc/waiters.h"
#include "util/log.h"
#include "util/mem.h"

/* One that a client has brought. */
struct spelling {
    char *service;
    uint32_t serial; /* of the message under way; 0: the KDC has it */
    struct waiters waiters;
};

struct spn_told {
    struct spn_told_options options;
    struct spelling spellings[SPN_SPELLINGS_MAX];
    size_t count;
    bool lost;
};

struct spn_told *spn_told_new(const struct spn_told_options *options)
{
    struct spn_told *told = NEW(struct spn_told);

    told->options = *options;
    return told;
}

void spn_told_free(struct spn_told *told)
{
    if (!told) {
        return;
    }
    for (size_t i = 0; i < told->count; i++) {
        waiters_drop(&told->spellings[i].waiters);
        mem_free(told->spellings[i].service);
    }
    mem_free(told);
}

/* Was it told at the start, in this very spelling? */
static bool is_first(const struct spn_told *told, const char *service)
{
    for (const char *const *s = told->options.services; *s; s++) {
        if (strcmp(*s, service) == 0) {
            return true;
        }
    }
    return false;
}

static struct spelling *find(struct spn_told *told, const char *service)
{
    for (size_t i = 0; i < told->count; i++) {
        if (strcmp(told->spellings[i].service, service) == 0) {
            return &told->spellings[i];
        }
    }
    return NULL;
}

static struct spelling *tell(struct spn_told *told, const char *service)
{
    struct spelling *spelling = &told->spellings[told->count++];
    struct keeper_message message = {.kind = KEEPER_SERVICE};

    spelling->service = mem_strdup(service);
    spelling->serial = keeper_next_serial(told->options.serial);
    message.serial = spelling->serial;
    message.service = spelling->service;
    log_debug("the KDC is told of %s", service);
    told->options.tell(told->options.ctx, &message);
    return spelling;
}

bool spn_told_sync(struct spn_told *told, const struct world *world,
                   const char *service, void (*done)(void *), void *done_ctx)
{
    struct spelling *spelling;

    if (told->lost || is_first(told, service) ||
        !world_has_spn(world, service)) {
        return true;
    }
    spelling = find(told, service);
    if (!spelling && told->count < SPN_SPELLINGS_MAX) {
        spelling = tell(told, service);
    }
    /* It may have been lost on the way. */
    if (!spelling || !spelling->serial || told->lost) {
        return true;
    }
    waiters_add(&spelling->waiters, done, done_ctx);
    return false;
}

void spn_told_done(struct spn_told *told, uint32_t serial)
{
    for (size_t i = 0; serial && i < told->count; i++) {
        if (told->spellings[i].serial == serial) {
            told->spellings[i].serial = 0;
            waiters_call(&told->spellings[i].waiters);
            return;
        }
    }
}

void spn_told_lost(struct spn_told *told)
{
    told->lost = true;
    for (size_t i = 0; i < told->count; i++) {
        waiters_call(&told->spellings[i].waiters);
    }
}
