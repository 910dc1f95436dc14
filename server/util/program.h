/* The other executables of this package, and where they may be. */
#ifndef UTIL_PROGRAM_H
#define UTIL_PROGRAM_H

#include "util/attr.h"
#include "util/err.h"

/*
 * The path of a program of ours: beside this executable (the build tree), where
 * make install puts it, or in an installed tree that was moved as a whole. The
 * caller frees.
 */
MUST_CHECK bool program_find(const char *name, char **out_path,
                             struct err *err);

#endif
