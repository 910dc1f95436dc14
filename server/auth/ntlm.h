/*
 * The NTLM acceptor in pieces: ntlm.c is the state machine, ntlm_challenge.c
 * builds the challenge, ntlm_lie.c damages it, ntlm_verify.c judges the answer
 * with the help of ntlm_proof.c (is the password right) and ntlm_binding.c
 * (does the answer belong to this challenge, channel and service).
 * [MS-NLMP] 3.2.5.
 */
#ifndef AUTH_NTLM_H
#define AUTH_NTLM_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/auth.h"
#include "auth/handle.h"
#include "auth/ntlm_crypto.h"
#include "auth/ntlm_session.h"
#include "util/buf.h"
#include "wire/ntlmssp.h"
#include "wire/ntlmssp_av.h"

/* Of a token; Windows takes 2888 bytes, an HTTP header seldom 64 KiB. */
enum { NTLM_TOKEN_MAX = 65536 };

enum ntlm_state {
    NTLM_AWAIT_NEGOTIATE,
    NTLM_AWAIT_AUTHENTICATE,
    NTLM_FINISHED,
};

/* What the challenge said, kept until the answer is judged. */
struct ntlm_offer {
    uint32_t flags;
    uint8_t server_challenge[NTLM_NONCE_SIZE];
    struct buf target_info;
};

struct ntlm_handle {
    struct auth_handle base;
    enum ntlm_state state;
    struct ntlm_offer offer;
    struct buf negotiate; /* as received, for the MIC */
    struct buf challenge; /* as sent, for the MIC */
    bool has_session;
    struct ntlm_session session;
};

/* How the client answered, by the form of its responses. */
enum ntlm_form {
    NTLM_FORM_NONE, /* no response at all: an anonymous logon */
    NTLM_FORM_LM,   /* the LM response alone */
    NTLM_FORM_V1,
    NTLM_FORM_V1_ESS, /* NTLMv1 with extended session security */
    NTLM_FORM_V2,
    NTLM_FORM_BROKEN, /* a size that no version has */
};

/* The client's answer, decoded. Texts are UTF-8. */
struct ntlm_answer {
    struct span token;
    struct ntlmssp_authenticate message;
    uint32_t flags; /* NegFlg: what both sides go by from here on */
    enum ntlm_form form;
    struct ntlmssp_v2_response v2; /* NTLM_FORM_V2 only */
    const char *domain;
    const char *user;
};

/* That the password was right, and the keys that come of it. */
struct ntlm_proof {
    bool proven;
    const char *hash_form; /* which reading of the names fitted */
    uint8_t key_exchange_key[NTLM_HASH_SIZE];
    uint8_t exported_session_key[NTLM_HASH_SIZE];
};

/* ntlm_challenge.c: fills handle->offer and ->challenge. */
void ntlm_challenge(struct ntlm_handle *handle, const struct auth_context *ctx,
                    const struct ntlmssp_negotiate *asked,
                    struct auth_outcome *out);

/* ntlm_lie.c: makes the challenge that was built what steps want of it. */
void ntlm_obey(struct ntlm_handle *handle, const struct auth_context *ctx,
               struct auth_outcome *out);
/* The AV pairs in the order of `words`, with the values of the good ones. */
void ntlm_lie_pairs(struct buf *out, struct arena *arena, const char *words,
                    struct span good);

/* ntlm_verify.c: decodes an answer; false: it is malformed. */
bool ntlm_answer_read(const struct ntlm_handle *handle,
                      const struct auth_context *ctx,
                      struct ntlm_answer *answer, struct ntlmssp_flaw *flaw);
/* Sets the verdict, and handle->session when accepted. */
void ntlm_verify(struct ntlm_handle *handle, const struct auth_context *ctx,
                 struct span token, struct auth_outcome *out);

/* The context behind AUTH_MOMENT_NTLM_AUTHENTICATE, which knows who it says it
 * is. */
struct auth_context ntlm_reach_claimed(const struct ntlm_handle *handle,
                                       const struct auth_context *ctx,
                                       struct span token);

/* ntlm_proof.c: tries `password` (UTF-8) against the answer. */
enum ntlm_form ntlm_form_of(const struct ntlmssp_authenticate *message,
                            uint32_t flags);
void ntlm_prove(struct arena *arena, const struct ntlm_answer *answer,
                const struct ntlm_offer *offer, const char *password,
                struct ntlm_proof *out_proof);
/* The bytes of a name as sent; of a UTF-16 one, the low bytes. false: some
 * character is no byte. */
bool ntlm_name_bytes(struct arena *arena, struct span name, bool unicode,
                     struct span *out_bytes);

/* ntlm_binding.c: each notes what it saw; false: a reason to refuse. */
bool ntlm_check_mic(const struct ntlm_handle *handle,
                    const struct auth_context *ctx,
                    const struct ntlm_answer *answer,
                    const struct ntlm_proof *proof, struct auth_outcome *out);
bool ntlm_check_channel(const struct auth_context *ctx,
                        const struct ntlm_answer *answer,
                        struct auth_outcome *out);
bool ntlm_check_spn(const struct auth_context *ctx,
                    const struct ntlm_answer *answer, struct auth_outcome *out);
/* Notes whether the AV pairs of the challenge came back as they were. */
void ntlm_note_echo(const struct ntlm_handle *handle,
                    const struct auth_context *ctx,
                    const struct ntlm_answer *answer, struct auth_outcome *out);

#endif
