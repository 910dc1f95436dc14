/* `about`: the bug report behind a scenario, for people and for catalogues. */
#include "config.h"

#include <string.h>

#include "scenario/layers.h"
#include "scenario/optimum.h"
#include "scenario/reading.h"

void read_line(struct reading *reading, const struct node *node,
               const char **out_line)
{
    if (!reading_kind(reading, node, NODE_TEXT, "a text")) {
        return;
    }
    if (!*node->text || strpbrk(node->text, "\r\n")) {
        reading_error(reading, node, "%s: expected one line of text",
                      node->key->text);
        return;
    }
    *out_line = arena_strdup(reading->arena, node->text);
}

static void read_layer(struct reading *reading, const struct node *node,
                       const char **out_layer)
{
    const struct layer_info *layer;
    struct nearest nearest;

    if (!reading_kind(reading, node, NODE_TEXT, key_shape_text(SHAPE_LAYER))) {
        return;
    }
    layer = layer_named(node->text);
    if (layer) {
        *out_layer = layer->name;
        return;
    }
    nearest_init(&nearest, node->text);
    for (size_t i = 0; (layer = layer_at(i)) != NULL; i++) {
        nearest_try(&nearest, span_text(layer->name));
    }
    reading_unknown(reading, node, "layer", &nearest,
                    "`lyncmock explain layer` lists them");
}

static void read_optimum(struct reading *reading, const struct node *node,
                         const char **out_list)
{
    const char *text = NULL;

    read_line(reading, node, &text);
    if (text && !optimum_is_list(text)) {
        reading_error(reading, node,
                      "optimum: expected %s, each word once: requests, "
                      "connections, handshakes, resumptions, unauthorized, "
                      "bytes-in, bytes-out",
                      key_shape_text(SHAPE_OPTIMUM));
        return;
    }
    *out_list = text;
}

void read_about(struct reading *reading, const struct node *node,
                struct about *about)
{
    const struct key *key;

    if (!reading_kind(reading, node, NODE_MAP, key_shape_text(SHAPE_ABOUT))) {
        return;
    }
    if (!node->first) {
        reading_error(reading, node, "about: expected %s, not {}",
                      key_shape_text(SHAPE_ABOUT));
    }
    for (const struct node *entry = node->first; entry; entry = entry->next) {
        if (read_key(reading, keys_about, entry, "key of about", &key)) {
            const char **field =
                (const char **)(void *)((char *)about + key->offset);

            if (key->shape == SHAPE_LAYER) {
                read_layer(reading, entry, field);
            } else if (key->shape == SHAPE_OPTIMUM) {
                read_optimum(reading, entry, field);
            } else {
                read_line(reading, entry, field);
            }
        }
    }
}
