/* The registry of faults: FAULTS in server/local.mk, as a table. */
#ifndef FAULTS_FAULTS_H
#define FAULTS_FAULTS_H

#include "scenario/fault.h"

/* Ends with NULL. */
extern const struct fault *const faults[];

#endif
