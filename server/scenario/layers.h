/* The layers of points: what a bug report calls the place of the trouble. */
#ifndef SCENARIO_LAYERS_H
#define SCENARIO_LAYERS_H

#include <stddef.h>

struct layer_info {
    const char *name;  /* what stands before the dot of a point */
    const char *title; /* a few words */
};

/* In the order of a sign-in; NULL past the end. */
const struct layer_info *layer_at(size_t index);
/* NULL: no layer is called that. */
const struct layer_info *layer_named(const char *name);

#endif
