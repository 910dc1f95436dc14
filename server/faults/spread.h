/* How long: fixed, anywhere between two ends, or as waiting times spread. */
#ifndef FAULTS_SPREAD_H
#define FAULTS_SPREAD_H

#include "scenario/fault.h"
#include "util/duration.h"

struct spread {
    struct duration_range range; /* all zero: `median` says it */
    int64_t median;
    const char *sigma; /* of the logarithm: "0.6" */
};

bool spread_check(const struct spread *spread, const char *name,
                  struct err *err);
/* A duration, ns; the step's chance decides where there is a choice. */
int64_t spread_draw(const struct spread *spread, const struct subject *subject);

#endif
