/*
 * What a step's chance is drawn for: its `id`, or else what it says, as it is
 * written, and how many before it say the same. So nothing that is added,
 * taken away or changed elsewhere shifts what is drawn for it.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "scenario/reading.h"
#include "util/buf.h"
#include "util/stream.h"

static void write_node(struct buf *out, const struct node *node)
{
    static const char open[] = {'0', '"', '[', '{'};

    if (node->key) {
        buf_printf(out, "%zu:%s", strlen(node->key->text), node->key->text);
    }
    buf_add_u8(out, (uint8_t)open[node->kind]);
    if (node->kind == NODE_TEXT) {
        buf_printf(out, "%zu:%s", strlen(node->text), node->text);
    }
    for (const struct node *i = node->first; i; i = i->next) {
        write_node(out, i);
    }
    buf_add_u8(out, ';');
}

static const char *content_of(struct reading *reading, const struct node *step)
{
    static const char *const parts[] = {"at", "when", "do", "set"};
    const char *name[] = {NULL, NULL};
    AUTO_BUF out = {0};

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        const struct node *entry = node_entry(step, parts[i]);

        if (entry) {
            write_node(&out, entry);
        }
    }
    name[0] = arena_text(reading->arena, buf_span(&out));
    return arena_printf(reading->arena, "%016" PRIx64, stream_draw(0, name, 0));
}

static const struct step *same_as(const struct step *steps, size_t count,
                                  const char *identity)
{
    for (size_t i = 0; i < count; i++) {
        if (steps[i].identity && strcmp(steps[i].identity, identity) == 0) {
            return &steps[i];
        }
    }
    return NULL;
}

static void read_id(struct reading *reading, const struct node *id,
                    const struct step *steps, size_t index, struct step *step)
{
    const struct step *other;

    if (!reading_kind(reading, id, NODE_TEXT, "a text")) {
        return;
    }
    if (!*id->text || strpbrk(id->text, " \t\r\n")) {
        reading_error(reading, id, "id: expected a word, not \"%s\"", id->text);
        return;
    }
    step->identity = arena_printf(reading->arena, "id %s", id->text);
    other = same_as(steps, index, step->identity);
    if (other) {
        reading_error(reading, id,
                      "id: the step at %s has \"%s\" already; two steps "
                      "never share what is drawn for them",
                      other->where, id->text);
    }
}

/* Those that say the same: their identities begin with it. */
static size_t count_of(const struct step *steps, size_t count,
                       const char *content)
{
    size_t length = strlen(content);
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        found += steps[i].identity &&
                 strncmp(steps[i].identity, content, length) == 0;
    }
    return found;
}

void read_identity(struct reading *reading, const struct node *node,
                   const struct step *steps, size_t index, struct step *step)
{
    const struct node *id = node_entry(node, "id");
    const char *content;
    size_t before;

    content = content_of(reading, node);
    step->content = content;
    if (id) {
        read_id(reading, id, steps, index, step);
        return;
    }
    before = count_of(steps, index, content);
    step->identity =
        before ? arena_printf(reading->arena, "%s %zu", content, before + 1)
               : content;
}
