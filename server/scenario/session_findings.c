/*
 * Which rules a session's client has broken, for its verdict. One entry for
 * each rule, so a client cannot make it grow; the journal has every breach.
 */
#include "config.h"

#include <string.h>

#include "scenario/session_parts.h"

struct found_item {
    struct found found;
    struct found_item *next;
};

static struct found_item *item_of(const struct playing *play, const char *rule)
{
    struct found_item *item = play->findings;

    while (item && strcmp(item->found.finding.rule, rule) != 0) {
        item = item->next;
    }
    return item;
}

static const char *own_text(struct playing *play, const char *text)
{
    return text ? arena_strdup(play->found_arena, text) : NULL;
}

static struct found_item *
add_item(struct playing *play, const struct finding *finding, uint64_t exchange)
{
    struct found_item *item;

    play->found_arena = play->found_arena ? play->found_arena : arena_new();
    item = ARENA_NEW(play->found_arena, struct found_item);
    item->found = (struct found){.finding = *finding, .exchange = exchange};
    item->found.finding.next = NULL;
    item->found.finding.text = own_text(play, finding->text);
    item->found.finding.where = own_text(play, finding->where);
    item->found.finding.evidence =
        arena_copy(play->found_arena, finding->evidence);
    if (play->last_finding) {
        play->last_finding->next = item;
    } else {
        play->findings = item;
    }
    play->last_finding = item;
    return item;
}

void session_found(struct session *session, const struct finding *finding,
                   uint64_t exchange)
{
    struct found_item *item = item_of(&session->play, finding->rule);

    if (!item) {
        item = add_item(&session->play, finding, exchange);
    }
    item->found.times++;
}

const struct found *session_found_at(const struct session *session,
                                     size_t index)
{
    const struct found_item *item = session->play.findings;

    while (item && index-- > 0) {
        item = item->next;
    }
    return item ? &item->found : NULL;
}

void session_forget_found(struct session *session)
{
    arena_free(session->play.found_arena);
    session->play.found_arena = NULL;
    session->play.findings = NULL;
    session->play.last_finding = NULL;
}
