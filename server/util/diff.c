/*
 * A unified diff by the longest common subsequence of lines, whose table is
 * made of what remains once both ends that are alike have gone.
 */
#include "config.h"

#include "util/diff.h"

#include <string.h>

#include "util/mem.h"

struct lines {
    struct span *items;
    size_t count;
};

/* One line of the answer: ' ', '-' or '+'. */
struct edit {
    char sign;
    struct span line;
    size_t before; /* lines of each text in front of it */
    size_t after;
};

struct edits {
    struct edit *items;
    size_t count;
    size_t before;
    size_t after;
};

static struct lines split(struct span text)
{
    struct lines lines = {.items = NULL};
    size_t most = 1;

    for (size_t i = 0; i < text.size; i++) {
        most += text.data[i] == '\n';
    }
    lines.items = mem_array(most, sizeof(*lines.items));
    while (text.size) {
        const uint8_t *end = memchr(text.data, '\n', text.size);
        size_t size = end ? (size_t)(end - text.data) : text.size;

        lines.items[lines.count++] = span_slice(text, 0, size);
        text = span_slice(text, end ? size + 1 : size, text.size);
    }
    return lines;
}

static bool same(struct span a, struct span b)
{
    return a.size == b.size &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static void put(struct edits *edits, char sign, struct span line)
{
    edits->items[edits->count++] =
        (struct edit){sign, line, edits->before, edits->after};
    edits->before += sign != '+';
    edits->after += sign != '-';
}

/* lengths[i * (b + 1) + j]: of the longest common part behind i and j. */
static uint32_t *table_of(const struct span *a, size_t a_count,
                          const struct span *b, size_t b_count)
{
    size_t row = b_count + 1;
    uint32_t *lengths = mem_array((a_count + 1) * row, sizeof(*lengths));

    for (size_t i = a_count; i > 0; i--) {
        for (size_t j = b_count; j > 0; j--) {
            uint32_t down = lengths[i * row + j - 1];
            uint32_t right = lengths[(i - 1) * row + j];

            lengths[(i - 1) * row + j - 1] = same(a[i - 1], b[j - 1])
                                                 ? lengths[i * row + j] + 1
                                             : down > right ? down
                                                            : right;
        }
    }
    return lengths;
}

static void put_all(struct edits *edits, char sign, const struct span *lines,
                    size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put(edits, sign, lines[i]);
    }
}

static void compare(struct edits *edits, const struct span *a, size_t a_count,
                    const struct span *b, size_t b_count)
{
    size_t row = b_count + 1;
    uint32_t *lengths;
    size_t i = 0;
    size_t j = 0;

    if ((a_count + 1) > DIFF_CELLS / row) {
        put_all(edits, '-', a, a_count);
        put_all(edits, '+', b, b_count);
        return;
    }
    lengths = table_of(a, a_count, b, b_count);
    while (i < a_count && j < b_count) {
        if (same(a[i], b[j])) {
            put(edits, ' ', a[i++]);
            j++;
        } else if (lengths[(i + 1) * row + j] >= lengths[i * row + j + 1]) {
            put(edits, '-', a[i++]);
        } else {
            put(edits, '+', b[j++]);
        }
    }
    put_all(edits, '-', a + i, a_count - i);
    put_all(edits, '+', b + j, b_count - j);
    mem_free(lengths);
}

static void find_edits(struct edits *edits, const struct lines *a,
                       const struct lines *b)
{
    size_t head = 0;
    size_t tail = 0;

    while (head < a->count && head < b->count &&
           same(a->items[head], b->items[head])) {
        head++;
    }
    while (tail < a->count - head && tail < b->count - head &&
           same(a->items[a->count - 1 - tail], b->items[b->count - 1 - tail])) {
        tail++;
    }
    edits->items = mem_array(a->count + b->count + 1, sizeof(*edits->items));
    put_all(edits, ' ', a->items, head);
    compare(edits, a->items + head, a->count - head - tail, b->items + head,
            b->count - head - tail);
    put_all(edits, ' ', a->items + a->count - tail, tail);
}

static bool is_change(const struct edits *edits, size_t index)
{
    return edits->items[index].sign != ' ';
}

/* Behind the last change of the hunk that begins here, with its context. */
static size_t hunk_end(const struct edits *edits, size_t from)
{
    size_t last = from;

    for (size_t i = from; i < edits->count && i <= last + 2 * DIFF_CONTEXT + 1;
         i++) {
        last = is_change(edits, i) ? i : last;
    }
    last += DIFF_CONTEXT + 1;
    return last < edits->count ? last : edits->count;
}

static void put_hunk(struct buf *out, const struct edits *edits, size_t from,
                     size_t to)
{
    const struct edit *first = &edits->items[from];
    size_t before = 0;
    size_t after = 0;

    for (size_t i = from; i < to; i++) {
        before += edits->items[i].sign != '+';
        after += edits->items[i].sign != '-';
    }
    buf_printf(out, "@@ -%zu,%zu +%zu,%zu @@\n",
               before ? first->before + 1 : first->before, before,
               after ? first->after + 1 : first->after, after);
    for (size_t i = from; i < to; i++) {
        buf_add_u8(out, (uint8_t)edits->items[i].sign);
        buf_add(out, edits->items[i].line);
        buf_add_u8(out, '\n');
    }
}

static void put_hunks(struct buf *out, const struct edits *edits)
{
    size_t done = 0;

    for (size_t i = 0; i < edits->count; i++) {
        size_t from = i > done + DIFF_CONTEXT ? i - DIFF_CONTEXT : done;
        size_t to;

        if (is_change(edits, i)) {
            to = hunk_end(edits, i);
            put_hunk(out, edits, from, to);
            done = to;
            i = to - 1;
        }
    }
}

void diff_unified(struct buf *out, struct span before, struct span after)
{
    struct lines a = split(before);
    struct lines b = split(after);
    struct edits edits = {.items = NULL};

    find_edits(&edits, &a, &b);
    put_hunks(out, &edits);
    mem_free(edits.items);
    mem_free(a.items);
    mem_free(b.items);
}
