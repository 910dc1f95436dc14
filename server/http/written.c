/*
 * A reply that is written down in an odd way, as its struct write_plan says:
 * status line, header block, framing. Nothing here asks whether anybody can
 * read it.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/internal.h"
#include "util/buf.h"

/* ---- The status line (RFC 9112, 4) ---- */

static const char *line_end(const struct write_plan *write)
{
    static const char *const ends[] = {
        [WRITE_END_CRLF] = "\r\n",
        [WRITE_END_LF] = "\n",
        [WRITE_END_CR] = "\r",
    };

    return ends[write->end];
}

static void add_status_line(struct buf *out, const struct reply *reply)
{
    const struct write_plan *write = reply->write;
    const char *version = write->version ? write->version
                          : write->old   ? "HTTP/1.0"
                                         : "HTTP/1.1";

    if (write->line) {
        buf_add_text(out, write->line);
    } else {
        buf_printf(out, "%s ", version);
        if (write->code) {
            buf_add_text(out, write->code);
        } else {
            buf_printf(out, "%u", reply->status);
        }
        buf_printf(out, " %s",
                   write->reason ? write->reason
                                 : MHD_get_reason_phrase_for(reply->status));
    }
    buf_add_text(out, line_end(write));
}

/* ---- Which headers there are ---- */

static void put(struct exchange *ex, const char *name, const char *value)
{
    headers_put(&ex->reply.headers, ex->arena, name, value);
}

static void put_number(struct exchange *ex, int64_t number)
{
    put(ex, "Content-Length", arena_printf(ex->arena, "%" PRId64, number));
}

static void put_length(struct exchange *ex)
{
    const struct write_plan *write = ex->reply.write;
    int64_t size = (int64_t)ex->reply.body.size;

    switch (write->length) {
    case WRITE_LENGTH_GOOD:
        if (!write->chunk && !status_has_no_body(ex->reply.status)) {
            put_number(ex, size);
        }
        break;
    case WRITE_LENGTH_OFF:
        put_number(ex, size + write->length_number);
        break;
    case WRITE_LENGTH_SAYS:
        put_number(ex, write->length_number);
        break;
    case WRITE_LENGTH_TWICE:
        put_number(ex, size);
        put_number(ex, size + write->length_number);
        break;
    case WRITE_LENGTH_NONE:
        break;
    case WRITE_LENGTH_BOTH:
        put_number(ex, size);
        break;
    }
}

/* What a fault says of the framing is said, though a step takes out all
 * headers; what it names itself is said as it stands. */
static void put_framing(struct exchange *ex)
{
    struct reply *reply = &ex->reply;
    bool lies = reply->write->length != WRITE_LENGTH_GOOD;

    if (!headers_get(&reply->headers, "Content-Length") &&
        !headers_get(&reply->headers, "Transfer-Encoding") &&
        (lies || http_is_open(reply, "Content-Length"))) {
        put_length(ex);
    }
    if (reply->write->chunk &&
        !headers_get(&reply->headers, "Transfer-Encoding")) {
        put(ex, "Transfer-Encoding", "chunked");
    }
}

/* ---- How they are written (RFC 9112, 5) ---- */

static int by_name(const void *a, const void *b)
{
    const struct header *one = a;
    const struct header *other = b;

    return strcasecmp(one->name, other->name);
}

static void arrange(struct headers *headers, enum write_order order)
{
    if (order == WRITE_ORDER_SORTED && headers->count) {
        qsort(headers->items, headers->count, sizeof(*headers->items), by_name);
    } else if (order == WRITE_ORDER_REVERSED) {
        for (size_t i = 0; i < headers->count / 2; i++) {
            struct header *last = &headers->items[headers->count - 1 - i];
            struct header kept = headers->items[i];

            headers->items[i] = *last;
            *last = kept;
        }
    }
}

static void add_name(struct buf *out, const char *name, enum write_case names)
{
    size_t from = out->size;

    buf_add_text(out, name);
    for (size_t i = from; i < out->size; i++) {
        uint8_t c = out->data[i];

        if (names == WRITE_CASE_LOWER && c >= 'A' && c <= 'Z') {
            out->data[i] = (uint8_t)(c - 'A' + 'a');
        } else if (names == WRITE_CASE_UPPER && c >= 'a' && c <= 'z') {
            out->data[i] = (uint8_t)(c - 'a' + 'A');
        }
    }
}

static void add_header(struct buf *out, const struct header *header,
                       const struct write_plan *write)
{
    add_name(out, header->name, write->names);
    buf_add_text(out, write->tight ? ":" : ": ");
    if (write->fold) {
        buf_printf(out, "%s ", line_end(write));
    }
    buf_add_text(out, header->value);
    buf_add_text(out, line_end(write));
}

static void add_head(struct buf *out, struct exchange *ex)
{
    const struct write_plan *write = ex->reply.write;
    struct headers *headers = &ex->reply.headers;

    add_status_line(out, &ex->reply);
    buf_add(out, write->first);
    arrange(headers, write->order);
    for (size_t i = 0; i < headers->count; i++) {
        add_header(out, &headers->items[i], write);
    }
    buf_add(out, write->last);
    if (!write->endless) {
        buf_add_text(out, line_end(write));
    }
}

/* ---- Chunks (RFC 9112, 7.1) ---- */

static void add_size(struct buf *out, const struct write_plan *write,
                     size_t size, bool flawed)
{
    const char *end = write->chunk_flaw == WRITE_CHUNK_LF ? "\n" : "\r\n";
    enum write_chunk flaw = flawed ? write->chunk_flaw : WRITE_CHUNK_GOOD;

    if (flaw == WRITE_CHUNK_BAD_SIZE) {
        buf_add_text(out, "xyz");
    } else if (flaw == WRITE_CHUNK_TOO_LONG) {
        buf_printf(out, "%zx", size + 0x10000);
    } else if (flaw == WRITE_CHUNK_HUGE) {
        buf_add_text(out, "1ffffffffffffffff");
    } else if (flaw == WRITE_CHUNK_NEGATIVE) {
        buf_printf(out, "-%zx", size);
    } else if (flaw != WRITE_CHUNK_NO_SIZE) {
        buf_printf(out, "%zx", size);
    }
    if (write->chunk_extension) {
        buf_printf(out, ";%s", write->chunk_extension);
    }
    buf_add_text(out, end);
}

static void add_chunks(struct buf *out, const struct write_plan *write,
                       struct span body)
{
    const char *end = write->chunk_flaw == WRITE_CHUNK_LF ? "\n" : "\r\n";
    /* What is wrong is so in the second chunk, where there are two. */
    size_t flawed = body.size > write->chunk ? 1 : 0;
    size_t count = 0;

    for (; body.size; count++) {
        struct span part = span_slice(body, 0, write->chunk);

        add_size(out, write, part.size, count == flawed);
        buf_add(out, part);
        if (count != flawed || write->chunk_flaw != WRITE_CHUNK_NO_END) {
            buf_add_text(out, end);
        }
        body = span_slice(body, part.size, SIZE_MAX);
    }
    if (write->chunk_flaw == WRITE_CHUNK_NO_LAST) {
        return;
    }
    add_size(out, write, 0, count == 0);
    buf_add(out, write->trailer);
    if (write->chunk_flaw != WRITE_CHUNK_NO_TRAILER) {
        buf_add_text(out, end);
    }
}

/* ---- All of it ---- */

static void add_body(struct buf *out, const struct exchange *ex)
{
    const struct write_plan *write = ex->reply.write;

    if (strcmp(ex->request.method, "HEAD") == 0 && !write->body_anyway) {
        return;
    }
    if (write->chunk) {
        add_chunks(out, write, ex->reply.body);
    } else {
        buf_add(out, ex->reply.body);
    }
}

/* Places that are told in bytes of the body become places in the reply. */
void http_written_places(const struct write_plan *write, size_t head,
                         size_t size, struct reply_plan *plan)
{
    uint64_t body = size - head;

    if (write->cut_body) {
        plan->cut_after =
            head +
            (write->cut_percent ? body * write->cut_at / 100 : write->cut_at);
    }
    if (write->pause_body) {
        plan->pause_at = head;
    }
}

struct span http_written_bytes(struct http_request *rq,
                               const struct edge_conn *conn,
                               struct reply_plan *plan)
{
    struct exchange *ex = rq->ex;
    struct buf *out = &rq->http->reply;
    const char *connection = http_connection(ex, conn);
    size_t head;

    put_framing(ex);
    if (connection && !ex->reply.write->old) {
        put(ex, "Connection", connection);
    }
    buf_reset(out);
    add_head(out, ex);
    head = out->size;
    add_body(out, ex);
    http_written_places(ex->reply.write, head, out->size, plan);
    buf_add(out, ex->reply.write->more);
    return buf_span(out);
}
