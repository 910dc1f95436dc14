/* The profiles of certificates, see profile.h. */
#include "config.h"

#include "pki/profile.h"

#include <assert.h>

#include "util/attr.h"

static const struct profile profiles[] = {
    [CERT_PROFILE_GOOD] =
        {
            .name = "good",
            .doc = "P-256 (tls.key), from yesterday for 397 days, signed by "
                   "the CA of the run",
        },
    /* Devices of 2013 know no elliptic curves. Name constraints are never
     * critical here (ca.c), and how old TLS may be is the world's say. */
    [CERT_PROFILE_PHONE] =
        {
            .name = "phone",
            .doc = "as devices of 2013 want it: RSA-2048, like its CA",
            .own_key = true,
            .key = PKI_RSA2048,
            .rsa_issuer = true,
        },
    [CERT_PROFILE_EXPIRED] =
        {
            .name = "expired",
            .doc = "its last day was yesterday",
            .first_day = -398,
            .last_day = -1,
        },
    [CERT_PROFILE_NOT_YET_VALID] =
        {
            .name = "not-yet-valid",
            .doc = "its first day is tomorrow",
            .first_day = 1,
            .last_day = 398,
        },
    [CERT_PROFILE_WRONG_NAME] =
        {
            .name = "wrong-name",
            .doc = "for another name than any that is served",
            .names = NAMES_WRONG,
        },
    [CERT_PROFILE_SELF_SIGNED] =
        {
            .name = "self-signed",
            .doc = "signed with its own key",
            .issuer = ISSUER_SELF,
        },
    [CERT_PROFILE_UNKNOWN_CA] =
        {
            .name = "unknown-ca",
            .doc = "signed by another CA, which nobody is told of",
            .issuer = ISSUER_OTHER_CA,
        },
    /* Refused from OpenSSL's security level 1 on, which Debian's tools have
     * at 2. */
    [CERT_PROFILE_WEAK] =
        {
            .name = "weak",
            .doc = "RSA-1024, signed with SHA-1",
            .own_key = true,
            .key = PKI_RSA1024,
            .sha1 = true,
        },
    [CERT_PROFILE_SHA1] =
        {
            .name = "sha1",
            .doc = "as good ones, but signed with SHA-1",
            .sha1 = true,
        },
    [CERT_PROFILE_INTERMEDIATE] =
        {
            .name = "intermediate",
            .doc = "signed by an intermediate CA, whose certificate is sent",
            .issuer = ISSUER_INTERMEDIATE,
        },
    [CERT_PROFILE_MISSING_INTERMEDIATE] =
        {
            .name = "missing-intermediate",
            .doc = "signed by an intermediate CA, whose certificate is not "
                   "sent",
            .issuer = ISSUER_INTERMEDIATE,
            .withhold = true,
        },
    [CERT_PROFILE_WILDCARD] =
        {
            .name = "wildcard",
            .doc = "for all names of the domain, as alternative name",
            .names = NAMES_WILDCARD,
        },
    /* protocol: discover 6, F-10: a wildcard counts as alternative name. */
    [CERT_PROFILE_WILDCARD_CN] =
        {
            .name = "wildcard-cn",
            .doc = "for all names of the domain, in the subject alone",
            .names = NAMES_WILDCARD,
            .no_alternatives = true,
        },
    [CERT_PROFILE_NO_SAN] =
        {
            .name = "no-san",
            .doc = "the right name, in the subject alone",
            .no_alternatives = true,
        },
    [CERT_PROFILE_OTHER_DOMAIN] =
        {
            .name = "other-domain",
            .doc = "for a host of provider.test, as of a hosting provider",
            .names = NAMES_OTHER_DOMAIN,
        },
    [CERT_PROFILE_WRONG_USAGE] =
        {
            .name = "wrong-usage",
            .doc = "for clients, by its extended key usage",
            .usage = "clientAuth",
        },
};

_Static_assert(ARRAY_SIZE(profiles) == CERT_PROFILE_COUNT, "a row for each");

const struct profile *profile_of(enum cert_profile profile)
{
    assert(profile < CERT_PROFILE_COUNT);
    return &profiles[profile];
}
