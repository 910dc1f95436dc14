/*
 * --ca-dir: a directory that keeps a CA from one run to the next, so that
 * devices trust it once. The key is the only secret of this product that ever
 * touches a disk.
 */
#ifndef PKI_STORE_H
#define PKI_STORE_H

#include "pki/cert.h"

#define STORE_CERTIFICATE "ca.pem"
#define STORE_KEY         "ca.key"

/*
 * Takes up the CA in options->ca_dir, or makes one where the directory has
 * none; makes the directory if it is missing. Runs that start together agree
 * on one CA. Errors name the file and the remedy.
 */
MUST_CHECK bool store_open(const struct pki_options *options,
                           struct identity *out_ca, struct err *err);

#endif
