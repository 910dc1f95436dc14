/* `steps`: the steps of one file. */
#include "config.h"

#include <string.h>

#include "scenario/reading.h"

/* `at` first: what the other keys may say depends on it. */
static enum point find_point(struct reading *reading, const struct node *step)
{
    const struct node *at = node_entry(step, "at");
    enum point point = POINT_COUNT;

    if (at) {
        (void)read_point(reading, at, &point);
    } else {
        reading_error(reading, step,
                      "a step without `at`; expected the point where it "
                      "applies, such as \"at: discover.root\"");
    }
    return point;
}

/* The point is one that Kerberos alone leads to, and there is none. */
static void check_kerberos(struct reading *reading, const struct node *step,
                           enum point point)
{
    if (reading->world_known && point != POINT_COUNT &&
        reading->world->offer.kerberos == KERBEROS_NO &&
        point_of_kerberos(point)) {
        reading_error(reading, node_entry(step, "at"),
                      "nothing leads to %s, so the step would never apply: "
                      "offer.kerberos is no; set it to yes or auto, or leave "
                      "the step out",
                      point_info(point)->name);
    }
}

static void read_entries(struct reading *reading, const struct node *node,
                         struct step *step)
{
    const struct key *key;

    for (const struct node *entry = node->first; entry; entry = entry->next) {
        if (!read_key(reading, keys_step, entry, "key of a step", &key)) {
            continue;
        }
        if (key->shape == SHAPE_WHEN) {
            read_when(reading, entry, step->at, &step->when);
        } else if (key->shape == SHAPE_FAULTS) {
            read_do(reading, entry, step->at, step);
        } else if (key->shape == SHAPE_SET) {
            read_set(reading, entry, step);
        } else if (key->shape == SHAPE_FLAG) {
            (void)read_flag(reading, entry, &step->also);
        }
    }
}

static void read_step(struct reading *reading, const struct node *node,
                      const struct step *steps, size_t index, struct step *step)
{
    if (!reading_kind(reading, node, NODE_MAP,
                      "a step, a mapping with at and do")) {
        return;
    }
    step->where = reading_where(reading, node);
    step->at = find_point(reading, node);
    check_kerberos(reading, node, step->at);
    read_identity(reading, node, steps, index, step);
    read_entries(reading, node, step);
    if (!node_entry(node, "do") && !node_entry(node, "set")) {
        reading_error(reading, node,
                      "a step without `do`; expected one or more faults, such "
                      "as \"do: {status: 503}\", or `set`");
    }
}

void read_steps(struct reading *reading, const struct node *list,
                struct step *steps, size_t *count)
{
    for (const struct node *node = list->first;
         node && !diagnostics_full(reading->diagnostics); node = node->next) {
        read_step(reading, node, steps, *count, &steps[*count]);
        ++*count;
    }
}
