/* Durations, see duration.h. */
#include "config.h"

#include "util/duration.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "util/env.h"

static const struct unit {
    const char *name;
    int64_t ns;
} units[] = {
    {"ms", ENV_NS_PER_MS},
    {"s", ENV_NS_PER_SEC},
    {"m", 60 * ENV_NS_PER_SEC},
    {"h", 60 * 60 * ENV_NS_PER_SEC},
    {"d", 24 * 60 * 60 * ENV_NS_PER_SEC},
};

static const struct unit *find_unit(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
        if (strcmp(units[i].name, name) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

static bool malformed(const char *text, struct err *err)
{
    return err_set(err,
                   "expected a whole number and one of ms, s, m, h, d "
                   "(as in 90s or +6m), not \"%s\"",
                   text);
}

bool duration_parse(const char *text, int64_t *out_ns, struct err *err)
{
    const char *digit = text + (*text == '+' || *text == '-');
    const struct unit *unit;
    int64_t ns = 0;
    bool fits = true;

    if (!isdigit((unsigned char)*digit)) {
        return malformed(text, err);
    }
    unit = find_unit(digit + strspn(digit, "0123456789"));
    if (!unit) {
        return malformed(text, err);
    }
    for (; isdigit((unsigned char)*digit) && fits; digit++) {
        fits = !__builtin_mul_overflow(ns, 10, &ns) &&
               !__builtin_add_overflow(ns, *digit - '0', &ns);
    }
    if (!fits || __builtin_mul_overflow(ns, unit->ns, &ns)) {
        return err_set(err, "\"%s\" is too long: 106751 days is the limit",
                       text);
    }
    *out_ns = *text == '-' ? -ns : ns;
    return true;
}

char *duration_text(struct arena *arena, int64_t ns)
{
    size_t at = ns ? ARRAY_SIZE(units) - 1 : 1; /* 0s */

    while (at > 0 && ns % units[at].ns != 0) {
        at--;
    }
    return arena_printf(arena, "%" PRId64 "%s", ns / units[at].ns,
                        units[at].name);
}
