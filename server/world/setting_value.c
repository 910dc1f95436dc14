/*
 * From a field to the text that sets it: the inverse of setting_types.c, for
 * `lyncmock list settings` and `explain`.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "util/buf.h"
#include "util/duration.h"
#include "util/stamp.h"
#include "world/setting.h"

/* ---- Numbers and words ---- */

static int int_at(const struct setting *row, const void *field)
{
    bool flag;
    int value;

    if (row->size == sizeof(flag)) {
        memcpy(&flag, field, sizeof(flag));
        return flag;
    }
    memcpy(&value, field, sizeof(value));
    return value;
}

static const char *word_at(struct arena *arena, const char *list, int place)
{
    while (place-- > 0) {
        list += strcspn(list, "|");
        list += *list == '|';
    }
    return arena_text(arena, span_of(list, strcspn(list, "|")));
}

static const char *duration_at(struct arena *arena, const void *field)
{
    int64_t ns;

    memcpy(&ns, field, sizeof(ns));
    return duration_text(arena, ns);
}

/* ---- What has a shape of its own ---- */

static const char *clock_text(struct arena *arena,
                              const struct world_clock *clock)
{
    return clock->fixed ? stamp_iso(arena, clock->start)
                        : duration_text(arena, clock->skew);
}

static const char *start_text(struct arena *arena,
                              const struct world_clock *clock)
{
    return clock->fixed ? stamp_iso(arena, clock->start) : NULL;
}

static const char *scale_text(struct arena *arena, unsigned scale)
{
    unsigned rest = scale % WORLD_CLOCK_REAL;

    return rest ? arena_printf(arena, "%u.%03u", scale / WORLD_CLOCK_REAL, rest)
                : arena_printf(arena, "%u", scale / WORLD_CLOCK_REAL);
}

static const char *timestamp_text(struct arena *arena,
                                  const struct ntlm_settings *ntlm)
{
    if (!ntlm->timestamp) {
        return "omit";
    }
    return ntlm->timestamp_skew ? duration_text(arena, ntlm->timestamp_skew)
                                : "send";
}

static const char *schemes_text(struct arena *arena, const struct offer *offer)
{
    AUTO_BUF out = {0};

    for (size_t i = 0; i < offer->windows_count; i++) {
        buf_printf(&out, "%s%s", i ? "," : "", offer->windows[i]);
    }
    return out.size ? arena_text(arena, buf_span(&out)) : "none";
}

static const char *account_text(struct arena *arena, const struct user *user)
{
    return user->account_domain
               ? arena_printf(arena, "%s\\%s", user->account_domain,
                              user->account)
               : user->account;
}

static const char *home_text(struct arena *arena, int home)
{
    if (home == POOL_UNKNOWN) {
        return "unknown";
    }
    return home == POOL_HOSTED ? "hosted" : arena_printf(arena, "%d", home + 1);
}

static const char *text_at(const void *field)
{
    const char *text;

    memcpy(&text, field, sizeof(text));
    return text;
}

const char *setting_value(struct arena *arena, const struct setting *row,
                          const void *object)
{
    const void *field = (const char *)object + row->offset;

    switch (setting_kind_of(row)) {
    case SETTING_WORD:
        return word_at(arena, row->info.type, int_at(row, field) - row->first);
    case SETTING_FLAG:
        return int_at(row, field) ? "yes" : "no";
    case SETTING_TEXT:
    case SETTING_NAME:
    case SETTING_LABEL:
    case SETTING_URL:
    case SETTING_HEX64:
    case SETTING_ADDRESS:
        return text_at(field);
    case SETTING_PORT:
    case SETTING_PORT_OR_NONE:
    case SETTING_NUMBER:
    case SETTING_BYTES:
    case SETTING_STATUS:
        return arena_printf(arena, "%d", int_at(row, field));
    case SETTING_DURATION:
    case SETTING_POSITIVE_DURATION:
    case SETTING_DURATION_OR_NONE:
        return duration_at(arena, field);
    case SETTING_CLOCK:
        return clock_text(arena, field);
    case SETTING_START:
        return start_text(arena, field);
    case SETTING_SCALE:
        return scale_text(arena, *(const unsigned *)field);
    case SETTING_TIMESTAMP:
        return timestamp_text(arena, field);
    case SETTING_HEX32:
        return arena_printf(arena, "0x%08" PRIx32, *(const uint32_t *)field);
    case SETTING_SCHEMES:
        return schemes_text(arena, field);
    case SETTING_ETYPES:
        return setting_etypes_text(arena, *(const unsigned *)field);
    case SETTING_HOSTS:
        return text_at(field) ? text_at(field) : "none";
    case SETTING_POOLS:
        return arena_printf(arena, "%zu", *(const size_t *)field);
    case SETTING_ACCOUNT:
        return account_text(arena, object);
    case SETTING_HOME:
        return home_text(arena, int_at(row, field));
    case SETTING_DURATION_RANGE: /* of faults alone */
    case SETTING_MAP:
    case SETTING_FILE:
        break; /* no single text */
    }
    return NULL;
}

/* ---- By name ---- */

/* "user.", "alice", "state" of "user.alice.state". */
struct parts {
    const char *name; /* in the arena; NULL: it has not three parts */
    const char *attribute;
};

static struct parts split(struct arena *arena, const char *name)
{
    const char *first = strchr(name, '.');
    const char *last = strrchr(name, '.');

    if (!first || first == last || !last[1] || first + 1 == last) {
        return (struct parts){NULL, NULL};
    }
    return (struct parts){
        arena_text(arena, span_of(first + 1, (size_t)(last - first - 1))),
        last + 1,
    };
}

static const struct setting *row_of(const struct setting *(*rows)(size_t index),
                                    const char *attribute)
{
    const struct setting *row;

    for (size_t i = 0; (row = rows(i)) != NULL; i++) {
        if (strcmp(strrchr(row->info.name, '.') + 1, attribute) == 0) {
            return row;
        }
    }
    return NULL;
}

/* A new one gets an address; no name of an account: NULL. */
static void *user_named(struct world *world, const char *name)
{
    struct user *user = world_add_user(world, name);
    struct err err;

    return world_finish(world, &err) ? user : NULL;
}

static void *meeting_named(struct world *world, const char *id)
{
    return world_add_meeting(world, id);
}

/* "N" stands for the first one. */
static void *pool_named(struct world *world, const char *number)
{
    int index = strcmp(number, "N") == 0 ? 0 : number[0] - '1';

    return number[1] == '\0' && index >= 0 && index < WORLD_POOLS_MAX
               ? &world->pools[index]
               : NULL;
}

static const struct family {
    const char *prefix;
    const struct setting *(*rows)(size_t index);
    void *(*object)(struct world *world, const char *name);
} families[] = {
    {"pool.", setting_pool_row, pool_named},
    {"user.", setting_user_row, user_named},
    {"meeting.", setting_meeting_row, meeting_named},
};

/* The row that sets user.alice.state, and what it is set in. */
static const struct setting *find_in_family(struct world *world,
                                            const char *name, void **out_object)
{
    for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
        size_t length = strlen(families[i].prefix);
        const struct setting *row;
        struct parts parts;

        if (strncmp(name, families[i].prefix, length) != 0) {
            continue;
        }
        parts = split(world->arena, name);
        row = parts.name ? row_of(families[i].rows, parts.attribute) : NULL;
        *out_object = row ? families[i].object(world, parts.name) : NULL;
        return *out_object ? row : NULL;
    }
    return NULL;
}

const struct setting *setting_named(const char *name)
{
    AUTO(world) world = world_good();
    const struct setting *row;
    void *object;

    for (size_t i = 0; (row = setting_row(i)) != NULL; i++) {
        if (strcmp(row->info.name, name) == 0) {
            return row;
        }
    }
    return find_in_family(world, name, &object);
}

const char *setting_default(struct arena *arena, const char *name)
{
    AUTO(world) world = world_good();
    void *object = world;
    const struct setting *row = find_in_family(world, name, &object);
    const char *value;

    row = row ? row : setting_named(name);
    if (!row || !object) {
        return NULL;
    }
    value = setting_value(arena, row, object);
    return value ? arena_strdup(arena, value) : NULL;
}
