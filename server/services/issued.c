/* Tickets that were issued lately, see issued.h. */
#include "config.h"

#include "services/issued.h"

#include <string.h>

#include "scenario/session.h"
#include "util/guard.h"
#include "util/mem.h"

/* One of the ring, in an arena of its own. */
struct place {
    struct arena *arena;
    struct issued issued;
};

struct ring {
    struct place places[ISSUED_MAX];
    size_t count; /* that there ever were */
};

static void free_ring(void *data)
{
    struct ring *ring = data;

    for (size_t i = 0; i < ISSUED_MAX; i++) {
        arena_free(ring->places[i].arena);
    }
    mem_free(ring);
}

static const char *text_copy(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

static struct issued copy(struct arena *arena, const struct issued *issued)
{
    struct issued own = *issued;

    own.id = text_copy(arena, issued->id);
    own.user = text_copy(arena, issued->user);
    own.pool = text_copy(arena, issued->pool);
    own.audience = text_copy(arena, issued->audience);
    own.text = arena_copy(arena, issued->text);
    own.key = arena_copy(arena, issued->key);
    own.client_entropy = arena_copy(arena, issued->client_entropy);
    own.server_entropy = arena_copy(arena, issued->server_entropy);
    return own;
}

struct keeping {
    struct session *session;
    struct issued issued;
};

static void commit_keep(void *data)
{
    const struct keeping *keeping = data;
    struct ring *ring = session_kept(keeping->session, SESSION_ISSUED);
    struct place *place;

    if (!ring) {
        ring = NEW(struct ring);
        session_keep(keeping->session, SESSION_ISSUED, ring, free_ring);
    }
    place = &ring->places[ring->count++ % ISSUED_MAX];
    arena_free(place->arena);
    place->arena = arena_new();
    place->issued = copy(place->arena, &keeping->issued);
}

static bool lies_of_form(const struct ticket_lies *lies)
{
    return lies->signature || lies->assertion || lies->confirmation ||
           lies->secret || lies->context || lies->cwt || lies->prefixed ||
           lies->no_collection || lies->other_format;
}

static bool lies_of_words(const struct ticket_lies *lies)
{
    return lies->lifetime || lies->times || lies->applies_to ||
           lies->token_type || lies->said_given || lies->said_lifetime ||
           lies->said_clock;
}

static bool is_broken(const struct ticket *ticket)
{
    return lies_of_form(&ticket->lies) || lies_of_words(&ticket->lies);
}

void issued_keep(struct call *call, const struct ticket *ticket,
                 const char *text, struct span client_entropy,
                 struct span server_entropy)
{
    struct keeping *keeping = ARENA_NEW(call->arena, struct keeping);

    if (strlen(text) > ISSUED_TEXT_MAX) {
        return;
    }
    keeping->session = call->session;
    keeping->issued = (struct issued){
        .id = ticket->id,
        .user = ticket->user,
        .pool = ticket->pool,
        .audience = ticket->audience,
        .exchange = call->ex->id,
        .broken = is_broken(ticket),
        .text = span_text(text),
        .key = ticket->proof_key,
        .client_entropy = client_entropy,
        .server_entropy = server_entropy,
    };
    exchange_effect(call->ex, commit_keep, keeping);
}

size_t issued_list(struct call *call, struct session *session,
                   struct issued out[ISSUED_MAX])
{
    const struct ring *ring;
    size_t count = 0;
    GUARDED;

    ring = session_kept(session, SESSION_ISSUED);
    for (size_t i = 0; ring && i < ring->count && i < ISSUED_MAX; i++) {
        const struct place *place =
            &ring->places[(ring->count - 1 - i) % ISSUED_MAX];

        out[count++] = copy(call->arena, &place->issued);
    }
    return count;
}
