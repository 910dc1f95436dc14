/* What is different in another world, see changes.h. */
#include "config.h"

#include "world/changes.h"

#include <string.h>

#include "util/buf.h"
#include "world/setting.h"

enum { CHANGES_TOLD = 12 };

struct changes {
    struct arena *arena;
    struct buf *out;
    size_t count;
};

static void add(struct changes *changes, const char *prefix, const char *name)
{
    if (changes->count++ < CHANGES_TOLD) {
        buf_printf(changes->out, "%s%s%s", changes->out->size ? ", " : "",
                   prefix, name);
    }
}

static bool same_text(const char *one, const char *other)
{
    return one == other || (one && other && strcmp(one, other) == 0);
}

static bool same_value(struct arena *arena, const struct setting *row,
                       const void *from, const void *to)
{
    return same_text(setting_value(arena, row, from),
                     setting_value(arena, row, to));
}

/* By all rows of a table but one (or NULL). */
static bool same(struct arena *arena,
                 const struct setting *(*table)(size_t index), const void *from,
                 const void *to, setting_type *but)
{
    const struct setting *row;

    for (size_t i = 0; (row = table(i)) != NULL; i++) {
        if (row->type != but && !same_value(arena, row, from, to)) {
            return false;
        }
    }
    return true;
}

/* An address that nobody gave is the domain's business. */
static bool same_user(struct arena *arena, const struct user *from,
                      const struct user *to)
{
    bool given = from->sip_given || to->sip_given;

    return same(arena, setting_user_row, from, to, given ? NULL : setting_sip);
}

/* Of a pool, a user or a meeting: their rows have no place in the world. */
static bool is_of_part(const struct setting *row)
{
    static const char *const parts[] = {"pool.", "user.", "meeting."};

    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        if (strncmp(row->info.name, parts[i], strlen(parts[i])) == 0) {
            return true;
        }
    }
    return false;
}

static void compare_settings(struct changes *changes, const struct world *from,
                             const struct world *to)
{
    const struct setting *row;

    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        if (!is_of_part(row) && !same_value(changes->arena, row, from, to)) {
            add(changes, "", row->info.name);
        }
    }
}

static void compare_users(struct changes *changes, const struct world *from,
                          const struct world *to)
{
    for (size_t i = 0; i < to->user_count; i++) {
        const struct user *user = &to->users[i];
        const struct user *old = world_user(from, user->name);

        if (!old || !same_user(changes->arena, old, user)) {
            add(changes, "user.", user->name);
        }
    }
    for (size_t i = 0; i < from->user_count; i++) {
        if (!world_user(to, from->users[i].name)) {
            add(changes, "user.", from->users[i].name);
        }
    }
}

static void compare_pools(struct changes *changes, const struct world *from,
                          const struct world *to)
{
    size_t count =
        from->pool_count < to->pool_count ? from->pool_count : to->pool_count;

    for (size_t i = 0; i < count; i++) {
        if (!same(changes->arena, setting_pool_row, &from->pools[i],
                  &to->pools[i], NULL)) {
            add(changes, "pool.", arena_printf(changes->arena, "%zu", i + 1));
        }
    }
}

static const struct meeting *meeting_of(const struct world *world,
                                        const char *id)
{
    for (size_t i = 0; i < world->meeting_count; i++) {
        if (strcmp(world->meetings[i].id, id) == 0) {
            return &world->meetings[i];
        }
    }
    return NULL;
}

static void compare_meetings(struct changes *changes, const struct world *from,
                             const struct world *to)
{
    for (size_t i = 0; i < to->meeting_count; i++) {
        const struct meeting *meeting = &to->meetings[i];
        const struct meeting *old = meeting_of(from, meeting->id);

        if (!old ||
            !same(changes->arena, setting_meeting_row, old, meeting, NULL)) {
            add(changes, "meeting.", meeting->id);
        }
    }
    for (size_t i = 0; i < from->meeting_count; i++) {
        if (!meeting_of(to, from->meetings[i].id)) {
            add(changes, "meeting.", from->meetings[i].id);
        }
    }
}

const char *world_changes(struct arena *arena, const struct world *from,
                          const struct world *to)
{
    AUTO_BUF out = {0};
    struct changes changes = {.arena = arena, .out = &out};

    compare_settings(&changes, from, to);
    compare_users(&changes, from, to);
    compare_pools(&changes, from, to);
    compare_meetings(&changes, from, to);
    if (changes.count > CHANGES_TOLD) {
        buf_printf(&out, " and %zu more", changes.count - CHANGES_TOLD);
    }
    return arena_text(arena, buf_span(&out));
}

const char *world_value(struct arena *arena, const struct world *world,
                        const char *name)
{
    const struct setting *row;

    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        if (strcmp(row->info.name, name) == 0) {
            return setting_value(arena, row, world);
        }
    }
    return NULL;
}
