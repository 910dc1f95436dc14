/*
 * SPNEGO's acceptor in pieces: negotiate.c reads tokens, negotiate_mech.c
 * picks a mechanism, negotiate_reply.c answers and sees to mechListMIC.
 */
#ifndef AUTH_NEGOTIATE_H
#define AUTH_NEGOTIATE_H

#include <stdbool.h>

#include "auth/auth.h"
#include "auth/handle.h"
#include "util/buf.h"
#include "wire/plans.h"
#include "wire/spnego.h"

enum negotiate_state {
    NEGOTIATE_AWAIT_INIT,
    NEGOTIATE_AWAIT_RESP,
    NEGOTIATE_AWAIT_MIC, /* the mechanism is done, its user is kept */
    NEGOTIATE_RAW,       /* no SPNEGO around the tokens */
    NEGOTIATE_FINISHED,
};

/* Which method carries out a mechanism. */
struct carrier {
    const struct span *oid;
    const char *method;    /* NULL: none, a step may choose it all the same */
    const char *mechanism; /* for the outcome */
    enum negotiate_mech word;
};

struct negotiate_handle {
    struct auth_handle base;
    enum negotiate_state state;
    const struct carrier *carrier;
    const struct auth_method *method; /* NULL: nothing carries it out */
    struct auth_handle *inner;
    struct buf mech_types; /* as the client sent them: what the MIC covers */
    bool mech_told;        /* supportedMech is in the first reply only */
    bool mic_required;     /* the choice was not the client's first */
    bool last_word;        /* the mechanism's last token is ours */
    enum negotiate_mic mic_say; /* of a step */
    /* What the mechanism came to, until the client's MIC is here. */
    struct arena *kept_arena;
    struct auth_outcome kept;
};

/* ---- negotiate_mech.c ---- */

/* The carrier of this mechanism, if it can be had. */
const struct carrier *negotiate_carrier(const struct auth_context *ctx,
                                        struct span oid);
/*
 * The first mechanism of the client's list that can be had, or what the plan
 * says; NULL: none. out_first: it is the client's first choice.
 */
const struct carrier *negotiate_choose(const struct auth_context *ctx,
                                       const struct spnego_init *init,
                                       enum negotiate_mech plan,
                                       bool *out_first);
void negotiate_start(struct negotiate_handle *handle,
                     const struct carrier *carrier);
bool negotiate_is_kerberos(const struct carrier *carrier);
const char *negotiate_mech_text(const struct auth_context *ctx,
                                struct span oid);

/* ---- negotiate_reply.c ---- */

/* Completes a reply and makes it the outcome's token. */
void negotiate_reply(struct negotiate_handle *handle,
                     const struct auth_context *ctx, struct spnego_resp *resp,
                     enum spnego_state state, struct auth_outcome *out);
/* token: of the mechanism, to tell why; may be empty. */
void negotiate_refuse(struct negotiate_handle *handle,
                      const struct auth_context *ctx, enum auth_reason reason,
                      struct span token, struct auth_outcome *out);
/* The mechanism accepted; mic: the client's, may be empty. */
void negotiate_complete(struct negotiate_handle *handle,
                        const struct auth_context *ctx, struct span mic,
                        struct auth_outcome *out);
/* The MIC of NEGOTIATE_AWAIT_MIC is here, or is not. */
void negotiate_await(struct negotiate_handle *handle,
                     const struct auth_context *ctx, struct span mic,
                     struct auth_outcome *out);
/* What a step says about a Kerberos token that was judged. */
void negotiate_obey(struct negotiate_handle *handle,
                    const struct auth_context *ctx, struct span token,
                    struct auth_outcome *out);

#endif
