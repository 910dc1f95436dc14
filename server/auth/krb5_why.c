/* What is wrong with a ticket, in a sentence; see krb5_parts.h. */
#include "config.h"

#include "auth/krb5_parts.h"

void krb5_why(const struct auth_context *ctx, const struct krb5_judged *judged,
              struct auth_outcome *out)
{
    (void)ctx;
    (void)judged;
    (void)out;
}
