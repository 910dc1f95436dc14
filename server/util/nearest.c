/* The nearest valid word, see nearest.h. */
#include "config.h"

#include "util/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* One row of the table of distances between all beginnings of two words. */
struct row {
    size_t cost[NEAREST_LENGTH_MAX + 1];
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same(struct span a, size_t i, struct span b, size_t j)
{
    return tolower(a.data[i]) == tolower(b.data[j]);
}

/* Row i of the table from the two rows above it: optimal string alignment. */
static void fill(struct row *now, const struct row *above,
                 const struct row *above2, struct span a, size_t i,
                 struct span b)
{
    now->cost[0] = i;
    for (size_t j = 1; j <= b.size; j++) {
        size_t cost = above->cost[j - 1] + !same(a, i - 1, b, j - 1);

        cost = least(cost, above->cost[j] + 1);
        cost = least(cost, now->cost[j - 1] + 1);
        if (i > 1 && j > 1 && same(a, i - 1, b, j - 2) &&
            same(a, i - 2, b, j - 1)) {
            cost = least(cost, above2->cost[j - 2] + 1);
        }
        now->cost[j] = cost;
    }
}

size_t nearest_distance(struct span a, struct span b)
{
    struct row rows[3];

    a = span_slice(a, 0, NEAREST_LENGTH_MAX);
    b = span_slice(b, 0, NEAREST_LENGTH_MAX);
    for (size_t j = 0; j <= b.size; j++) {
        rows[0].cost[j] = j;
    }
    for (size_t i = 1; i <= a.size; i++) {
        fill(&rows[i % 3], &rows[(i + 2) % 3], &rows[(i + 1) % 3], a, i, b);
    }
    return rows[a.size % 3].cost[b.size];
}

void nearest_init(struct nearest *nearest, const char *word)
{
    *nearest = (struct nearest){span_text(word), SPAN_NONE, {.kind = NEAR_NOT}};
}

/* ---- Mistyped ---- */

/*
 * Letters that are missing or too many aside, less than half of the shorter
 * word may differ: nobody is helped by "maybe", the nearest is "false". Nor by
 * a word of which a third is another.
 */
static bool is_near(size_t a, size_t b, size_t distance)
{
    size_t shorter = least(a, b);
    size_t longer = a + b - shorter;

    return (distance - (longer - shorter)) * 2 < shorter &&
           distance <= longer / 3 + 1;
}

/* One slip of the finger; in a long word two. */
static bool is_slip(size_t a, size_t b, size_t distance)
{
    return distance <= (least(a, b) < 8 ? 1 : 2) && distance < least(a, b);
}

/* ---- Words within words ---- */

enum { SEPARATORS_SIZE = 3 };
static const char separators[SEPARATORS_SIZE] = {'-', '.', '/'};

static bool is_separator(uint8_t c)
{
    return memchr(separators, c, SEPARATORS_SIZE) != NULL;
}

static bool equal(struct span a, struct span b)
{
    bool good = a.size == b.size;

    for (size_t i = 0; good && i < a.size; i++) {
        good = same(a, i, b, i);
    }
    return good;
}

/* Where the small one stands in the large one; its size where it does not. */
static size_t place_of(struct span small, struct span large)
{
    for (size_t i = 0; i + small.size <= large.size; i++) {
        if (equal(small, span_slice(large, i, small.size))) {
            return i;
        }
    }
    return large.size;
}

/*
 * Letters of the one word that is in the other: at its beginning two are
 * enough, elsewhere three; and half of a word in which a candidate is.
 */
static size_t contained(struct span word, struct span candidate)
{
    bool inner = word.size <= candidate.size;
    struct span small = inner ? word : candidate;
    struct span large = inner ? candidate : word;
    size_t place = place_of(small, large);

    if (place == large.size || small.size < (place ? 3 : 2) ||
        (!inner && small.size * 2 < large.size)) {
        return 0;
    }
    return small.size;
}

/* The part that begins here, up to a separator. */
static struct span part_at(struct span word, size_t at)
{
    size_t end = at;

    while (end < word.size && !is_separator(word.data[end])) {
        end++;
    }
    return span_slice(word, at, end - at);
}

static bool has_part(struct span word, struct span part)
{
    for (size_t at = 0; at < word.size; at += part_at(word, at).size + 1) {
        if (equal(part_at(word, at), part)) {
            return true;
        }
    }
    return false;
}

/*
 * Letters of whole parts that both words have, at least half of those that
 * were written. All of "failures/..." begin alike: a group alone tells nothing.
 */
static size_t shared(struct span word, struct span candidate)
{
    size_t letters = 0;
    size_t common = 0;
    bool telling = false;

    for (size_t at = 0; at < word.size;) {
        struct span part = part_at(word, at);
        size_t end = at + part.size;
        bool group = end < word.size && word.data[end] != '-';

        letters += part.size;
        if (part.size && has_part(candidate, part)) {
            common += part.size;
            telling = telling || !group;
        }
        at = end + 1;
    }
    return telling && common * 2 >= letters ? common : 0;
}

/* ---- Which is nearest ---- */

static struct nearness nearness(struct span word, struct span candidate)
{
    size_t distance = nearest_distance(word, candidate);
    size_t common = contained(word, candidate);

    if (is_slip(word.size, candidate.size, distance)) {
        return (struct nearness){NEAR_SLIP, 0, distance};
    }
    common = common ? common : shared(word, candidate);
    if (common) {
        return (struct nearness){NEAR_PART, common, distance};
    }
    if (is_near(word.size, candidate.size, distance)) {
        return (struct nearness){NEAR_LETTERS, 0, distance};
    }
    return (struct nearness){.kind = NEAR_NOT};
}

static bool is_nearer(const struct nearness *a, const struct nearness *b)
{
    if (a->kind != b->kind) {
        return a->kind < b->kind;
    }
    if (a->common != b->common) {
        return a->common > b->common;
    }
    return a->distance < b->distance;
}

void nearest_try(struct nearest *nearest, struct span candidate)
{
    struct span word = span_slice(nearest->word, 0, NEAREST_LENGTH_MAX);
    struct nearness found =
        nearness(word, span_slice(candidate, 0, NEAREST_LENGTH_MAX));

    if (found.kind != NEAR_NOT && is_nearer(&found, &nearest->nearness)) {
        nearest->best = candidate;
        nearest->nearness = found;
    }
}

const char *nearest_word(const char *word, const char *const *candidates)
{
    struct nearest nearest;

    nearest_init(&nearest, word);
    for (size_t i = 0; candidates[i]; i++) {
        nearest_try(&nearest, span_text(candidates[i]));
    }
    return (const char *)nearest.best.data;
}
