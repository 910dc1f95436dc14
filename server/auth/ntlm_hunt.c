/* Goes through guesses of what a proof was made of, see ntlm_why.h. */
#include "config.h"

#include "auth/ntlm_why.h"

#include <string.h>

#include "util/mem.h"
#include "util/utf.h"
#include "world/world.h"

static struct span chosen(const struct ntlm_hunt *hunt,
                          const struct ntlm_guess *guess, enum ntlm_part part)
{
    return hunt->parts[part].items[guess->at[part]].bytes;
}

static void hash_names(const struct ntlm_hunt *hunt,
                       const struct ntlm_guess *guess,
                       uint8_t key[NTLM_HASH_SIZE])
{
    struct span user = chosen(hunt, guess, NTLM_PART_USER);
    struct span domain = chosen(hunt, guess, NTLM_PART_DOMAIN);
    uint8_t password[NTLM_HASH_SIZE];

    if (guess->recipe == NTLM_RECIPE_LM_KEY) {
        ntlm_lmowf_v1(span_text(hunt->password), password);
    } else {
        ntlm_ntowf_v1(chosen(hunt, guess, NTLM_PART_PASSWORD), password);
    }
    if (guess->recipe == NTLM_RECIPE_V1_KEY) {
        memcpy(key, password, NTLM_HASH_SIZE);
    } else if (guess->recipe == NTLM_RECIPE_DOMAIN_USER) {
        ntlm_ntowf_v2(password, domain, user, key);
    } else {
        ntlm_ntowf_v2(password, user, domain, key);
    }
    mem_wipe(password, sizeof(password));
}

static void prove(const struct ntlm_hunt *hunt, const struct ntlm_guess *guess,
                  const uint8_t key[NTLM_HASH_SIZE],
                  uint8_t proof[NTLM_HASH_SIZE])
{
    struct span challenge = chosen(hunt, guess, NTLM_PART_CHALLENGE);
    struct span blob = chosen(hunt, guess, NTLM_PART_BLOB);

    if (guess->recipe == NTLM_RECIPE_BLOB_FIRST) {
        ntlm_ntowf_v2(key, blob, challenge, proof);
    } else if (guess->recipe == NTLM_RECIPE_NO_BLOB) {
        ntlm_ntowf_v2(key, challenge, hunt->answer->v2.client_challenge, proof);
    } else {
        /* The same formula: HMAC of two pieces. */
        ntlm_ntowf_v2(key, challenge, blob, proof);
    }
}

static bool may_try(struct ntlm_hunt *hunt, size_t bytes)
{
    if (hunt->tried >= NTLM_HUNT_MOST || hunt->hashed >= NTLM_HUNT_BYTES) {
        return false;
    }
    hunt->tried++;
    hunt->hashed += bytes;
    return true;
}

bool ntlm_hunt_fits(struct ntlm_hunt *hunt, const struct ntlm_guess *guess)
{
    uint8_t key[NTLM_HASH_SIZE];
    uint8_t proof[NTLM_HASH_SIZE];
    bool fits;

    if (!may_try(hunt, chosen(hunt, guess, NTLM_PART_BLOB).size +
                           chosen(hunt, guess, NTLM_PART_USER).size +
                           chosen(hunt, guess, NTLM_PART_DOMAIN).size)) {
        return false;
    }
    hash_names(hunt, guess, key);
    prove(hunt, guess, key, proof);
    fits = mem_equal_secret(proof, hunt->answer->v2.proof.data, sizeof(proof));
    mem_wipe(key, sizeof(key));
    mem_wipe(proof, sizeof(proof));
    return fits;
}

/* One ingredient is another; all else as it should be. */
static bool one_differs(struct ntlm_hunt *hunt, enum ntlm_part part,
                        struct ntlm_guess *guess)
{
    *guess = (struct ntlm_guess){0};
    for (size_t i = 1; i < hunt->parts[part].count; i++) {
        guess->at[part] = i;
        if (ntlm_hunt_fits(hunt, guess)) {
            return true;
        }
    }
    return false;
}

static bool two_differ(struct ntlm_hunt *hunt, enum ntlm_part first,
                       enum ntlm_part second, struct ntlm_guess *guess)
{
    *guess = (struct ntlm_guess){0};
    for (size_t i = 1; i < hunt->parts[first].count; i++) {
        guess->at[first] = i;
        for (size_t j = 1; j < hunt->parts[second].count; j++) {
            guess->at[second] = j;
            if (ntlm_hunt_fits(hunt, guess)) {
                return true;
            }
        }
    }
    return false;
}

/* With each domain that a server takes. */
static bool other_recipe(struct ntlm_hunt *hunt, struct ntlm_guess *guess)
{
    const struct ntlm_items *domains = &hunt->parts[NTLM_PART_DOMAIN];

    for (int i = 1; i < NTLM_RECIPE_COUNT; i++) {
        *guess = (struct ntlm_guess){.recipe = (enum ntlm_recipe)i};
        for (size_t j = 0; j < domains->count && domains->items[j].fine; j++) {
            guess->at[NTLM_PART_DOMAIN] = j;
            if (ntlm_hunt_fits(hunt, guess)) {
                return true;
            }
        }
    }
    return false;
}

bool ntlm_hunt_proof(struct ntlm_hunt *hunt, struct ntlm_guess *out_guess)
{
    static const enum ntlm_part singles[] = {
        NTLM_PART_DOMAIN,   NTLM_PART_USER, NTLM_PART_CHALLENGE,
        NTLM_PART_PASSWORD, NTLM_PART_BLOB,
    };
    static const enum ntlm_part pairs[][2] = {
        {NTLM_PART_USER, NTLM_PART_DOMAIN},
        {NTLM_PART_CHALLENGE, NTLM_PART_DOMAIN},
        {NTLM_PART_BLOB, NTLM_PART_DOMAIN},
        {NTLM_PART_PASSWORD, NTLM_PART_DOMAIN},
        {NTLM_PART_PASSWORD, NTLM_PART_USER},
    };

    for (size_t i = 0; i < ARRAY_SIZE(singles); i++) {
        if (one_differs(hunt, singles[i], out_guess)) {
            return true;
        }
    }
    if (other_recipe(hunt, out_guess)) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        if (two_differ(hunt, pairs[i][0], pairs[i][1], out_guess)) {
            return true;
        }
    }
    return false;
}

/* 3.3.2: LMv2 is the same proof over ClientChallenge, which stands behind it.
 */
bool ntlm_hunt_lmv2(struct ntlm_hunt *hunt)
{
    struct span lm = hunt->answer->message.lm_response.bytes;
    const struct ntlm_items *domains = &hunt->parts[NTLM_PART_DOMAIN];
    struct ntlm_guess guess = {0};
    uint8_t key[NTLM_HASH_SIZE];
    uint8_t proof[NTLM_HASH_SIZE];
    bool fits = false;

    if (lm.size != NTLM_V1_SIZE) {
        return false;
    }
    for (size_t i = 0; !fits && i < domains->count; i++) {
        guess.at[NTLM_PART_DOMAIN] = i;
        hash_names(hunt, &guess, key);
        ntlm_ntowf_v2(key, chosen(hunt, &guess, NTLM_PART_CHALLENGE),
                      span_slice(lm, NTLM_HASH_SIZE, NTLM_NONCE_SIZE), proof);
        fits = domains->items[i].fine &&
               mem_equal_secret(proof, lm.data, sizeof(proof));
    }
    mem_wipe(key, sizeof(key));
    mem_wipe(proof, sizeof(proof));
    return fits;
}

/* ---- NTLMv1: 3.3.1 ---- */

static bool fits_v1(struct ntlm_hunt *hunt, struct span password,
                    const uint8_t challenge[NTLM_NONCE_SIZE], bool lm)
{
    struct span sent = hunt->answer->message.nt_response.bytes;
    uint8_t key[NTLM_HASH_SIZE];
    uint8_t response[NTLM_V1_SIZE];
    bool fits;

    if (!may_try(hunt, password.size)) {
        return false;
    }
    if (lm) {
        ntlm_lmowf_v1(span_text(hunt->password), key);
    } else {
        ntlm_ntowf_v1(password, key);
    }
    ntlm_desl(key, challenge, response);
    fits = sent.size == sizeof(response) &&
           mem_equal_secret(response, sent.data, sizeof(response));
    mem_wipe(key, sizeof(key));
    return fits;
}

/* What DES runs over: the challenge, or under ESS a hash of both. */
static void challenge_of(const struct ntlm_hunt *hunt, struct span server,
                         bool ess, bool swapped, uint8_t out[NTLM_NONCE_SIZE])
{
    struct span lm = hunt->answer->message.lm_response.bytes;

    memset(out, 0, NTLM_NONCE_SIZE);
    if (server.size == NTLM_NONCE_SIZE) {
        memcpy(out, server.data, NTLM_NONCE_SIZE);
    }
    if (ess && lm.size >= NTLM_NONCE_SIZE && !swapped) {
        ntlm_ess_challenge(out, lm.data, out);
    } else if (ess && lm.size >= NTLM_NONCE_SIZE) {
        ntlm_ess_challenge(lm.data, out, out);
    }
}

static const char *v1_challenge(struct ntlm_hunt *hunt)
{
    const struct ntlm_items *list = &hunt->parts[NTLM_PART_CHALLENGE];
    struct span password = hunt->parts[NTLM_PART_PASSWORD].items[0].bytes;
    bool ess = hunt->answer->form == NTLM_FORM_V1_ESS;
    uint8_t challenge[NTLM_NONCE_SIZE];

    for (size_t i = 1; i < list->count; i++) {
        challenge_of(hunt, list->items[i].bytes, ess, false, challenge);
        if (fits_v1(hunt, password, challenge, false)) {
            return arena_printf(hunt->ctx->arena,
                                "password matches; the response is over %s "
                                "([MS-NLMP] 3.3.1)",
                                list->items[i].says);
        }
    }
    return NULL;
}

/* The other of the two versions, or the parts in another order. */
static const char *v1_version(struct ntlm_hunt *hunt)
{
    struct span right = hunt->parts[NTLM_PART_CHALLENGE].items[0].bytes;
    struct span password = hunt->parts[NTLM_PART_PASSWORD].items[0].bytes;
    bool ess = hunt->answer->form == NTLM_FORM_V1_ESS;
    uint8_t challenge[NTLM_NONCE_SIZE];

    challenge_of(hunt, right, !ess, false, challenge);
    if (fits_v1(hunt, password, challenge, false)) {
        return ess ? "password matches; the response is over the server's "
                     "challenge alone, and extended session security wants "
                     "the MD5 of both challenges ([MS-NLMP] 3.3.1)"
                   : "password matches; the response is over the MD5 of both "
                     "challenges, as with extended session security, and the "
                     "message does not say so ([MS-NLMP] 3.3.1)";
    }
    challenge_of(hunt, right, ess, true, challenge);
    if (ess && fits_v1(hunt, password, challenge, false)) {
        return "password matches; the MD5 is over the client's challenge and "
               "then the server's: the server's comes first ([MS-NLMP] 3.3.1)";
    }
    challenge_of(hunt, right, ess, false, challenge);
    return fits_v1(hunt, password, challenge, true)
               ? "password matches; NtChallengeResponse is made with the LM "
                 "hash: it wants NTOWFv1 ([MS-NLMP] 3.3.1)"
               : NULL;
}

const char *ntlm_hunt_v1(struct ntlm_hunt *hunt)
{
    const struct ntlm_items *forms = &hunt->parts[NTLM_PART_PASSWORD];
    struct span right = hunt->parts[NTLM_PART_CHALLENGE].items[0].bytes;
    bool ess = hunt->answer->form == NTLM_FORM_V1_ESS;
    uint8_t challenge[NTLM_NONCE_SIZE];
    const char *why = v1_challenge(hunt);

    if (!why) {
        why = v1_version(hunt);
    }
    challenge_of(hunt, right, ess, false, challenge);
    for (size_t i = 1; !why && i < forms->count; i++) {
        if (fits_v1(hunt, forms->items[i].bytes, challenge, false)) {
            why = arena_printf(hunt->ctx->arena,
                               "the password is that of %s, hashed %s "
                               "([MS-NLMP] 3.3.1)",
                               hunt->user->name, forms->items[i].says);
        }
    }
    return why;
}
