/* `world`: settings, by the table that --set uses as well. */
#include "config.h"

#include <string.h>

#include "scenario/reading.h"

static void set_world(struct reading *reading, void *ctx UNUSED,
                      const struct setting *row, const char *name,
                      const struct node *node)
{
    const char *value = read_text(reading, node, row);
    struct err err;

    reading->setting_count++;
    if (value && !world_set(reading->world, name, value, &err)) {
        reading_error(reading, node, "%s", err.text);
    }
}

/* A user who is not there yet is made, silently: also one with a slip in the
 * name. Who is given a password is meant to be new. */
static void warn_of_slips(struct reading *reading, const struct node *users)
{
    for (const struct node *user = users->first; user; user = user->next) {
        const char *meant = setting_user_meant(reading->world, user->key->text);

        if (meant && user->kind == NODE_MAP && !node_entry(user, "password")) {
            reading_warning(reading, user->key,
                            "%s is a new user; did you mean %s? A password "
                            "says that it is meant",
                            user->key->text, meant);
        }
    }
}

void read_world(struct reading *reading, const struct node *world)
{
    const struct node *users =
        world->kind == NODE_MAP ? node_entry(world, "users") : NULL;
    const struct settings_table table = {
        .rows = rows_of_world,
        .set = set_world,
        .what = "setting of the world",
    };

    if (users && users->kind == NODE_MAP) {
        warn_of_slips(reading, users);
    }
    if (reading_kind(reading, world, NODE_MAP, "a mapping of settings")) {
        read_settings(reading, &table, world);
    }
}

/* ---- Where a setting stands ---- */

/*
 * What is left of a dotted name behind this key; NULL: it does not begin with
 * it. `users` stands for "user", as each group of names.
 */
static const char *behind(const char *name, const char *key)
{
    size_t length = strlen(key);

    if (strncmp(name, key, length) != 0 && length > 1 &&
        key[length - 1] == 's') {
        length--;
    }
    if (strncmp(name, key, length) != 0) {
        return NULL;
    }
    name += length;
    if (*name == '.') {
        return name + 1;
    }
    return strchr(",: ", *name) ? name : NULL; /* NUL is found, too */
}

const struct node *world_node(const struct node *world, const char *name)
{
    const struct node *found = world;
    const struct node *entry = world->kind == NODE_MAP ? world->first : NULL;

    while (entry) {
        const char *rest = behind(name, entry->key->text);

        if (!rest) {
            entry = entry->next;
            continue;
        }
        found = entry;
        name = rest;
        entry = entry->kind == NODE_MAP ? entry->first : NULL;
    }
    return found;
}
