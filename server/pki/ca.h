/*
 * The certification authority of a run. It is good for the names of one world,
 * localhost and loopback addresses alone (RFC 5280, 4.2.1.10), so that a
 * device which trusts it risks nothing.
 */
#ifndef PKI_CA_H
#define PKI_CA_H

#include "pki/cert.h"

enum {
    CA_LIFE_RUN = CERT_LIFE,
    CA_LIFE_KEPT = 5 * 365 * CERT_DAY, /* in --ca-dir */
};

/* Makes key and certificate; `life` in seconds. */
MUST_CHECK bool ca_make(const struct pki_options *options, int life,
                        struct identity *out_ca, struct err *err);

/* One below the CA, for as long as that is good. */
MUST_CHECK bool ca_make_intermediate(const struct pki_options *options,
                                     const struct identity *ca,
                                     struct identity *out_intermediate,
                                     struct err *err);

/*
 * Judges a CA that was made earlier: is the key its own, may it issue
 * certificates, is it valid now, do its constraints cover the world? The
 * error says what is wrong, not in which file.
 */
MUST_CHECK bool ca_check(const struct pki_options *options,
                         const struct identity *ca, struct err *err);

/* Does it permit this name? The error says that it does not. */
MUST_CHECK bool ca_permits(const struct pki_options *options,
                           const struct identity *ca, const char *name,
                           struct err *err);

#endif
