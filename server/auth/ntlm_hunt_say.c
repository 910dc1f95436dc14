/* What a guess that fits says of the client, see ntlm_why.h. */
#include "config.h"

#include "auth/ntlm_why.h"

#include <string.h>

#include "util/utf.h"
#include "world/world.h"

enum { NAME_SHOWN = 64 }; /* bytes of a name that a peer chose */

/* In quotation marks, and not too long. */
static const char *quoted(struct arena *arena, const char *name)
{
    size_t at = 0;

    while (at < NAME_SHOWN && name[at]) {
        size_t length = utf8_sequence(span_text(name + at));

        at += length ? length : 1;
    }
    return arena_printf(arena, "\"%.*s%s\"", (int)at, name,
                        name[at] ? "..." : "");
}

static const struct ntlm_item *chosen(const struct ntlm_hunt *hunt,
                                      const struct ntlm_guess *guess,
                                      enum ntlm_part part)
{
    return &hunt->parts[part].items[guess->at[part]];
}

/* Whether this part is not as it should be. */
static bool differs(const struct ntlm_hunt *hunt,
                    const struct ntlm_guess *guess, enum ntlm_part part)
{
    return guess->at[part] && !chosen(hunt, guess, part)->fine;
}

static void say(struct buf *out, const char *text)
{
    buf_add_text(out, out->size ? "; " : "");
    buf_add_text(out, text);
}

static void say_password(const struct ntlm_hunt *hunt,
                         const struct ntlm_guess *guess, struct buf *out)
{
    struct arena *arena = hunt->ctx->arena;

    if (differs(hunt, guess, NTLM_PART_PASSWORD)) {
        say(out, arena_printf(arena, "the password is that of %s, hashed %s",
                              hunt->user->name,
                              chosen(hunt, guess, NTLM_PART_PASSWORD)->says));
    } else {
        say(out, "password matches");
    }
}

static void say_user(const struct ntlm_hunt *hunt,
                     const struct ntlm_guess *guess, struct buf *out)
{
    struct arena *arena = hunt->ctx->arena;
    const struct ntlm_item *used = chosen(hunt, guess, NTLM_PART_USER);
    const char *right = hunt->parts[NTLM_PART_USER].items[0].says;
    const char *upper = utf8_upper(arena, used->says);

    if (differs(hunt, guess, NTLM_PART_USER)) {
        say(out, arena_printf(
                     arena,
                     "user must be hashed as %s%s, the client used %s in the "
                     "NTProofStr",
                     quoted(arena, right),
                     strcmp(upper, right) == 0 ? " (upper case)"
                                               : " (as sent, in upper case)",
                     quoted(arena, used->says)));
    }
}

/* Those that ntlm_proof.c takes: "CONTOSO" or "". */
static const char *good_domains(const struct ntlm_hunt *hunt)
{
    const struct ntlm_items *list = &hunt->parts[NTLM_PART_DOMAIN];
    struct arena *arena = hunt->ctx->arena;
    const char *sent = list->items[0].says;

    return *sent ? arena_printf(arena, "%s or \"\"", quoted(arena, sent))
                 : "\"\" (none was sent)";
}

static void say_domain(const struct ntlm_hunt *hunt,
                       const struct ntlm_guess *guess, struct buf *out)
{
    struct arena *arena = hunt->ctx->arena;

    if (differs(hunt, guess, NTLM_PART_DOMAIN)) {
        say(out,
            arena_printf(
                arena,
                "domain must be %s, the client used %s in the NTProofStr",
                good_domains(hunt),
                quoted(arena, chosen(hunt, guess, NTLM_PART_DOMAIN)->says)));
    }
}

static void say_rest(const struct ntlm_hunt *hunt,
                     const struct ntlm_guess *guess, struct buf *out)
{
    static const enum ntlm_part parts[] = {NTLM_PART_CHALLENGE, NTLM_PART_BLOB};

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (differs(hunt, guess, parts[i])) {
            say(out, arena_printf(hunt->ctx->arena, "the NTProofStr is over %s",
                                  chosen(hunt, guess, parts[i])->says));
        }
    }
}

static const char *recipe_text(enum ntlm_recipe recipe)
{
    switch (recipe) {
    case NTLM_RECIPE_V1_KEY:
        return "the NTProofStr is made with NTOWFv1: NTOWFv2 has user and "
               "domain hashed into it";
    case NTLM_RECIPE_LM_KEY:
        return "NTOWFv2 is made of the LM hash: it wants the MD4 of the "
               "password in UTF-16LE";
    case NTLM_RECIPE_DOMAIN_USER:
        return "NTOWFv2 is made of domain and user: the user comes first";
    case NTLM_RECIPE_BLOB_FIRST:
        return "the NTProofStr is over the blob and then the challenge: the "
               "challenge comes first";
    case NTLM_RECIPE_NO_BLOB:
        return "the NTProofStr is over both challenges, as LMv2 is: it wants "
               "the server's challenge and the blob";
    case NTLM_RECIPE_RIGHT:
    case NTLM_RECIPE_COUNT:
        break;
    }
    return NULL;
}

/* Nobody is found by the names that were sent: they are wrong, too. */
static void say_account(const struct ntlm_hunt *hunt, struct buf *out)
{
    const struct world *world = hunt->ctx->world;
    const struct ntlm_answer *answer = hunt->answer;
    struct arena *arena = hunt->ctx->arena;

    if (world_account(world, answer->domain, answer->user)) {
        return;
    }
    if (*answer->domain && world_account(world, "", answer->user)) {
        say(out, arena_printf(arena,
                              "domain must be \"%s\", \"%s\" or \"\", the "
                              "client sent %s",
                              world->netbios, world->domain,
                              quoted(arena, answer->domain)));
    } else {
        say(out,
            arena_printf(arena,
                         "the account is %s, the client sent user %s and "
                         "domain %s",
                         quoted(arena, user_account(arena, world, hunt->user)),
                         quoted(arena, answer->user),
                         quoted(arena, answer->domain)));
    }
}

const char *ntlm_hunt_say(const struct ntlm_hunt *hunt,
                          const struct ntlm_guess *guess)
{
    const char *recipe = recipe_text(guess->recipe);
    AUTO_BUF out = {0};

    say_password(hunt, guess, &out);
    say_account(hunt, &out);
    say_user(hunt, guess, &out);
    say_domain(hunt, guess, &out);
    say_rest(hunt, guess, &out);
    if (recipe) {
        say(&out, recipe);
    }
    buf_add_text(&out, differs(hunt, guess, NTLM_PART_PASSWORD)
                           ? " ([MS-NLMP] 3.3.1)"
                           : " ([MS-NLMP] 3.3.2)");
    return arena_text(hunt->ctx->arena, buf_span(&out));
}
