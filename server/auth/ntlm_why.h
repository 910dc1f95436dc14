/*
 * Why an NTLM sign-in was refused, in one sentence. The server knows password
 * and challenge, so it makes the client's proof ([MS-NLMP] 3.3) once more from
 * other ingredients - names, forms of the password, challenges, bytes - until
 * one fits what the client sent. 128 bits do not fit by chance: what fits is
 * what the client did. All of it happens behind a refusal; who is let in costs
 * nothing.
 *
 * ntlm_why.c decides what is looked for, ntlm_hunt.c goes through guesses,
 * ntlm_hunt_parts.c has the ingredients, ntlm_hunt_say.c the words;
 * ntlm_why_mic.c and ntlm_why_binding.c do the same for a wrong MIC and a wrong
 * channel binding.
 */
#ifndef AUTH_NTLM_WHY_H
#define AUTH_NTLM_WHY_H

#include "auth/ntlm.h"
#include "auth/why_forms.h"

enum {
    /* Proofs that are tried for one refused sign-in, each of them two HMACs
     * at most, and bytes that go into them: a few milliseconds. */
    NTLM_HUNT_MOST = 2500,
    NTLM_HUNT_BYTES = 2 * 1024 * 1024,
    NTLM_HUNT_ITEMS = WHY_FORMS_MAX + 1,
    NTLM_HUNT_ACCOUNTS = 64, /* whose passwords are tried */
};

/* What a proof is made of. */
enum ntlm_part {
    NTLM_PART_PASSWORD,
    NTLM_PART_USER,
    NTLM_PART_DOMAIN,
    NTLM_PART_CHALLENGE,
    NTLM_PART_BLOB, /* `temp` of 3.3.2 */
    NTLM_PART_COUNT,
};

struct ntlm_item {
    struct span bytes; /* as they go into a hash */
    const char *says;  /* of names: the text itself; else the words for it */
    bool fine;         /* as good as the first one */
};

/* The first is how it should be. */
struct ntlm_items {
    struct ntlm_item items[NTLM_HUNT_ITEMS];
    size_t count;
};

/* In which way the ingredients are put together. */
enum ntlm_recipe {
    NTLM_RECIPE_RIGHT,
    NTLM_RECIPE_V1_KEY,      /* NTOWFv1 in the place of NTOWFv2 */
    NTLM_RECIPE_LM_KEY,      /* LMOWFv1 within NTOWFv2 */
    NTLM_RECIPE_DOMAIN_USER, /* names the other way round */
    NTLM_RECIPE_BLOB_FIRST,  /* blob, then challenge */
    NTLM_RECIPE_NO_BLOB,     /* over ClientChallenge alone, as LMv2 is */
    NTLM_RECIPE_COUNT,
};

struct ntlm_guess {
    size_t at[NTLM_PART_COUNT];
    enum ntlm_recipe recipe;
};

struct ntlm_hunt {
    const struct auth_context *ctx;
    const struct ntlm_handle *handle; /* its challenge; NULL state: none */
    const struct ntlm_answer *answer;
    const struct user *user; /* whose password is tried */
    const char *password;
    struct ntlm_items parts[NTLM_PART_COUNT];
    unsigned tried;
    size_t hashed; /* bytes */
};

/* ---- ntlm_hunt_parts.c ---- */

void ntlm_hunt_begin(struct ntlm_hunt *hunt, const struct auth_context *ctx,
                     const struct ntlm_handle *handle,
                     const struct ntlm_answer *answer);
/* From here on with the password of this account. */
void ntlm_hunt_for(struct ntlm_hunt *hunt, const struct user *user);
/* "alice" of "CONTOSO\alice", "alice@contoso.test", "sip:alice@...". */
const char *ntlm_hunt_bare(struct arena *arena, const char *name);

/* ---- ntlm_hunt.c ---- */

/* Whether the client's NTProofStr comes of this guess. */
bool ntlm_hunt_fits(struct ntlm_hunt *hunt, const struct ntlm_guess *guess);
/* The simplest guess that fits; false: none of those that were tried does. */
bool ntlm_hunt_proof(struct ntlm_hunt *hunt, struct ntlm_guess *out_guess);
/* Whether names, password and challenge are right by another response. */
bool ntlm_hunt_lmv2(struct ntlm_hunt *hunt);
/* Of NTLMv1: the form of the password, or the challenge; NULL: none fits. */
const char *ntlm_hunt_v1(struct ntlm_hunt *hunt);

/* ---- ntlm_hunt_say.c ---- */

const char *ntlm_hunt_say(const struct ntlm_hunt *hunt,
                          const struct ntlm_guess *guess);

/* ---- The others ---- */

const char *ntlm_why_mic(const struct auth_context *ctx,
                         const struct ntlm_handle *handle,
                         const struct ntlm_answer *answer,
                         const struct ntlm_proof *proof);
const char *ntlm_why_binding(const struct auth_context *ctx,
                             const struct ntlm_answer *answer);

/*
 * ntlm_why.c: sets out->solved for an answer that was refused. proof: what
 * ntlm_prove made of it, if that was asked.
 */
void ntlm_why(const struct ntlm_handle *handle, const struct auth_context *ctx,
              const struct ntlm_answer *answer, const struct ntlm_proof *proof,
              struct auth_outcome *out);
/* The same for an answer that no challenge of this connection went before. */
void ntlm_why_out_of_turn(const struct auth_context *ctx,
                          const struct ntlm_answer *answer,
                          struct auth_outcome *out);

#endif
