/*
 * Waiting times. In networks they are mostly short and sometimes very long: the
 * logarithm has a normal distribution, whose sigma says how wide it is.
 */
#include "config.h"

#include "faults/spread.h"

#include <math.h>
#include <string.h>

#include "util/env.h"
#include "util/number.h"

/* A sum of uniform numbers is close to a normal one, and has an end. */
enum { UNIFORMS = 12 };

enum { SIGMA_MAX = 10, SIGMA_DIGITS = 5 };

#define LONGEST (INT64_C(24) * 3600 * ENV_NS_PER_SEC)

/* "0.6", "1", "2.25": up to three digits behind the point. */
static bool parse_sigma(const char *text, double *out_sigma)
{
    size_t whole = strcspn(text, ".");
    size_t digits = text[whole] ? strlen(text + whole + 1) : 0;
    char thousandths[SIGMA_DIGITS + 1] = "";
    uint64_t number;

    if (!whole || whole + 3 > SIGMA_DIGITS || digits > 3 ||
        (text[whole] && !digits)) {
        return false;
    }
    memcpy(thousandths, text, whole);
    memset(thousandths + whole, '0', 3);
    memcpy(thousandths + whole, text + whole + (digits != 0), digits);
    if (!number_parse(thousandths, NUMBER_DECIMAL, SIGMA_MAX * 1000, &number)) {
        return false;
    }
    *out_sigma = (double)number / 1000.0;
    return number > 0;
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
