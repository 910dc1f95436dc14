/* Settings of one meeting: meeting.ID.key and its companions. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "util/nearest.h"
#include "world/meetings.h"
#include "world/setting.h"

#define AT(member)                                                             \
    .offset = offsetof(struct meeting, member),                                \
    .size = sizeof(((struct meeting *)0)->member)

static const struct setting rows[] = {
    {
        .info = {"meeting.ID.organizer", "text",
                 "the name of the user who organizes it; the conference URI "
                 "begins with "
                 "that user's SIP address"},
        .type = setting_text,
        AT(organizer),
    },
    {
        .info = {"meeting.ID.key", "text", "the conference key of guests"},
        .type = setting_text,
        AT(key),
    },
    {
        .info = {"meeting.ID.state", "open|ended",
                 "whether guests get tickets for it"},
        .type = setting_word,
        AT(state),
    },
};

_Static_assert(MEETING_OPEN == 0 && MEETING_ENDED == 1,
               "meeting.ID.state lists its words in the enum's order");

const struct setting *setting_meeting_row(size_t index)
{
    return index < ARRAY_SIZE(rows) ? &rows[index] : NULL;
}

size_t setting_meeting_rows(void)
{
    return ARRAY_SIZE(rows);
}

/* "key" of "meeting.ID.key" */
static const char *attribute(const struct setting *row)
{
    return strrchr(row->info.name, '.') + 1;
}

static const struct setting *find(const char *word, struct err *err)
{
    static const char *const words[] = {"organizer", "key", "state", NULL};
    const char *nearest = nearest_word(word, words);

    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (strcasecmp(attribute(&rows[i]), word) == 0) {
            return &rows[i];
        }
    }
    err_set(err,
            "expected organizer, key or state behind the id of the meeting, "
            "not \"%s\"%s%s",
            word, nearest ? "; the nearest is " : "", nearest ? nearest : "");
    return NULL;
}

bool setting_meeting(struct world *world, const char *name, const char *value,
                     struct err *err)
{
    const char *begin = name + strlen("meeting.");
    const char *dot = strrchr(begin, '.');
    size_t known = world->meeting_count;
    const struct setting *row;
    char *id;

    if (!dot) {
        return err_set(err, "expected meeting.ID.organizer, .key or .state");
    }
    id = arena_text(world->arena, span_of(begin, (size_t)(dot - begin)));
    row = find(dot + 1, err);
    if (!row) {
        return false;
    }
    if (!meeting_id_valid(id)) {
        return err_set(
            err, "\"%s\" is no meeting id: expected letters and digits", id);
    }
    if (!row->type(row, world, world_add_meeting(world, id), value, err)) {
        /* A refused value adds no meeting. */
        world->meeting_count = known;
        return false;
    }
    return true;
}
