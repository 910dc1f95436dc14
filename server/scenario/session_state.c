/*
 * Named states: what `set` of a step puts down and `is` of another asks for.
 * Only names and values that the scenario has can be set, so they are few.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "scenario/match.h"
#include "scenario/session_parts.h"
#include "util/mem.h"

static struct state *state_of(const struct session *session, const char *name)
{
    const struct playing *play = &session->play;

    for (size_t i = 0; i < play->state_count; i++) {
        if (strcasecmp(play->states[i].name, name) == 0) {
            return &play->states[i];
        }
    }
    return NULL;
}

const char *session_state(const struct session *session, const char *name)
{
    const struct state *state = state_of(session, name);

    return state ? state->value : NULL;
}

const char *session_state_at(const struct session *session, size_t index,
                             const char **out_value)
{
    const struct playing *play = &session->play;

    if (index >= play->state_count) {
        return NULL;
    }
    *out_value = play->states[index].value;
    return play->states[index].name;
}

bool session_is(const struct session *session,
                const struct named_conditions *asked)
{
    for (size_t i = 0; i < asked->count; i++) {
        const struct named_condition *one = &asked->items[i];
        const char *value = session_state(session, one->name);

        if (one->absent ? value != NULL : !patterns_fit(&one->value, value)) {
            return false;
        }
    }
    return true;
}

static void put(struct playing *play, const struct state_setting *setting)
{
    play->states = mem_resize(play->states,
                              (play->state_count + 1) * sizeof(*play->states));
    play->states[play->state_count++] = (struct state){
        .name = mem_strdup(setting->name),
        .value = mem_strdup(setting->value),
    };
}

static void take_out(struct playing *play, struct state *state)
{
    mem_free(state->name);
    mem_free(state->value);
    *state = play->states[--play->state_count];
}

void session_set(struct session *session, const struct scenario *scenario,
                 const struct step *step)
{
    struct playing *play = &session->play;

    if (scenario != play->scenario) {
        return; /* another one has been put in place since */
    }
    for (size_t i = 0; i < step->set_count; i++) {
        struct state *state = state_of(session, step->sets[i].name);

        if (state) {
            take_out(play, state);
        }
        if (step->sets[i].value) {
            put(play, &step->sets[i]);
        }
    }
}

void session_forget_states(struct session *session)
{
    struct playing *play = &session->play;

    while (play->state_count) {
        take_out(play, &play->states[0]);
    }
    mem_free(play->states);
    play->states = NULL;
}
