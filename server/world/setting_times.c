/* Types of settings: durations; see setting.h. */
#include "config.h"

#include <string.h>

#include "util/duration.h"
#include "util/env.h"
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
