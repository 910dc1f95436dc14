/* Meetings, for guests; see world.h. */
#include "config.h"

#include "world/meetings.h"

#include <string.h>
#include <strings.h>

#include "util/url.h"
#include "util/utf.h"

#define KEY       "7Q2RVX4K"
#define URI_FOCUS "opaque=app:conf:focus:id:"

/* What an id is made of (protocol: webticket 4.5). */
#define ID_LETTERS                                                             \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

bool meeting_id_valid(const char *id)
{
    return *id && id[strspn(id, ID_LETTERS)] == '\0';
}

static struct meeting *find(const struct world *world, struct span id)
{
    for (size_t i = 0; i < world->meeting_count; i++) {
        struct meeting *meeting = &world->meetings[i];

        if (strlen(meeting->id) == id.size &&
            strncasecmp(meeting->id, (const char *)id.data, id.size) == 0) {
            return meeting;
        }
    }
    return NULL;
}

struct meeting *world_add_meeting(struct world *world, const char *id)
{
    struct meeting *meeting = find(world, span_text(id));
    struct meeting *meetings;

    if (meeting) {
        return meeting;
    }
    meetings = arena_alloc(world->arena,
                           (world->meeting_count + 1) * sizeof(*meetings));
    if (world->meeting_count) {
        memcpy(meetings, world->meetings,
               world->meeting_count * sizeof(*meetings));
    }
    world->meetings = meetings;
    meeting = &meetings[world->meeting_count++];
    *meeting = (struct meeting){
        .id = arena_strdup(world->arena, id),
        .key = KEY,
    };
    return meeting;
}

bool meetings_derive(struct world *world, struct err *err)
{
    for (size_t i = 0; i < world->meeting_count; i++) {
        struct meeting *meeting = &world->meetings[i];
        const struct user *organizer =
            meeting->organizer ? world_user(world, meeting->organizer) : NULL;

        if (!organizer) {
            return err_set(err,
                           "meeting.%s.organizer: expected the name of a "
                           "user, not \"%s\"",
                           meeting->id,
                           meeting->organizer ? meeting->organizer : "");
        }
        meeting->uri = arena_printf(world->arena, "sip:%s;gruu;" URI_FOCUS "%s",
                                    organizer->sip, meeting->id);
        if (strlen(meeting->uri) > MEETING_URI_MAX) {
            return err_set(err,
                           "meeting.%s: expected a conference URI of at most "
                           "%d bytes, which a ticket can carry, not %s",
                           meeting->id, MEETING_URI_MAX, meeting->uri);
        }
    }
    return true;
}

/* The address between the last "sip:" of the text and its parameters. */
static char *organizer_in(struct arena *arena, struct span text)
{
    static const char scheme[] = "sip:";
    size_t length = strlen(scheme);

    for (size_t at = text.size; at-- > 0;) {
        struct span rest = span_slice(text, at, text.size);

        if (rest.size >= length &&
            strncasecmp((const char *)rest.data, scheme, length) == 0) {
            size_t end = span_find(rest, span_text(";"), 0);

            return arena_text(
                arena, span_slice(rest, length,
                                  end == SIZE_MAX ? rest.size : end - length));
        }
    }
    return NULL;
}

static bool organized_by(const struct world *world,
                         const struct meeting *meeting, const char *sip)
{
    const struct user *user = world_user(world, meeting->organizer);

    return user && utf8_equal_nocase(user->sip, sip);
}

const struct meeting *world_meeting(const struct world *world, const char *uri)
{
    AUTO(arena) arena = arena_new();
    const char *text = url_decode(arena, span_text(uri), false);

    /* Each part of the text is looked at once, however often it says so. */
    for (const char *at; (at = strcasestr(text, URI_FOCUS)); text = at) {
        struct span before = span_of(text, (size_t)(at - text));
        const struct meeting *meeting;
        const char *organizer;

        at += strlen(URI_FOCUS);
        meeting = find(world, span_of(at, strspn(at, ID_LETTERS)));
        organizer = meeting ? organizer_in(arena, before) : NULL;
        if (meeting &&
            (!organizer || organized_by(world, meeting, organizer))) {
            return meeting;
        }
    }
    return NULL;
}
