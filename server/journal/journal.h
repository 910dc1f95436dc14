/*
 * The journal keeps exchanges: one text line each on the log, and JSON lines
 * in a file. An entry is opened at the first byte of a request and closed by
 * the edge with what was really sent.
 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/attr.h"
#include "util/err.h"
#include "wire/exchange.h"

struct buf;
struct env;
struct journal;
struct krb_keys;

struct journal_options {
    const char *path;      /* NULL: no file */
    bool secrets;          /* write passwords, tokens and tickets */
    uint64_t file_limit;   /* bytes; past it the file is rotated to PATH.1 */
    uint64_t memory_limit; /* bytes of entries kept in memory, oldest go */
    bool asked; /* journal_write will be asked for what is in memory */
};

enum {
    JOURNAL_MEMORY_LIMIT = 64 * 1024 * 1024,
    JOURNAL_FILE_LIMIT = 256 * 1024 * 1024,
    JOURNAL_BODY_LIMIT = 64 * 1024, /* of each body written */
};

MUST_CHECK bool journal_open(const struct journal_options *options,
                             struct env *env, struct journal **out_journal,
                             struct err *err);
/* From here on records tell what is within Kerberos tickets for these keys,
 * which are copied. */
MUST_CHECK bool journal_open_tickets(struct journal *journal,
                                     const struct krb_keys *keys,
                                     struct err *err);
/* Closes entries that are still open, writes them out, frees. */
void journal_close(struct journal *journal);

/* Numbers exchanges: 1, 2, 3 ... whatever their kind. */
uint64_t journal_next_id(struct journal *journal);
/* Phase one: the first byte of a request is here. Takes a reference. */
void journal_begin(struct journal *journal, struct exchange *ex);
/* How many have begun and not ended. */
size_t journal_running(const struct journal *journal);
/* Phase two: ex->sent is filled in. The exchange is told on the log, written
 * to the file, and kept in memory until younger ones need the room. */
void journal_end(struct journal *journal, struct exchange *ex);

/*
 * What memory has of one session, by its name, which is told from others of the
 * same text by its address: calls `visit` with what ended behind position
 * `after`, the oldest first, until there is no more or it says false. Returns
 * the position of the last one that it took, to go on from; else `after`.
 */
uint64_t journal_visit(const struct journal *journal, const char *session,
                       uint64_t after,
                       bool (*visit)(void *ctx, struct exchange *ex),
                       void *ctx);
struct journal_share {
    uint64_t exchanges; /* in memory */
    uint64_t bytes;
    uint64_t dropped; /* because of memory_limit */
};
struct journal_share journal_share(const struct journal *journal,
                                   const char *session);
/* The session is over: what memory has of it goes. The file keeps all. */
void journal_forget(struct journal *journal, const char *session);

/* Finished exchanges in memory, 0 the oldest; NULL past the newest. Borrowed
 * until the next journal_end. */
/* Exchanges that have begun and not ended, of all sessions. */
size_t journal_unfinished(const struct journal *journal);
size_t journal_count(const struct journal *journal);
struct exchange *journal_at(const struct journal *journal, size_t index);
/* How many went because of memory_limit. */
uint64_t journal_dropped(const struct journal *journal);
/* Appends the JSON line of an exchange, as the file has it. */
void journal_write(struct journal *journal, struct exchange *ex,
                   struct buf *out);

#endif
