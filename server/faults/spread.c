/*
 * Waiting times. In networks they are mostly short and sometimes very long: the
 * logarithm has a normal distribution, whose sigma says how wide it is.
 */
#include "config.h"

#include "faults/spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/env.h"

/* A sum of uniform numbers is close to a normal one, and has an end. */
enum { UNIFORMS = 12 };

#define SIGMA_MAX 10.0
#define LONGEST   (INT64_C(24) * 3600 * ENV_NS_PER_SEC)

/* "0.6": digits and one point at most. */
static bool parse_sigma(const char *text, double *out_sigma)
{
    size_t digits = strspn(text, "0123456789.");
    const char *point = strchr(text, '.');

    if (!*text || text[digits] || (point && strchr(point + 1, '.'))) {
        return false;
    }
    *out_sigma = strtod(text, NULL);
    return *out_sigma > 0 && *out_sigma <= SIGMA_MAX;
}

bool spread_check(const struct spread *spread, const char *name,
                  struct err *err)
{
    double sigma;

    if (spread->range.most && spread->median) {
        return err_set(err, "%s: expected either a duration or a median", name);
    }
    if (!spread->range.most && !spread->median) {
        return err_set(err, "%s: expected a duration, or %s.median", name,
                       name);
    }
    if (!spread->median != !spread->sigma) {
        return err_set(err,
                       "%s.sigma and %s.median belong together, as in "
                       "{median: 200ms, sigma: 0.6}",
                       name, name);
    }
    if (spread->sigma && !parse_sigma(spread->sigma, &sigma)) {
        return err_set(err,
                       "%s.sigma: expected a number above 0, up to 10, not "
                       "\"%s\"",
                       name, spread->sigma);
    }
    return true;
}

static uint64_t draw(const struct subject *subject)
{
    return subject->random ? subject->random(subject->random_ctx)
                           : UINT64_MAX / 2;
}

/* From 0 to 1. */
static double uniform(const struct subject *subject)
{
    return (double)(draw(subject) >> 11) / 9007199254740992.0;
}

static int64_t log_normal(const struct spread *spread,
                          const struct subject *subject)
{
    double sigma = 0;
    double sum = -UNIFORMS / 2.0;
    double ns;

    parse_sigma(spread->sigma, &sigma);
    for (int i = 0; i < UNIFORMS; i++) {
        sum += uniform(subject);
    }
    ns = (double)spread->median * exp(sigma * sum);
    return ns < (double)LONGEST ? (int64_t)ns : LONGEST;
}

int64_t spread_draw(const struct spread *spread, const struct subject *subject)
{
    const struct duration_range *range = &spread->range;

    if (spread->median) {
        return log_normal(spread, subject);
    }
    if (range->least == range->most) {
        return range->least;
    }
    return range->least +
           (int64_t)(uniform(subject) * (double)(range->most - range->least));
}
