/*
 * Faults that set settings of the world for one exchange: `ntlm`, `ticket`,
 * `offer` ... One word each, all made from one table in overlay.c.
 */
#ifndef FAULTS_OVERLAY_H
#define FAULTS_OVERLAY_H

#define OVERLAYS(X)                                                            \
    X(discover)                                                                \
    X(krb5)                                                                    \
    X(location)                                                                \
    X(mex)                                                                     \
    X(negotiation)                                                             \
    X(ntlm)                                                                    \
    X(oauth)                                                                   \
    X(offer)                                                                   \
    X(product)                                                                 \
    X(public_port)                                                             \
    X(ticket)                                                                  \
    X(webticket)

#endif
