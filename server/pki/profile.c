/* The profiles of certificates, see profile.h. */
#include "config.h"

#include "pki/profile.h"

#include <assert.h>

#include "util/attr.h"

static const struct profile profiles[] = {
    [CERT_PROFILE_GOOD] =
        {
            .name = "good",
        },
    /* Devices of 2013 know no elliptic curves. Name constraints are never
     * critical here (ca.c), and how old TLS may be is the world's say. */
    [CERT_PROFILE_PHONE] =
        {
            .name = "phone",
            .own_key = true,
            .key = PKI_RSA2048,
            .rsa_issuer = true,
        },
    [CERT_PROFILE_EXPIRED] =
        {
            .name = "expired",
            .first_day = -398,
            .last_day = -1,
        },
    [CERT_PROFILE_NOT_YET_VALID] =
        {
            .name = "not-yet-valid",
            .first_day = 1,
            .last_day = 398,
        },
    [CERT_PROFILE_WRONG_NAME] =
        {
            .name = "wrong-name",
            .wrong_name = true,
        },
    [CERT_PROFILE_SELF_SIGNED] =
        {
            .name = "self-signed",
            .issuer = ISSUER_SELF,
        },
    [CERT_PROFILE_UNKNOWN_CA] =
        {
            .name = "unknown-ca",
            .issuer = ISSUER_OTHER_CA,
        },
    /* Refused from OpenSSL's security level 1 on, which Debian's tools have
     * at 2. */
    [CERT_PROFILE_WEAK] =
        {
            .name = "weak",
            .own_key = true,
            .key = PKI_RSA1024,
            .sha1 = true,
        },
};

_Static_assert(ARRAY_SIZE(profiles) == CERT_PROFILE_COUNT, "a row for each");

const struct profile *profile_of(enum cert_profile profile)
{
    assert(profile < CERT_PROFILE_COUNT);
    return &profiles[profile];
}
