/*
 * The replay cache (RFC 4120 section 3.2.3): authenticators that were accepted,
 * for as long as another copy of them could pass the check of the clock.
 */
#ifndef AUTH_KRB5_REPLAY_H
#define AUTH_KRB5_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/env.h"
#include "util/span.h"

enum {
    /*
     * Authenticators in memory, 32 bytes each and as much again for looking
     * them up. A flood of good sign-ins drives the oldest out before their
     * time: better that than a server that grows.
     */
    KRB5_REPLAY_MAX = 65536,
    KRB5_REPLAY_DIGEST_SIZE = 16,
    /* Seconds that a clock may be off, to either side: the default of all
     * implementations. */
    KRB5_SKEW_MAX = 300,
};

#define KRB5_REPLAY_LIFE (2 * KRB5_SKEW_MAX * ENV_NS_PER_SEC)

struct krb5_replay;

/* Several threads may share one, and each have a reference. */
struct krb5_replay *krb5_replay_new(void);
struct krb5_replay *krb5_replay_ref(struct krb5_replay *replay);
void krb5_replay_free(struct krb5_replay *replay);

/*
 * What stands for an authenticator: its first bytes as they came. With AES they
 * are the confounder, encrypted (RFC 3961 section 5.3), with RC4 a keyed hash
 * of all of it (RFC 4757 section 5): in neither case the same twice, and
 * whoever changes them has no authenticator any more.
 */
void krb5_replay_digest(struct span authenticator,
                        uint8_t out_digest[KRB5_REPLAY_DIGEST_SIZE]);
/* Whether it came before; now: ns, of a clock that never goes back. */
bool krb5_replay_seen(const struct krb5_replay *replay,
                      const uint8_t digest[KRB5_REPLAY_DIGEST_SIZE],
                      int64_t now, int64_t *out_at);
/* false: it came before, perhaps since one asked. */
MUST_CHECK bool krb5_replay_add(struct krb5_replay *replay,
                                const uint8_t digest[KRB5_REPLAY_DIGEST_SIZE],
                                int64_t now, int64_t *out_at);
/* Takes it back. */
void krb5_replay_undo(struct krb5_replay *replay,
                      const uint8_t digest[KRB5_REPLAY_DIGEST_SIZE]);
size_t krb5_replay_count(const struct krb5_replay *replay);

AUTO_DEFINE(krb5_replay, struct krb5_replay *, krb5_replay_free)

#endif
