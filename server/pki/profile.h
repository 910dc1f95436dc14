/* What kind of certificate a server shows: one table, see certs/README.md. */
#ifndef PKI_PROFILE_H
#define PKI_PROFILE_H

#include "pki/pki.h"

enum profile_issuer {
    ISSUER_CA,
    ISSUER_OTHER_CA, /* one that nobody trusts */
    ISSUER_SELF,
    ISSUER_INTERMEDIATE, /* below the CA */
};

struct profile {
    const char *name; /* as in CERT_PROFILE_WORDS */
    const char *doc;  /* what the certificate is, in a few words */
    enum profile_issuer issuer;
    bool own_key; /* `key`; else that of pki_options */
    enum pki_key key;
    bool rsa_issuer; /* the CA's key must be RSA, too */
    bool sha1;       /* the signature; else SHA-256 */
    bool withhold;   /* the intermediate is not sent */
    enum profile_names {
        NAMES_ASKED,        /* the one that was asked, or all of them */
        NAMES_WRONG,        /* of the domain, and no name of the world */
        NAMES_WILDCARD,     /* "*." and the domain */
        NAMES_OTHER_DOMAIN, /* the host in CERT_OTHER_DOMAIN */
    } names;
    bool no_alternatives; /* the name is in the subject alone */
    const char *usage;    /* extended key usage; NULL: serverAuth */
    /* Days from now; both 0: as good ones. */
    int first_day;
    int last_day;
};

const struct profile *profile_of(enum cert_profile profile);

#endif
