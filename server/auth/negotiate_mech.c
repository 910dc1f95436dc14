/* Which mechanism SPNEGO takes, see negotiate.h. */
#include "config.h"

#include "auth/negotiate.h"

#include "wire/der.h"
#include "world/world.h"

static const uint8_t negoex_bytes[] = {0x2b, 6,    1, 4, 1,
                                       0x82, 0x37, 2, 2, 0x1e};
static const struct span oid_negoex = {negoex_bytes, sizeof(negoex_bytes)};

static const struct carrier carriers[] = {
    {&SPNEGO_OID_KRB5, "krb5", "negotiate+krb5", NEGOTIATE_MECH_KRB5},
    {&SPNEGO_OID_MS_KRB5, "krb5", "negotiate+krb5", NEGOTIATE_MECH_KRB5},
    {&SPNEGO_OID_NTLM, "ntlm", "negotiate+ntlm", NEGOTIATE_MECH_NTLM},
    {&oid_negoex, NULL, "negotiate+negoex", NEGOTIATE_MECH_NEGOEX},
};

bool negotiate_is_kerberos(const struct carrier *carrier)
{
    return carrier->word == NEGOTIATE_MECH_KRB5;
}

const char *negotiate_mech_text(const struct auth_context *ctx, struct span oid)
{
    const struct spnego_mech *mech = spnego_mech_of(oid);

    return mech ? mech->name : der_oid_text(ctx->arena, oid);
}

const struct carrier *negotiate_carrier(const struct auth_context *ctx,
                                        struct span oid)
{
    for (size_t i = 0; i < ARRAY_SIZE(carriers); i++) {
        const struct carrier *carrier = &carriers[i];

        if (span_equal(*carrier->oid, oid) && carrier->method &&
            auth_method(carrier->method) &&
            (!negotiate_is_kerberos(carrier) ||
             (ctx->krb5 && ctx->world->offer.kerberos != KERBEROS_NO))) {
            return carrier;
        }
    }
    return NULL;
}

/* By the OID that the client wrote, where it wrote one: Windows has two for
 * Kerberos and answers with the one that it was offered. */
static const struct carrier *forced(const struct spnego_init *init,
                                    enum negotiate_mech plan, bool *out_first)
{
    const struct carrier *any = NULL;

    *out_first = false;
    for (size_t i = 0; i < ARRAY_SIZE(carriers); i++) {
        const struct carrier *carrier = &carriers[i];

        if (carrier->word != plan) {
            continue;
        }
        if (init->mech_count && span_equal(*carrier->oid, init->mechs[0])) {
            *out_first = true;
            return carrier;
        }
        any = any ? any : carrier;
    }
    return any;
}

const struct carrier *negotiate_choose(const struct auth_context *ctx,
                                       const struct spnego_init *init,
                                       enum negotiate_mech plan,
                                       bool *out_first)
{
    if (plan != NEGOTIATE_MECH_GOOD) {
        return forced(init, plan, out_first);
    }
    for (size_t i = 0; i < init->mech_count; i++) {
        const struct carrier *carrier = negotiate_carrier(ctx, init->mechs[i]);

        if (carrier) {
            *out_first = i == 0;
            return carrier;
        }
    }
    return NULL;
}

void negotiate_start(struct negotiate_handle *handle,
                     const struct carrier *carrier)
{
    handle->carrier = carrier;
    handle->method = carrier->method ? auth_method(carrier->method) : NULL;
    handle->inner = handle->method ? handle->method->begin() : NULL;
}
