/*
 * The Kerberos acceptor (RFC 4120 section 3.2, RFC 4121): what the method
 * "krb5" keeps between sign-ins. It stands on MIT's crypto library, two layers
 * below that library's GSS-API: there the clock can be shifted, what a real
 * service would send is known by its number, a ticket that is refused can be
 * looked into, and the channel bindings of the authenticator can be seen. Keys
 * are in memory alone; neither krb5.conf nor the environment is read.
 */
#ifndef AUTH_KRB5_H
#define AUTH_KRB5_H

#include "util/attr.h"
#include "util/err.h"
#include "util/span.h"
#include "wire/krb_keys.h"

struct auth_context;
struct krb5_acceptor;
struct negotiate_plan;

/*
 * keys: of the service, as the KDC has them; copied. Which SPNs they belong to
 * is the world's say (world_has_spn). The acceptor outlives the connections
 * that are served.
 */
MUST_CHECK bool krb5_acceptor_new(const struct krb_keys *keys,
                                  struct krb5_acceptor **out_acceptor,
                                  struct err *err);
/* Another one for another thread: what was seen by one comes to neither again.
 */
MUST_CHECK bool krb5_acceptor_beside(const struct krb5_acceptor *first,
                                     struct krb5_acceptor **out_acceptor,
                                     struct err *err);
/* Steps change tickets: one that does not open may be of this run. */
void krb5_acceptor_doubt(struct krb5_acceptor *acceptor);
void krb5_acceptor_free(struct krb5_acceptor *acceptor);

/* The KRB-ERROR of the plan, for a client that sent this token, framed as
 * that was. */
struct span krb5_forge_error(const struct auth_context *ctx, struct span token,
                             const struct negotiate_plan *plan);
/* This token was accepted just now, and the client will not be told: it may
 * come again. */
void krb5_forget(const struct auth_context *ctx, struct span token);

#endif
