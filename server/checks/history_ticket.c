/* What rules remember of web tickets, see history_ticket.h. */
#include "config.h"

#include "checks/history_ticket.h"

#include <string.h>

#include "checks/soap_seen.h"
#include "util/env.h"
#include "util/mem.h"
#include "util/url.h"

/* ---- Marks ---- */

static struct mark mark_of(const struct ticket_history *history,
                           struct span text)
{
    struct mark mark = {{0}};

    if (text.size) {
        siphash(history->key, text, mark.bytes);
    }
    return mark;
}

static struct mark mark_text(const struct ticket_history *history,
                             const char *text)
{
    return mark_of(history, span_text(text));
}

bool marks_equal(const struct mark *a, const struct mark *b)
{
    static const struct mark none;

    return memcmp(a, b, sizeof(*a)) == 0 && memcmp(a, &none, sizeof(*a)) != 0;
}

static struct mark mark_place(const struct ticket_history *history,
                              const struct exchange *ex)
{
    return mark_text(history,
                     arena_printf(ex->arena, "%s %s", ex->request.host,
                                  arena_lower(ex->arena, ex->request.path)));
}

static struct mark mark_client(const struct ticket_history *history,
                               const struct exchange *ex)
{
    const char *peer = ex->conn->peer ? ex->conn->peer : "";
    const char *port = strrchr(peer, ':');
    const char *agent = headers_get(&ex->request.headers, "User-Agent");

    return mark_text(history, arena_printf(ex->arena, "%.*s %s",
                                           port ? (int)(port - peer) : 0, peer,
                                           agent ? agent : ""));
}

struct mark ticket_history_message(const struct ticket_history *history,
                                   const struct exchange *ex)
{
    const char *action = headers_get(&ex->request.headers, "SOAPAction");

    return mark_text(history, arena_printf(ex->arena, "%s %s", ex->request.path,
                                           action ? action : ""));
}

/* ---- Rings ---- */

const struct ticket_kept *ticket_kept_at(const struct ticket_history *history,
                                         size_t age)
{
    if (!history || age >= TICKETS_KEPT || age >= history->ticket_count) {
        return NULL;
    }
    return &history->tickets[(history->ticket_count - 1 - age) % TICKETS_KEPT];
}

const struct request_kept *request_kept_at(const struct ticket_history *history,
                                           size_t age)
{
    if (!history || age >= REQUESTS_KEPT || age >= history->request_count) {
        return NULL;
    }
    return &history
                ->requests[(history->request_count - 1 - age) % REQUESTS_KEPT];
}

const struct ticket_kept *
ticket_history_find(const struct ticket_history *history,
                    const struct ticket_shown *shown)
{
    const struct ticket_kept *kept;
    const struct ticket_kept *damaged = NULL;
    struct mark text;
    struct mark id;

    if (!history) {
        return NULL;
    }
    text = mark_of(history, shown->text);
    id = mark_of(history, shown->id);
    for (size_t i = 0; (kept = ticket_kept_at(history, i)) != NULL; i++) {
        if (marks_equal(&kept->text, &text)) {
            return kept;
        }
        damaged = !damaged && marks_equal(&kept->id, &id) ? kept : damaged;
    }
    return damaged;
}

uint64_t ticket_history_refused(const struct ticket_history *history,
                                const struct check *check,
                                const struct ticket_shown *shown)
{
    struct mark text;
    struct mark place;

    if (!history) {
        return 0;
    }
    text = mark_of(history, shown->text);
    place = mark_place(history, check->ex);
    for (size_t i = 0; i < REFUSED_KEPT; i++) {
        const struct refused_kept *refused = &history->refused[i];

        if (marks_equal(&refused->text, &text) &&
            marks_equal(&refused->place, &place)) {
            return refused->exchange;
        }
    }
    return 0;
}

uint64_t ticket_history_entropy(const struct ticket_history *history,
                                struct span entropy)
{
    const struct request_kept *kept;
    struct mark mark;

    if (!history) {
        return 0;
    }
    mark = mark_of(history, entropy);
    for (size_t i = 0; (kept = request_kept_at(history, i)) != NULL; i++) {
        if (kept->issued && marks_equal(&kept->entropy, &mark)) {
            return kept->exchange;
        }
    }
    return 0;
}

uint64_t ticket_history_context(const struct ticket_history *history,
                                const char *context)
{
    const struct request_kept *kept;
    struct mark mark;

    if (!history) {
        return 0;
    }
    mark = mark_text(history, context);
    for (size_t i = 0; (kept = request_kept_at(history, i)) != NULL; i++) {
        if (kept->issued && marks_equal(&kept->context, &mark)) {
            return kept->exchange;
        }
    }
    return 0;
}

bool ticket_history_sent(const struct ticket_history *history, const char *from,
                         const char *to)
{
    struct mark mark_from;
    struct mark mark_to;

    if (!history) {
        return false;
    }
    mark_from = mark_text(history, from);
    mark_to = mark_text(history, to);
    for (size_t i = 0; i < SENDS_KEPT; i++) {
        if (marks_equal(&history->sends[i].from, &mark_from) &&
            marks_equal(&history->sends[i].to, &mark_to)) {
            return true;
        }
    }
    return false;
}

const struct leg_kept *ticket_history_leg(const struct ticket_history *history,
                                          uint64_t connection)
{
    for (size_t i = 0; history && i < LEGS_KEPT; i++) {
        if (history->legs[i].connection == connection) {
            return &history->legs[i];
        }
    }
    return NULL;
}

bool ticket_kept_is(const struct ticket_history *history,
                    const struct ticket_kept *kept, struct span text)
{
    struct mark mark = mark_of(history, text);

    return marks_equal(&kept->text, &mark);
}

/* ---- Noting ---- */

static const char *text_or(const char *text, const char *other)
{
    return text ? text : other;
}

struct mark ticket_history_asked(struct check *check, bool saml)
{
    const struct rst *rst = rst_judged(check);

    return mark_text(check->history->tickets,
                     arena_printf(check->arena, "%s %s %d",
                                  text_or(check->ex->facts.user, "-"),
                                  text_or(rst ? rst->applies_to : NULL, "-"),
                                  saml));
}

static struct ticket_history *history_for(struct check *check)
{
    struct history *history = check->history;

    if (!history->tickets) {
        history->tickets = NEW(struct ticket_history);
        env_secret(history->tickets->key, sizeof(history->tickets->key));
    }
    return history->tickets;
}

void ticket_history_free(struct ticket_history *history)
{
    mem_free(history);
}

/* What is in the message itself, where it can be read. */
static void mark_message(struct check *check,
                         const struct ticket_history *history,
                         struct request_kept *kept)
{
    const struct soap_seen *seen = soap_judged(check);
    struct arena *arena = check->arena;

    if (!seen) {
        return;
    }
    kept->context = mark_text(history, seen->rst.context);
    kept->entropy = mark_of(history, seen->rst.entropy);
    if (seen->token.name && seen->token.password) {
        kept->credentials =
            mark_text(history, arena_printf(arena, "%s\n%s", seen->token.name,
                                            seen->token.password));
    }
}

static void fill_request(struct check *check, struct request_kept *out_kept)
{
    static const char *const blaming[] = {"InvalidRequest", "BadRequest",
                                          "InvalidScope", "ActionNotSupported",
                                          "RequestFailed"};
    const struct ticket_history *history = check->history->tickets;
    const struct exchange *ex = check->ex;
    struct span fault = told_fault(ex);

    *out_kept = (struct request_kept){
        .exchange = ex->id,
        .at = ex->began_monotonic,
        .status = ex->sent.status,
        .diagnostic = told_diagnostic(ex),
        .user = mark_text(history, text_or(ex->facts.user, ex->facts.account)),
        .port = mark_place(history, ex),
        .client = mark_client(history, ex),
    };
    for (size_t i = 0; i < ARRAY_SIZE(blaming); i++) {
        out_kept->blamed |= span_equal(fault, span_text(blaming[i]));
    }
    if (ex->request.body.size) {
        struct buf message = {0};

        buf_add(&message, ex->request.body);
        buf_printf(
            &message, "%s %s", ex->request.path,
            text_or(headers_get(&ex->request.headers, "SOAPAction"), ""));
        out_kept->message = mark_of(history, buf_span(&message));
        buf_clear(&message);
        mark_message(check, history, out_kept);
    }
}

bool ticket_history_request(struct check *check, struct request_kept *out_kept)
{
    struct ticket_history *history = check->history->tickets;

    if (!history) {
        return false;
    }
    if (history->now.exchange != check->ex->id) {
        fill_request(check, &history->now);
    }
    *out_kept = history->now;
    return true;
}

static void copy_name(char out[AUDIENCE_MAX], const char *name)
{
    size_t length = name ? strlen(name) : 0;

    if (length && length < AUDIENCE_MAX) {
        memcpy(out, name, length + 1);
    }
}

static void note_ticket(struct check *check, struct ticket_history *history,
                        const struct ticket_told *told)
{
    const struct rst *rst = rst_judged(check);
    const struct exchange *ex = check->ex;
    struct ticket_kept *kept =
        &history->tickets[history->ticket_count++ % TICKETS_KEPT];
    const char *applies_to = rst ? rst->applies_to : NULL;

    *kept = (struct ticket_kept){
        .exchange = ex->id,
        .text = mark_of(history, told->text),
        .id = mark_of(history, told->id),
        .size = told->text.size,
        .saml = told->saml,
        .asked = ticket_history_asked(check, told->saml),
        .at = ex->decided ? ex->decided : ex->began_monotonic,
        .lifetime = told->lifetime,
    };
    copy_name(kept->audience, applies_to);
    copy_name(kept->host, ex->request.host);
}

static void note_leg(struct check *check, struct ticket_history *history)
{
    const struct exchange *ex = check->ex;
    uint64_t connection = ex->conn->id;
    size_t place = history->leg_count % LEGS_KEPT;

    for (size_t i = 0; i < LEGS_KEPT; i++) {
        place = history->legs[i].connection == connection ? i : place;
    }
    history->leg_count += history->legs[place].connection != connection;
    history->legs[place] = (struct leg_kept){
        .connection = connection,
        .message = ticket_history_message(history, ex),
    };
}

static void note_request(struct check *check)
{
    struct ticket_history *history = history_for(check);
    struct request_kept kept;
    struct ticket_told told;

    note_leg(check, history);
    history->bare_times = 0;
    if (check->ex->sent.status == 401 ||
        !ticket_history_request(check, &kept)) {
        return;
    }
    kept.issued = ticket_told(check, &told);
    if (kept.issued) {
        note_ticket(check, history, &told);
    }
    history->requests[history->request_count++ % REQUESTS_KEPT] = kept;
}

static void note_shown(struct check *check)
{
    struct ticket_history *history = history_for(check);
    const struct exchange *ex = check->ex;
    struct ticket_shown shown;

    if (!ticket_shown(check, &shown)) {
        return;
    }
    history->bare_times = 0;
    if (ex->sent.status == 401 && told_whole(ex)) {
        history->refused_in_row +=
            ticket_history_refused(history, check, &shown) == 0;
        history->refused[history->refused_count++ % REFUSED_KEPT] =
            (struct refused_kept){
                .exchange = ex->id,
                .text = mark_of(history, shown.text),
                .place = mark_place(history, ex),
            };
    } else if (ex->sent.status == 200) {
        history->refused_in_row = 0;
    }
}

unsigned ticket_history_bare(struct check *check)
{
    const struct ticket_history *history = check->history->tickets;
    struct mark place;
    struct mark client;

    if (!history || !history->bare_times) {
        return 0;
    }
    place = mark_place(history, check->ex);
    client = mark_client(history, check->ex);
    return marks_equal(&place, &history->bare_place) &&
                   marks_equal(&client, &history->bare_client)
               ? history->bare_times
               : 0;
}

/* Whoever has no ticket was told where to get one. */
static void note_bare(struct check *check)
{
    struct ticket_history *history = history_for(check);
    const struct exchange *ex = check->ex;

    history->bare_times = ticket_history_bare(check) + 1;
    history->bare_place = mark_place(history, ex);
    history->bare_client = mark_client(history, ex);
}

/* Where X-MS-WebTicketURL leads, whatever the answer is otherwise. */
static void note_send(struct check *check)
{
    const struct exchange *ex = check->ex;
    const char *told = headers_get(&ex->reply.headers, "X-MS-WebTicketURL");
    struct ticket_history *history;
    struct url url;

    if (!told || !told_whole(ex) || !url_parse(check->arena, told, &url)) {
        return;
    }
    history = history_for(check);
    if (!ticket_history_sent(history, ex->request.host, url.host)) {
        history->sends[history->send_count++ % SENDS_KEPT] = (struct send_kept){
            mark_text(history, ex->request.host), mark_text(history, url.host)};
    }
}

static bool is_sent_for_ticket(const struct check *check)
{
    const struct exchange *ex = check->ex;

    return ex->sent.status == 401 && told_whole(ex) &&
           headers_get(&ex->reply.headers, "X-MS-WebTicketURL") != NULL;
}

void ticket_history_note(struct check *check)
{
    if (check->traits & (TRAIT_USER | TRAIT_TICKET)) {
        note_send(check);
    }
    if (check->traits & TRAIT_RST) {
        note_request(check);
    } else if (check->traits & TRAIT_TICKET) {
        note_shown(check);
    } else if ((check->traits & TRAIT_USER) && is_sent_for_ticket(check)) {
        note_bare(check);
    }
}
