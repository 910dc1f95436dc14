/*
 * Files that are watched: once something has happened to one of them, and then
 * nothing for a moment, somebody is told. Editors that write another file and
 * rename it, links that lead elsewhere, and files that are gone for a moment
 * are all one change.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "edge/loop.h"

struct watch;

/* `changed` may call watch_clear and watch_add. */
MUST_CHECK bool watch_new(void (*changed)(void *ctx), void *ctx,
                          struct watch **out_watch, struct err *err);
/* Tells from here on, also of what has happened since watch_add. */
MUST_CHECK bool watch_start(struct watch *watch, struct loop *loop,
                            struct err *err);
/* NULL is fine. */
void watch_free(struct watch *watch);

/* Watches this file, too, as it is at this moment. It need not be there. */
void watch_add(struct watch *watch, const char *path);
/* Watches nothing, until the next watch_add. */
void watch_clear(struct watch *watch);

AUTO_DEFINE(watch, struct watch *, watch_free)

#endif
