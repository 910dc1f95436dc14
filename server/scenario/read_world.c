/* `world`: settings, by the table that --set uses as well. */
#include "config.h"

#include "scenario/reading.h"

static void set_world(struct reading *reading, void *ctx UNUSED,
                      const struct setting *row, const char *name,
                      const struct node *node)
{
    const char *value = read_text(reading, node, row);
    struct err err;

    if (value && !world_set(reading->world, name, value, &err)) {
        reading_error(reading, node, "%s", err.text);
    }
}

void read_world(struct reading *reading, const struct node *world)
{
    const struct settings_table table = {
        .rows = rows_of_world,
        .set = set_world,
        .what = "setting of the world",
    };

    if (reading_kind(reading, world, NODE_MAP, "a mapping of settings")) {
        read_settings(reading, &table, world);
    }
}
