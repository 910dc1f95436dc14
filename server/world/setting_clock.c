/* Types of settings that say what the world takes for the time, see setting.h.
 */
#include "config.h"

#include <string.h>

#include "util/env.h"
#include "util/number.h"
#include "util/stamp.h"
#include "world/setting_fields.h"

/* false: it is no time at all, where `text` may say something else. */
static bool parse_time(const char *text, int64_t *out_time, bool *out_good)
{
    const int64_t first = INT64_C(-2208988800) * ENV_NS_PER_SEC;
    const int64_t last = INT64_C(4102444799) * ENV_NS_PER_SEC;

    if (!stamp_parse(text, out_time)) {
        return false;
    }
    *out_good = *out_time >= first && *out_time <= last;
    return true;
}

static bool refuse_year(const char *value, struct err *err)
{
    return err_set(err, "expected a year from 1900 to 2099, not \"%s\"", value);
}

bool setting_clock(const struct setting *setting, struct world *world,
                   void *object, const char *value, struct err *err)
{
    const struct setting plain = {.type = setting_duration};
    struct world_clock *clock = setting_field(setting, object);
    int64_t time;
    bool good;

    if (parse_time(value, &time, &good)) {
        if (!good) {
            return refuse_year(value, err);
        }
        clock->fixed = true;
        clock->start = time;
        clock->skew = 0;
        return true;
    }
    if (!setting_duration(&plain, world, &time, value, err)) {
        return err_set(err,
                       "expected a duration such as +6m, or a time such as "
                       "2013-06-01T12:00:00Z, not \"%s\"",
                       value);
    }
    clock->fixed = false;
    clock->skew = time;
    return true;
}

bool setting_start(const struct setting *setting, struct world *world UNUSED,
                   void *object, const char *value, struct err *err)
{
    struct world_clock *clock = setting_field(setting, object);
    int64_t time;
    bool good;

    if (!parse_time(value, &time, &good)) {
        return err_set(err,
                       "expected a time such as 2013-06-01T12:00:00Z, not "
                       "\"%s\"",
                       value);
    }
    if (!good) {
        return refuse_year(value, err);
    }
    clock->fixed = true;
    clock->start = time;
    return true;
}

bool setting_scale(const struct setting *setting, struct world *world UNUSED,
                   void *object, const char *value, struct err *err)
{
    enum { DIGITS = 3, MOST = 1000000 };
    uint64_t scale;
    unsigned number;

    if (!number_parse_decimal(value, DIGITS, MOST, &scale) || !scale) {
        return err_set(err,
                       "expected a factor from 0.001 to %d, such as 60 or 0.5, "
                       "not \"%s\"",
                       MOST, value);
    }
    number = (unsigned)scale;
    memcpy(setting_field(setting, object), &number, sizeof(number));
    return true;
}
