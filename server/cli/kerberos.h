/* Whether Kerberos is served, which depends on the machine as well. */
#ifndef CLI_KERBEROS_H
#define CLI_KERBEROS_H

#include "cli/options.h"
#include "cli/verb.h"
#include "scenario/model.h"

struct kerberos {
    char *program;        /* MIT's krb5kdc; NULL: no Kerberos is served */
    const char **ccaches; /* users of the world, by its key; ends with NULL */
};

/*
 * EXIT_GOOD, or why nothing can be served, which was said: EXIT_USAGE,
 * EXIT_SKIPPED. The world is told whether it offers Kerberos. The caller
 * releases with kerberos_clear.
 */
MUST_CHECK enum exit_code kerberos_choose(const struct options *options,
                                          struct env *env,
                                          struct scenario *scenario,
                                          struct kerberos *out_kerberos);
/* Whether the KDC has a ticket for this user. */
bool kerberos_may_have_ticket(const struct world *world,
                              const struct user *user);
void kerberos_clear(struct kerberos *kerberos);

#endif
