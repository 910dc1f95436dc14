/*
 * Which rules a session's client has broken, for its verdict. One entry for
 * each rule, so a client cannot make it grow; the journal has every breach.
 */
#include "config.h"

#include <string.h>

#include "journal/content.h"
#include "scenario/known.h"
#include "scenario/session_parts.h"
#include "scenario/treatment.h"
#include "util/buf.h"
#include "wire/exchange.h"

struct found_item {
    struct found found;
    bool gone; /* of the whole session, which is judged again */
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

/* Now, for secrets are told from other bytes by the exchange, which the journal
 * may have dropped by the time that somebody asks. */
static struct span shown(struct arena *arena, const struct finding *finding,
                         const struct exchange *ex)
{
    AUTO_BUF masked = {0};

    if (!finding->evidence.size) {
        return SPAN_NONE;
    }
    content_evidence(&masked, ex, finding->evidence, false);
    return arena_copy(arena, buf_span(&masked));
}

static struct found_item *add_item(struct playing *play,
                                   const struct finding *finding,
                                   const struct exchange *ex)
{
    struct found_item *item;

    play->found_arena = play->found_arena ? play->found_arena : arena_new();
    item = ARENA_NEW(play->found_arena, struct found_item);
    item->found = (struct found){
        .finding = *finding,
        .shown = shown(play->found_arena, finding, ex),
        .exchange = ex ? ex->id : 0,
    };
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

/* How bad it is here; false: it is off. */
static bool weigh(const struct playing *play, struct found *found)
{
    const struct scenario *scenario = play->scenario;
    const char *rule = found->finding.rule;
    const struct known_failure *known;

    if (!treatment_severity(scenario, rule, found->finding.level,
                            &found->severity)) {
        return false;
    }
    known = known_rule(scenario->known, scenario->name, rule);
    if (known) {
        found->severity = SEVERITY_KNOWN;
        found->known = known->reason;
    }
    return true;
}

void session_found(struct session *session, const struct finding *finding,
                   const struct exchange *ex)
{
    struct found_item *item = item_of(&session->play, finding->rule);
    struct found found = {.finding = *finding};

    if (!item) {
        if (!weigh(&session->play, &found)) {
            return;
        }
        item = add_item(&session->play, finding, ex);
        item->found.severity = found.severity;
        item->found.known = found.known;
    }
    item->found.times++;
    item->gone = false;
}

/* Their texts stay: who asks often finds the same, mostly. */
void session_judge_again(struct session *session)
{
    struct found_item *item = session->play.findings;

    for (; item; item = item->next) {
        if (item->found.exchange == 0) {
            item->gone = true;
            item->found.times = 0;
        }
    }
}

const struct found *session_found_at(const struct session *session,
                                     size_t index)
{
    const struct found_item *item = session->play.findings;

    while (item && (item->gone || index-- > 0)) {
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
