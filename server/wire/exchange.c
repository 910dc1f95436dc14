/* One thing a client asked and what it got, see exchange.h. */
#include "config.h"

#include "wire/exchange.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "util/refs.h"
#include "wire/soap.h"

enum { REMARK_MAX = 4095 };

/* An exchange may outlive its connection: a client goes away while its reply
 * is still being made. So it has its own copy of the facts. */
static const struct conn_facts *copy_facts(struct arena *arena,
                                           const struct conn_facts *conn)
{
    struct conn_facts *copy = ARENA_NEW(arena, struct conn_facts);

    *copy = *conn;
    copy->peer = arena_strdup(arena, conn->peer);
    copy->tunnel = conn->tunnel ? arena_strdup(arena, conn->tunnel) : NULL;
    copy->sni = conn->sni ? arena_strdup(arena, conn->sni) : NULL;
    if (conn->certificate_hash.size) {
        copy->certificate_hash = arena_copy(arena, conn->certificate_hash);
    }
    return copy;
}

struct exchange *exchange_new(uint64_t id, const struct conn_facts *conn)
{
    struct arena *arena = arena_new();
    struct exchange *ex = ARENA_NEW(arena, struct exchange);

    ex->arena = arena;
    ex->references = 1;
    ex->id = id;
    ex->conn = copy_facts(arena, conn);
    ex->facts.conn = ex->conn;
    ex->facts.exchange = id;
    return ex;
}

void exchange_connection(struct exchange *ex, const struct conn_facts *conn)
{
    ex->conn = copy_facts(ex->arena, conn);
    ex->facts.conn = ex->conn;
}

struct exchange *exchange_ref(struct exchange *ex)
{
    refs_take(&ex->references);
    return ex;
}

void exchange_unref(struct exchange *ex)
{
    if (ex && refs_drop(&ex->references)) {
        for (struct exchange_kept *kept = ex->kept; kept; kept = kept->next) {
            kept->release(kept->data);
        }
        soap_forget(ex);
        arena_free(ex->arena);
    }
}

void exchange_keep(struct exchange *ex, void (*release)(void *), void *data)
{
    struct exchange_kept *kept = ARENA_NEW(ex->arena, struct exchange_kept);

    *kept = (struct exchange_kept){ex->kept, release, data};
    ex->kept = kept;
}

static void add_effect(struct exchange *ex, struct effect **last,
                       void (*commit)(void *), void *data)
{
    struct effect *effect = ARENA_NEW(ex->arena, struct effect);

    effect->commit = commit;
    effect->data = data;
    while (*last) {
        last = &(*last)->next;
    }
    *last = effect;
}

static void run_effects(struct effect **effects)
{
    struct effect *first = *effects;

    *effects = NULL;
    for (struct effect *e = first; e; e = e->next) {
        e->commit(e->data);
    }
}

void exchange_effect(struct exchange *ex, void (*commit)(void *), void *data)
{
    add_effect(ex, &ex->effects, commit, data);
}

void exchange_commit(struct exchange *ex)
{
    run_effects(&ex->effects);
}

void exchange_at_end(struct exchange *ex, void (*ended)(void *), void *data)
{
    add_effect(ex, &ex->at_end, ended, data);
}

void exchange_end(struct exchange *ex)
{
    run_effects(&ex->at_end);
    soap_forget(ex); /* the journal keeps the exchange */
}

void exchange_forget(struct exchange *ex)
{
    ex->effects = NULL;
    ex->why = NULL;
}

static void add_remark(struct exchange *ex, const char *key, const char *text,
                       bool secret)
{
    struct remark *remark = ARENA_NEW(ex->arena, struct remark);

    *remark = (struct remark){ex->remarks, key, text, secret};
    ex->remarks = remark;
}

PRINTF(3, 0)
static const char *remark(struct exchange *ex, const char *key,
                          const char *format, va_list args)
{
    add_remark(ex, key, arena_vprintf_most(ex->arena, REMARK_MAX, format, args),
               false);
    return ex->remarks->text;
}

void exchange_remark(struct exchange *ex, const char *key, const char *format,
                     ...)
{
    va_list args;

    va_start(args, format);
    remark(ex, key, format, args);
    va_end(args);
}

void exchange_remark_text(struct exchange *ex, const char *key,
                          const char *text)
{
    add_remark(ex, key, text, false);
}

void exchange_why(struct exchange *ex, const char *key, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    ex->why = remark(ex, key, format, args);
    va_end(args);
}

/* Behind what is told already. */
static const char *told(struct exchange *ex, const char *before,
                        const char *text)
{
    return before ? arena_printf(ex->arena, "%s; %s", before, text) : text;
}

void exchange_why_more(struct exchange *ex, const char *key, const char *format,
                       ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = remark(ex, key, format, args);
    va_end(args);
    ex->why = told(ex, ex->why, text);
}

void exchange_unchanged(struct exchange *ex, const char *key,
                        const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = remark(ex, key, format, args);
    va_end(args);
    ex->unchanged = told(ex, ex->unchanged, text);
}

void exchange_secret(struct exchange *ex, const char *key, const char *text)
{
    add_remark(ex, key, arena_strdup(ex->arena, text), true);
}

void exchange_step(struct exchange *ex, const char *where)
{
    ex->step = arena_strdup(ex->arena, where);
}

static bool is_told_enough(const struct exchange *ex, const char *rule)
{
    size_t count = 0;

    for (const struct finding *f = ex->findings; f; f = f->next) {
        count += f->rule == rule || strcmp(f->rule, rule) == 0;
    }
    return count >= EXCHANGE_FINDINGS_MAX;
}

void exchange_finding(struct exchange *ex, const struct finding *finding)
{
    struct finding *copy;

    if (is_told_enough(ex, finding->rule)) {
        return;
    }
    copy = ARENA_NEW(ex->arena, struct finding);
    *copy = *finding;
    copy->next = ex->findings;
    ex->findings = copy;
}

void headers_put(struct headers *headers, struct arena *arena, const char *name,
                 const char *value)
{
    if (headers->count == headers->capacity) {
        size_t capacity = headers->capacity ? headers->capacity * 2 : 16;
        struct header *items = arena_alloc(arena, capacity * sizeof(*items));

        if (headers->count) {
            memcpy(items, headers->items, headers->count * sizeof(*items));
        }
        headers->items = items;
        headers->capacity = capacity;
    }
    headers->items[headers->count++] = (struct header){name, value};
}

void headers_add(struct headers *headers, struct arena *arena, const char *name,
                 const char *value)
{
    headers_put(headers, arena, arena_strdup(arena, name),
                arena_strdup(arena, value));
}

void headers_remove(struct headers *headers, const char *name)
{
    size_t kept = 0;

    for (size_t i = 0; i < headers->count; i++) {
        if (strcasecmp(headers->items[i].name, name) != 0) {
            headers->items[kept++] = headers->items[i];
        }
    }
    headers->count = kept;
}

void headers_set(struct headers *headers, struct arena *arena, const char *name,
                 const char *value)
{
    headers_remove(headers, name);
    headers_add(headers, arena, name, value);
}

/* Most names differ in their first letter already. */
static bool same_name(const char *a, const char *b)
{
    return ((*a ^ *b) & ~('a' ^ 'A')) == 0 && strcasecmp(a, b) == 0;
}

const char *headers_get(const struct headers *headers, const char *name)
{
    for (size_t i = 0; i < headers->count; i++) {
        if (same_name(headers->items[i].name, name)) {
            return headers->items[i].value;
        }
    }
    return NULL;
}

void exchange_reply_at(struct exchange *ex, unsigned status, const char *file,
                       int line)
{
    /* How the bytes are sent is no part of what is said. */
    struct reply_plan plan = ex->reply.plan;
    struct write_plan *write = ex->reply.write;

    ex->reply = (struct reply){.status = status,
                               .plan = plan,
                               .write = write,
                               .file = file,
                               .line = line};
}

bool status_has_no_body(unsigned status)
{
    return status < 200 || status == 204 || status == 304;
}

struct write_plan *exchange_write(struct exchange *ex)
{
    if (!ex->reply.write) {
        ex->reply.write = ARENA_NEW(ex->arena, struct write_plan);
    }
    return ex->reply.write;
}

void exchange_header(struct exchange *ex, const char *name, const char *format,
                     ...)
{
    va_list args;
    const char *value;

    va_start(args, format);
    value = arena_vprintf(ex->arena, format, args);
    va_end(args);
    headers_put(&ex->reply.headers, ex->arena, arena_strdup(ex->arena, name),
                value);
}

void exchange_body(struct exchange *ex, const char *type, struct span body)
{
    headers_set(&ex->reply.headers, ex->arena, "Content-Type", type);
    ex->reply.body = body;
}
