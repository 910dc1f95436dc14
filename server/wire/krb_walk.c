/* Members and values of Kerberos' messages, see krb_walk.h. */
#include "config.h"

#include "wire/krb_walk.h"

#include <stdio.h>

#include "wire/der.h"
#include "wire/krb_time.h"

enum {
    CONTEXT_MASK = 0xe0, /* class and form; the number is below */
    NUMBER_MASK = 0x1f,
};

struct krb_walk krb_walk_init(struct span input, const char *what)
{
    return (struct krb_walk){.start = input.data, .path = {what}};
}

/* "req-body.sname"; of the message itself: its name. */
static void write_path(const struct krb_walk *w, char *out, size_t size)
{
    size_t used = 0;

    snprintf(out, size, "%s", w->path[0]);
    for (size_t i = 1; i <= w->depth && w->path[i]; i++) {
        int more = snprintf(out + used, size - used, "%s%s", used ? "." : "",
                            w->path[i]);

        used += (size_t)more < size - used ? (size_t)more : size - used - 1;
    }
}

void krb_walk_fail(struct krb_walk *w, const char *why)
{
    if (!w->failed) {
        w->failed = true;
        w->flaw.offset = w->offset;
        w->flaw.why = why;
        write_path(w, w->flaw.field, sizeof(w->flaw.field));
    }
}

bool krb_walk_end(const struct krb_walk *w, struct krb_flaw *out_flaw)
{
    if (w->failed) {
        *out_flaw = w->flaw;
    }
    return !w->failed;
}

/* An empty span has lost its place: that of the element around it stays. */
static void look_at(struct krb_walk *w, const struct reader *rd)
{
    if (rd->bytes.data && !w->failed) {
        w->offset = (size_t)(rd->bytes.data - w->start) + rd->offset;
    }
}

/* ---- Elements ---- */

struct span krb_value(struct krb_walk *w, struct span bytes, uint8_t tag)
{
    struct reader rd = rd_init(bytes);
    struct der element = {0};
    enum der_result result;

    if (w->failed) {
        return SPAN_NONE;
    }
    look_at(w, &rd);
    result = der_expect(&rd, tag, &element);
    if (result != DER_OK) {
        krb_walk_fail(w, der_result_text(result));
    } else if (rd_left(&rd) > 0 && bytes.data != w->start) {
        look_at(w, &rd);
        krb_walk_fail(w, "is followed by more than its element");
    }
    return element.content;
}

struct krb_seq krb_open(struct krb_walk *w, struct span bytes)
{
    struct krb_seq seq = {.last = -1};

    seq.rd = rd_init(krb_value(w, bytes, DER_SEQUENCE));
    if (!w->failed) {
        w->path[++w->depth] = NULL;
    }
    return seq;
}

struct krb_seq krb_open_message(struct krb_walk *w, struct span bytes,
                                int number)
{
    return krb_open(w,
                    krb_value(w, bytes, (uint8_t)(KRB_APPLICATION_0 + number)));
}

/* The next member, if its number is this or below. */
static bool next_member(struct krb_walk *w, struct krb_seq *seq, int number,
                        struct span *out)
{
    struct reader ahead = seq->rd;
    struct der element;
    enum der_result result;

    look_at(w, &seq->rd);
    result = der_next(&ahead, &element);
    if (result != DER_OK) {
        krb_walk_fail(w, der_result_text(result));
        return false;
    }
    if ((element.tag & CONTEXT_MASK) != DER_CONTEXT_0) {
        krb_walk_fail(w, der_result_text(DER_UNEXPECTED));
        return false;
    }
    if ((element.tag & NUMBER_MASK) <= seq->last) {
        krb_walk_fail(w, "stands twice, or out of its order");
        return false;
    }
    if ((element.tag & NUMBER_MASK) > number) {
        return false;
    }
    seq->last = element.tag & NUMBER_MASK;
    seq->rd = ahead;
    *out = element.content;
    return true;
}

bool krb_optional(struct krb_walk *w, struct krb_seq *seq, int number,
                  const char *field, struct span *out)
{
    struct span content = SPAN_NONE;

    if (w->failed) {
        return false;
    }
    w->path[w->depth] = field;
    while (rd_left(&seq->rd) > 0 && next_member(w, seq, number, &content)) {
        if (seq->last == number) {
            *out = content;
            return true;
        }
    }
    return false;
}

struct span krb_required(struct krb_walk *w, struct krb_seq *seq, int number,
                         const char *field)
{
    struct span content = SPAN_NONE;

    if (!krb_optional(w, seq, number, field, &content)) {
        look_at(w, &seq->rd);
        krb_walk_fail(w, "is missing");
    }
    return content;
}

void krb_close(struct krb_walk *w, struct krb_seq *seq)
{
    struct span unknown;

    if (w->failed) {
        return;
    }
    w->path[w->depth] = NULL;
    while (rd_left(&seq->rd) > 0 &&
           next_member(w, seq, NUMBER_MASK, &unknown)) {
    }
    if (!w->failed) {
        w->depth--;
    }
}

bool krb_item(struct krb_walk *w, struct reader *list, struct span *out)
{
    struct der element;
    enum der_result result;

    if (w->failed || rd_left(list) == 0) {
        return false;
    }
    look_at(w, list);
    result = der_next(list, &element);
    if (result != DER_OK) {
        krb_walk_fail(w, der_result_text(result));
        return false;
    }
    *out = element.whole;
    return true;
}

/* ---- Values ---- */

static int64_t number_within(struct krb_walk *w, struct span value,
                             int64_t least, int64_t most)
{
    struct span content = krb_value(w, value, DER_INTEGER);
    int64_t number = 0;

    if (!w->failed &&
        (!der_integer(content, &number) || number < least || number > most)) {
        krb_walk_fail(w, "is a number that it cannot be");
        return 0;
    }
    return number;
}

int32_t krb_int32(struct krb_walk *w, struct span value)
{
    return (int32_t)number_within(w, value, INT32_MIN, INT32_MAX);
}

uint32_t krb_uint32(struct krb_walk *w, struct span value)
{
    return (uint32_t)number_within(w, value, INT32_MIN, UINT32_MAX);
}

int32_t krb_microseconds(struct krb_walk *w, struct span value)
{
    return (int32_t)number_within(w, value, 0, 999999);
}

void krb_constant(struct krb_walk *w, struct span value, int32_t number)
{
    number_within(w, value, number, number);
}

uint32_t krb_flags(struct krb_walk *w, struct span value)
{
    struct span content = krb_value(w, value, DER_BIT_STRING);
    uint32_t flags = 0;

    if (w->failed) {
        return 0;
    }
    /* X.690 8.6.2: the first byte counts the bits that the last one lacks. */
    if (content.size == 0 || content.data[0] > 7) {
        krb_walk_fail(w, "is no BIT STRING");
        return 0;
    }
    /* Fewer than 32 were fine before RFC 4120, more are so since. */
    for (size_t i = 1; i <= 4; i++) {
        flags = flags << 8 | (i < content.size ? content.data[i] : 0);
    }
    return flags;
}

int64_t krb_time(struct krb_walk *w, struct span value)
{
    struct span text = krb_value(w, value, DER_GENERALIZED_TIME);
    int64_t time = 0;

    if (!w->failed && !krb_time_parse(text, &time)) {
        krb_walk_fail(w, "is no time from 1970 on as 20130601120000Z");
    }
    return time;
}

struct span krb_string(struct krb_walk *w, struct span value)
{
    return krb_value(w, value, DER_GENERAL_STRING);
}

struct span krb_octets(struct krb_walk *w, struct span value)
{
    return krb_value(w, value, DER_OCTET_STRING);
}
