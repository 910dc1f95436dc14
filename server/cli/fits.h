/*
 * What can stand where: asked of the reader itself, with a step of one fault,
 * so that whatever a list or an explanation prints is accepted by check.
 */
#ifndef CLI_FITS_H
#define CLI_FITS_H

#include "scenario/model.h"
#include "scenario/vocabulary.h"

/* The value of this fault that a step at this point can have; NULL: the fault
 * does not apply there. */
const char *fits_example(const struct vocabulary *words,
                         const struct fault *fault, enum point at);
/* Faults that apply at a point, and points where a fault applies, with commas
 * between. */
const char *fits_faults(struct arena *arena, const struct vocabulary *words,
                        enum point at);
const char *fits_points(struct arena *arena, const struct vocabulary *words,
                        const struct fault *fault);
/* "host, method": facts known at a point. */
const char *fits_facts(struct arena *arena, enum point at);

/* Whether check accepts this text of a scenario. */
bool fits_text(const struct vocabulary *words, const char *text);

#endif
