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
    *nearest = (struct nearest){span_text(word), SPAN_NONE, SIZE_MAX};
}

/*
 * Letters that are missing or too many aside, less than half of the shorter
 * word may differ: nobody is helped by "maybe", the nearest is "false".
 */
static bool is_near(size_t a, size_t b, size_t distance)
{
    size_t shorter = least(a, b);
    size_t longer = a + b - shorter;

    return (distance - (longer - shorter)) * 2 < shorter;
}

void nearest_try(struct nearest *nearest, struct span candidate)
{
    struct span a = span_slice(nearest->word, 0, NEAREST_LENGTH_MAX);
    struct span b = span_slice(candidate, 0, NEAREST_LENGTH_MAX);
    size_t distance = nearest_distance(a, b);

    if (distance < nearest->distance && is_near(a.size, b.size, distance)) {
        nearest->best = candidate;
        nearest->distance = distance;
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
