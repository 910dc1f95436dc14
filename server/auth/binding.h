/*
 * What ties a sign-in to a TLS channel and to a service: the same for NTLM and
 * Kerberos.
 */
#ifndef AUTH_BINDING_H
#define AUTH_BINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "util/span.h"

enum { AUTH_BINDING_SIZE = 16 }; /* of an MD5 */

/*
 * MD5 over a gss_channel_bindings_struct (RFC 2744 section 3.11, RFC 4121
 * section 4.1.1.2, [MS-NLMP] 2.2.2.1) whose application data is
 * "tls-server-end-point:" and the certificate's hash (RFC 5929 section 4). One
 * that is all zero stands for "no channel binding".
 */
void auth_channel_bindings(struct span certificate_hash,
                           uint8_t out_hash[AUTH_BINDING_SIZE]);

/* HTTP/host, in any letter case, with a port perhaps (RFC 4559 section 4.1
 * knows none, but some clients add it). */
bool auth_spn_names(const char *spn, const char *host);

#endif
