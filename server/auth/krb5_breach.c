/*
 * What a client does wrong within an AP-REQ, where only its keys let us see it:
 * rows of checks/rules_kerberos.c. See krb5_parts.h.
 */
#include "config.h"

#include "auth/krb5_parts.h"
#include "checks/checks.h"
#include "util/env.h"
#include "world/world.h"

enum { TICKET_OK_AS_DELEGATE = 0x00040000 }; /* RFC 4120 section 5.3, flag 13 */

static void breach(const struct auth_context *ctx, struct auth_outcome *out,
                   const char *rule, const char *field, const char *text)
{
    struct finding finding = check_finding(rule, SPAN_NONE, text);

    finding.where =
        arena_printf(ctx->arena, "Authorization: Negotiate, AP-REQ.%s", field);
    auth_find(ctx, out, &finding);
}

static void check_checksum(const struct auth_context *ctx,
                           const struct krb5_judged *judged,
                           struct auth_outcome *out)
{
    const struct krb_authenticator *authenticator =
        &judged->opened.authenticator;
    const char *name = krb_checksum_name(authenticator->checksum.type);

    if (!authenticator->has_checksum) {
        breach(ctx, out, "KB-022", "authenticator.cksum",
               "there is no checksum; one of type 0x8003 is right");
    } else if (authenticator->checksum.type != KRB_GSS_CHECKSUM) {
        breach(ctx, out, "KB-022", "authenticator.cksum",
               arena_printf(ctx->arena,
                            "the checksum is of type %d%s%s%s; 0x8003 is right",
                            (int)authenticator->checksum.type, name ? " (" : "",
                            name ? name : "", name ? ")" : ""));
    } else if (!authenticator->has_sequence) {
        breach(ctx, out, "KB-022", "authenticator.seq-number",
               "there is no sequence number, which GSS-API has in each");
    }
}

static void check_delegation(const struct auth_context *ctx,
                             const struct krb5_judged *judged,
                             struct auth_outcome *out)
{
    if (judged->has_checksum && judged->checksum.flags & KRB_GSS_DELEG &&
        !(judged->opened.part.flags & TICKET_OK_AS_DELEGATE)) {
        breach(ctx, out, "KB-024", "authenticator.cksum",
               arena_printf(ctx->arena,
                            "the flag deleg is set (0x%x), with %zu bytes of "
                            "credentials, and the ticket is not ok-as-delegate",
                            judged->checksum.flags,
                            judged->checksum.delegated.size));
    }
}

/* The service's own clock may be off on purpose; then nobody can tell. */
static void check_clock(const struct auth_context *ctx,
                        const struct krb5_judged *judged,
                        struct auth_outcome *out)
{
    int64_t skew =
        judged->opened.authenticator.client_time - judged->now / ENV_NS_PER_SEC;

    if (ctx->world->krb5.clock == 0 &&
        (skew > KRB5_SKEW_MAX || skew < -KRB5_SKEW_MAX)) {
        breach(ctx, out, "KB-028", "authenticator.ctime",
               arena_printf(ctx->arena,
                            "the client's clock is %lld s %s; less than %d are "
                            "right",
                            (long long)(skew < 0 ? -skew : skew),
                            skew < 0 ? "behind" : "ahead", KRB5_SKEW_MAX));
    }
}

void krb5_breach_opened(const struct auth_context *ctx,
                        const struct krb5_judged *judged,
                        struct auth_outcome *out)
{
    if (judged->opened.has_authenticator) {
        check_checksum(ctx, judged, out);
        check_delegation(ctx, judged, out);
        check_clock(ctx, judged, out);
    }
}

void krb5_breach_binding(const struct auth_context *ctx,
                         const struct krb5_judged *judged,
                         struct auth_outcome *out)
{
    struct finding finding = check_finding(
        "KB-025", judged->checksum.bindings,
        "the channel binding is of another channel than this TLS connection");

    finding.where = "Authorization: Negotiate, AP-REQ.authenticator.cksum.Bnd";
    auth_find(ctx, out, &finding);
}
