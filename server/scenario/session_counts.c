/*
 * Which times of a step count: its counters, and chance, which is a number
 * drawn for the seed, the session, the step, who is counted for, and the how
 * manieth time it is. So no step shifts another one's, and no user another's.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "scenario/match.h"
#include "scenario/session_parts.h"
#include "util/stream.h"

enum { KEY_SIZE = 80 };

/* "127.0.0.1" of "127.0.0.1:40112". */
static void address_of(const char *peer, char out[KEY_SIZE])
{
    const char *colon = strrchr(peer, ':');

    snprintf(out, KEY_SIZE, "%.*s",
             (int)(colon ? (size_t)(colon - peer) : strlen(peer)), peer);
}

/* Whom the step counts for; who is not known is nobody, and counted as one. */
static const char *key_of(const struct condition *when,
                          const struct facts *facts, char room[KEY_SIZE])
{
    *room = '\0';
    switch (when->per) {
    case PER_SESSION:
        break;
    case PER_USER:
        return facts->user ? facts->user : "";
    case PER_CONNECTION:
        snprintf(room, KEY_SIZE, "%" PRIu64, facts->connection);
        break;
    case PER_ADDRESS:
        if (facts->conn && facts->conn->peer) {
            address_of(facts->conn->peer, room);
        }
        break;
    }
    return room;
}

static struct tally *tally_of(struct session *session, const struct step *step,
                              const char *key)
{
    struct playing *play = &session->play;

    if (step->when.per == PER_SESSION) {
        return &play->counts[step->index];
    }
    if (!play->keyed) {
        play->keyed = tallies_new();
    }
    return tallies_of(play->keyed, step->index, key);
}

static bool chance_hits(const struct session *session, const struct step *step,
                        const char *key, uint64_t n)
{
    const char *const name[] = {session->name, step->identity, key, NULL};

    return stream_draw(session_seed_of(session), name, n) % CHANCE_ALL <
           step->when.chance;
}

bool session_counts(struct session *session, const struct step *step,
                    const struct facts *facts)
{
    const struct condition *when = &step->when;
    char room[KEY_SIZE];
    const char *key = key_of(when, facts, room);
    struct tally *tally = tally_of(session, step, key);
    uint64_t n = ++tally->count;
    bool hit;

    if (!condition_counts(when, n)) {
        return false;
    }
    hit = (!when->has_chance || chance_hits(session, step, key, n)) &&
          (!when->eventually || tally->hits < when->eventually) &&
          (!when->max_in_a_row || tally->row < when->max_in_a_row);
    tally->row = hit ? tally->row + 1 : 0;
    tally->hits += hit;
    return hit;
}

uint64_t session_draw(struct session *session, const struct scenario *scenario,
                      const struct step *step)
{
    const char *const name[] = {session->name, step->identity, "values", NULL};
    bool current = scenario == session->play.scenario;
    uint64_t n = current ? ++session->play.draws[step->index] : 0;

    return stream_draw(session_seed_of(session), name, n);
}

uint64_t step_chance_draw(void *step_chance)
{
    const struct step_chance *chance = step_chance;

    return session_draw(chance->session, chance->scenario, chance->step);
}

uint64_t session_connection(struct session *session, const struct facts *facts)
{
    struct playing *play = &session->play;
    struct tally *tally;
    char id[24];

    if (!(play->scenario->asked & FACT_CONNECTION) || !facts->conn) {
        return 0;
    }
    if (!play->connections) {
        play->connections = tallies_new();
    }
    snprintf(id, sizeof(id), "%" PRIu64, facts->conn->id);
    tally = tallies_of(play->connections, 0, id);
    if (tally->count == 0) {
        tally->count = ++play->connection_count;
    }
    return tally->count;
}
