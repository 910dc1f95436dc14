/* The journal keeps exchanges, see journal.h. */
#include "config.h"

#include "journal/journal.h"

#include <assert.h>
#include <pthread.h>

#include "journal/file.h"
#include "journal/open.h"
#include "journal/record.h"
#include "journal/ring.h"
#include "journal/text.h"
#include "util/env.h"
#include "util/guard.h"
#include "util/mem.h"
#include "wire/krb_keys.h"
#include "wire/token.h"

struct journal {
    struct env *env;
    pthread_mutex_t writing; /* of records, by several threads */
    struct token_view view;
    struct krb_opener opener; /* none: its kcrypt is NULL */
    struct krb_keys keys;     /* that it borrows */
    struct kcrypt_key tried[KRB_KEYS_MAX];
    struct journal_file *file; /* NULL: none */
    bool asked;                /* see journal_options */
    struct buf line;           /* where a record is written; kept for speed */
    struct open_set open;
    struct ring ring;
    uint64_t ids; /* given out so far */
};

bool journal_open(const struct journal_options *options, struct env *env,
                  struct journal **out_journal, struct err *err)
{
    AUTO(journal_file) file = NULL;
    struct journal *journal;

    if (options->path &&
        !file_open(options->path, options->file_limit, &file, err)) {
        return false;
    }
    journal = NEW(struct journal);
    pthread_mutex_init(&journal->writing, NULL);
    journal->env = env;
    journal->view.secrets = options->secrets;
    journal->asked = options->asked;
    ring_init(&journal->ring, options->memory_limit);
    journal->file = take(&file);
    *out_journal = journal;
    return true;
}

bool journal_open_tickets(struct journal *journal, const struct krb_keys *keys,
                          struct err *err)
{
    if (!journal->file && !journal->asked) {
        return true; /* nobody reads a record */
    }
    if (!journal->opener.kcrypt && !kcrypt_new(&journal->opener.kcrypt, err)) {
        return false;
    }
    journal->keys = *keys;
    for (size_t i = 0; i < keys->count; i++) {
        const struct krb_key *key = &journal->keys.items[i];

        journal->tried[i] =
            (struct kcrypt_key){key->etype, span_of(key->bytes, key->size)};
    }
    journal->opener.keys = journal->tried;
    journal->opener.count = keys->count;
    journal->view.opener = &journal->opener;
    return true;
}

static void write_record(struct journal *journal, struct exchange *ex)
{
    buf_reset(&journal->line);
    record_write(&journal->line, ex, &journal->view);
    file_write(journal->file, buf_span(&journal->line));
    if (journal->view.secrets) {
        mem_wipe(journal->line.data, journal->line.size);
    }
}

/* A record is only made where there is a file: memory keeps exchanges. Other
 * threads may do so as well, and records share the file and the opener. */
static void tell(struct journal *journal, struct exchange *ex)
{
    text_log(ex);
    if (journal->file) {
        pthread_mutex_lock(&journal->writing);
        write_record(journal, ex);
        pthread_mutex_unlock(&journal->writing);
    }
}

/* Tells of an exchange and keeps it; the caller's reference goes with it. */
static void finish(struct journal *journal, struct exchange *ex)
{
    tell(journal, ex);
    ring_add(&journal->ring, ex);
}

void journal_close(struct journal *journal)
{
    if (!journal) {
        return;
    }
    for (size_t i = 0; i < journal->open.count; i++) {
        finish(journal, journal->open.items[i]);
    }
    open_clear(&journal->open);
    ring_clear(&journal->ring);
    file_close(journal->file);
    buf_clear(&journal->line);
    kcrypt_free(journal->opener.kcrypt);
    mem_wipe(&journal->keys, sizeof(journal->keys));
    pthread_mutex_destroy(&journal->writing);
    mem_free(journal);
}

uint64_t journal_next_id(struct journal *journal)
{
    return __atomic_add_fetch(&journal->ids, 1, __ATOMIC_RELAXED);
}

void journal_begin(struct journal *journal, struct exchange *ex)
{
    GUARDED;

    open_add(&journal->open, exchange_ref(ex));
}

size_t journal_running(const struct journal *journal)
{
    GUARDED;

    return journal->open.count;
}

void journal_end(struct journal *journal, struct exchange *ex)
{
    unsigned held;
    bool was_open;
    GUARDED;

    was_open = open_remove(&journal->open, ex);
    assert(was_open);
    held = guard_pause();
    ex->ended = env_monotonic(journal->env);
    tell(journal, ex);
    guard_resume(held);
    ring_add(&journal->ring, ex);
}

void journal_write(struct journal *journal, struct exchange *ex,
                   struct buf *out)
{
    unsigned held = guard_pause();

    pthread_mutex_lock(&journal->writing);
    record_write(out, ex, &journal->view);
    pthread_mutex_unlock(&journal->writing);
    guard_resume(held);
}

/* The oldest behind this position; most ask for the newest alone. */
static const struct ring_item *behind(const struct ring_share *share,
                                      uint64_t after)
{
    const struct ring_item *item = TAILQ_LAST(&share->items, ring_items);
    const struct ring_item *found = NULL;

    for (; item && item->position > after;
         item = TAILQ_PREV(item, ring_items, own)) {
        found = item;
    }
    return found;
}

/* What is visited: kept, since what memory has may go meanwhile. */
struct visited {
    struct exchange *ex;
    uint64_t position;
};

static size_t collect(const struct ring_share *share, uint64_t after,
                      struct visited *out)
{
    size_t count = 0;

    for (const struct ring_item *item = share ? behind(share, after) : NULL;
         item; item = TAILQ_NEXT(item, own)) {
        out[count++] = (struct visited){exchange_ref(item->ex), item->position};
    }
    return count;
}

uint64_t journal_visit(const struct journal *journal, const char *session,
                       uint64_t after,
                       bool (*visit)(void *ctx, struct exchange *ex), void *ctx)
{
    const struct ring_share *share = ring_share(&journal->ring, session);
    AUTO(mem)
    block = mem_array(share ? share->count + 1 : 1, sizeof(struct visited));
    struct visited *visited = block;
    size_t count = collect(share, after, visited);
    bool more = true;

    for (size_t i = 0; i < count; i++) {
        more = more && visit(ctx, visited[i].ex);
        after = more ? visited[i].position : after;
        exchange_unref(visited[i].ex);
    }
    return after;
}

struct journal_share journal_share(const struct journal *journal,
                                   const char *session)
{
    const struct ring_share *share = ring_share(&journal->ring, session);

    return share ? (struct journal_share){share->count, share->size,
                                          share->dropped}
                 : (struct journal_share){0};
}

void journal_forget(struct journal *journal, const char *session)
{
    ring_forget(&journal->ring, session);
}

size_t journal_unfinished(const struct journal *journal)
{
    GUARDED;

    return journal->open.count;
}

size_t journal_count(const struct journal *journal)
{
    return journal->ring.count;
}

struct exchange *journal_at(const struct journal *journal, size_t index)
{
    return ring_at(&journal->ring, index);
}

uint64_t journal_dropped(const struct journal *journal)
{
    return journal->ring.dropped;
}
