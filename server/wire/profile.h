/*
 * Names of certificate profiles: a world has one, and certificates are minted
 * by it. What each one means is the business of pki/profile.h.
 */
#ifndef WIRE_PROFILE_H
#define WIRE_PROFILE_H

/*
 * Whose certificates other-domain are, as of a hosting provider; names of the
 * world may be in it. .test is nobody's (RFC 6761), so the run's CA may sign
 * for it.
 */
#define CERT_OTHER_DOMAIN "provider.test"

/* In the order of the words below. */
enum cert_profile {
    CERT_PROFILE_GOOD,
    CERT_PROFILE_PHONE,
    CERT_PROFILE_EXPIRED,
    CERT_PROFILE_NOT_YET_VALID,
    CERT_PROFILE_WRONG_NAME,
    CERT_PROFILE_SELF_SIGNED,
    CERT_PROFILE_UNKNOWN_CA,
    CERT_PROFILE_WEAK,
    CERT_PROFILE_SHA1,
    CERT_PROFILE_INTERMEDIATE,
    CERT_PROFILE_MISSING_INTERMEDIATE,
    CERT_PROFILE_WILDCARD,
    CERT_PROFILE_WILDCARD_CN,
    CERT_PROFILE_NO_SAN,
    CERT_PROFILE_OTHER_DOMAIN,
    CERT_PROFILE_WRONG_USAGE,
    CERT_PROFILE_COUNT,
};

#define CERT_PROFILE_WORDS                                                     \
    "good|phone|expired|not-yet-valid|wrong-name|self-signed|unknown-ca|weak|" \
    "sha1|intermediate|missing-intermediate|wildcard|wildcard-cn|no-san|"      \
    "other-domain|wrong-usage"

#endif
