/*
 * What rules remember of web tickets: those that were handed out, the requests
 * for them, and those that were refused. Rings of a fixed size. Of what is
 * secret there are hashes alone, made with a key of the session's.
 */
#ifndef CHECKS_HISTORY_TICKET_H
#define CHECKS_HISTORY_TICKET_H

#include "checks/history.h"
#include "checks/rule.h"
#include "checks/ticket_seen.h"
#include "util/siphash.h"

enum {
    TICKETS_KEPT = 32,
    REQUESTS_KEPT = 32,
    REFUSED_KEPT = 32,
    LEGS_KEPT = 32,
    SENDS_KEPT = 16,
    AUDIENCE_MAX = 160,
};

/* Of a text; all zero: there was none. */
struct mark {
    uint8_t bytes[SIPHASH_SIZE];
};

/* A ticket that an answer handed out. */
struct ticket_kept {
    uint64_t exchange;
    struct mark text;
    struct mark id;
    size_t size; /* of the text */
    bool saml;
    char audience[AUDIENCE_MAX]; /* AppliesTo as asked; "": none, too long */
    char host[AUDIENCE_MAX];     /* that issued it */
    struct mark asked;           /* by whom, for what, of which kind */
    int64_t at;                  /* monotonic, when it was sent */
    int64_t lifetime;            /* ns, as told; 0: not told */
};

/* A request for one that was answered, and not by 401. */
struct request_kept {
    uint64_t exchange;
    int64_t at;
    unsigned status;     /* really sent; 0: none */
    unsigned diagnostic; /* the number that came with it; 0: none */
    bool blamed;         /* a fault that says: this request is wrong */
    bool issued;
    struct mark context;
    struct mark entropy;
    struct mark message;     /* the whole of it, with path and action */
    struct mark credentials; /* name and password in SOAP */
    struct mark user;
    struct mark port;
    struct mark client; /* address and User-Agent */
};

struct refused_kept {
    uint64_t exchange;
    struct mark text;
    struct mark place;
};

struct leg_kept {
    uint64_t connection;
    struct mark message; /* path and action */
};

/* One host told its clients to get their tickets from another. */
struct send_kept {
    struct mark from;
    struct mark to;
};

struct ticket_history {
    uint8_t key[SIPHASH_KEY_SIZE];
    /* How many came in all; the newest overwrites the oldest. */
    size_t ticket_count;
    size_t request_count;
    size_t refused_count;
    size_t leg_count;
    size_t send_count;
    struct ticket_kept tickets[TICKETS_KEPT];
    struct request_kept requests[REQUESTS_KEPT];
    struct refused_kept refused[REFUSED_KEPT];
    struct leg_kept legs[LEGS_KEPT];
    struct send_kept sends[SENDS_KEPT];
    unsigned refused_in_row; /* different tickets, none taken in between */
    /* Asked without a ticket, in a row, though told where to get one. */
    struct mark bare_place;
    struct mark bare_client;
    unsigned bare_times;
    struct request_kept now; /* of the exchange that is being judged */
};

/* Rules have judged an exchange: what later ones need of it. */
void ticket_history_note(struct check *check);
void ticket_history_free(struct ticket_history *history);

/* All of these take no history for an empty one. `age` is from 0, the newest;
 * NULL past the oldest that is kept. */
const struct ticket_kept *ticket_kept_at(const struct ticket_history *history,
                                         size_t age);
const struct request_kept *request_kept_at(const struct ticket_history *history,
                                           size_t age);
/* The one that is shown, whole or damaged; NULL: none that is known. */
const struct ticket_kept *
ticket_history_find(const struct ticket_history *history,
                    const struct ticket_shown *shown);
/* Where this very ticket was refused before, at this place; 0: nowhere. */
uint64_t ticket_history_refused(const struct ticket_history *history,
                                const struct check *check,
                                const struct ticket_shown *shown);
/* The exchange that got a ticket with the same; 0: none. */
uint64_t ticket_history_entropy(const struct ticket_history *history,
                                struct span entropy);
uint64_t ticket_history_context(const struct ticket_history *history,
                                const char *context);
/* Was a client told at the first host to get its ticket from the second? */
bool ticket_history_sent(const struct ticket_history *history, const char *from,
                         const char *to);
/* The message before this leg on its connection; NULL: not known. */
const struct leg_kept *ticket_history_leg(const struct ticket_history *history,
                                          uint64_t connection);

/* Are these the bytes that were given out? */
bool ticket_kept_is(const struct ticket_history *history,
                    const struct ticket_kept *kept, struct span text);
/* ticket_kept.asked of this request, were it to get a ticket of this kind. */
struct mark ticket_history_asked(struct check *check, bool saml);
/* How often this was asked already without a ticket, in a row. */
unsigned ticket_history_bare(struct check *check);

bool marks_equal(const struct mark *a, const struct mark *b);
/* What is noted of this request, for those that compare it with earlier ones;
 * false: there is no history yet. */
bool ticket_history_request(struct check *check, struct request_kept *out_kept);
struct mark ticket_history_message(const struct ticket_history *history,
                                   const struct exchange *ex);

#endif
