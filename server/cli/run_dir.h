/*
 * The folder of one run: what clients need to find is in there, and it goes
 * with the server. A server that was killed leaves it behind; the next one of
 * the same user removes it.
 */
#ifndef CLI_RUN_DIR_H
#define CLI_RUN_DIR_H

#include "util/attr.h"
#include "util/err.h"

struct env;
struct run_dir;

/* Removes those of servers that were killed, and makes one. */
MUST_CHECK bool run_dir_new(struct env *env, struct run_dir **out_dir,
                            struct err *err);
/* Removes the folder and the files in it. NULL is fine. */
void run_dir_free(struct run_dir *dir);
/* Absolute. */
const char *run_dir_path(const struct run_dir *dir);

AUTO_DEFINE(run_dir, struct run_dir *, run_dir_free)

#endif
