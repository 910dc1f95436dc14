/* Two settings in one word: a range of durations, "1s..3s". */
#include "config.h"

#include <string.h>

#include "util/duration.h"
#include "world/setting_fields.h"

/* One of the two, by the rules of a duration that is more than nothing. */
static bool read_end(struct world *world, struct span text, int64_t *out_ns,
                     struct err *err)
{
    const struct setting alone = {.offset = 0, .size = sizeof(*out_ns)};

    return setting_positive_duration(&alone, world, out_ns,
                                     arena_text(world->arena, text), err);
}

bool setting_duration_range(const struct setting *setting, struct world *world,
                            void *object, const char *value, struct err *err)
{
    const char *dots = strstr(value, "..");
    struct span least =
        span_of(value, dots ? (size_t)(dots - value) : strlen(value));
    struct duration_range range;

    if (!read_end(world, least, &range.least, err) ||
        !read_end(world, dots ? span_text(dots + 2) : least, &range.most,
                  err)) {
        return false;
    }
    if (range.least > range.most) {
        return err_set(err,
                       "expected the shorter one first, as in 1s..3s, not "
                       "\"%s\"",
                       value);
    }
    memcpy(setting_field(setting, object), &range, sizeof(range));
    return true;
}
