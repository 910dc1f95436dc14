/* Types of settings: durations, times, clocks; see setting.h. */
#include "config.h"

#include <string.h>

#include "util/duration.h"
#include "util/env.h"
#include "util/number.h"
#include "util/stamp.h"
#include "world/setting_fields.h"

/* So that no sum of a time and two durations leaves the range of a time. */
enum { DAYS_MAX = 18250 };

static bool parse_duration(const char *value, int64_t *out_ns, struct err *err)
{
    const int64_t limit = INT64_C(86400) * DAYS_MAX * ENV_NS_PER_SEC;
    int64_t ns;

    if (!duration_parse(value, &ns, err)) {
        return false;
    }
    if (ns > limit || ns < -limit) {
        err_set(err, "\"%s\" is too long: %d days are the limit", value,
                DAYS_MAX);
        return false;
    }
    *out_ns = ns;
    return true;
}

bool setting_duration(const struct setting *setting, struct world *world UNUSED,
                      void *object, const char *value, struct err *err)
{
    int64_t ns;

    if (!parse_duration(value, &ns, err)) {
        return false;
    }
    memcpy(setting_field(setting, object), &ns, sizeof(ns));
    return true;
}

bool setting_positive_duration(const struct setting *setting,
                               struct world *world, void *object,
                               const char *value, struct err *err)
{
    int64_t ns;

    if (!parse_duration(value, &ns, err)) {
        return false;
    }
    if (ns <= 0) {
        return err_set(err, "expected more than nothing, not \"%s\"", value);
    }
    return setting_duration(setting, world, object, value, err);
}

bool setting_duration_or_none(const struct setting *setting,
                              struct world *world, void *object,
                              const char *value, struct err *err)
{
    int64_t ns;

    if (!parse_duration(value, &ns, err)) {
        return false;
    }
    if (ns < 0) {
        return err_set(err, "expected no less than nothing, not \"%s\"", value);
    }
    return setting_duration(setting, world, object, value, err);
}

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

bool setting_clock(const struct setting *setting, struct world *world UNUSED,
                   void *object, const char *value, struct err *err)
{
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
    if (!parse_duration(value, &time, err)) {
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

    if (!number_parse_decimal(value, DIGITS, MOST, &scale) || !scale) {
        return err_set(err,
                       "expected a factor from 0.001 to %d, such as 60 or 0.5, "
                       "not \"%s\"",
                       MOST, value);
    }
    setting_put_int(setting, object, (int)scale);
    return true;
}

bool setting_timestamp(const struct setting *setting,
                       struct world *world UNUSED, void *object,
                       const char *value, struct err *err)
{
    /* yes and no, and YAML's other words for them: sent at even places. */
    static const char words[] = "send|omit|yes|no|true|false|on|off";
    struct ntlm_settings *ntlm = setting_field(setting, object);
    int place = setting_place(words, value, err);

    if (place >= 0) {
        ntlm->timestamp = place % 2 == 0;
        return true;
    }
    if (!parse_duration(value, &ntlm->timestamp_skew, err)) {
        return err_set(err,
                       "expected send, omit, or a duration such as -1h, "
                       "not \"%s\"",
                       value);
    }
    ntlm->timestamp = true;
    return true;
}
